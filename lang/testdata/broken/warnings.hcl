study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = -0.1 } # ERROR RL0415 "climbs"
}

run "b" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" {
    learning_rate = 0.1
    clip          = 0 # ERROR RL0415 "clip is 0"
  }
}

run "c" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
  stop { when = 1 < 2 } # ERROR RL0415 "always true"
}

run "d" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
  stop { when = false } # ERROR RL0415 "always false"
}
