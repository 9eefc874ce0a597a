study { title = "Broken on purpose" }

objective "f" {
  params = [w[3], b]
  value  = sq(w) + b # ERROR RL0302 "number"
}
