study {
  title       = "Theorem 4.3: a ball that gradient descent does not leave"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), section 4.3, Definition 4.1 and Theorem 4.3"
  description = <<-EOT
    Definition 4.1 calls a function subquadratic if it has one minimum, its gradient grows more slowly than the distance r
    from it, and the cosine between the gradient and the way back is at least some c > 0. Theorem 4.3: for every learning
    rate there is a ball that every trajectory of gradient descent enters and never leaves.

    Here the constants of the definition and the two radii of the proof are found for the three functions of Fig. 4.1, and
    ensembles of starts far outside and inside are held to them. Then the limits: f2 and f3 are only once differentiable, the
    valleys of Figs. 4.2 and 5.1 are not of this class, and the definition lets in a function for which the theorem is false.
  EOT
}

locals {
  eta_1 = 8
  eta_2 = 2
  eta_3 = 1

  # The radii in the proof: beyond the inner one every step comes closer, the outer one is never left.
  # For f1 and f2 the inner one is the level of the two-cycle; the farthest step leads from where f' = 1/eta, and from
  # the kink. For f3 it leads from the point (1/3, 0) where both kinks meet.
  inner_1 = log_growth_cycle(local.eta_1)
  inner_2 = pow(local.eta_2 / 9, 1 / 3)
  ball_1  = local.eta_1 * log(local.eta_1) - local.eta_1 + 1
  ball_2  = 2 * local.eta_2 - 1 / 3
  ball_3  = hypot(local.eta_3 * (4 + 0.5 * log(4 / 3)) - 1 / 3, 2 * local.eta_3)
}

objective "f1" {
  params = [x]
  value  = log_growth(x)
}

objective "f2" {
  params = [x]
  value  = relu_population(x, 3)
}

objective "f3" {
  params = [x1, x2]
  value  = relu_population(x1, 3) + relu_population(x1 + x2, 3) + 0.5 * log_growth(hypot(x1, x2))
}

# One step of gradient descent from points at all distances says all that the definition and the proof
# ask: its length is eta |g|.

run "one_1" {
  objective = objective.f1
  vary { r = logspace(1e-3, 1e6, 2000) }
  start = { x = r }
  steps = 1
  optimizer "gd" { learning_rate = local.eta_1 }
}

run "one_2" {
  objective = objective.f2
  vary { r = logspace(1e-3, 1e3, 2000) }
  start = { x = r }
  steps = 1
  optimizer "gd" { learning_rate = local.eta_2 }
}

run "one_3" {
  objective = objective.f3
  vary { r = logspace(0.05, 1e4, 801) }
  vary { angle = linspace(0, pi, 361) }
  start = {
    x1 = r * cos(angle)
    x2 = r * sin(angle)
  }
  steps = 1
  optimizer "gd" { learning_rate = local.eta_3 }
}

locals {
  after_1 = abs(run.one_1.path.x[1])
  after_2 = abs(run.one_2.path.x[1])
  ratio_1 = (run.one_1.vary.r - run.one_1.path.x[1]) / (local.eta_1 * run.one_1.vary.r)
  ratio_2 = (run.one_2.vary.r - run.one_2.path.x[1]) / (local.eta_2 * run.one_2.vary.r)

  x1      = run.one_3.path.x1[0]
  x2      = run.one_3.path.x2[0]
  step_1  = local.x1 - run.one_3.path.x1[1]
  step_2  = local.x2 - run.one_3.path.x2[1]
  r_3     = hypot(local.x1, local.x2)
  after_3 = hypot(run.one_3.path.x1[1], run.one_3.path.x2[1])
  ratio_3 = hypot(local.step_1, local.step_2) / (local.eta_3 * local.r_3)
  cosine  = (local.x1 * local.step_1 + local.x2 * local.step_2) / (local.r_3 * hypot(local.step_1, local.step_2))
  inner_3 = max(local.after_3 >= local.r_3 ? local.r_3 : 0)
}

# Ensembles: 4,000 starts each, from far outside and from inside

run "f1" {
  objective = objective.f1
  vary { lane = range(4000) }
  start = uniform(-200, 200)
  steps = 300
  optimizer "gd" { learning_rate = local.eta_1 }
}

run "f2" {
  objective = objective.f2
  vary { lane = range(4000) }
  start = uniform(-8, 8)
  steps = 1000
  optimizer "gd" { learning_rate = local.eta_2 }
}

run "f3" {
  objective = objective.f3
  vary { lane = range(4000) }
  start = uniform(-20, 20)
  steps = 500
  optimizer "gd" { learning_rate = local.eta_3 }
}

# f'(x) = sign(x) sin(pi x)^2: the only minimum is 0, the cosine is 1 wherever it is defined, f'/x tends to 0,
# and every whole number is a stationary point.

function "stairs" {
  params = [x]
  value  = abs(x) / 2 - sin(2 * pi * abs(x)) / (4 * pi)
}

objective "stairs" {
  params = [x]
  value  = stairs(x)
}

objective "mended" {
  params = [x]
  value  = stairs(x) + 0.1 * log_growth(x)
}

run "stairs" {
  for_each  = [0.4, 5]
  objective = objective.stairs
  vary { x0 = linspace(0, 50, 10001) }
  start = { x = x0 }
  steps = 2000
  optimizer "gd" { learning_rate = each.value }
  record { every = 2000 }
}

run "mended" {
  objective = objective.mended
  vary { x0 = linspace(0, 50, 10001) }
  start = { x = x0 }
  steps = 2000
  optimizer "gd" { learning_rate = 0.4 }
  record { every = 2000 }
}

run "steps_down" {
  for_each  = [3.3, 7.6, 8.9]
  objective = objective.stairs
  start     = { x = each.value }
  steps     = 40
  optimizer "gd" { learning_rate = 0.4 }
}

# The valley of Fig. 4.2, from ever farther out along its floor

function "flattening" {
  params = [x]
  value  = 1 / (1 + 0.01 * x)
}

objective "valley" {
  params = [x1, x2]
  value  = valley(log_growth, flattening, x1, x2)
}

run "valley" {
  objective = objective.valley
  vary { far = [30, 300, 3000, 30000] }
  start = { x1 = far, x2 = 1 }
  steps = 500
  optimizer "gd" { learning_rate = 3 }
}

# The same questions, asked of the functions themselves

growth "f1" {
  objective     = objective.f1
  minimum       = { x = 0 }
  learning_rate = local.eta_1
}

growth "f2" {
  objective     = objective.f2
  minimum       = { x = 0 }
  learning_rate = local.eta_2
}

growth "f3" {
  objective     = objective.f3
  minimum       = { x1 = 0, x2 = 0 }
  learning_rate = local.eta_3
}

growth "stairs" {
  objective     = objective.stairs
  minimum       = { x = 0 }
  to            = 50
  learning_rate = 0.4
}

growth "mended" {
  objective     = objective.mended
  minimum       = { x = 0 }
  learning_rate = 0.4
}

locals {
  end_04   = run.stairs[0.4].final.params.x
  end_5    = run.stairs[5].final.params.x
  floor_04 = floor(run.stairs[0.4].vary.x0)
  outside  = count(abs(local.end_5) > 5)
}

check "Definition 4.1: the gradient grows more slowly than the distance" {
  assert {
    condition = local.ratio_1[1999] < 2e-5 && local.ratio_2[1999] < 1e-9 && max(local.ratio_3[800]) < 1e-3
    message   = "|g|/r is ${local.ratio_1[1999]} for f1 at r = 10^6, ${local.ratio_2[1999]} for f2 at 10^3, and at most ${max(local.ratio_3[800])} for f3 at r = 10^4."
  }
}

check "Definition 4.1: the gradient points back" {
  assert {
    condition = min(local.ratio_1) > 0 && min(local.ratio_2) > 0
    message   = "In one dimension the cosine is the sign of x f'(x), 1 where it is positive: its minima are ${min(local.ratio_1)} and ${min(local.ratio_2)} of |g|/r."
  }
  assert {
    condition = close(min(local.cosine), 0.3133, 0.0005)
    message   = "For f3 the cosine is at least ${min(local.cosine)}."
  }
}

check "the radii of the proof" {
  assert {
    condition = all(run.one_1.vary.r < local.inner_1 || local.after_1 < run.one_1.vary.r) && all(run.one_2.vary.r < local.inner_2 || local.after_2 < run.one_2.vary.r)
    message   = "Beyond ${local.inner_1} for f1 and ${local.inner_2} for f2 some step leads farther out."
  }
  assert {
    condition = max(run.one_1.vary.r <= local.ball_1 ? local.after_1 : 0) <= local.ball_1 && max(run.one_2.vary.r <= local.ball_2 ? local.after_2 : 0) <= local.ball_2
    message   = "From inside ${local.ball_1} and ${local.ball_2} a step leads to ${max(run.one_1.vary.r <= local.ball_1 ? local.after_1 : 0)} and ${max(run.one_2.vary.r <= local.ball_2 ? local.after_2 : 0)}."
  }
  assert {
    condition = local.inner_3 < local.ball_3 && max(local.r_3 <= local.ball_3 ? local.after_3 : 0) <= local.ball_3 && max(local.r_3 <= local.ball_3 ? local.after_3 : 0) > local.ball_3 - 0.05
    message   = "For f3 no step leads farther out beyond ${local.inner_3}, and from inside ${local.ball_3} one leads as far as ${max(local.r_3 <= local.ball_3 ? local.after_3 : 0)}."
  }
}

check "growth finds the constants and the radii" {
  assert {
    condition = growth.f1.verdict == "subquadratic" && close(growth.f1.inner, local.inner_1, 1e-12) && close(growth.f1.ball, max([local.inner_1, local.ball_1]), 1e-12)
    message   = growth.f1.evidence
  }
  assert {
    condition = growth.f2.verdict == "subquadratic" && close(growth.f2.inner, local.inner_2, 1e-12) && close(growth.f2.ball, local.ball_2, 1e-6)
    message   = growth.f2.evidence
  }
  assert {
    condition = growth.f3.verdict == "subquadratic" && growth.f3.c < min(local.cosine) && growth.f3.c > min(local.cosine) - 0.001 && growth.f3.inner > local.inner_3
    message   = "The smallest cosine of the grid is ${min(local.cosine)}, and with the inner radius ${local.inner_3}. ${growth.f3.evidence}"
  }
  assert {
    condition = growth.stairs.verdict == "not" && growth.mended.verdict == "subquadratic"
    message   = "${growth.stairs.evidence} With f1/10 added: ${growth.mended.evidence}"
  }
}

check "every start enters the ball and never leaves it" {
  assert {
    condition = min(min(diff(abs(run.f1.path.x) <= local.ball_1 ? 1 : 0))) == 0 && max(abs(run.f1.final.params.x)) <= local.ball_1
    message   = "f1: of 4,000 starts up to 200 from 0 the farthest is at ${max(abs(run.f1.final.params.x))} in the end; the ball has ${local.ball_1}."
  }
  assert {
    condition = min(min(diff(abs(run.f2.path.x) <= local.ball_2 + 1e-12 ? 1 : 0))) == 0 && max(abs(run.f2.final.params.x)) <= local.ball_2
    message   = "f2: of 4,000 starts up to 8 from 0 the farthest is at ${max(abs(run.f2.final.params.x))} in the end; the ball has ${local.ball_2}."
  }
  assert {
    condition = min(min(diff(hypot(run.f3.path.x1, run.f3.path.x2) <= local.ball_3 ? 1 : 0))) == 0 && max(hypot(run.f3.final.params.x1, run.f3.final.params.x2)) <= local.ball_3
    message   = "f3: of 4,000 starts in a square of side 40 the farthest is at ${max(hypot(run.f3.final.params.x1, run.f3.final.params.x2))} in the end; the ball has ${local.ball_3}."
  }
}

check "the ball is no larger than it must be" {
  assert {
    condition = max(max(slice(abs(run.f2.path.x), 500, 1000))) > 0.99 * local.ball_2 && max(max(slice(hypot(run.f3.path.x1, run.f3.path.x2), 100, 500))) > 0.99 * local.ball_3
    message   = "In the chaos of f2 and f3 the farthest points are at ${max(max(slice(abs(run.f2.path.x), 500, 1000)))} and ${max(max(slice(hypot(run.f3.path.x1, run.f3.path.x2), 100, 500)))}."
  }
}

check "read closely: f2 is only once differentiable" {
  assert {
    condition = close(hessian(objective.f2, { x = 1 / 3 - 1e-9 })[0][0], 6, 1e-6) && close(hessian(objective.f2, { x = 1 / 3 + 1e-9 })[0][0], -12, 1e-6)
    message   = "On the two sides of 1/3 f2'' is ${hessian(objective.f2, { x = 1 / 3 - 1e-9 })[0][0]} and ${hessian(objective.f2, { x = 1 / 3 + 1e-9 })[0][0]}."
  }
}

check "read closely: the definition lets in a function for which the theorem is false" {
  assert {
    condition = max(abs(local.end_04 - local.floor_04)) < 2e-4
    message   = "With eta = 0.4 each of 10,001 starts up to 50 tends to the whole number below it; at step 2,000 they are within ${max(abs(local.end_04 - local.floor_04))}."
  }
  assert {
    condition = local.outside > 1000 && max(local.end_5) == 50
    message   = "With eta = 5, ${local.outside} of them are more than 5 away from 0 at step 2,000, the farthest at ${max(local.end_5)}."
  }
  assert {
    condition = max(abs(run.mended.final.params.x)) < 1e-12
    message   = "With f1/10 added there is no other stationary point, and the same starts end within ${max(abs(run.mended.final.params.x))} of 0."
  }
}

check "read closely: a valley has no ball" {
  assert {
    condition = max(abs(run.valley.final.params.x1 - run.valley.vary.far)) < 0.02
    message   = "From 30, 300, 3,000 and 30,000 along the floor of Fig. 4.2's valley, gradient descent ends at ${run.valley.final.params.x1}."
  }
}

plot "definition" {
  title   = "The two constants of Definition 4.1"
  columns = 2
  width   = 18
  height  = 8
  panel {
    line {
      x     = run.one_1.vary.r
      y     = local.ratio_1
      label = "f1"
    }
    line {
      x     = run.one_2.vary.r
      y     = local.ratio_2
      label = "f2"
    }
    line {
      x     = [for i in range(0, 801, 8) : local.r_3[i][0]]
      y     = [for i in range(0, 801, 8) : max(local.ratio_3[i])]
      label = "f3, largest over the directions"
    }
    axis_x {
      label = "r"
      scale = "log"
      range = [1e-2, 1e4]
    }
    axis_y {
      label = "|g| / r"
      scale = "log"
      range = [1e-6, 50]
    }
  }
  panel {
    title = "f3: cosine between the gradient and the way back"
    heatmap {
      x = run.one_3.vary.r
      y = run.one_3.vary.angle
      z = local.cosine
    }
    axis_x {
      label = "r"
      scale = "log"
    }
    axis_y { label = "direction" }
  }
}

plot "ensembles" {
  title   = "4,000 starts each: every one enters the ball and stays"
  columns = 3
  width   = 24
  height  = 8
  panel {
    title = "f1, eta = 8"
    band {
      y         = slice(abs(run.f1.path.x), 0, 100)
      quantiles = [0, 1]
      label     = "nearest to farthest, and the median"
    }
    hline {
      y     = local.ball_1
      label = "ball"
    }
    axis_x { label = "step" }
    axis_y {
      label = "distance from 0"
      scale = "log"
      range = [1e-2, 300]
    }
  }
  panel {
    title = "f2, eta = 2"
    band {
      y         = abs(run.f2.path.x)
      quantiles = [0, 1]
      label     = "nearest to farthest, and the median"
    }
    hline {
      y     = local.ball_2
      label = "ball"
    }
    axis_x { label = "step" }
    axis_y {
      label = "distance from 0"
      scale = "log"
      range = [1e-2, 300]
    }
  }
  panel {
    title = "f3, eta = 1"
    band {
      y         = slice(hypot(run.f3.path.x1, run.f3.path.x2), 0, 100)
      quantiles = [0, 1]
      label     = "nearest to farthest, and the median"
    }
    hline {
      y     = local.ball_3
      label = "ball"
    }
    axis_x { label = "step" }
    axis_y {
      label = "distance from 0"
      scale = "log"
      range = [1e-2, 300]
    }
  }
}

plot "attractor" {
  title  = "f3: where 4,000 trajectories are over steps 100 to 500"
  width  = 12
  height = 11
  density {
    x    = run.f3.path.x1
    y    = run.f3.path.x2
    from = 100
  }
  line {
    x     = [for k in range(0, 361, 3) : local.ball_3 * cos(k * pi / 180)]
    y     = [for k in range(0, 361, 3) : local.ball_3 * sin(k * pi / 180)]
    label = "ball"
    color = "#000000"
  }
  axis_x {
    label = "x1"
    range = [-5, 5]
  }
  axis_y {
    label = "x2"
    range = [-5, 5]
  }
}

plot "stairs" {
  title   = "f'(x) = sign(x) sin(pi x)^2: within Definition 4.1, and outside the theorem"
  columns = 2
  width   = 18
  height  = 8
  panel {
    title = "eta = 0.4"
    line {
      y     = run.steps_down[8.9].path.x
      label = "from 8.9"
    }
    line {
      y     = run.steps_down[7.6].path.x
      label = "from 7.6"
    }
    line {
      y     = run.steps_down[3.3].path.x
      label = "from 3.3"
    }
    axis_x { label = "step" }
    axis_y {
      label = "x"
      range = [0, 10]
    }
  }
  panel {
    title = "10,001 starts after 2,000 steps"
    density {
      x    = run.stairs[5].vary.x0
      y    = local.end_5
      bins = [200, 120]
    }
    line {
      x     = run.stairs[0.4].vary.x0
      y     = local.end_04
      label = "eta = 0.4"
    }
    line {
      x     = run.mended.vary.x0
      y     = run.mended.final.params.x
      label = "eta = 0.4, with f1/10 added"
    }
    axis_x { label = "start" }
    axis_y { label = "x" }
  }
}

table "radii" {
  title   = "The two radii of the proof, and where the ensembles stay"
  columns = ["function", "eta", "inner", "ball", "farthest point of the ensemble, in the end"]
  rows = [
    ["f1", local.eta_1, local.inner_1, local.ball_1, max(max(slice(abs(run.f1.path.x), 200, 300)))],
    ["f2", local.eta_2, local.inner_2, local.ball_2, max(max(slice(abs(run.f2.path.x), 500, 1000)))],
    ["f3", local.eta_3, local.inner_3, local.ball_3, max(max(slice(hypot(run.f3.path.x1, run.f3.path.x2), 100, 500)))],
  ]
}

output "c" {
  value       = min(local.cosine)
  description = "The constant c of Definition 4.1 for f3: the smallest cosine on the grid"
}

report {
  text {
    markdown = <<-EOT
      ## The constants

      In one dimension the cosine of Definition 4.1 is 1 wherever the function falls towards its minimum, so c = 1 for f1 and
      f2. For f3 it is at least ${format("%.3f", min(local.cosine))}, the smallest value on a grid of 801 distances and 361
      directions. The gradient over the distance falls like ln(r)/r for f1 and f3, and like 1/r^3 for f2. (Far out the
      two ridges of f3, of width 2/(3 r), are narrower than the grid; there its curve is a little low.)
    EOT
    show     = [plot.definition]
  }

  text {
    markdown = <<-EOT
      ## The ball

      Beyond the inner radius every step comes closer; the ball is as large as the farthest point that a step from inside
      the inner radius can reach. Its radius has a closed form: for f1 with eta = 8 the farthest step leads from
      x = eta - 1, where f1'' = 1/eta, to `eta ln(eta) - eta + 1`; for f2 from the kink at 1/3 to `2 eta - 1/3`; for f3 from
      (1/3, 0), where both kinks meet. Of 4,000 starts each, far outside and inside, every one enters the ball and none leaves
      it again. In the chaos of f2 and f3 the ball is nearly filled; on f1 all end on the two-cycle, a little inside.

      The proof itself asks for less of f: it takes the radius beyond which |g| < (2c/eta) r with the one constant c. For f3
      local searches lower c from ${format("%.4f", min(local.cosine))} on the grid to ${format("%.4f", growth.f3.c)}, on a
      ridge between its points, and with it inner radius and ball are ${format("%.3f", growth.f3.ball)}. The steps themselves
      come closer from ${format("%.2f", local.inner_3)} on, and the ball in the table is smaller.

      The paper says that the radius depends only on c and eta. It depends on f as well, through how fast |g|/r falls: f1
      and 10 f1 have the same c, and with eta = 1 the first tends to 0, the second to a cycle at
      ${format("%.2f", log_growth_cycle(10))}.
    EOT
    show     = [table.radii, plot.ensembles, plot.attractor]
  }

  text {
    markdown = <<-EOT
      ## What the definition leaves out

      It asks for two continuous derivatives. f2'' jumps from 6 to -12 at 1/3, so that f2 and f3, the paper's own examples,
      stand outside its letter. The proof needs only a continuous gradient, which both have.

      The valleys of Figs. 4.2 and 5.1 have a whole line of minima, or a floor that never ends. On the floor of Fig. 4.2's
      valley gradient descent stays as far out as it starts, and there is no ball.
    EOT
  }

  text {
    markdown = <<-EOT
      ## What the definition lets in

      It does not say that the minimum is the only stationary point. Where the gradient vanishes its condition reads 0 >= 0, and
      the strict inequality (4.5) that the proof rests on fails. The function with `f'(x) = sign(x) sin(pi x)^2` is twice
      continuously differentiable, has its only minimum at 0, c = 1, and a bounded gradient: it meets every word of the
      definition. But it is level at every whole number, and there gradient descent stops. Not only there: it tends to k from
      everywhere just above k. With eta = 0.4 every start ends at the whole number below it, however far out, and with eta = 5
      ${local.outside} of 10,001 are still farther out than 5, which no step from within 5 reaches. So the set of failures is not small.

      The mend is one condition more: no other stationary point. With f1/10 added, which has none, the same starts all tend
      to 0.
    EOT
    show     = [plot.stairs, check, output]
  }
}
