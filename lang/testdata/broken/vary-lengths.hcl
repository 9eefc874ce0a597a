study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  vary {
    p = [1, 2, 3]
    q = [1, 2] # ERROR RL0406 "q|length"
  }
  optimizer "gd" { learning_rate = 0.1 }
}
