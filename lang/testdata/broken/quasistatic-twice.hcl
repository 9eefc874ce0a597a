study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "q" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "quasistatic" {
    along         = [x]
    across        = x # ERROR RL0201 "x|along"
    learning_rate = 3
  }
}
