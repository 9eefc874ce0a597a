study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

schedule "s" { value = zz } # ERROR RL0203 "may name t, steps"
schedule "u" { value = x } # ERROR RL0203 "t only"
