study { title = "Broken on purpose" }

objective "f" {
  params = [w[3], b]
  value  = sq(w[3]) + b # ERROR RL0307 "3"
}
