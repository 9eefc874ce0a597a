study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "adagrad" { learning_rate = 0.1 } # ERROR RL0405 "adagrad.*not built yet"
}
