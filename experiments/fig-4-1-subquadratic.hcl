study {
  title       = "Gradient descent on subquadratic functions"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Fig. 4.1; sections 2.1, 2.2, 4.1 to 4.3"
  description = <<-EOT
    Three functions that grow more slowly than a quadratic, each minimised with a learning rate that is far too large,
    then dropped twice. None of the runs blows up. Beside them stands the control that the paper argues from: on a
    quadratic, gradient descent either converges or blows up.

    The paper does not give the lengths of the runs; here they are 200, 1000 and 600 steps. "Decreased at iteration D"
    is read so that x[D] is the last iterate made with the old rate.
  EOT
}

locals {
  level_5    = 4.046970313161707   # the solution of 5 ln(1 + x) = 2 x
  level_3    = 1.144032841275508   # the solution of 3 ln(1 + x) = 2 x
  cycle_2    = pow(2 / 9, 1 / 3)   # of f2 at eta = 2: eta 2 / (9 x^2) = 2 x
  cycle_half = pow(0.5 / 9, 1 / 3) # of f2 at eta = 0.5
}

# The three functions

objective "convex" {
  params = [x]
  value  = log_growth(x)
}

objective "nonconvex" {
  params = [x]
  value  = relu_population(x, 3)
}

objective "plane" {
  params = [x1, x2]
  value  = relu_population(x1, 3) + relu_population(x1 + x2, 3) + 0.5 * log_growth(hypot(x1, x2))
}

run "convex" {
  objective = objective.convex
  start     = { x = -5 }
  steps     = 200
  optimizer "gd" { learning_rate = piecewise(t, [5, 3, 1], [100, 150]) }
}

run "nonconvex" {
  objective = objective.nonconvex
  start     = { x = -5 }
  steps     = 1000
  optimizer "gd" { learning_rate = piecewise(t, [2, 0.5, 0.2], [500, 700]) }
}

run "plane" {
  objective = objective.plane
  start     = { x1 = -3, x2 = 3 }
  steps     = 600
  optimizer "gd" { learning_rate = piecewise(t, [1, 0.3, 0.1], [200, 400]) }
}

# Chaos: the same run from a start 1e-12 away, from 64 starts, and from the two-cycle

run "twin" {
  objective = objective.nonconvex
  start     = { x = -5 + 1e-12 }
  steps     = 1000
  optimizer "gd" { learning_rate = piecewise(t, [2, 0.5, 0.2], [500, 700]) }
}

run "many" {
  objective = objective.nonconvex
  vary { offset = linspace(0, 0.001, 64) }
  start = { x = -5 + offset }
  steps = 1000
  optimizer "gd" { learning_rate = piecewise(t, [2, 0.5, 0.2], [500, 700]) }
}

run "leaving" {
  objective = objective.nonconvex
  start     = { x = pow(2 / 9, 1 / 3) + 1e-6 }
  steps     = 60
  optimizer "gd" { learning_rate = 2 }
}

# The control: quadratics

objective "quadratic" {
  params = [x]
  value  = sq(x) / 2
}

objective "bowl" {
  params = [w[2]]
  value  = quadratic(w, [1, 0.05])
}

run "control" {
  for_each  = [0.5, 1.5, 1.9, 2, 2.1, 2.5]
  objective = objective.quadratic
  start     = { x = -5 }
  steps     = 200
  optimizer "gd" { learning_rate = each.value }
}

run "blow_up" {
  objective   = objective.quadratic
  start       = { x = -5 }
  steps       = 600
  may_diverge = true
  optimizer "gd" { learning_rate = 5 }
}

run "bowl" {
  objective = objective.bowl
  start     = { w = [-5, 4] }
  steps     = 150
  optimizer "gd" { learning_rate = 1.9 }
}

run "bowl_after" {
  for_each = [50, 150]
  resume   = run.bowl.at[each.value]
  steps    = 2000
  optimizer "gd" { learning_rate = 0.5 }
}

# What the paper claims

check "f1 sits on the two-cycle of each learning rate" {
  assert {
    condition = all(close(abs(slice(run.convex.path.x, 10, 100)), local.level_5, 1e-9))
    message   = "With eta = 5, |x| at step 100 is ${abs(run.convex.path.x[100])}; the two-cycle has ${local.level_5}."
  }
  assert {
    condition = all(close(abs(slice(run.convex.path.x, 130, 150)), local.level_3, 1e-9))
    message   = "With eta = 3, |x| at step 150 is ${abs(run.convex.path.x[150])}; the two-cycle has ${local.level_3}."
  }
  assert {
    condition = abs(run.convex.path.x[200]) < 1e-12
    message   = "With eta = 1, below 2/f''(0) = 2, |x| at step 200 is ${abs(run.convex.path.x[200])}."
  }
}

check "the levels solve eta f'(x) = 2 x" {
  assert {
    condition = close(5 * gradient(objective.convex, { x = local.level_5 })[0], 2 * local.level_5, 1e-12)
    message   = "5 f'(x) = ${5 * gradient(objective.convex, { x = local.level_5 })[0]}, 2 x = ${2 * local.level_5}."
  }
  assert {
    condition = close(3 * gradient(objective.convex, { x = local.level_3 })[0], 2 * local.level_3, 1e-12)
    message   = "3 f'(x) = ${3 * gradient(objective.convex, { x = local.level_3 })[0]}, 2 x = ${2 * local.level_3}."
  }
}

# Per step: a symmetric two-cycle repeats after one step but for the sign, so that the composed map
# of two steps has the square.
locals {
  multiplier_5    = 1 - 5 * hessian(objective.convex, { x = local.level_5 })[0][0]
  multiplier_3    = 1 - 3 * hessian(objective.convex, { x = local.level_3 })[0][0]
  multiplier_2    = 1 - 2 * hessian(objective.nonconvex, { x = local.cycle_2 })[0][0]
  multiplier_half = 1 - 0.5 * hessian(objective.nonconvex, { x = local.cycle_half })[0][0]
}

check "f1's two-cycles attract: each multiplier lies inside (-1, 1)" {
  assert {
    condition = close(local.multiplier_5, 0.00930663551541322, 1e-12)
    message   = "1 - 5 f''(x) = ${local.multiplier_5} per step."
  }
  assert {
    condition = close(local.multiplier_3, -0.3992322982400156, 1e-12)
    message   = "1 - 3 f''(x) = ${local.multiplier_3} per step."
  }
}

check "f2's two-cycle repels at every learning rate above 1/3" {
  assert {
    condition = close(local.multiplier_2, 5, 1e-9)
    message   = "At eta = 2, 1 - eta f''(x) = ${local.multiplier_2} per step, its square over the cycle."
  }
  assert {
    condition = close(local.multiplier_half, 5, 1e-9)
    message   = "At eta = 0.5, 1 - eta f''(x) = ${local.multiplier_half} per step, its square over the cycle."
  }
  assert {
    condition = close(abs(run.leaving.path.x[4]) - local.cycle_2, 625e-6, 10e-6)
    message   = "From 1e-6 beside the cycle the distance after 4 steps is ${abs(run.leaving.path.x[4]) - local.cycle_2}; five to the fourth is 625."
  }
}

check "f2 is bounded while it is chaotic" {
  assert {
    condition = first(abs(run.nonconvex.path.x) <= 1 / 3) == 96
    message   = "The quadratic bottom |x| <= 1/3 is first reached at step ${first(abs(run.nonconvex.path.x) <= 1 / 3)}."
  }
  assert {
    condition = max(abs(slice(run.nonconvex.path.x, 97, 500))) <= 11 / 3 + 1e-9
    message   = "From then on |x| stays below 2 f'(1/3) - 1/3 = 11/3 with eta = 2: its maximum is ${max(abs(slice(run.nonconvex.path.x, 97, 500)))}."
  }
  assert {
    condition = max(abs(slice(run.nonconvex.path.x, 670, 700))) <= 2 / 3 + 1e-9
    message   = "With eta = 0.5 it ends below 0.5 f'(1/3) - 1/3 = 2/3: the maximum over steps 670 to 700 is ${max(abs(slice(run.nonconvex.path.x, 670, 700)))}."
  }
  assert {
    condition = abs(run.nonconvex.path.x[720]) < 1e-9 && run.nonconvex.loss[1000] < 1e-30
    message   = "With eta = 0.2, below 2/f''(0) = 1/3, it converges: |x| at step 720 is ${abs(run.nonconvex.path.x[720])}."
  }
}

check "f2 has a level for each learning rate, in the mean" {
  assert {
    condition = close(mean(mean(slice(run.many.loss, 100, 500))), 0.818, 0.015)
    message   = "Mean loss with eta = 2 over 64 starts is ${mean(mean(slice(run.many.loss, 100, 500)))}; the long-run mean is 0.818."
  }
  assert {
    condition = close(mean(mean(abs(slice(run.many.path.x, 100, 500)))), 1.919, 0.1)
    message   = "Mean |x| with eta = 2 over 64 starts is ${mean(mean(abs(slice(run.many.path.x, 100, 500))))}; the long-run mean is 1.919."
  }
  assert {
    condition = close(mean(mean(slice(run.many.loss, 670, 700))), 0.296, 0.04)
    message   = "Mean loss with eta = 0.5 over 64 starts is ${mean(mean(slice(run.many.loss, 670, 700)))}; the long-run mean is 0.296."
  }
}

check "f2 forgets its start" {
  assert {
    condition = abs(run.nonconvex.path.x[95] - run.twin.path.x[95]) < 1e-9
    message   = "Started 1e-12 apart, two runs are ${abs(run.nonconvex.path.x[95] - run.twin.path.x[95])} apart at step 95, before the bottom is reached."
  }
  assert {
    condition = max(abs(slice(run.nonconvex.path.x - run.twin.path.x, 100, 500))) > 0.5
    message   = "Before step 500 they are up to ${max(abs(slice(run.nonconvex.path.x - run.twin.path.x, 100, 500)))} apart."
  }
}

# The bounds are those of Theorem 4.3's proof, found on a grid: outside the radius r1 every step
# comes closer to 0, and from inside r1 no step leads beyond r2. eta = 1: r1 = 4.01, r2 = 4.29;
# eta = 0.3: r1 = 1.29, r2 = 1.30.
check "f3 stays in a ball whose radius the learning rate sets" {
  assert {
    condition = max(hypot(run.plane.path.x1, run.plane.path.x2)) <= 4.35
    message   = "With eta = 1 the distance from 0 stays below ${max(hypot(run.plane.path.x1, run.plane.path.x2))}."
  }
  assert {
    condition = max(slice(hypot(run.plane.path.x1, run.plane.path.x2), 250, 400)) <= 1.35
    message   = "With eta = 0.3 it ends below ${max(slice(hypot(run.plane.path.x1, run.plane.path.x2), 250, 400))}."
  }
  assert {
    condition = min(slice(run.plane.loss, 300, 400)) > 1e-9 && max(slice(run.plane.loss, 300, 400)) > 0.3
    message   = "Over steps 300 to 400 the loss is between ${min(slice(run.plane.loss, 300, 400))} and ${max(slice(run.plane.loss, 300, 400))}: no convergence."
  }
  assert {
    condition = hypot(run.plane.path.x1[600], run.plane.path.x2[600]) < 1e-12
    message   = "With eta = 0.1 it converges: the distance at step 600 is ${hypot(run.plane.path.x1[600], run.plane.path.x2[600])}."
  }
}

locals {
  near_0 = hessian(objective.plane, { x1 = 1e-6, x2 = 0 })
  half   = (local.near_0[0][0] + local.near_0[1][1]) / 2
  det    = local.near_0[0][0] * local.near_0[1][1] - local.near_0[0][1] * local.near_0[1][0]
  top    = local.half + sqrt(sq(local.half) - local.det)
}

check "f3's last learning rate is below the threshold" {
  assert {
    condition = close(2 / local.top, 0.12339, 1e-4)
    message   = "The largest eigenvalue of the Hessian near 0 is ${local.top}, so the threshold is ${2 / local.top}, above 0.1."
  }
}

check "control: on a quadratic, gradient descent converges or blows up" {
  assert {
    condition = abs(run.control[0.5].path.x[200]) < 1e-50 && abs(run.control[1.5].path.x[200]) < 1e-50 && close(run.control[1.9].path.x[200], -5 * pow(0.9, 200), 1e-14)
    message   = "Below 2/f'' = 2 it converges: eta = 1.9 ends at ${run.control[1.9].path.x[200]}."
  }
  assert {
    condition = all(abs(run.control[2].path.x) == 5)
    message   = "At eta = 2 exactly it keeps the amplitude of its start, ${abs(run.control[2].path.x[200])}: no level of its own."
  }
  assert {
    condition = close(run.control[2.1].path.x[200] / (-5 * pow(1.1, 200)), 1, 1e-9) && close(run.control[2.5].path.x[200] / (-5 * pow(1.5, 200)), 1, 1e-9)
    message   = "Above, it grows without bound: ${run.control[2.1].path.x[200]} for eta = 2.1, ${run.control[2.5].path.x[200]} for 2.5."
  }
  assert {
    condition = run.blow_up.status == "diverged"
    message   = "With f1's learning rate 5 the run ends as \"${run.blow_up.status}\"."
  }
}

check "control: on a quadratic, early and late decay lead to the same minimum" {
  assert {
    condition = norm(run.bowl_after[50].final.params.w) < 1e-12 && norm(run.bowl_after[150].final.params.w) < 1e-12
    message   = "Decayed at 50 the run ends ${norm(run.bowl_after[50].final.params.w)} from the minimum, decayed at 150, ${norm(run.bowl_after[150].final.params.w)}."
  }
}

# What to look at

plot "subquadratic" {
  title   = "Fig. 4.1: gradient descent on three subquadratic functions"
  columns = 3

  panel {
    title = "f1: convex"
    line {
      y     = run.convex.path.x
      label = "x"
    }
    hline {
      y     = local.level_5
      label = "two-cycle, eta = 5"
    }
    hline {
      y     = local.level_3
      label = "two-cycle, eta = 3"
    }
    axis_x { label = "step" }
    axis_y { label = "x" }
  }

  panel {
    title = "f2: not convex"
    line {
      y     = run.nonconvex.path.x
      label = "x"
    }
    axis_x { label = "step" }
    axis_y { label = "x" }
  }

  panel {
    title = "f3: not convex, in the plane"
    line {
      y     = run.plane.path.x1
      label = "x1"
    }
    line {
      y     = run.plane.path.x2
      label = "x2"
    }
    axis_x { label = "step" }
    axis_y { label = "x1, x2" }
  }

  panel {
    line { y = run.convex.loss }
    axis_x { label = "step" }
    axis_y {
      label = "f1(x)"
      scale = "log"
      range = [1e-12, 10]
    }
  }

  panel {
    line { y = run.nonconvex.loss }
    axis_x { label = "step" }
    axis_y {
      label = "f2(x)"
      scale = "log"
      range = [1e-12, 10]
    }
  }

  panel {
    line { y = run.plane.loss }
    axis_x { label = "step" }
    axis_y {
      label = "f3(x1, x2)"
      scale = "log"
      range = [1e-12, 10]
    }
  }
}

plot "forgetting" {
  title = "f2: two runs started 1e-12 apart"
  line { y = abs(run.nonconvex.path.x - run.twin.path.x) }
  vline {
    x     = 96
    label = "|x| <= 1/3 first reached"
  }
  axis_x { label = "step" }
  axis_y {
    label = "distance"
    scale = "log"
    range = [1e-16, 10]
  }
}

plot "control" {
  title = "The control: x^2/2 with six learning rates"
  line {
    y     = abs(run.control[0.5].path.x)
    label = "eta = 0.5"
  }
  line {
    y     = abs(run.control[1.5].path.x)
    label = "eta = 1.5"
    dash  = "dashed"
  }
  line {
    y     = abs(run.control[1.9].path.x)
    label = "eta = 1.9"
  }
  line {
    y     = abs(run.control[2].path.x)
    label = "eta = 2"
  }
  line {
    y     = abs(run.control[2.1].path.x)
    label = "eta = 2.1"
  }
  line {
    y     = abs(run.control[2.5].path.x)
    label = "eta = 2.5"
  }
  axis_x { label = "step" }
  axis_y {
    label = "|x|"
    scale = "log"
    range = [1e-20, 1e20]
  }
}

table "two_cycles" {
  title   = "Two-cycles, by eta f'(x) = 2 x, and their multipliers"
  columns = ["function", "learning rate", "level", "1 - eta f'' (per step)", "its square (over the cycle)"]
  rows = [
    ["f1", 5, local.level_5, local.multiplier_5, sq(local.multiplier_5)],
    ["f1", 3, local.level_3, local.multiplier_3, sq(local.multiplier_3)],
    ["f2", 2, local.cycle_2, local.multiplier_2, sq(local.multiplier_2)],
    ["f2", 0.5, local.cycle_half, local.multiplier_half, sq(local.multiplier_half)],
  ]
}

output "level_eta_5" {
  value       = abs(run.convex.path.x[100])
  description = "|x| of f1 on the two-cycle of eta = 5"
}

output "level_eta_3" {
  value       = abs(run.convex.path.x[150])
  description = "|x| of f1 on the two-cycle of eta = 3"
}

output "f2_mean_loss_eta_2" {
  value       = mean(mean(slice(run.many.loss, 100, 500)))
  description = "Mean loss of f2 over steps 100 to 500 and 64 starts"
}

report {
  text {
    markdown = <<-EOT
      ## Too large a learning rate, and no blow-up

      On a quadratic with curvature `a`, gradient descent multiplies the distance to the minimum by `1 - eta a` at every
      step: it converges for `eta < 2/a` and blows up above. The control below shows it, and shows the second thing that a
      quadratic cannot do: dropping the learning rate earlier or later leads to the same minimum.
    EOT
    show     = [plot.control]
  }

  text {
    markdown = <<-EOT
      ## Three subquadratic functions

      `f1` is convex and its curvature falls like `1/(1 + |x|)`. With `eta = 5`, above `2/f1''(0) = 2`, the iterate cannot
      settle at 0 and cannot escape either: it jumps between the two solutions of `eta f'(x) = 2 x`, at
      |x| = ${abs(run.convex.path.x[100])}. Dropping the rate to 3 moves it to the next level,
      |x| = ${abs(run.convex.path.x[150])}, and 1 is small enough to converge. This is Theorem 4.1 at work.

      `f2`, formula (6.2) with C = 3, and `f3` in the plane are not convex, and in their first two phases the runs are
      chaotic. They are bounded nevertheless, which is Theorem 4.3's message; the level falls with the learning rate, and
      the last rate converges (0.2 is below `2/f2''(0) = 1/3`, and 0.1 below f3's ${format("%.4f", 2 / local.top)}).
    EOT
    show     = [plot.subquadratic]
  }

  text {
    markdown = <<-EOT
      ## Why f2 is chaotic

      f2 has a two-cycle too, at `x = (eta/9)^(1/3)`. But there `1 - eta f2''(x) = 5` exactly, whatever `eta > 1/3`: a
      distance to the cycle grows five-fold per step, 25-fold over the whole cycle. So it never attracts. Theorem 4.1 does
      not cover f2: it asks for a continuous f'' that decreases as |x| grows, while f2'' jumps from 6 to -12 at |x| = 1/3
      and rises towards 0 beyond. For the same jump f2 and f3 stand outside the letter of Definition 4.1, which asks for
      two continuous derivatives; the proof of Theorem 4.3 needs only a continuous gradient, so its conclusion stands.

      Two runs started 1e-12 apart part company soon after the quadratic bottom is first reached, at step
      ${first(abs(run.nonconvex.path.x) <= 1 / 3)}. For the same reason binary64 arithmetic follows the exact orbit of f2
      for about a hundred steps and that of f3 for about ten. Beyond that only bounds, levels and means are facts about
      the function, so only these are checked.
    EOT
    show     = [plot.forgetting, table.two_cycles]
  }

  text {
    markdown = <<-EOT
      ## Reading notes

      Section 4.1 calls the objective strongly convex; since f'' tends to 0, strictly convex is meant. For the two-cycle
      to be unique, f'' has to decrease strictly.
    EOT
    show     = [check, output]
  }
}
