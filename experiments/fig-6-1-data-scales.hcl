study {
  title       = "Scales of the loss from scales of the data"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Fig. 6.1; section 6, (6.1), (6.2)"
  description = <<-EOT
    Three ReLU neurons that share one weight w make a bump, min(|x w|, 1). The square loss of one datum x is a quadratic
    of width 1/x that ends in a plateau. Data of different magnitude give a loss of separate scales; a continuum of data
    gives a loss of continuous scales that grows subquadratically.

    The paper does not give its three data nor its C. Here the data are 1, 5 and 25, and C = 3, so that the population
    loss is the f2 of Fig. 4.1.
  EOT
}

locals {
  three = [1, 5, 25]
  C     = 3
  sizes = [3, 10, 30, 100, 300, 1000]
}

# Three data and the population

objective "three" {
  params = [w]
  value  = relu_empirical(local.three, w)
}

objective "three_closed" {
  params = [w]
  value  = relu_empirical_closed(local.three, w)
}

objective "population" {
  params = [w]
  value  = relu_population(w, local.C)
}

# The population loss by the midpoint rule with 200 nodes, of (6.1) itself. The error of the rule is
# at most C |w| / (3 n^2): (C w)^2 / (12 n^2) where the integrand is one parabola; else C |w| / (12 n^2)
# from the parabola up to its kink, and C |w| / (4 n^2) from the cell that has the kink.
objective "quadrature" {
  params = [w]
  value  = mean([for i in range(200) : relu_bump_loss(local.C * (i + 0.5) / 200, w)])
}

landscape "three" {
  objective = objective.three
  axis "w" {
    from   = -1.5
    to     = 1.5
    points = 3001
  }
}

landscape "three_closed" {
  objective = objective.three_closed
  axis "w" {
    from   = -1.5
    to     = 1.5
    points = 3001
  }
}

landscape "population" {
  objective = objective.population
  axis "w" {
    from   = -1.5
    to     = 1.5
    points = 3001
  }
}

landscape "quadrature" {
  objective = objective.quadrature
  axis "w" {
    from   = -1.5
    to     = 1.5
    points = 3001
  }
}

# Empirical losses tending to the population loss: data at the quantiles of the uniform law, and data
# that come one after the other, the golden-ratio sequence, which fills [0, C] evenly.

objective "quantiles" {
  for_each = local.sizes
  params   = [w]
  value    = relu_empirical([for i in range(each.value) : local.C * (i + 0.5) / each.value], w)
}

objective "sequence" {
  for_each = local.sizes
  params   = [w]
  value    = relu_empirical([for i in range(each.value) : local.C * (((i + 1) * 0.6180339887498949) % 1)], w)
}

landscape "quantiles" {
  for_each  = local.sizes
  objective = objective.quantiles[each.value]
  axis "w" {
    from   = -1.5
    to     = 1.5
    points = 601
  }
}

landscape "sequence" {
  for_each  = local.sizes
  objective = objective.sequence[each.value]
  axis "w" {
    from   = -1.5
    to     = 1.5
    points = 601
  }
}

landscape "population_coarse" {
  objective = objective.population
  axis "w" {
    from   = -1.5
    to     = 1.5
    points = 601
  }
}

# Two dimensions: the second input is ten times the first

objective "plane" {
  params = [w1, w2]
  value  = relu_population(w1, local.C) + relu_population(w2, 10 * local.C)
}

objective "plane_empirical" {
  params = [w1, w2]
  value  = mean([for i in range(50) : relu_bump_loss(local.C * (i + 0.5) / 50, w1) + relu_bump_loss(10 * local.C * (i + 0.5) / 50, w2)])
}

landscape "plane" {
  objective = objective.plane
  axis "w1" {
    from   = -1.5
    to     = 1.5
    points = 301
  }
  axis "w2" {
    from   = -1.5
    to     = 1.5
    points = 301
  }
}

landscape "plane_empirical" {
  objective = objective.plane_empirical
  axis "w1" {
    from   = -1.5
    to     = 1.5
    points = 31
  }
  axis "w2" {
    from   = -1.5
    to     = 1.5
    points = 31
  }
}

landscape "plane_coarse" {
  objective = objective.plane
  axis "w1" {
    from   = -1.5
    to     = 1.5
    points = 31
  }
  axis "w2" {
    from   = -1.5
    to     = 1.5
    points = 31
  }
}

# The control: the same three data, with losses per sample that are convex in w

objective "linear_model" {
  params = [w]
  value  = mean(sq(local.three * w))
}

objective "convex_model" {
  params = [w]
  value  = mean(log_cosh(local.three * w))
}

landscape "linear_model" {
  objective = objective.linear_model
  axis "w" {
    from   = -1.5
    to     = 1.5
    points = 3001
  }
}

landscape "convex_model" {
  objective = objective.convex_model
  axis "w" {
    from   = -1.5
    to     = 1.5
    points = 3001
  }
}

# What the paper claims

check "the network's loss is the closed piecewise formula" {
  assert {
    condition = max(abs(landscape.three.loss - landscape.three_closed.loss)) < 1e-12
    message   = "Over 3,001 weights they differ by at most ${max(abs(landscape.three.loss - landscape.three_closed.loss))}, which is rounding."
  }
  assert {
    condition = landscape.three.loss[1500] == 0 && close(landscape.three.loss[1600], 0.42, 1e-12) && close(landscape.three.loss[2600], 1, 1e-12)
    message   = "L(0) = ${landscape.three.loss[1500]}, L(0.1) = ${landscape.three.loss[1600]}, L(1.1) = ${landscape.three.loss[2600]}."
  }
}

check "three data, three scales: the curvature steps from 434 to 17.3 to 0.67 to 0" {
  assert {
    condition = close(landscape.three.curvature[1500], 2 * 651 / 3, 1e-5) && close(hessian(objective.three, { w = 0 })[0][0], 434, 1e-9)
    message   = "At w = 0, below 1/25, all data count: the curvature is ${landscape.three.curvature[1500]}."
  }
  assert {
    condition = close(landscape.three.curvature[1600], 2 * 26 / 3, 1e-5)
    message   = "At w = 0.1, between 1/25 and 1/5, two do: ${landscape.three.curvature[1600]}."
  }
  assert {
    condition = close(landscape.three.curvature[2100], 2 * 1 / 3, 1e-5)
    message   = "At w = 0.6, between 1/5 and 1, one does: ${landscape.three.curvature[2100]}."
  }
  assert {
    condition = close(landscape.three.curvature[2600], 0, 1e-5)
    message   = "At w = 1.1 none does: ${landscape.three.curvature[2600]}."
  }
  assert {
    condition = close(landscape.three.second_difference[1540], -0.016441, 1e-9)
    message   = "At the kink w = 1/25, where a well ends in a plateau, the second difference is ${landscape.three.second_difference[1540]}: not convex."
  }
}

check "the population loss (6.2) is what quadrature finds" {
  assert {
    condition = all(abs(landscape.quadrature.loss - landscape.population.loss) <= local.C * abs(landscape.population.axis.w) / (3 * 200 * 200) + 1e-12)
    message   = "The midpoint rule differs by at most ${max(abs(landscape.quadrature.loss - landscape.population.loss))}; its error bound at |w| = 1.5 is ${local.C * 1.5 / (3 * 200 * 200)}."
  }
  assert {
    condition = value(objective.population, { w = 0 }) == 0 && close(value(objective.population, { w = 1 }), 7 / 9, 1e-15) && close(hessian(objective.population, { w = 0 })[0][0], 6, 1e-12)
    message   = "L(0) = ${value(objective.population, { w = 0 })}, L(1) = ${value(objective.population, { w = 1 })}, L''(0) = ${hessian(objective.population, { w = 0 })[0][0]}."
  }
}

check "the empirical loss tends to the population loss" {
  assert {
    condition = all([for n in local.sizes : max(abs(landscape.quantiles[n].loss - landscape.population_coarse.loss)) <= local.C * 1.5 / (3 * n * n)])
    message   = "With data at the quantiles the error falls like 1/n^2: ${max(abs(landscape.quantiles[10].loss - landscape.population_coarse.loss))} for 10 data, ${max(abs(landscape.quantiles[1000].loss - landscape.population_coarse.loss))} for 1,000."
  }
  assert {
    condition = max(abs(landscape.sequence[3].loss - landscape.population_coarse.loss)) <= 0.2848 && max(abs(landscape.sequence[30].loss - landscape.population_coarse.loss)) <= 0.0509 && max(abs(landscape.sequence[300].loss - landscape.population_coarse.loss)) <= 0.00595
    message   = "With data one after the other it stays below the discrepancy of the first n of them: ${max(abs(landscape.sequence[3].loss - landscape.population_coarse.loss))} <= 0.2848, ${max(abs(landscape.sequence[30].loss - landscape.population_coarse.loss))} <= 0.0509, ${max(abs(landscape.sequence[300].loss - landscape.population_coarse.loss))} <= 0.00595."
  }
  assert {
    condition = max(abs(landscape.sequence[1000].loss - landscape.population_coarse.loss)) <= 0.00134
    message   = "For 1,000 of them it is ${max(abs(landscape.sequence[1000].loss - landscape.population_coarse.loss))}."
  }
}

check "in the plane, two valleys ten times apart in width" {
  assert {
    condition = close(hessian(objective.plane, { w1 = 0, w2 = 0 })[0][0], 6, 1e-12) && close(hessian(objective.plane, { w1 = 0, w2 = 0 })[1][1], 600, 1e-9)
    message   = "The curvatures at the origin are ${hessian(objective.plane, { w1 = 0, w2 = 0 })[0][0]} and ${hessian(objective.plane, { w1 = 0, w2 = 0 })[1][1]}."
  }
  assert {
    condition = close(value(objective.plane, { w1 = 1, w2 = 0 }), value(objective.plane, { w1 = 0, w2 = 0.1 }), 1e-15)
    message   = "One tenth of the way along w2 is as high as along w1: ${value(objective.plane, { w1 = 0, w2 = 0.1 })} and ${value(objective.plane, { w1 = 1, w2 = 0 })}."
  }
  assert {
    condition = max(abs(landscape.plane_empirical.loss - landscape.plane_coarse.loss)) <= local.C * (1.5 + 15) / (3 * 50 * 50)
    message   = "50 data pairs at the quantiles give the same surface to ${max(abs(landscape.plane_empirical.loss - landscape.plane_coarse.loss))}; the bound is ${local.C * (1.5 + 15) / (3 * 50 * 50)}."
  }
}

check "control: convex losses per sample make no separate scales" {
  assert {
    condition = max(slice(landscape.linear_model.second_difference, 1, 3000)) / min(slice(landscape.linear_model.second_difference, 1, 3000)) - 1 < 1e-6
    message   = "For squares of x w the second difference is the same everywhere: its largest value over its smallest, less 1, is ${max(slice(landscape.linear_model.second_difference, 1, 3000)) / min(slice(landscape.linear_model.second_difference, 1, 3000)) - 1}."
  }
  assert {
    condition = close(landscape.linear_model.curvature[1500], 434, 1e-5) && close(landscape.linear_model.curvature[2600], 434, 1e-5)
    message   = "The curvature is ${landscape.linear_model.curvature[1500]} at w = 0 and ${landscape.linear_model.curvature[2600]} at w = 1.1: large and small data merely add."
  }
  assert {
    condition = min(slice(landscape.convex_model.second_difference, 1, 3000)) > 0 && close(hessian(objective.convex_model, { w = 0 })[0][0], 217, 1e-9) && hessian(objective.convex_model, { w = 1.5 })[0][0] < 0.07
    message   = "For ln cosh(x w) the curvature falls from ${hessian(objective.convex_model, { w = 0 })[0][0]} at 0 to ${hessian(objective.convex_model, { w = 1.5 })[0][0]} at 1.5, a continuum of scales, but no second difference is negative: no well within a well."
  }
}

# What to look at

plot "losses" {
  title   = "Fig. 6.1, left: separate and continuous scales"
  columns = 2

  panel {
    line {
      x     = landscape.three.axis.w
      y     = landscape.three.loss
      label = "data 1, 5, 25"
    }
    line {
      x     = landscape.population.axis.w
      y     = landscape.population.loss
      label = "population, uniform on [0, 3]"
    }
    axis_x { label = "w" }
    axis_y { label = "loss" }
  }

  panel {
    line {
      x     = landscape.three.axis.w
      y     = landscape.three.loss
      label = "data 1, 5, 25"
    }
    line {
      x     = landscape.population.axis.w
      y     = landscape.population.loss
      label = "population, uniform on [0, 3]"
    }
    vline {
      x     = 1 / 25
      label = "1/25"
    }
    vline {
      x     = 1 / 5
      label = "1/5"
    }
    vline {
      x     = 1
      label = "1"
    }
    axis_x {
      label = "w"
      scale = "log"
      range = [1e-3, 1.5]
    }
    axis_y {
      label = "loss"
      scale = "log"
      range = [1e-4, 2]
    }
  }
}

plot "curvature" {
  title = "Curvature where it is positive: three data, and the two controls"
  line {
    x     = landscape.three.axis.w
    y     = landscape.three.curvature
    label = "data 1, 5, 25"
  }
  line {
    x     = landscape.linear_model.axis.w
    y     = landscape.linear_model.curvature
    label = "control: (x w)^2"
  }
  line {
    x     = landscape.convex_model.axis.w
    y     = landscape.convex_model.curvature
    label = "control: ln cosh(x w)"
  }
  axis_x { label = "w" }
  axis_y {
    label = "second derivative"
    scale = "log"
    range = [0.05, 1000]
  }
}

plot "surface" {
  title = "Fig. 6.1, right: two valleys from data"
  surface { of = landscape.plane }
  axis_x { label = "w1" }
  axis_y { label = "w2" }
}

plot "more_data" {
  title   = "The empirical loss tends to the population loss"
  columns = 2
  panel {
    title = "data at the quantiles"
    line {
      x     = landscape.quantiles[3].axis.w
      y     = landscape.quantiles[3].loss
      label = "3 data"
    }
    line {
      x     = landscape.quantiles[10].axis.w
      y     = landscape.quantiles[10].loss
      label = "10 data"
    }
    line {
      x     = landscape.population_coarse.axis.w
      y     = landscape.population_coarse.loss
      label = "population"
    }
    axis_x { label = "w" }
    axis_y { label = "loss" }
  }
  panel {
    title = "largest difference"
    scatter {
      x     = local.sizes
      y     = [for n in local.sizes : max(abs(landscape.quantiles[n].loss - landscape.population_coarse.loss))]
      label = "quantiles"
    }
    scatter {
      x     = local.sizes
      y     = [for n in local.sizes : max(abs(landscape.sequence[n].loss - landscape.population_coarse.loss))]
      label = "golden-ratio sequence"
    }
    line {
      x     = local.sizes
      y     = [for n in local.sizes : local.C * 1.5 / (3 * n * n)]
      label = "bound for the quantiles"
    }
    axis_x {
      label = "number of data"
      scale = "log"
    }
    axis_y {
      label = "largest difference"
      scale = "log"
    }
  }
}

table "scales" {
  title   = "The scales of three data"
  columns = ["|w| from", "to", "data that count", "curvature by formula", "curvature found"]
  rows = [
    [0, 1 / 25, 3, 2 * 651 / 3, landscape.three.curvature[1500]],
    [1 / 25, 1 / 5, 2, 2 * 26 / 3, landscape.three.curvature[1600]],
    [1 / 5, 1, 1, 2 / 3, landscape.three.curvature[2100]],
    [1, inf, 0, 0, landscape.three.curvature[2600]],
  ]
}

output "quadrature_error" {
  value       = max(abs(landscape.quadrature.loss - landscape.population.loss))
  description = "Largest difference between (6.2) and the midpoint rule with 200 nodes"
}

output "rounding" {
  value       = max(abs(landscape.three.loss - landscape.three_closed.loss))
  description = "Largest difference between the network's loss and the closed formula"
}

report {
  text {
    markdown = <<-EOT
      ## One datum, one scale

      The network `1 - relu(w x + 1) + 2 relu(w x) - relu(w x - 1)` equals |x w| up to 1 and is constant beyond. Its square
      loss is a quadratic of curvature 2 x^2 and width 1/x in a plateau: a large x makes a sharp, narrow well, a small x a
      flat, wide one. With the data 1, 5 and 25 the wells lie inside each other, and the curvature steps down by a factor
      of about 25 each time w leaves one. A continuum of data, uniform on [0, 3], smooths the steps: (6.2), the f2 of
      Fig. 4.1, which grows subquadratically.
    EOT
    show     = [plot.losses, table.scales]
  }

  text {
    markdown = <<-EOT
      ## How many data make a continuum

      Data at the quantiles of the uniform law come within 1.5/n^2 of the population loss for |w| <= 1.5, since they are
      the nodes of the midpoint rule. Data that come one after another do so more slowly; the error is bounded by their
      discrepancy (the Koksma inequality, with variation at most 1). Either way a large data set has nearly continuous
      scales, as the paper says.

      Two details of the formulas: written with both integrals closed, the population loss counts an atom of the law at
      1/|w| twice, so one of them should be half-open; and L(0) = 0, where 1/|w| is not defined.
    EOT
    show     = [plot.more_data]
  }

  text {
    markdown = <<-EOT
      ## Two inputs, two valleys

      With a second input ten times the first, the two-dimensional loss, the mean of the sum of both terms (the paper's
      formula lacks the parentheses round the summand), is a superposition of two valleys, one ten times narrower than
      the other: the landscape of section 5 from nothing but data.
    EOT
    show     = [plot.surface]
  }

  text {
    markdown = <<-EOT
      ## It takes a non-convex model

      The same data with the loss (x w)^2 per sample make a plain quadratic: the large and the small data only add up to
      one curvature, mean(2 x^2). With ln cosh(x w), convex but not quadratic, the curvature does fall with |w|, but it
      never becomes negative, so there is no well within a well. Separate scales need both: data of different magnitude
      and a loss per sample that is not convex.
    EOT
    show     = [plot.curvature, check, output]
  }
}
