study { title = "Broken on purpose" }

objective "f" {
  params = [w[3], b]
  value  = sq(w[-1]) + b # ERROR RL0307 "from the end"
}
