study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  vary { x = [1, 2] } # ERROR RL0202 "x"
  optimizer "gd" { learning_rate = 0.1 }
}
