study {
  title       = "Along a flattening valley"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Fig. 4.2; section 4.4"
  description = <<-EOT
    A valley whose floor is flat and whose walls become less steep towards larger x1. Gradient descent with a learning
    rate too large for the walls bounces across the valley and is driven along it, to where the walls are less steep. The
    quasistatic dynamics (4.8), in which x2 always sits on its two-cycle, predicts that motion.

    The paper does not give the length of the runs; here it is 20,000 steps, enough to see the law of the approach.
  EOT
}

# h(x) of section 4.4. The floor of the valley is x2 = 0, its curvature across h(x1)^2, since f1''(0) = 1.
function "flattening" {
  params = [x]
  value  = 1 / (1 + 0.01 * x)
}

# Gradient descent is stable across the valley where eta h^2 <= 2, with eta = 3 from limit on.
# Near the limit, d = limit - x1 obeys d' = -d^2 / K: x2 = 0.04 d on the two-cycle, put into (4.8).
locals {
  limit = 100 * (sqrt(1.5) - 1)
  K     = 31250 * sqrt(1.5)
}

objective "valley" {
  params = [x1, x2]
  value  = valley(log_growth, flattening, x1, x2)
}

run "gd" {
  objective = objective.valley
  start     = { x1 = 1, x2 = 1 }
  steps     = 20000
  optimizer "gd" { learning_rate = 3 }
}

run "quasistatic" {
  objective = objective.valley
  start     = { x1 = 1, x2 = 1 }
  steps     = 20000
  optimizer "quasistatic" {
    along         = [x1]
    across        = x2
    learning_rate = 3
  }
}

# Started where the walls are already flat enough, there is nothing to drive the motion.

run "gd_beyond" {
  objective = objective.valley
  start     = { x1 = 30, x2 = 1 }
  steps     = 500
  optimizer "gd" { learning_rate = 3 }
}

run "quasistatic_beyond" {
  objective = objective.valley
  start     = { x1 = 30, x2 = 1 }
  steps     = 500
  optimizer "quasistatic" {
    along         = [x1]
    across        = x2
    learning_rate = 3
  }
}

landscape "valley" {
  objective = objective.valley
  axis "x1" {
    from   = 0
    to     = 24
    points = 241
  }
  axis "x2" {
    from   = -1.5
    to     = 1.5
    points = 151
  }
}

locals {
  inverse             = 1 / (local.limit - run.gd.path.x1)
  inverse_quasistatic = 1 / (local.limit - run.quasistatic.path.x1)
  slope_1             = local.K * (local.inverse[2000] - local.inverse[1000]) / 1000
  slope_2             = local.K * (local.inverse[5000] - local.inverse[2000]) / 3000
  slope_3             = local.K * (local.inverse[10000] - local.inverse[5000]) / 5000
  slope_4             = local.K * (local.inverse[20000] - local.inverse[10000]) / 10000
  slope_quasistatic   = local.K * (local.inverse_quasistatic[20000] - local.inverse_quasistatic[10000]) / 10000
}

check "the quasistatic dynamics follows gradient descent" {
  assert {
    condition = max(abs(run.gd.path.x1 - run.quasistatic.path.x1)) < 0.02
    message   = "x1 differs by at most ${max(abs(run.gd.path.x1 - run.quasistatic.path.x1))} while it moves by more than 19."
  }
  assert {
    condition = max(slice(abs(abs(run.gd.path.x2) - abs(run.quasistatic.path.x2)), 20, 20000)) < 0.004
    message   = "From step 20 on, |x2| differs by at most ${max(slice(abs(abs(run.gd.path.x2) - abs(run.quasistatic.path.x2)), 20, 20000))}."
  }
  assert {
    condition = close(run.quasistatic.path.x1[100], 3.0226582852735477, 1e-9) && close(run.quasistatic.path.x1[20000], 20.90127234457208, 1e-8)
    message   = "(4.8) gives x1 = ${run.quasistatic.path.x1[100]} at step 100 and ${run.quasistatic.path.x1[20000]} at step 20,000."
  }
  assert {
    condition = close(run.gd.path.x1[100], 3.0253550434646703, 1e-9) && close(run.gd.path.x1[20000], 20.90382356277537, 1e-8)
    message   = "Gradient descent gives x1 = ${run.gd.path.x1[100]} at step 100 and ${run.gd.path.x1[20000]} at step 20,000."
  }
}

check "it moves to flatter minima and lowers the loss, ever more slowly" {
  assert {
    condition = all(diff(run.gd.path.x1) >= 0) && all(run.gd.path.x1 < local.limit)
    message   = "x1 never falls and stays below ${local.limit}: at step 20,000 it is ${run.gd.path.x1[20000]}."
  }
  assert {
    condition = run.gd.loss[100] > run.gd.loss[1000] && run.gd.loss[1000] > run.gd.loss[10000]
    message   = "The loss at steps 100, 1,000 and 10,000 is ${run.gd.loss[100]}, ${run.gd.loss[1000]} and ${run.gd.loss[10000]}."
  }
  assert {
    condition = 3 * sq(flattening(run.gd.path.x1[0])) > 2.9 && 3 * sq(flattening(run.gd.path.x1[20000])) > 2 && 3 * sq(flattening(run.gd.path.x1[20000])) < 2.06
    message   = "eta times the curvature of the floor falls from ${3 * sq(flattening(run.gd.path.x1[0]))} to ${3 * sq(flattening(run.gd.path.x1[20000]))}; 2 is the threshold."
  }
}

check "the distance to the limit falls like K/t, and never in finite time to 0" {
  assert {
    condition = close(local.slope_1, 1.319, 0.005) && close(local.slope_2, 1.188, 0.005) && close(local.slope_3, 1.105, 0.005) && close(local.slope_4, 1.060, 0.005)
    message   = "K times the slope of 1/distance is ${local.slope_1}, ${local.slope_2}, ${local.slope_3}, ${local.slope_4} over steps 1,000 to 2,000, to 5,000, to 10,000, to 20,000: it tends to 1."
  }
  assert {
    condition = close(local.slope_quasistatic, 1.0584, 0.005)
    message   = "For the quasistatic dynamics it is ${local.slope_quasistatic} over the last 10,000 steps."
  }
  assert {
    condition = 20000 * (local.limit - run.gd.path.x1[20000]) / local.K < 0.85
    message   = "t times the distance is still ${20000 * (local.limit - run.gd.path.x1[20000]) / local.K} K at step 20,000: it forgets the start only slowly, so the slope is the better witness."
  }
  assert {
    condition = close(abs(run.gd.path.x2[20000]) / (local.limit - run.gd.path.x1[20000]), 0.04, 0.001)
    message   = "|x2| over the distance is ${abs(run.gd.path.x2[20000]) / (local.limit - run.gd.path.x1[20000])} at the end; on the two-cycle it tends to 0.04."
  }
}

check "below the threshold nothing moves" {
  assert {
    condition = all(run.quasistatic_beyond.path.x1 == 30) && run.quasistatic_beyond.path.x2[500] == 0
    message   = "From x1 = 30 the quasistatic dynamics stays at ${run.quasistatic_beyond.path.x1[500]}, with x2 = ${run.quasistatic_beyond.path.x2[500]}."
  }
  assert {
    condition = close(run.gd_beyond.path.x1[500], 30.012202265960827, 1e-9) && abs(run.gd_beyond.path.x2[500]) < 1e-12
    message   = "Gradient descent falls to the floor at x1 = ${run.gd_beyond.path.x1[500]} and stays."
  }
}

plot "valley" {
  title   = "Fig. 4.2: gradient descent along a flattening valley"
  columns = 3

  panel {
    contour {
      of     = landscape.valley
      levels = 20
    }
    band {
      x     = run.quasistatic.path.x1
      lower = -abs(run.quasistatic.path.x2)
      upper = abs(run.quasistatic.path.x2)
      label = "between the two points of the two-cycle"
      color = "#000000"
    }
    path {
      run   = run.gd
      x     = path.x1
      y     = path.x2
      to    = 60
      label = "gradient descent, 60 steps"
    }
    axis_x { label = "x1" }
    axis_y { label = "x2" }
  }

  panel {
    line {
      y     = run.gd.path.x1
      label = "gradient descent"
    }
    line {
      y     = run.quasistatic.path.x1
      label = "quasistatic (4.8)"
      color = "#000000"
      dash  = "dashed"
    }
    hline {
      y     = local.limit
      label = "100 (sqrt(1.5) - 1)"
    }
    axis_x { label = "step" }
    axis_y { label = "x1" }
  }

  panel {
    line {
      y     = abs(run.gd.path.x2)
      label = "gradient descent"
    }
    line {
      y     = abs(run.quasistatic.path.x2)
      label = "quasistatic (4.8)"
      color = "#000000"
      dash  = "dashed"
    }
    axis_x { label = "step" }
    axis_y { label = "|x2|" }
  }
}

plot "approach" {
  title = "One over the distance grows along a line of slope 1/K"
  line {
    y     = local.inverse
    label = "gradient descent"
  }
  line {
    y     = local.inverse_quasistatic
    label = "quasistatic (4.8)"
    color = "#000000"
    dash  = "dashed"
  }
  line {
    y     = local.inverse[20000] + (run.gd.t - 20000) / local.K
    label = "slope 1/K through the last point"
  }
  axis_x { label = "step" }
  axis_y { label = "1 / (100 (sqrt(1.5) - 1) - x1)" }
}

output "limit" {
  value       = local.limit
  description = "Where the walls become flat enough for eta = 3"
}

output "K" {
  value       = local.K
  description = "Constant of the approach: the distance to the limit tends to K/t"
}

output "x1" {
  value       = run.gd.path.x1[20000]
  description = "x1 after 20,000 steps of gradient descent"
}

report {
  text {
    markdown = <<-EOT
      ## What drives the motion

      The loss is `f1(x2 / (1 + 0.01 x1))`. Every point of the floor x2 = 0 is a minimum of value 0, so nothing but the
      bouncing moves the iterate along it. On the two-cycle across the valley the gradient along it does not average to
      zero: it always points to where the walls are less steep. Equation (4.8) says
      `x1 <- x1 - 2 x2^2 (log h)'(x1)`, gradient descent on the logarithm of the flatness with a step set by the size of
      the oscillation, and it follows the real run to within ${format("%.2g", max(abs(run.gd.path.x1 - run.quasistatic.path.x1)))}.
    EOT
    show     = [plot.valley]
  }

  text {
    markdown = <<-EOT
      ## How it ends

      The walls are flat enough for eta = 3 where `3 h(x1)^2 = 2`, at x1 = ${local.limit}. The paper says that the motion
      gets increasingly slow and finally stops. Read exactly, it stops only in the limit: the nearer the iterate comes,
      the smaller the oscillation that drives it, and the distance falls like K/t with K = ${format("%.0f", local.K)}.
      One over the distance is a line whose slope tends to 1/K; over the last 10,000 steps the slope is
      ${format("%.3f", local.slope_4)} times that. The excess is of the order of the distance and vanishes with it.

      Beyond that point the two-cycle does not exist. The quasistatic x2 is then defined to be 0 and x1 stays where it is;
      gradient descent from (30, 1) agrees, but for the small push of its first few steps.

      The motion is a good approximation when `h(x)` changes slowly compared with the speed of the fast variable; where
      section 4.4 says "compared with the moving speed of x", that of y is meant.
    EOT
    show     = [plot.approach, check, output]
  }
}
