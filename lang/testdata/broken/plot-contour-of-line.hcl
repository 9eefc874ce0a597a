study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

landscape "l" {
  objective = objective.f
  center    = { x = 0, y = 0 }
  axis "x" {
    from   = -1
    to     = 1
    points = 11
  }
}

plot "p" {
  contour { of = landscape.l } # ERROR RL0406 "two|axes|axis"
}
