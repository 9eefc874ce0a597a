study { title = "Broken on purpose" }

objective "f" {
  params = [x]
  value  = log_growth(x)
}

objective "wide" {
  params = [x, w[2]]
  value  = sq(x) + sum(sq(w))
}

orbit "idle" { # ERROR RL0403 "asks for nothing.*near = .*box = .*diagram"
  objective = objective.f
  optimizer "gd" { learning_rate = 3 }
}

orbit "both" {
  objective = objective.f
  period    = 2
  near      = { x = 1 }
  box       = { x = [-5, 5] } # ERROR RL0407 "both near and box"
  optimizer "gd" { learning_rate = 3 }
}

orbit "unsought" {
  objective = objective.f
  start     = { x = 1 }
  period    = 2 # ERROR RL0407 "looks for none.*near = "
  optimizer "gd" { learning_rate = 3 }
  diagram { keep = 8 }
}

orbit "settled" {
  objective = objective.f
  period    = 2
  box       = { x = [-5, 5] }
  settle    = 10 # ERROR RL0407 "near a point"
  optimizer "gd" { learning_rate = 3 }
}

orbit "twice" {
  objective  = objective.f
  period     = 2
  max_period = 8 # ERROR RL0407 "a period that is not written"
  near       = { x = 1 }
  optimizer "gd" { learning_rate = 3 }
}

orbit "started" {
  objective = objective.f
  start     = { x = 1 } # ERROR RL0407 "begins at a start.*near = .*diagram"
  optimizer "gd" { learning_rate = 3 }
}

orbit "unstarted" { # ERROR RL0403 "needs .start.*start = . x = "
  objective = objective.f
  optimizer "gd" { learning_rate = 3 }
  lyapunov { steps = 100 }
}

orbit "partly" {
  objective = objective.wide
  start     = { x = 1 } # ERROR RL0409 "what w is"
  optimizer "gd" { learning_rate = 3 }
  diagram { keep = 8 }
}

orbit "periodless" {
  objective = objective.f
  box       = { x = [-5, 5] } # ERROR RL0403 "needs a period.*period = 2"
  optimizer "gd" { learning_rate = 3 }
}

orbit "spacious" {
  objective = objective.wide
  period    = 2
  box       = { x = [-5, 5], w = [-1, 1] } # ERROR RL0407 "1 or 2 numbers.*has 3"
  optimizer "gd" { learning_rate = 3 }
}

orbit "backwards" {
  objective = objective.f
  period    = 2
  box       = { x = [5, -5] } # ERROR RL0406 "wrong order.*x = .-5, 5."
  optimizer "gd" { learning_rate = 3 }
}

orbit "endless" {
  objective = objective.f
  period    = 2
  box       = { x = [0, inf] } # ERROR RL0406 "finite"
  optimizer "gd" { learning_rate = 3 }
}

orbit "unknown" {
  objective = objective.f
  period    = 2
  box       = { y = [0, 1] } # ERROR RL0203 "no parameter .y"
  optimizer "gd" { learning_rate = 3 }
}

orbit "shapeless" {
  objective = objective.f
  period    = 2
  box       = { x = 5 } # ERROR RL0409 "the range of x is a number.*x = .-5, 5."
  optimizer "gd" { learning_rate = 3 }
}

orbit "flat" {
  objective = objective.f
  period    = 2
  box       = [-5, 5] # ERROR RL0409 "object of ranges.*x = .-5, 5."
  optimizer "gd" { learning_rate = 3 }
}

orbit "lost" {
  objective = objective.f
  period    = 2
  near      = { y = 1 } # ERROR RL0409 "no parameter .y"
  optimizer "gd" { learning_rate = 3 }
}

orbit "vague" {
  objective = objective.f
  period    = 2
  near      = { x = eta } # ERROR RL0203 "the first value"
  vary { eta = [2.1, 2.2] }
  optimizer "gd" { learning_rate = eta }
}


orbit "branches" {
  objective = objective.f
  period    = 2
  near      = { x = 1 }
  vary { # ERROR RL0407 "followed along one name.*varies eta and b"
    eta = [2.1, 2.2]
    b   = [0.1, 0.2]
  }
  optimizer "momentum" {
    learning_rate = eta
    momentum      = b
  }
}

orbit "boxes" {
  objective = objective.f
  period    = 2
  box       = { x = [-5, 5] }
  vary { eta = [2.1, 2.2] } # ERROR RL0407 "box does not go with vary.*for_each"
  optimizer "gd" { learning_rate = eta }
}

orbit "basins" {
  objective = objective.f
  vary { eta = [2.1, 2.2] } # ERROR RL0407 "basin does not go with vary.*for_each"
  optimizer "gd" { learning_rate = eta }
  basin {
    axis "x" {
      from   = -5
      to     = 5
      points = 10
    }
  }
}


orbit "axis" {
  objective = objective.wide
  start     = { x = 0, w = 0 }
  optimizer "gd" { learning_rate = 3 }
  basin {
    axis "y" { # ERROR RL0203 "has no coordinate.*coordinate = w.0.\\.$"
      from   = -5
      to     = 5
      points = 10
    }
    axis "w" { # ERROR RL0403 "coordinate = w.0.\\.$"
      from   = -5
      to     = 5
      points = 10
    }
  }
}

orbit "rest" { # ERROR RL0403 "needs .start.*start = . w = "
  objective = objective.wide
  optimizer "gd" { learning_rate = 3 }
  basin {
    axis "x" {
      from   = -5
      to     = 5
      points = 10
    }
  }
}

orbit "following" {
  objective = objective.f
  start     = { x = 1 }
  optimizer "gd" { learning_rate = 3 }
  diagram { follow = true } # ERROR RL0407 "from value to value of one vary block.*vary . eta"
}

orbit "exponents" {
  objective = objective.f
  start     = { x = 1 }
  optimizer "momentum" {
    learning_rate = 0.1
    momentum      = 0.9
  }
  lyapunov { exponents = 3 } # ERROR RL0406 "a state of 2 numbers.*at most 2"
}

orbit "long" {
  objective = objective.f
  period    = 5000 # ERROR RL0406 "At most 4096"
  near      = { x = 1 }
  optimizer "gd" { learning_rate = 3 }
}

orbit "heavy" { # ERROR RL0504 "more than the 4 GiB.*keep = 64"
  objective = objective.f
  start     = { x = 1 }
  vary { eta = linspace(0.1, 4, 100000) }
  optimizer "gd" { learning_rate = eta }
  diagram { keep = 10000 }
}

orbit "along" {
  objective = objective.f
  near      = { x = 1 }
  period    = 2
  along     = "eigenvector" # ERROR RL0407 "is for networks"
  optimizer "gd" { learning_rate = 3 }
}

orbit "still" { # ERROR RL0403 "needs an optimizer"
  objective = objective.f
  near      = { x = 1 }
}
