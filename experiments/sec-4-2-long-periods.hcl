study {
  title       = "Several cycles, long ones, and the starts that hit the minimum"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), sections 4.2 and 4.3"
  description = <<-EOT
    Section 4.2 says of non-convex functions that there may be more than one periodic solution and that their periods can
    be very long; section 4.3, that hitting the minimum or converging to it is an event of measure zero when eta is not too
    small. Neither is worked out in the paper. Here both are, on functions of one variable.

    For the Cauchy loss ln(1 + x^2)/2 the first cycles have closed forms: one that attracts for eta between 2 and 4, two side by
    side between 4 and 5, and then periods that double without end. For f2 every cycle of every period can be counted, and
    none attracts. Its starts that hit the minimum are counted too. A last function shows why "measure zero" needs a
    condition on eta.
  EOT
}

objective "cauchy" {
  params = [x]
  value  = cauchy(x, 1)
}

objective "f2" {
  params = [x]
  value  = relu_population(x, 3)
}

# Twice continuously differentiable, with the one stationary point 0 and f''(0) = 4, in the class of
# Definition 4.1; f'(x) = x for 1 <= |x| <= 2.
function "plateau" {
  params = [x]
  value  = (min(sq(x), 4) + 1 - pow(relu(1 - sq(x)), 3) + atan(relu(sq(x) - 4))) / 2
}

objective "plateau" {
  params = [x]
  value  = plateau(x)
}

# Two cycles side by side. f'(x) + f'(y) = 0 has y = -x, and y = -1/x: x + 1/x = sqrt(eta). The
# multiplier over the cycle is (3 - 8/eta)^2 of the first and 9 - 2 eta of the second.

orbit "symmetric" {
  objective = objective.cauchy
  period    = 2
  near      = { x = sqrt(0.05) }
  vary { eta = linspace(2.1, 6, 119) }
  optimizer "gd" { learning_rate = eta }
}

orbit "lopsided" {
  objective = objective.cauchy
  period    = 2
  near      = { x = 1.2 }
  vary { eta = linspace(4.05, 6, 119) }
  optimizer "gd" { learning_rate = eta }
}

run "either" {
  objective = objective.cauchy
  vary { x0 = linspace(-10, 10, 20000) }
  start = { x = x0 }
  steps = 400
  optimizer "gd" { learning_rate = 4.5 }
  record { every = 400 }
}

# Periods that double. At each of these learning rates the cycle of period 2, 4, ..., 64 goes through
# the point where the slope of the map is 0, so that its multiplier is 0; computed to 20 digits.

locals {
  doubling = {
    "2"  = 4.5
    "4"  = 5.122495314181042768
    "8"  = 5.268251066113293076
    "16" = 5.300223007631350502
    "32" = 5.307100785718695857
    "64" = 5.308575326662745215
  }
  periods = [2, 4, 8, 16, 32, 64]
  rates   = [for p in local.periods : local.doubling[tostring(p)]]
  ratios  = [for k in range(4) : (local.rates[k + 1] - local.rates[k]) / (local.rates[k + 2] - local.rates[k + 1])]
}

orbit "doubled" {
  for_each   = local.doubling
  objective  = objective.cauchy
  near       = { x = 0.8 }
  settle     = 20000
  max_period = 200
  optimizer "gd" { learning_rate = each.value }
}

orbit "diagram" {
  objective = objective.cauchy
  vary { eta = linspace(1.5, 13, 1000) }
  vary { side = [-1, 1] }
  start = { x = 0.3 * side }
  optimizer "gd" { learning_rate = eta }
  diagram {
    skip = 2000
    keep = 128
  }
  lyapunov {
    skip  = 1000
    steps = 4000
  }
}

# Cycles in windows of the chaos beyond, found from their attraction

orbit "window" {
  for_each   = [6.05, 9.95, 12.25, 12.4]
  objective  = objective.cauchy
  near       = { x = 0.8 }
  settle     = 20000
  max_period = 200
  optimizer "gd" { learning_rate = each.value }
}

orbit "chaos" {
  objective = objective.f2
  start     = { x = 0.3 }
  optimizer "gd" { learning_rate = 2 }
  lyapunov {
    skip  = 1000
    steps = 200000
  }
}

# The starts that one, two, ... steps lead to 0

run "grid" {
  objective = objective.f2
  vary { x0 = linspace(-11 / 3, 11 / 3, 100000) }
  start = { x = x0 }
  steps = 4
  optimizer "gd" { learning_rate = 2 }
}

run "curves" {
  objective = objective.f2
  vary { x0 = linspace(0, 1.5, 1501) }
  start = { x = x0 }
  steps = 3
  optimizer "gd" { learning_rate = 2 }
}

# How many of 100,000 starts come within delta of 0 in 1,000 steps; they are stopped there

run "hit" {
  for_each  = [0, 1e-6, 1e-5, 1e-4]
  objective = objective.f2
  vary { lane = range(100000) }
  start = uniform(-3, 3)
  seed  = 7
  steps = 1000
  optimizer "gd" { learning_rate = 2 }
  stop { when = abs(x) <= each.value }
  record { every = 1000 }
}

run "plateau" {
  for_each  = [1, 1.001]
  objective = objective.plateau
  vary { x0 = linspace(0, 4, 4001) }
  start = { x = x0 }
  steps = 1000
  optimizer "gd" { learning_rate = each.value }
  stop { when = x == 0 }
  record { every = 1000 }
}

locals {
  crossings   = [for n in range(1, 5) : count(slice(run.grid.path.x[n], 1, 100000) * slice(run.grid.path.x[n], 0, 99999) < 0)]
  fixed       = [for n in range(1, 5) : count(slice(run.grid.path.x[n] - run.grid.path.x[0], 1, 100000) * slice(run.grid.path.x[n] - run.grid.path.x[0], 0, 99999) < 0)]
  hits        = [for delta in [0, 1e-6, 1e-5, 1e-4] : count(abs(run.hit[delta].final.params.x) <= delta)]
  end         = run.either.final.params.x
  first_cycle = count(local.end > 1) + count(local.end * (local.end + 1) < 0) # near sqrt(2) or -1/sqrt(2)
}

check "one cycle attracts for eta between 2 and 4" {
  assert {
    condition = max(orbit.symmetric.residual) < 1e-13 && max(abs(sq(orbit.symmetric.point.x) - (orbit.symmetric.vary.eta / 2 - 1))) < 1e-13
    message   = "x^2 is eta/2 - 1 on it to ${max(abs(sq(orbit.symmetric.point.x) - (orbit.symmetric.vary.eta / 2 - 1)))}, with residuals of at most ${max(orbit.symmetric.residual)}."
  }
  assert {
    condition = max(abs(transpose(orbit.symmetric.multiplier)[0] - sq(3 - 8 / orbit.symmetric.vary.eta))) < 1e-12
    message   = "Its multiplier is (3 - 8/eta)^2 to ${max(abs(transpose(orbit.symmetric.multiplier)[0] - sq(3 - 8 / orbit.symmetric.vary.eta)))}."
  }
  assert {
    condition = all(orbit.symmetric.stable == (orbit.symmetric.vary.eta < 4))
    message   = "It does not attract just up to eta = 4."
  }
}

check "two cycles attract side by side for eta between 4 and 5" {
  assert {
    condition = max(orbit.lopsided.residual) < 1e-13 && max(abs(abs(orbit.lopsided.point.x + 1 / orbit.lopsided.point.x) - sqrt(orbit.lopsided.vary.eta))) < 1e-13
    message   = "|x + 1/x| is sqrt(eta) on them to ${max(abs(abs(orbit.lopsided.point.x + 1 / orbit.lopsided.point.x) - sqrt(orbit.lopsided.vary.eta)))}, with residuals of at most ${max(orbit.lopsided.residual)}."
  }
  assert {
    condition = max(abs(transpose(orbit.lopsided.multiplier)[0] - (9 - 2 * orbit.lopsided.vary.eta))) < 1e-12
    message   = "Their multiplier is 9 - 2 eta to ${max(abs(transpose(orbit.lopsided.multiplier)[0] - (9 - 2 * orbit.lopsided.vary.eta)))}."
  }
  assert {
    condition = all(orbit.lopsided.stable == (orbit.lopsided.vary.eta < 5))
    message   = "They do not attract just up to eta = 5."
  }
  assert {
    condition = local.first_cycle == 10000 && max(min(abs(abs(local.end) - sqrt(2)), abs(abs(local.end) - sqrt(0.5)))) < 1e-12
    message   = "Of 20,000 starts at eta = 4.5, ${local.first_cycle} end on one of them, by symmetry half; the others on the other, within ${max(min(abs(abs(local.end) - sqrt(2)), abs(abs(local.end) - sqrt(0.5))))}."
  }
}

check "periods double" {
  for_each = local.periods
  assert {
    condition = orbit.doubled[tostring(each.value)].period == each.value && abs(orbit.doubled[tostring(each.value)].multiplier[0]) < 1e-9 && orbit.doubled[tostring(each.value)].residual < 1e-13
    message   = "At eta = ${local.doubling[tostring(each.value)]} the period is ${orbit.doubled[tostring(each.value)].period} and the multiplier ${orbit.doubled[tostring(each.value)].multiplier[0]}, with a residual of ${orbit.doubled[tostring(each.value)].residual}."
  }
}

check "at learning rates whose distances shrink by Feigenbaum's number" {
  assert {
    condition = close(local.ratios[3], 4.669201609, 0.005) && all([for k in range(3) : local.ratios[k + 1] > local.ratios[k]])
    message   = "The ratios are ${local.ratios}; they tend to 4.6692016."
  }
}

check "beyond, long periods in windows of the chaos" {
  assert {
    condition = orbit.window[6.05].period == 6 && orbit.window[9.95].period == 8 && orbit.window[12.25].period == 3 && orbit.window[12.4].period == 15
    message   = "At 6.05, 9.95, 12.25 and 12.4 the periods are ${orbit.window[6.05].period}, ${orbit.window[9.95].period}, ${orbit.window[12.25].period} and ${orbit.window[12.4].period}."
  }
  assert {
    condition = all([for eta in [6.05, 9.95, 12.25, 12.4] : orbit.window[eta].stable && orbit.window[eta].residual < 1e-13])
    message   = "Not all of them attract."
  }
}

check "f2 has cycles of every period" {
  assert {
    condition = all([for p in range(4) : local.fixed[p] == pow(3, p + 1) - 2])
    message   = "After 1, 2, 3, 4 steps of 2, ${local.fixed} points are back: 3^p - 2."
  }
}

check "and none of them attracts" {
  assert {
    condition = close(abs(1 - 2 * hessian(objective.f2, { x = 0.2 })[0][0]), 11, 1e-12) && 1 - 2 * hessian(objective.f2, { x = 11 / 3 })[0][0] > 1.01
    message   = "The slope of the map is ${1 - 2 * hessian(objective.f2, { x = 0.2 })[0][0]} within 1/3, and outside at least ${1 - 2 * hessian(objective.f2, { x = 11 / 3 })[0][0]}, at the rim of the ball."
  }
  assert {
    condition = orbit.chaos.lyapunov > 0.4 && orbit.chaos.lyapunov > 20 * orbit.chaos.lyapunov_error
    message   = "The Lyapunov exponent is ${orbit.chaos.lyapunov}, with a standard error of ${orbit.chaos.lyapunov_error}."
  }
}

check "the starts that hit the minimum are isolated" {
  assert {
    condition = all([for n in range(4) : local.crossings[n] == pow(3, n + 1)])
    message   = "Between neighbours of 100,000 starts x changes sign ${local.crossings} times after 1, 2, 3, 4 steps: 3^n preimages of 0."
  }
}

check "no start of an ensemble hits it, and as few come near as the distance tells" {
  assert {
    condition = local.hits[0] == 0
    message   = "${local.hits[0]} of 100,000 starts come to 0 exactly in 1,000 steps."
  }
  assert {
    condition = abs(local.hits[3] - 10 * local.hits[2]) < 4 * sqrt(local.hits[3] + 100 * local.hits[2]) && abs(local.hits[2] - 10 * local.hits[1]) < 4 * sqrt(local.hits[2] + 100 * local.hits[1])
    message   = "Within 1e-6, 1e-5 and 1e-4 come ${local.hits[1]}, ${local.hits[2]} and ${local.hits[3]}: ten times the distance, ten times as many, within four standard errors."
  }
}

check "read closely: at single learning rates the measure is not zero" {
  assert {
    condition = all([for i in range(1000, 2001) : run.plateau[1].final.params.x[i] == 0]) && count(run.plateau[1].final.params.x == 0) > 2000
    message   = "Where f'(x) = x on [1, 2], eta = 1 leads ${count(run.plateau[1].final.params.x == 0)} of 4,001 starts between 0 and 4 to 0 exactly."
  }
  assert {
    condition = count(run.plateau[1.001].final.params.x == 0) == 1
    message   = "With eta = 1.001 it is ${count(run.plateau[1.001].final.params.x == 0)}, the start at 0 itself."
  }
  assert {
    condition = close(hessian(objective.plateau, { x = 0 })[0][0], 4, 1e-12)
    message   = "f''(0) is ${hessian(objective.plateau, { x = 0 })[0][0]}, so that both rates are above the threshold 2/f''(0) = 0.5."
  }
}

plot "diagram" {
  title   = "Gradient descent on ln(1 + x^2)/2, from 0.3 and from -0.3"
  columns = 1
  width   = 18
  height  = 16
  panel {
    density {
      x         = orbit.diagram.vary.eta
      y         = orbit.diagram.diagram.x
      normalize = "column"
    }
    line {
      x     = orbit.symmetric.vary.eta
      y     = sqrt(orbit.symmetric.vary.eta / 2 - 1)
      label = "the symmetric two-cycle"
      color = "#d55e00"
      dash  = "dashed"
    }
    axis_x {
      label = "eta"
      range = [1.5, 13]
    }
    axis_y { label = "x" }
  }
  panel {
    line {
      x = transpose(orbit.diagram.vary.eta)[0]
      y = transpose(orbit.diagram.lyapunov)[0]
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x {
      label = "eta"
      range = [1.5, 13]
    }
    axis_y {
      label = "Lyapunov exponent"
      range = [-1, 1]
    }
  }
}

plot "multipliers" {
  title = "Multipliers of the first two-cycles"
  line {
    x     = orbit.symmetric.vary.eta
    y     = transpose(orbit.symmetric.multiplier)[0]
    label = "x and -x: (3 - 8/eta)^2"
  }
  line {
    x     = orbit.lopsided.vary.eta
    y     = transpose(orbit.lopsided.multiplier)[0]
    label = "x and -1/x: 9 - 2 eta"
  }
  hline {
    y    = 1
    dash = "dotted"
  }
  hline {
    y    = -1
    dash = "dotted"
  }
  axis_x { label = "eta" }
  axis_y { label = "multiplier over the cycle" }
}

plot "preimages" {
  title   = "f2, eta = 2: the starts that hit the minimum"
  columns = 2
  width   = 18
  height  = 8
  panel {
    line {
      x     = run.curves.vary.x0
      y     = run.curves.path.x[1]
      label = "after one step"
    }
    line {
      x     = run.curves.vary.x0
      y     = run.curves.path.x[2]
      label = "two"
    }
    line {
      x     = run.curves.vary.x0
      y     = run.curves.path.x[3]
      label = "three"
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x { label = "start" }
    axis_y { label = "x" }
  }
  panel {
    scatter {
      x     = [1e-6, 1e-5, 1e-4]
      y     = slice(local.hits, 1, 4)
      label = "of 100,000 starts, in 1,000 steps"
    }
    line {
      x     = [1e-6, 1e-4]
      y     = [local.hits[3] / 100, local.hits[3]]
      label = "in proportion"
      color = "#000000"
      dash  = "dashed"
    }
    axis_x {
      label = "delta"
      scale = "log"
    }
    axis_y {
      label = "starts that come within delta of 0"
      scale = "log"
    }
  }
}

table "doubling" {
  title   = "Learning rates at which the multiplier is 0"
  columns = ["period", "eta", "multiplier", "residual"]
  rows = [for p in local.periods : [
    p,
    format("%.12f", local.doubling[tostring(p)]),
    format("%.1e", orbit.doubled[tostring(p)].multiplier[0]),
    format("%.1e", orbit.doubled[tostring(p)].residual),
  ]]
}

output "feigenbaum" {
  value       = local.ratios[3]
  description = "The last ratio of distances between learning rates of doubled periods; the limit is 4.6692016"
}

report {
  text {
    markdown = <<-EOT
      ## More than one

      The Cauchy loss grows like a logarithm and is in the class of Definition 4.1. Up to eta = 4 its gradient descent has one
      attracting cycle, as on a convex function: x and -x with `x^2 = eta/2 - 1` and the multiplier `(3 - 8/eta)^2`. A cycle
      of two steps needs f'(x) + f'(y) = 0, which here has a second solution, y = -1/x. From eta = 4 on it gives a cycle with
      `x + 1/x = sqrt(eta)`, and its mirror image; their multiplier is `9 - 2 eta`. So between 4 and 5 two cycles attract side by
      side while the symmetric one repels, and which is reached is a matter of the start. Newton's method finds them where
      the formulas say, to rounding.
    EOT
    show     = [plot.diagram, plot.multipliers]
  }

  text {
    markdown = <<-EOT
      ## Very long ones

      At eta = 5 the multiplier passes -1 and the period doubles, to 4, 8, 16 and so on without end. The distances between
      the learning rates shrink by ratios of ${format("%.3f", local.ratios[0])}, ${format("%.3f", local.ratios[1])},
      ${format("%.3f", local.ratios[2])}, ${format("%.3f", local.ratios[3])}: towards Feigenbaum's 4.6692, as for every
      smooth map with a quadratic hump. All periods 2^k are reached before eta = 5.30898. Beyond lies chaos with windows of other
      periods: 6 at eta = 6.05, 8 at 9.95, 3 at 12.25, 15 at 12.4.

      On f2 there is no such route. The slope of its map is -11 within the bottom at eta = 2, and above 1 outside:
      whatever the period, no cycle attracts, and that holds for every eta above 1/3. Yet there are very many: after p
      steps 3^p - 2 points are back.
    EOT
    show     = [table.doubling]
  }

  text {
    markdown = <<-EOT
      ## Starts that hit the minimum

      The map of f2 at eta = 2 takes every value near 0 three times, so 0 has 3 preimages, 9 after two steps, 3^n after n:
      countably many in all, each isolated, and of measure zero. Of 100,000 starts at random none arrives at 0 in 1,000
      steps. That is more than the arithmetic of a computer owes us, so nearness is counted too: ${local.hits[1]},
      ${local.hits[2]} and ${local.hits[3]} come within 1e-6, 1e-5 and 1e-4, in proportion to the distance.
    EOT
    show     = [plot.preimages]
  }

  text {
    markdown = <<-EOT
      ## What "when eta is not too small" does not cover

      The paper says in brackets that hitting the minimum is an event of measure zero when eta is not too small. For a function
      in its class with f'(x) = x on an interval, here [1, 2], a step with eta = 1 leads from the whole interval to 0
      exactly, though the threshold is 0.5 and 0 repels: ${count(run.plateau[1].final.params.x == 0)} of 4,001 starts end there. At
      eta = 1.001 none does but 0 itself.

      The sentence is true for almost every eta: sets of positive measure are led to a point only where eta f'' = 1 on a
      set of positive measure, and for one f that can be so for countably many eta at most. Theorem 4.1 is safe, since
      there f'' falls strictly.
    EOT
    show     = [check, output]
  }
}
