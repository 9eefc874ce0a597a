study { title = "A" }

objective "f" {
  params = [x]
  value  = sq(x)
}

run "a" {
  objective = objective.f
  start     = { x = 1 }
  steps     = 10
  optimizer "gd" {
    learning_rate = 0.1
    weight_decay  = -1 # ERROR RL0406 "weight_decay"
  }
}
