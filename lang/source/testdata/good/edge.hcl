study {
  title  = "Edge of stability in one dimension"
  source = "Ma, Kunin, Wu, Ying (2022), Fig. 4.1 left"
}

objective "convex" {
  params = [x]
  value  = log_growth(x) # (1 + |x|) ln(1 + |x|) - |x|, from the standard library
}

run "decayed" {
  objective = objective.convex
  start     = { x = -5 }
  steps     = 200

  optimizer "gd" {
    learning_rate = piecewise(t, [5, 3, 1], [100, 150])
  }
}

orbit "eta" {
  for_each  = [5, 3]
  objective = objective.convex
  period    = 2
  near      = { x = each.value }
  optimizer "gd" { learning_rate = each.value }
}

check "settles on the two-cycle" {
  assert {
    condition = close(abs(run.decayed.path.x[100]), abs(orbit.eta[5].point.x), 1e-9)
    message   = "at step 100, |x| = ${abs(run.decayed.path.x[100])}, but the cycle has ${abs(orbit.eta[5].point.x)}"
  }
}

plot "trajectory" {
  title = "GD on a subquadratic function"

  panel {
    line { y = run.decayed.path.x }
    hline {
      y     = orbit.eta[5].point.x
      label = "two-cycle, eta = 5"
    }
  }

  panel {
    line { y = run.decayed.loss }
    axis_y { scale = "log" }
  }
}

report {
  text { markdown = "With eta above 2/f''(0), GD neither converges nor blows up: it settles on a cycle." }
  show = [plot.trajectory, check] # a bare noun: all of that kind
}
