# Fig. 5.1: two valleys; three decays forked from one trajectory
function "flat" {
  params = [x]
  value  = 1 + 0.001 * sq(x)
}

objective "two_valleys" {
  params = [x1, x2]
  value  = valley(log_growth, flat, x1, x2) + 0.25 * saturate(valley(log_growth, flat, x2, 10 * x1))
}

run "before" {
  objective = objective.two_valleys
  start     = { x1 = -20, x2 = 3 }
  steps     = 750
  optimizer "gd" { learning_rate = 2.5 }
}

run "after" {
  for_each = [650, 700, 750]
  resume   = run.before.at[each.value]
  steps    = 500
  optimizer "gd" { learning_rate = 0.25 }
}

check "the paper's 466" {
  assert {
    condition = first(run.before.path.x1 > -4) == 466
    message   = "x1 first exceeds -4 at ${first(run.before.path.x1 > -4)}"
  }
}

landscape "basin" {
  objective = objective.two_valleys
  axis "x1" {
    from   = -20
    to     = 20
    points = 401
  }
  axis "x2" {
    from   = -3
    to     = 3
    points = 401
  }
}

plot "trajectories" {
  contour {
    of     = landscape.basin
    levels = 24
    scale  = "log"
  }
  path {
    run  = run.before
    x    = path.x1
    y    = path.x2
    from = 466
  }
  path {
    run = run.after[*]
    x   = path.x1
    y   = path.x2
  }
}
