study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + sq(y)
}

schedule "decay" { value = piecewise(t, [3, 2], [100]) }

optimizer "gd" "decayed" { learning_rate = schedule.decay } # ERROR RL0407 "depends on t"

orbit "clocked" {
  objective = objective.f
  near      = { x = 1, y = 1 }
  optimizer "gd" { learning_rate = 3 / (1 + t) } # ERROR RL0407 "depends on t.*vary . eta"
}

orbit "counted" {
  objective = objective.f
  near      = { x = 1, y = 1 }
  optimizer "momentum" {
    learning_rate = 3
    momentum      = 1 / steps # ERROR RL0407 "momentum depends on steps"
  }
}

orbit "scheduled" {
  objective = objective.f
  near      = { x = 1, y = 1 }
  optimizer = optimizer.decayed
}

orbit "slow" {
  objective = objective.f
  near      = { x = 1, y = 1 }
  optimizer "quasistatic" { # ERROR RL0407 "no map.*gd"
    learning_rate = 3
    along         = [x]
    across        = y
  }
}

orbit "unvaried" {
  objective = objective.f
  near      = { x = 1, y = 1 }
  optimizer "gd" { learning_rate = eta } # ERROR RL0203 "vary . eta"
}
