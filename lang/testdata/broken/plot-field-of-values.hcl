study { title = "Broken on purpose" }

objective "f" {
  params = [x]
  value  = sq(x)
}

landscape "l" {
  objective = objective.f
  axis "x" {
    from   = -1
    to     = 1
    points = 11
  }
}

run "grid" {
  objective = objective.f
  start     = { x = x0 }
  steps     = 10
  vary { eta = linspace(0.1, 0.5, 8) }
  vary { x0 = linspace(-1, 1, 5) }
  optimizer "gd" { learning_rate = eta }
}

plot "good" {
  heatmap {
    x          = run.grid.vary.eta
    y          = linspace(-1, 1, 5)
    z          = run.grid.final.loss > 0.1 ? 1 : 0
    categories = true
    names      = { 0 = "small", 1 = "large" }
  }
}

plot "nothing" {
  heatmap { scale = "log" } # ERROR RL0403 "nothing to draw.*of = landscape"
}

plot "both" {
  contour {
    of = landscape.l
    z  = run.grid.final.loss # ERROR RL0407 "z stands beside of"
  }
}

plot "part" {
  surface {
    z     = run.grid.final.loss
    field = "loss" # ERROR RL0407 "field stands beside z"
  }
}

plot "vector" {
  heatmap {
    z = run.grid.vary.eta[0] # ERROR RL0302 "z of heatmap is"
  }
}

plot "places" {
  heatmap {
    x = linspace(0, 1, 6) # ERROR RL0302 "x is.*one axis of z"
    z = run.grid.final.loss
  }
}

plot "names" {
  heatmap {
    z     = run.grid.final.loss
    names = { 0 = "small" } # ERROR RL0407 "names are those of categories"
  }
}

plot "words" {
  heatmap {
    z          = run.grid.final.loss
    categories = true
    names      = { small = "small" } # ERROR RL0406 "texts by whole number"
  }
}

plot "log" {
  heatmap {
    z          = run.grid.final.loss
    categories = true
    scale      = "log" # ERROR RL0407 "categories are on a log scale"
  }
}

plot "two" {
  heatmap { z = run.grid.final.loss }
  density { # ERROR RL0407 "mean different things"
    y = run.grid.loss
  }
}
