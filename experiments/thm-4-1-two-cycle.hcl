study {
  title       = "Theorem 4.1: one two-cycle for each learning rate"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Lemma 4.1 and Theorem 4.1"
  description = <<-EOT
    An even function of one variable whose curvature falls away from its minimum. Gradient descent tends to the minimum for
    eta up to 2/f''(0), and beyond it, from almost every start, to the two-cycle +-x_eta with eta f'(x_eta) = 2 x_eta.

    For f1 of Fig. 4.1 the level has a closed form in the lower branch of Lambert's W, so every claim is held to numbers that
    do not come from an iteration: the level and its growth with eta, the convergence of 100,000 starts, the rate of
    convergence, the threshold itself. Two controls show what the words "strictly decreasing" are for.
  EOT
}

# The start from which one step leads to 0: eta ln(1 + x) = x.
function "preimage" {
  params = [eta]
  value  = -eta * lambert_w_minus1(-1 / eta * exp(-1 / eta)) - 1
}

# 1 - eta f''(x_eta)
function "multiplier" {
  params = [eta]
  value  = 1 - eta / (1 + log_growth_cycle(eta))
}

locals {
  superstable = -2 / lambert_w(-2 * exp(-2)) # eta = 1 + x_eta: the multiplier is 0
}

objective "convex" {
  params = [x]
  value  = log_growth(x)
}

objective "smooth" {
  params = [x]
  value  = pseudo_huber(x, 1)
}

# Quadratic within 1, linear beyond: f'' falls, but not strictly.
objective "huber" {
  params = [x]
  value  = huber(x, 1)
}

# The level over eta, from one start

run "levels" {
  objective = objective.convex
  vary { eta = logspace(2.05, 2000, 400) }
  start = { x = -5 }
  steps = 3000
  optimizer "gd" { learning_rate = eta }
  record { every = 3000 }
}

# Almost every start: 100,000 of them, evenly between -50 and 50. None is 0.

run "many" {
  for_each  = [1.5, 2, 3, 5, 8]
  objective = objective.convex
  vary { x0 = linspace(-50, 50, 100000) }
  start = { x = x0 }
  steps = 400
  optimizer "gd" { learning_rate = each.value }
  record { every = 400 }
}

# Every step of fewer of them

run "ways" {
  for_each  = [3, 8]
  objective = objective.convex
  vary { x0 = linspace(-20, 20, 400) }
  start = { x = x0 }
  steps = 60
  optimizer "gd" { learning_rate = each.value }
}

# The rate near the cycle

run "near" {
  objective = objective.convex
  vary { eta = linspace(2.1, 12, 100) }
  start = { x = log_growth_cycle(eta) + 1e-6 }
  steps = 1
  optimizer "gd" { learning_rate = eta }
}

run "approach" {
  for_each  = [2.2, 3, 4, 8, 20]
  objective = objective.convex
  start     = { x = log_growth_cycle(each.value) + 0.1 }
  steps     = 60
  optimizer "gd" { learning_rate = each.value }
}

# The exception: a start that one step leads to 0

run "exception" {
  objective = objective.convex
  start     = { x = preimage(5) }
  steps     = 60
  optimizer "gd" { learning_rate = 5 }
}

# The threshold itself

run "threshold" {
  objective = objective.convex
  start     = { x = 1 }
  steps     = 200000
  optimizer "gd" { learning_rate = 2 }
  record { every = 1000 }
}

run "smooth" {
  objective = objective.smooth
  start     = { x = 1 }
  steps     = 200000
  optimizer "gd" { learning_rate = 2 }
  record { every = 1000 }
}

# Controls: where f'' is not strictly decreasing

run "huber_threshold" {
  objective = objective.huber
  vary { x0 = linspace(0.1, 1, 10) }
  start = { x = x0 }
  steps = 200
  optimizer "gd" { learning_rate = 2 }
}

run "huber" {
  objective = objective.huber
  vary { x0 = linspace(1.1, 1.9, 9) }
  start = { x = x0 }
  steps = 200
  optimizer "gd" { learning_rate = 3 }
}

# The level

locals {
  eta     = run.levels.vary.eta
  reached = abs(run.levels.final.params.x)
  level   = log_growth_cycle(run.levels.vary.eta)
}

check "the level of each learning rate is the one that Lambert's W gives" {
  assert {
    condition = max(abs(local.reached / local.level - 1)) < 1e-12
    message   = "Over 400 learning rates from 2.05 to 2,000 the run ends within ${max(abs(local.reached / local.level - 1))} of the level, relatively."
  }
  assert {
    condition = max(abs(local.eta * log1p(local.level) / (2 * local.level) - 1)) < 1e-14
    message   = "The level solves eta f'(x) = 2 x to ${max(abs(local.eta * log1p(local.level) / (2 * local.level) - 1))}, relatively."
  }
  assert {
    condition = close(log_growth_cycle(5), 4.046970313161707, 1e-14) && close(log_growth_cycle(3), 1.144032841275508, 1e-14)
    message   = "Fig. 4.1 shows the levels of 5 and 3: ${log_growth_cycle(5)} and ${log_growth_cycle(3)}."
  }
}

check "Lemma 4.1: the level grows with eta, and is 0 up to the threshold" {
  assert {
    condition = all([for i in range(399) : local.reached[i + 1] > local.reached[i]])
    message   = "It does not grow everywhere."
  }
  assert {
    condition = log_growth_cycle(2) == 0 && log_growth_cycle(1.5) == 0 && close(log_growth_cycle(2 + 1e-6), 1e-6, 1e-9)
    message   = "Below and at eta = 2 the formula gives ${log_growth_cycle(1.5)} and ${log_growth_cycle(2)}; just above, x_eta is eta - 2: at 2 + 1e-6 it is ${log_growth_cycle(2 + 1e-6)}."
  }
}

# Convergence

check "eta above 2: every one of 100,000 starts ends on the two-cycle" {
  for_each = [3, 5, 8]
  assert {
    condition = max(abs(abs(run.many[each.value].final.params.x) - log_growth_cycle(each.value))) < 1e-13 * log_growth_cycle(each.value)
    message   = "After 400 steps |x| differs from the level by up to ${max(abs(abs(run.many[each.value].final.params.x) - log_growth_cycle(each.value)))}."
  }
  assert {
    condition = count(run.many[each.value].final.params.x > 0) == 50000
    message   = "${count(run.many[each.value].final.params.x > 0)} of them are on the positive side at step 400: by symmetry it is half."
  }
}

check "eta up to 2: every one ends at 0" {
  assert {
    condition = all(run.many[1.5].final.params.x == 0) || max(abs(run.many[1.5].final.params.x)) < 1e-100
    message   = "With eta = 1.5, |x| at step 400 is up to ${max(abs(run.many[1.5].final.params.x))}."
  }
  assert {
    condition = max(abs(run.many[2].final.params.x)) < 1.02 / 400
    message   = "With eta = 2, |x| at step 400 is up to ${max(abs(run.many[2].final.params.x))}; 1/t is 0.0025."
  }
}

# (4.2), with what rounding allows
check "no step leads away from the cycle" {
  for_each = [3, 8]
  assert {
    condition = max(max(diff(abs(abs(run.ways[each.value].path.x) - log_growth_cycle(each.value))))) < 4e-15
    message   = "The largest growth of the distance in one step is ${max(max(diff(abs(abs(run.ways[each.value].path.x) - log_growth_cycle(each.value)))))}."
  }
}

# The rate

locals {
  near_eta = run.near.vary.eta
  rate     = (abs(run.near.path.x[1]) - log_growth_cycle(local.near_eta)) / (run.near.path.x[0] - log_growth_cycle(local.near_eta))
}

check "near the cycle one step multiplies the distance by 1 - eta f''(x_eta)" {
  assert {
    condition = max(abs(local.rate + multiplier(local.near_eta))) < 1e-5
    message   = "The distance of |x| from the level is multiplied by eta f''(x_eta) - 1, within ${max(abs(local.rate + multiplier(local.near_eta)))}, for 100 learning rates from 2.1 to 12."
  }
  assert {
    condition = max(abs(multiplier(local.eta))) < 1
    message   = "The multiplier is up to ${max(abs(multiplier(local.eta)))}: inside (-1, 1) for every eta."
  }
  assert {
    condition = close(local.superstable, 4.921553635, 1e-9) && close(multiplier(local.superstable), 0, 1e-14)
    message   = "At eta = ${local.superstable} the multiplier is ${multiplier(local.superstable)}."
  }
}

check "the exceptions are isolated, and rounding leaves them" {
  assert {
    condition = abs(run.exception.path.x[1]) < 1e-14
    message   = "From x = ${run.exception.path.x[0]} one step of 5 leads to ${run.exception.path.x[1]}."
  }
  assert {
    condition = close(abs(run.exception.path.x[60]), log_growth_cycle(5), 1e-14)
    message   = "At 0 each step of 5 multiplies the distance by -4, and by step 60 it is back on the cycle: |x| = ${abs(run.exception.path.x[60])}."
  }
}

# At the threshold

locals {
  gain   = 1 / abs(run.threshold.path.x[200000]) - 1 / abs(run.threshold.path.x[100000])
  gain_2 = 1 / sq(run.smooth.path.x[200000]) - 1 / sq(run.smooth.path.x[100000])
}

check "at eta = 2/f''(0) exactly, f1 tends to 0 like 1/t" {
  assert {
    condition = close(200000 * abs(run.threshold.path.x[200000]), 1, 1e-4)
    message   = "t |x| at step 200,000 is ${200000 * abs(run.threshold.path.x[200000])}."
  }
  assert {
    condition = close(local.gain - 100000, log(2) / 3, 2e-5)
    message   = "1/|x| grows by 100,000 + ${local.gain - 100000} over the last 100,000 steps; ln(2)/3 = ${log(2) / 3}."
  }
}

check "but a smooth function like t^(-1/2)" {
  assert {
    condition = close(sqrt(400000) * abs(run.smooth.path.x[200000]), 1, 1e-4)
    message   = "sqrt(2 t) |x| at step 200,000 is ${sqrt(400000) * abs(run.smooth.path.x[200000])}."
  }
  assert {
    condition = close(local.gain_2 - 200000, 0.75 * log(2), 2e-5)
    message   = "1/x^2 grows by 200,000 + ${local.gain_2 - 200000} over the last 100,000 steps; (3/4) ln(2) = ${0.75 * log(2)}."
  }
}

# Controls

check "where f'' is not strictly decreasing, nothing converges" {
  assert {
    condition = all(run.huber_threshold.final.params.x == run.huber_threshold.path.x[0])
    message   = "At eta = 2 = 2/f''(0) the Huber function keeps each start on a two-cycle of its own: |x| is from ${min(abs(run.huber_threshold.final.params.x))} to ${max(abs(run.huber_threshold.final.params.x))}."
  }
  assert {
    condition = max(abs(run.huber.final.params.x - run.huber.path.x[0])) < 1e-12 && max(abs(run.huber.path.x[199] - (run.huber.path.x[0] - 3))) < 1e-12
    message   = "At eta = 3 every x between 1 and 2 lies on the two-cycle of x and x - 3; after 200 steps they have moved by ${max(abs(run.huber.final.params.x - run.huber.path.x[0]))}."
  }
}

# What to look at

plot "levels" {
  title   = "The two-cycle of f1: x_eta over eta"
  columns = 2
  width   = 18
  height  = 8
  panel {
    line {
      x     = local.eta
      y     = local.level
      label = "by Lambert's W"
      color = "#000000"
    }
    scatter {
      x     = local.eta
      y     = local.reached
      label = "|x| after 3,000 steps"
    }
    vline {
      x     = 2
      label = "2/f''(0)"
      dash  = "dotted"
    }
    axis_x {
      label = "eta"
      range = [1, 12]
    }
    axis_y {
      label = "x_eta"
      range = [0, 16]
    }
  }
  panel {
    line {
      x     = local.eta
      y     = multiplier(local.eta)
      label = "1 - eta f''(x_eta)"
      color = "#000000"
    }
    scatter {
      x     = local.near_eta
      y     = -local.rate
      label = "of one step, 1e-6 from the cycle"
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x {
      label = "eta"
      scale = "log"
    }
    axis_y {
      label = "multiplier per step"
      range = [-1, 1]
    }
  }
}

plot "approach" {
  title   = "Two approaches"
  columns = 2
  width   = 18
  height  = 8
  panel {
    title = "to the cycle, by eta"
    line {
      y     = abs(abs(run.approach[2.2].path.x) - log_growth_cycle(2.2))
      label = "2.2"
    }
    line {
      y     = abs(abs(run.approach[3].path.x) - log_growth_cycle(3))
      label = "3"
    }
    line {
      y     = abs(abs(run.approach[4].path.x) - log_growth_cycle(4))
      label = "4"
    }
    line {
      y     = abs(abs(run.approach[8].path.x) - log_growth_cycle(8))
      label = "8"
    }
    line {
      y     = abs(abs(run.approach[20].path.x) - log_growth_cycle(20))
      label = "20"
    }
    axis_x { label = "step" }
    axis_y {
      label = "distance of |x| from x_eta"
      scale = "log"
      range = [1e-16, 1]
    }
  }
  panel {
    title = "to 0, at eta = 2 exactly"
    line {
      y     = slice(abs(run.threshold.path.x), 1000, 200000)
      label = "f1"
    }
    line {
      y     = slice(abs(run.smooth.path.x), 1000, 200000)
      label = "sqrt(1 + x^2) - 1"
    }
    line {
      x     = [1000, 200000]
      y     = [0.001, 0.000005]
      label = "1/t"
      color = "#000000"
      dash  = "dashed"
    }
    line {
      x     = [1000, 200000]
      y     = [sqrt(1 / 2000), sqrt(1 / 400000)]
      label = "(2 t)^(-1/2)"
      color = "#000000"
      dash  = "dotted"
    }
    axis_x {
      label = "step"
      scale = "log"
      range = [1000, 200000]
    }
    axis_y {
      label = "|x|"
      scale = "log"
      range = [1e-7, 0.1]
    }
  }
}

table "levels" {
  title   = "The two-cycle of f1"
  columns = ["eta", "x_eta", "1 - eta f'' (per step)", "its square (over the cycle)", "largest distance of 100,000 starts after 400 steps"]
  rows = [for eta in [3, 5, 8] : [
    eta,
    log_growth_cycle(eta),
    multiplier(eta),
    sq(multiplier(eta)),
    format("%.1e", max(abs(abs(run.many[eta].final.params.x) - log_growth_cycle(eta)))),
  ]]
}

output "superstable" {
  value       = local.superstable
  description = "Learning rate at which the two-cycle of f1 attracts fastest: the multiplier is 0"
}

report {
  text {
    markdown = <<-EOT
      ## The level

      For f1 the equation of the two-cycle is `eta ln(1 + x) = 2 x`, and its solution
      `x_eta = -(eta/2) W(-(2/eta) exp(-2/eta)) - 1` with the lower branch of Lambert's W. It leaves 0 at eta = 2 with slope
      1 and grows for ever, as Lemma 4.1 says. Gradient descent from x = -5 ends on it, for 400 learning rates between 2.05
      and 2,000, within ${format("%.1e", max(abs(local.reached / local.level - 1)))} of its value.

      The lemma calls f strongly convex; with f'' falling to 0 it cannot be, and strictly convex is meant.
    EOT
    show     = [plot.levels, table.levels]
  }

  text {
    markdown = <<-EOT
      ## From almost every start, and how fast

      Of 100,000 starts between -50 and 50 every one ends on the cycle, and no step leads away from it: that is (4.2). Near it
      a step multiplies x - x_eta by `1 - eta f''(x_eta)` as it changes sides; of |x| the distance to the level is multiplied
      by minus that. The two-cycle of the composed map has the square. The multiplier is 0 at
      eta = ${format("%.6f", local.superstable)}, where convergence is quadratic. It tends to -1 at the threshold, and to 1,
      like a logarithm, for large eta: there the cycle attracts ever more slowly.

      The exceptions are 0 and what leads to it. One step of 5 leads from x = ${format("%.9f", run.exception.path.x[0])} to 0;
      rounding misses it by ${format("%.1e", abs(run.exception.path.x[1]))}, and ${first(abs(abs(run.exception.path.x) - log_growth_cycle(5)) < 1e-3) - 1} steps later the
      iterate is back within 0.001 of the cycle.
    EOT
    show     = [plot.approach]
  }

  text {
    markdown = <<-EOT
      ## At the threshold

      With eta = 2/f''(0) exactly the theorem says convergence, not how fast. For f1 a step leads from y = |x| to
      `2 ln(1 + y) - y = y - y^2 + (2/3) y^3 - ...`, so 1/y grows by `1 + y/3 + ...` per step, and `1/y = t + (1/3) ln t + O(1)`:
      y falls like 1/t, with the constant 1. It owes that rate to the kink of f1'' = 1/(1 + |x|) at 0. A function that is smooth
      there has no odd power in f'': for `sqrt(1 + x^2) - 1` the step is `y - y^3 + (3/4) y^5 - ...`, so
      `1/y^2 = 2 t + (3/4) ln t + O(1)`, and y falls like `(2 t)^(-1/2)` only. Both logarithms are in the numbers.
    EOT
  }

  text {
    markdown = <<-EOT
      ## What "strictly" is for

      The Huber function has an f'' that falls from 1 to 0, but not strictly. It meets the conditions of Lemma 4.1 except that
      f'' jumps, and a rounded corner changes nothing in what follows. At eta = 2 each start within the quadratic part stays
      on a two-cycle of its own, as on a quadratic. At eta = 3 the level x_eta = 3/2 exists, but every x between 1 and 2
      lies on the two-cycle of x and x - 3, which neither attracts nor repels.
    EOT
    show     = [check, output]
  }
}
