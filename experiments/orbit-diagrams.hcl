study {
  title       = "Orbit diagrams: a fork, a jump into chaos, and what momentum adds"
  source      = "After Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), sections 4.1 and 4.2; Lessard, Recht, Packard (2016), SIAM J. Optim. 26(1), on cycles of heavy-ball momentum"
  description = <<-EOT
    Where gradient descent ends up, over the learning rate: on the convex f1 a fork whose two branches are the two-cycle
    of Theorem 4.1, on f2 chaos from the threshold on. Lyapunov exponents say which is which: below 0 an orbit attracts,
    above 0 two orbits that begin side by side part.

    With momentum Theorem 4.1 does not hold. On f1, convex as it is, a cycle of four steps attracts beside the two-cycle,
    and even beside the minimum where that is stable. (Doubling periods are in `sec-4-2-long-periods`.)
  EOT
}

objective "f1" {
  params = [x]
  value  = log_growth(x)
}

objective "f2" {
  params = [x]
  value  = relu_population(x, 3)
}

orbit "fork" {
  objective = objective.f1
  start     = { x = 0.7 }
  vary { eta = linspace(0.5, 8, 600) }
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
  objective = objective.f1
  period    = 2
  near      = { x = 0.1 }
  vary { eta = linspace(2.1, 8, 60) }
  optimizer "gd" { learning_rate = eta }
}

orbit "chaos" {
  objective = objective.f2
  start     = { x = 0.7 }
  vary { eta = linspace(0.05, 2, 600) }
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

orbit "two" {
  objective = objective.f2
  period    = 2
  near      = { x = 0.6 }
  optimizer "gd" { learning_rate = 2 }
}

# Momentum b: the two-cycle is that of the rate eta / (1 + b), so the threshold is 2 (1 + b)/f''(0)

optimizer "momentum" "heavy" {
  learning_rate = eta
  momentum      = 0.9
}

orbit "heavy" {
  objective = objective.f1
  vary { eta = linspace(1, 15, 600) }
  vary { from = [0.3, 10] }
  start     = { x = from }
  optimizer = optimizer.heavy
  diagram {
    skip = 4000
    keep = 64
  }
  lyapunov {
    skip  = 2000
    steps = 2000
  }
}

orbit "heavy_chaos" {
  objective = objective.f2
  start     = { x = 0.7 }
  vary { eta = linspace(0.05, 2, 600) }
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

orbit "heavy_branch" {
  objective = objective.f1
  period    = 2
  near      = { x = 0.1 }
  vary { eta = linspace(4, 15, 60) }
  optimizer = optimizer.heavy
}

# At eta = 2.85, below the threshold 3.8, three attract: the minimum, a cycle of four steps and one of six

optimizer "momentum" "below" {
  learning_rate = 2.85
  momentum      = 0.9
}

orbit "minimum" {
  objective = objective.f1
  period    = 1
  near      = { x = 0 }
  optimizer = optimizer.below
}

orbit "beside" {
  for_each  = [1.5, 12]
  objective = objective.f1
  near      = { x = each.value }
  settle    = 2000
  optimizer = optimizer.below
}

run "starts" {
  objective = objective.f1
  vary { x0 = linspace(-30, 30, 6000) }
  start     = { x = x0 }
  steps     = 4000
  optimizer = optimizer.below
  record { every = 4000 }
}

locals {
  fork_eta = orbit.fork.vary.eta
  fork     = log(abs(1 - local.fork_eta / (1 + log_growth_cycle(local.fork_eta)))) # ln |1 - eta f''|, on the cycle and at 0
  two_eta  = orbit.chaos.vary.eta

  end  = abs(run.starts.final.params.x)
  none = count(local.end < 1e-6)
  four = count(min(abs(local.end - abs(orbit.beside[1.5].cycle.x[0])), abs(local.end - abs(orbit.beside[1.5].cycle.x[1]))) < 1e-6)
  six  = count(min(abs(local.end - abs(orbit.beside[12].cycle.x[0])), abs(local.end - abs(orbit.beside[12].cycle.x[1])), abs(local.end - abs(orbit.beside[12].cycle.x[2]))) < 1e-6)
}

check "f1: the fork's branches are the two-cycle of Lambert's W, and attract" {
  assert {
    condition = max(orbit.branch.residual) < 1e-13 && max(abs(abs(orbit.branch.point.x) - log_growth_cycle(orbit.branch.vary.eta))) < 1e-12 && all(orbit.branch.stable)
    message   = "The branch is on the level to ${max(abs(abs(orbit.branch.point.x) - log_growth_cycle(orbit.branch.vary.eta)))}, with residuals of at most ${max(orbit.branch.residual)}."
  }
}

check "f1: the exponent is the logarithm of the multiplier, never above 0" {
  assert {
    condition = max(abs(orbit.fork.lyapunov - local.fork)) < 1e-3 && max(orbit.fork.lyapunov) < 1e-3
    message   = "It differs from ln |1 - eta f''| by up to ${max(abs(orbit.fork.lyapunov - local.fork))}; the largest is ${max(orbit.fork.lyapunov)}, at the threshold."
  }
}

check "f2: order below the threshold 1/3, chaos above, and nothing between" {
  assert {
    condition = all((orbit.chaos.lyapunov < 0) == (local.two_eta < 1 / 3))
    message   = "The exponent is not below 0 just where eta is below 1/3."
  }
  assert {
    condition = min(local.two_eta > 1 / 3 ? orbit.chaos.lyapunov / orbit.chaos.lyapunov_error : 100) > 10
    message   = "Above, it is at least ${min(local.two_eta > 1 / 3 ? orbit.chaos.lyapunov / orbit.chaos.lyapunov_error : 100)} times its standard error."
  }
}

check "f2: the two-cycle repels five-fold per step" {
  assert {
    condition = close(orbit.two.step_multiplier[0], 5, 1e-9) && close(orbit.two.multiplier[0], 25, 1e-8) && !orbit.two.stable && close(abs(orbit.two.point.x), pow(2 / 9, 1 / 3), 1e-12)
    message   = "1 - eta f'' is ${orbit.two.step_multiplier[0]} per step and ${orbit.two.multiplier[0]} over the cycle at ${abs(orbit.two.point.x)}."
  }
}

check "momentum on f1: the two-cycle is that of eta/(1 + b), and attracts" {
  assert {
    condition = max(orbit.heavy_branch.residual) < 1e-13 && max(abs(abs(orbit.heavy_branch.point.x) - log_growth_cycle(orbit.heavy_branch.vary.eta / 1.9))) < 1e-12 && all(orbit.heavy_branch.stable)
    message   = "It is on the level of eta/1.9 to ${max(abs(abs(orbit.heavy_branch.point.x) - log_growth_cycle(orbit.heavy_branch.vary.eta / 1.9)))}, with residuals of at most ${max(orbit.heavy_branch.residual)}."
  }
}

check "momentum on f1: below the threshold cycles of four and six steps attract beside the minimum" {
  assert {
    condition = orbit.minimum.stable && orbit.beside[1.5].stable && orbit.beside[12].stable && orbit.beside[1.5].period == 4 && orbit.beside[12].period == 6
    message   = "The periods found are ${orbit.beside[1.5].period} and ${orbit.beside[12].period}."
  }
  assert {
    condition = local.none > 1000 && local.four > 1000 && local.six > 100
    message   = "Of 6,000 starts between -30 and 30, ${local.none} end at the minimum, ${local.four} on the cycle of four, ${local.six} on that of six."
  }
  assert {
    condition = max(orbit.beside[1.5].residual, orbit.beside[12].residual) < 1e-13
    message   = "The residuals are ${orbit.beside[1.5].residual} and ${orbit.beside[12].residual}."
  }
}

check "momentum shrinks areas by b at every step: the multipliers' product is b^p" {
  assert {
    condition = close(sum(sq(orbit.beside[1.5].multiplier) + sq(orbit.beside[1.5].multiplier_imaginary)) / 2, pow(0.9, 4), 1e-12) && close(sum(sq(orbit.beside[12].multiplier) + sq(orbit.beside[12].multiplier_imaginary)) / 2, pow(0.9, 6), 1e-12)
    message   = "The squared moduli are ${sum(sq(orbit.beside[1.5].multiplier) + sq(orbit.beside[1.5].multiplier_imaginary)) / 2} and ${sum(sq(orbit.beside[12].multiplier) + sq(orbit.beside[12].multiplier_imaginary)) / 2}."
  }
}

check "momentum on f1: the exponent is ln(b)/2, whatever attracts" {
  assert {
    condition = max(abs(orbit.heavy.lyapunov - log(0.9) / 2)) < 3e-3
    message   = "It differs from ln(0.9)/2 = ${log(0.9) / 2} by up to ${max(abs(orbit.heavy.lyapunov - log(0.9) / 2))}, over 600 rates and two starts."
  }
}

check "momentum on f2: chaos as without" {
  assert {
    condition = close(orbit.heavy_chaos.lyapunov[0], log(0.5) / 2, 1e-3) && orbit.heavy_chaos.lyapunov[599] > 5 * orbit.heavy_chaos.lyapunov_error[599]
    message   = "The exponent is ${orbit.heavy_chaos.lyapunov[0]} at the smallest rate, ln(b)/2 at a minimum that is spiralled into, and ${orbit.heavy_chaos.lyapunov[599]} at eta = 2, with a standard error of ${orbit.heavy_chaos.lyapunov_error[599]}."
  }
}

plot "gd" {
  title   = "Gradient descent: where it ends up, and its Lyapunov exponent"
  columns = 2
  width   = 18
  height  = 14
  panel {
    title = "f1"
    density {
      x         = orbit.fork.vary.eta
      y         = orbit.fork.diagram.x
      normalize = "column"
    }
    axis_x {
      label = "eta"
      range = [0.5, 8]
    }
    axis_y { label = "x" }
  }
  panel {
    title = "f2"
    density {
      x         = orbit.chaos.vary.eta
      y         = orbit.chaos.diagram.x
      normalize = "column"
    }
    axis_x {
      label = "eta"
      range = [0, 2]
    }
    axis_y { label = "x" }
  }
  panel {
    line {
      x = orbit.fork.vary.eta
      y = orbit.fork.lyapunov
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x {
      label = "eta"
      range = [0.5, 8]
    }
    axis_y {
      label = "Lyapunov exponent"
      range = [-4, 1.5]
    }
  }
  panel {
    line {
      x = orbit.chaos.vary.eta
      y = orbit.chaos.lyapunov
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x {
      label = "eta"
      range = [0, 2]
    }
    axis_y {
      label = "Lyapunov exponent"
      range = [-4, 1.5]
    }
  }
}

plot "momentum" {
  title   = "Momentum: where it ends up, and its Lyapunov exponent"
  columns = 2
  width   = 18
  height  = 14
  panel {
    title = "f1, momentum 0.9, from 0.3 and from 10"
    density {
      x         = orbit.heavy.vary.eta
      y         = orbit.heavy.diagram.x
      normalize = "column"
    }
    axis_x {
      label = "eta"
      range = [1, 15]
    }
    axis_y { label = "x" }
  }
  panel {
    title = "f2, momentum 0.5"
    density {
      x         = orbit.heavy_chaos.vary.eta
      y         = orbit.heavy_chaos.diagram.x
      normalize = "column"
    }
    axis_x {
      label = "eta"
      range = [0, 2]
    }
    axis_y { label = "x" }
  }
  panel {
    line {
      x     = transpose(orbit.heavy.vary.eta)[0]
      y     = transpose(orbit.heavy.lyapunov)[0]
      label = "from 0.3"
    }
    line {
      x     = transpose(orbit.heavy.vary.eta)[1]
      y     = transpose(orbit.heavy.lyapunov)[1]
      label = "from 10"
      dash  = "dashed"
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x {
      label = "eta"
      range = [1, 15]
    }
    axis_y {
      label = "Lyapunov exponent"
      range = [-0.1, 0.05]
    }
  }
  panel {
    line {
      x = orbit.heavy_chaos.vary.eta
      y = orbit.heavy_chaos.lyapunov
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x {
      label = "eta"
      range = [0, 2]
    }
    axis_y { label = "Lyapunov exponent" }
  }
}

table "attractors" {
  title   = "Momentum 0.9 on f1 at eta = 2.85: what attracts, and how many of 6,000 starts"
  columns = ["attractor", "farthest point", "modulus of the multipliers", "residual", "starts"]
  rows = [
    ["the minimum", 0, sqrt(sq(orbit.minimum.multiplier[0]) + sq(orbit.minimum.multiplier_imaginary[0])), orbit.minimum.residual, local.none],
    ["a cycle of 4", max(abs(orbit.beside[1.5].cycle.x)), hypot(orbit.beside[1.5].multiplier[0], orbit.beside[1.5].multiplier_imaginary[0]), orbit.beside[1.5].residual, local.four],
    ["a cycle of 6", max(abs(orbit.beside[12].cycle.x)), hypot(orbit.beside[12].multiplier[0], orbit.beside[12].multiplier_imaginary[0]), orbit.beside[12].residual, local.six],
  ]
}

report {
  text {
    markdown = <<-EOT
      ## Gradient descent

      On f1 there is one fork and no more: the exponent is `ln |1 - eta f''|` at the minimum and then on the two-cycle, reaches
      0 at the threshold only, and has its poles where the multiplier is 0. On f2 the threshold 1/3 is the end of order.
      There is no fork and no doubling of periods: the map's slope is beyond 1 everywhere, in absolute value, so nothing but
      chaos is left, and its band opens at once.
    EOT
    show     = [plot.gd]
  }

  text {
    markdown = <<-EOT
      ## With momentum

      With heavy-ball momentum b the two-cycle solves eta/(1 + b) f'(x) = 2 x, so it has the level of the rate eta/(1 + b), and
      on the convex f1 it attracts wherever it exists. But it is no longer alone. From x = 10 another cycle is reached at
      most rates. At eta = 2.85 the minimum is stable, since the threshold is 2 (1 + b) = 3.8; yet a cycle of four steps and one
      of six attract as well, and ${6000 - local.none} of 6,000 starts never come to rest. That convex functions can hold momentum on a cycle
      below its threshold is known from Lessard, Recht and Packard. So for momentum neither half of Theorem 4.1 is true.

      Momentum shrinks areas in the plane of x and the velocity by b at every step. Two multipliers that are a complex pair
      have the product b^p over a cycle of p steps, so that such a cycle always attracts, with the exponent ln(b)/2. On f1 that is
      the exponent at every rate and from both starts, and it says nothing of what is reached.
    EOT
    show     = [plot.momentum, table.attractors, check]
  }
}
