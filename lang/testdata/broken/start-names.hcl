study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = mu, y = 1 } # ERROR RL0203 "mu.*vary"
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

run "b" {
  objective = objective.f
  start     = normal(mu, 1) # ERROR RL0203 "mu.*eta"
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
  vary { eta = [1, 2] }
}
