study { title = "Broken on purpose" }

objective "f" {
  params = [x]
  value  = sq(x)
}

run "a" {
  objective = objective.f
  start     = { x = 1 }
  steps     = 10
  record { path = true }
  vary { eta = linspace(0.1, 0.5, 8) }
  optimizer "gd" { learning_rate = eta }
}

run "b" {
  objective = objective.f
  start     = { x = 1 }
  steps     = 10
  record { path = true }
  vary { eta = linspace(0.1, 0.5, 7) }
  optimizer "gd" { learning_rate = eta }
}

plot "good" {
  density {
    x         = run.a.vary.eta
    y         = run.a.path.x
    bins      = [40, 30]
    normalize = "column"
  }
}

plot "lanes" {
  density {
    x = run.b.vary.eta # ERROR RL0302 "is drawn with.*x may be the values of its lanes"
    y = run.a.path.x
  }
}

plot "number" {
  density {
    y = 3 # ERROR RL0302 "y of density is a number.*vector or series"
  }
}

plot "without" {
  density { # ERROR RL0403 "y"
    x = run.a.vary.eta
  }
}

plot "bins" {
  density {
    y    = run.a.path.x
    bins = [40, 0] # ERROR RL0406 "columns, rows.*bins = 400"
  }
}

plot "three" {
  density {
    y    = run.a.path.x
    bins = [4, 4, 4] # ERROR RL0406 "columns, rows"
  }
}

plot "normalize" {
  density {
    y         = run.a.path.x
    normalize = "row" # ERROR RL0406 "no value of normalize.*column"
  }
}

plot "two" {
  density { y = run.a.path.x }
  density { # ERROR RL0407 "different cells.*same bins"
    y    = run.b.path.x
    bins = 40
  }
}
