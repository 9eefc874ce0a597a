study {
  title       = "Orbit diagrams: a fork, and routes to chaos"
  source      = "After Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), sections 4.1 and 4.2"
  description = <<-EOT
    Where gradient descent ends up, over the learning rate: on the convex f1 a fork whose two branches are the two-cycle
    of Theorem 4.1, on f2 and with momentum a route to chaos. Lyapunov exponents say which is which: below 0 an orbit
    attracts, above 0 two orbits that begin side by side part.
  EOT
}

objective "convex" {
  params = [x]
  value  = log_growth(x)
}

# (6.2) with C = 3
objective "nonconvex" {
  params = [x]
  value  = abs(x) < 1 / 3 ? 3 * sq(x) : 1 - 2 / (9 * abs(x))
}

locals {
  rates     = linspace(0.5, 8, 600)
  low_rates = linspace(0.05, 2, 600)
}

orbit "fork" {
  objective = objective.convex
  start     = { x = 0.7 }
  vary { eta = local.rates }
  optimizer "gd" { learning_rate = eta }
  diagram {
    skip = 2000
    keep = 64
  }
  lyapunov {
    skip  = 1000
    steps = 2000
  }
}

orbit "branch" {
  objective = objective.convex
  period    = 2
  near      = { x = 0.3 }
  vary { eta = linspace(2.1, 8, 60) }
  optimizer "gd" { learning_rate = eta }
}

orbit "chaos" {
  objective = objective.nonconvex
  start     = { x = 0.7 }
  vary { eta = local.low_rates }
  optimizer "gd" { learning_rate = eta }
  diagram {
    skip = 2000
    keep = 256
  }
  lyapunov {
    skip  = 1000
    steps = 4000
  }
}

orbit "heavy" {
  objective = objective.nonconvex
  start     = { x = 0.7 }
  vary { eta = local.low_rates }
  optimizer "momentum" {
    learning_rate = eta
    momentum      = 0.5
  }
  diagram {
    skip = 2000
    keep = 256
  }
  lyapunov {
    skip  = 1000
    steps = 4000
  }
}

orbit "two" {
  objective = objective.nonconvex
  period    = 2
  near      = { x = 0.6 }
  optimizer "gd" { learning_rate = 2 }
}

check "the fork's branches are the two-cycle" {
  assert {
    condition = max(orbit.branch.residual) < 1e-12 && max(abs(orbit.branch.vary.eta * log1p(abs(orbit.branch.point.x)) - 2 * abs(orbit.branch.point.x))) < 1e-10
    message   = "eta f'(x) = 2 x holds to ${max(abs(orbit.branch.vary.eta * log1p(abs(orbit.branch.point.x)) - 2 * abs(orbit.branch.point.x)))} on the branch, with residuals of at most ${max(orbit.branch.residual)}."
  }
}

check "the branch rises with the learning rate and attracts" {
  assert {
    condition = min([for i in range(59) : abs(orbit.branch.point.x[i + 1]) - abs(orbit.branch.point.x[i])]) > 0 && all(orbit.branch.stable)
    message   = "The branch rises with the learning rate and attracts all along."
  }
}

check "gradient descent on f1 is nowhere chaotic, on f2 it is" {
  assert {
    condition = max(orbit.fork.lyapunov) < 0.01
    message   = "The largest exponent on f1 is ${max(orbit.fork.lyapunov)}, at the threshold eta = 2, where it is 0."
  }
}

check "at a large learning rate gradient descent on f2 is chaotic" {
  assert {
    condition = orbit.chaos.lyapunov[599] > 10 * orbit.chaos.lyapunov_error[599]
    message   = "At eta = 2 the exponent on f2 is ${orbit.chaos.lyapunov[599]}, with a standard error of ${orbit.chaos.lyapunov_error[599]}."
  }
}

check "f2's two-cycle repels five-fold per step" {
  assert {
    condition = close(orbit.two.step_multiplier[0], 5, 1e-9) && close(orbit.two.multiplier[0], 25, 1e-8) && !orbit.two.stable
    message   = "1 - eta f'' is ${orbit.two.step_multiplier[0]} per step and ${orbit.two.multiplier[0]} over the cycle."
  }
}

check "f2's two-cycle lies where the formula says" {
  assert {
    condition = close(abs(orbit.two.point.x), pow(2 / 9, 1 / 3), 1e-12)
    message   = "It lies at ${abs(orbit.two.point.x)}, (eta/9)^(1/3)."
  }
}

plot "diagrams" {
  title   = "Where gradient descent ends up, and its Lyapunov exponent"
  columns = 3
  panel {
    title = "f1, gd"
    density {
      x = orbit.fork.vary.eta
      y = orbit.fork.diagram.x
    }
    axis_y { label = "x" }
  }
  panel {
    title = "f2, gd"
    density {
      x         = orbit.chaos.vary.eta
      y         = orbit.chaos.diagram.x
      normalize = "column"
    }
    axis_y { label = "x" }
  }
  panel {
    title = "f2, momentum 0.5"
    density {
      x         = orbit.heavy.vary.eta
      y         = orbit.heavy.diagram.x
      normalize = "column"
    }
    axis_y { label = "x" }
  }
  panel {
    line {
      x = orbit.fork.vary.eta
      y = orbit.fork.lyapunov
    }
    hline { y = 0 }
    axis_x { label = "learning rate" }
    axis_y { label = "Lyapunov exponent" }
  }
  panel {
    line {
      x = orbit.chaos.vary.eta
      y = orbit.chaos.lyapunov
    }
    hline { y = 0 }
    axis_x { label = "learning rate" }
    axis_y { label = "Lyapunov exponent" }
  }
  panel {
    line {
      x = orbit.heavy.vary.eta
      y = orbit.heavy.lyapunov
    }
    hline { y = 0 }
    axis_x { label = "learning rate" }
    axis_y { label = "Lyapunov exponent" }
  }
}
