study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

landscape "l" {
  objective = objective.f
  center    = { x = 0, y = 0 }
  axis "z" { # ERROR RL0203 "z"
    from   = -1
    to     = 1
    points = 11
  }
}
