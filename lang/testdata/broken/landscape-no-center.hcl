study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

landscape "l" { # ERROR RL0403 "center|y"
  objective = objective.f
  axis "x" {
    from   = -1
    to     = 1
    points = 11
  }
}
