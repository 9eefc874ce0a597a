study { title = "Broken on purpose" }

objective "f" {
  params = [x]
  value  = sq(x)
}

run "a" {
  objective = objective.f
  start     = { x = x0 }
  steps     = 10
  record { path = true }
  vary { x0 = linspace(-1, 1, 8) }
  optimizer "gd" { learning_rate = 0.1 }
}

plot "good" {
  band {
    y         = run.a.path.x
    quantiles = [0.1, 0.9]
  }
  scatter {
    x = run.a.vary.x0
    y = run.a.path.x
  }
  histogram {
    x       = run.a.path.x[10]
    density = true
  }
}

plot "half" {
  band { # ERROR RL0403 "band needs upper.*quantiles"
    lower = min(run.a.path.x)
  }
}

plot "both" {
  band {
    y         = run.a.path.x
    lower     = min(run.a.path.x) # ERROR RL0407 "lower stands beside quantiles"
    quantiles = [0.1, 0.9]
  }
}

plot "order" {
  band {
    y         = run.a.path.x
    quantiles = [0.9, 0.1] # ERROR RL0406 "the lower first"
  }
}

plot "lane" {
  band {
    y         = run.a.path.x[3] # ERROR RL0302 "many lanes"
    quantiles = [0.1, 0.9]
  }
}

plot "nothing" {
  band {
    quantiles = [0.1, 0.9] # ERROR RL0403 "quantiles of nothing"
  }
}

plot "places" {
  band {
    x         = linspace(0, 1, 11) # ERROR RL0302 "drawn with quantiles.*Leave it out"
    y         = run.a.path.x
    quantiles = [0.1, 0.9]
  }
}
