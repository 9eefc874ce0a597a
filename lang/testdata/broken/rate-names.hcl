study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 * zeta } # ERROR RL0203 "zeta.*t and steps, and results"
}

run "b" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = loss } # ERROR RL0203 "loss.*depends on t only.*probe"
}

run "c" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = z } # ERROR RL0203 "\"z\".*t, steps and eta"
  vary { eta = [1, 2] }
}

run "d" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "momentum" {
    learning_rate = 0.1
    momentum      = x # ERROR RL0203 "A momentum depends on t only"
  }
}
