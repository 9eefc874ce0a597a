study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  step      = 10 # ERROR RL0402 "step"
  optimizer "gd" { learning_rate = 0.1 }
}
