study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 1.5 # ERROR RL0406 "steps"
  optimizer "gd" { learning_rate = 0.1 }
}
