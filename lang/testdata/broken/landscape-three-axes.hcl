study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

landscape "l" {
  objective = objective.f
  axis "x" {
    from   = -1
    to     = 1
    points = 11
  }
  axis "y" {
    from   = -1
    to     = 1
    points = 11
  }
  axis "z" { # ERROR RL0407 "axis"
    coordinate = x
    from       = -1
    to         = 1
    points     = 11
  }
}
