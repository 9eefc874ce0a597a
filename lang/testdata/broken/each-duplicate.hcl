study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "b" {
  for_each  = [0.1, 0.2, 0.10] # ERROR RL0408 "twice|0\\.1"
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = each.value }
}
