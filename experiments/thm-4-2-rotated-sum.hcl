study {
  title       = "Theorem 4.2: a sum of subquadratic functions along an orthonormal basis"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), section 4.2, (4.4) and Theorem 4.2"
  description = <<-EOT
    In R^8 the sum of c_i f1(p_i . x) along a random orthonormal basis, with unequal weights c_i. Gradient descent splits into
    eight independent problems of one variable: where eta c_i is at most 2 the component decays, elsewhere it settles on
    the two-cycle of its own weight.

    Each oscillating component chooses its phase by the start. With m of them there are 2^m patterns of signs at even
    steps, which are 2^(m - 1) cycles, since a cycle shows the opposite pattern a step later. An ensemble counts them.
  EOT
}

# A random orthonormal basis: seven reflections, each across the hyperplane at right angles to a
# vector of normal numbers, drawn once and rounded. Its rows are the p_i.

function "reflection" {
  params = [v]
  value  = [for i, a in v : [for j, b in v : (i == j ? 1 : 0) - 2 * a * b / dot(v, v)]]
}

locals {
  H1    = reflection([-2.59, 0.41, 0.67, -2.20, 0.99, 0.81, 0.19, 0.80])
  H2    = reflection([-0.82, 0.03, -0.24, 1.61, 0.94, -0.89, -0.28, 1.84])
  H3    = reflection([0.14, -0.37, -1.26, -0.89, -0.47, -0.22, 1.20, 0.16])
  H4    = reflection([0.91, 2.22, 0.59, 0.40, -1.18, -0.18, -0.24, -2.19])
  H5    = reflection([-0.07, -1.41, -1.85, 0.75, -0.13, 0.45, -0.73, 0.66])
  H6    = reflection([-0.23, -1.02, -0.97, -0.40, 0.58, 0.31, 1.60, 0.60])
  H7    = reflection([-1.15, 0.23, 0.67, 0.44, 0.12, -1.47, 2.86, -0.26])
  basis = matmul(matmul(matmul(local.H1, local.H2), matmul(local.H3, local.H4)), matmul(matmul(local.H5, local.H6), local.H7))

  # Three that decay, the last of them at the threshold itself, and five that oscillate
  weights = [0.5, 1.5, 2, 2.5, 3, 4, 6, 9]
  eta     = 1
  levels  = log_growth_cycle(local.eta * local.weights)
  decay   = range(0, 3)
  swing   = range(3, 8)
}

objective "sum" {
  params = [x[8]]
  value  = separable(log_growth, local.weights, local.basis, x)
}

# The control: the first row replaced by one at 45 degrees to the last, so that the rows are no longer
# orthogonal
locals {
  skew = [for i, row in local.basis : i == 0 ? (row + local.basis[7]) / sqrt(2) : row]
}

objective "skew" {
  params = [x[8]]
  value  = separable(log_growth, local.weights, local.skew, x)
}

run "one" {
  objective = objective.sum
  start     = { x = [4, -3, 2, 5, -1, 3, -6, 2] }
  steps     = 60
  optimizer "gd" { learning_rate = local.eta }
  probe "value" "z" { value = matmul(local.basis, x) }
}

# 20,000 starts, normal in every direction

run "many" {
  objective = objective.sum
  vary { lane = range(20000) }
  start = normal(0, 5)
  steps = 401
  optimizer "gd" { learning_rate = local.eta }
  record { every = 400 }
  probe "value" "z" {
    value = matmul(local.basis, x)
    every = 400
  }
  probe "value" "pattern" {
    value = dot([1, 2, 4, 8, 16], [for i in local.swing : matmul(local.basis, x)[i] > 0 ? 1 : 0])
    every = 400
  }
}

run "skew" {
  objective = objective.skew
  start     = { x = [4, -3, 2, 5, -1, 3, -6, 2] }
  steps     = 400
  optimizer "gd" { learning_rate = local.eta }
  record { every = 400 }
  probe "value" "z" {
    value = matmul(local.skew, x)
    every = 400
  }
}

# The state of every start at an even step, by component, and how often each pattern of signs occurs

locals {
  z        = transpose(run.many.probe.z[400])
  patterns = range(32)
  counts   = [for k in local.patterns : count(run.many.probe.pattern[400] == k)]
  identity = [for i in range(8) : [for j in range(8) : i == j ? 1 : 0]]

  # The point of the cycle with all signs positive
  positive = matmul(transpose(local.basis), local.levels)
}

check "the basis is orthonormal to rounding" {
  assert {
    condition = norm(matmul(local.basis, transpose(local.basis)) - local.identity) < 1e-14
    message   = "P P' differs from the identity by ${norm(matmul(local.basis, transpose(local.basis)) - local.identity)}."
  }
}

check "components with eta c_i below 2 decay, the one at 2 like 1/t" {
  assert {
    condition = max(abs(local.z[0])) < 1e-13 && max(abs(local.z[1])) < 1e-13
    message   = "At step 400 the first two are at most ${max(abs(local.z[0]))} and ${max(abs(local.z[1]))}, over all starts."
  }
  assert {
    condition = max(400 * abs(local.z[2])) < 1.02 && close(quantile(400 * abs(local.z[2]), 0.5), 1, 0.02)
    message   = "400 times the third is at most ${max(400 * abs(local.z[2]))}, its median ${quantile(400 * abs(local.z[2]), 0.5)}."
  }
}

check "every other component sits on the two-cycle of its own weight" {
  for_each = [3, 4, 5, 6, 7]
  assert {
    condition = max(abs(abs(local.z[each.value]) - local.levels[each.value])) < 1e-12
    message   = "At step 400 |p_i . x| differs from ${local.levels[each.value]} by up to ${max(abs(abs(local.z[each.value]) - local.levels[each.value]))}, over all starts."
  }
}

check "all 2^5 patterns of signs occur, equally often" {
  assert {
    condition = len(local.counts) == 32 && min(local.counts) > 0 && sum(local.counts) == 20000
    message   = "Of the 32 patterns the rarest occurs ${min(local.counts)} times; together they make ${sum(local.counts)} starts."
  }
  assert {
    condition = sum(sq(local.counts - 625)) / 625 < 61.1
    message   = "Chi-squared against equal shares is ${sum(sq(local.counts - 625)) / 625} with 31 degrees of freedom; beyond 61.1 lies one part in a thousand."
  }
}

check "they are 2^4 cycles: one step later each pattern is its opposite" {
  assert {
    condition = all(run.many.probe.pattern[400] + run.many.probe.pattern[401] == 31)
    message   = "The numbers of the patterns at steps 400 and 401 do not always add up to 31."
  }
}

check "the cycle is exact, and the components do not interact on it" {
  assert {
    condition = norm(local.eta * gradient(objective.sum, { x = local.positive }) - 2 * local.positive) < 1e-13
    message   = "eta times the gradient differs from 2 x by ${norm(local.eta * gradient(objective.sum, { x = local.positive }) - 2 * local.positive)}."
  }
  assert {
    condition = norm(matmul(matmul(local.basis, hessian(objective.sum, { x = local.positive })), transpose(local.basis)) - [for i in range(8) : [for j in range(8) : i == j ? local.weights[i] / (1 + local.levels[i]) : 0]]) < 1e-13
    message   = "In the basis the Hessian is not the diagonal matrix of c_i / (1 + level_i)."
  }
  assert {
    condition = all([for i in range(8) : abs(1 - local.eta * local.weights[i] / (1 + local.levels[i])) < 1 || i == 2])
    message   = "The multipliers are ${1 - local.eta * local.weights / (1 + local.levels)}."
  }
}

check "control: along rows that are not orthogonal the components have other levels" {
  assert {
    condition = abs(abs(run.skew.probe.z[400][7]) - local.levels[7]) > 0.5
    message   = "The last component ends at ${abs(run.skew.probe.z[400][7])}; alone it would sit at ${local.levels[7]}."
  }
}

plot "components" {
  title   = "Theorem 4.2: eight components, three that decay and five that oscillate"
  columns = 2
  width   = 18
  height  = 8
  panel {
    line {
      y     = abs(component(run.one.probe.z, 0))
      label = "c = 0.5"
    }
    line {
      y     = abs(component(run.one.probe.z, 1))
      label = "1.5"
    }
    line {
      y     = abs(component(run.one.probe.z, 2))
      label = "2"
    }
    line {
      y     = abs(component(run.one.probe.z, 3))
      label = "2.5"
    }
    line {
      y     = abs(component(run.one.probe.z, 4))
      label = "3"
    }
    line {
      y     = abs(component(run.one.probe.z, 5))
      label = "4"
    }
    line {
      y     = abs(component(run.one.probe.z, 6))
      label = "6"
    }
    line {
      y     = abs(component(run.one.probe.z, 7))
      label = "9"
    }
    axis_x { label = "step" }
    axis_y {
      label = "|p_i . x|"
      scale = "log"
      range = [1e-3, 20]
    }
  }
  panel {
    title = "20,000 starts by pattern of signs"
    band {
      x     = [-0.5, 31.5]
      lower = [625 - 2 * sqrt(625 * 31 / 32), 625 - 2 * sqrt(625 * 31 / 32)]
      upper = [625 + 2 * sqrt(625 * 31 / 32), 625 + 2 * sqrt(625 * 31 / 32)]
      label = "equal shares, two standard deviations"
    }
    scatter {
      x     = local.patterns
      y     = local.counts
      label = "starts"
    }
    axis_x { label = "number of the pattern at step 400" }
    axis_y {
      label = "starts"
      range = [0, 800]
    }
  }
}

table "components" {
  title   = "The components of 20,000 starts at step 400"
  columns = ["eta c_i", "level", "1 - eta c_i f1'' (per step)", "smallest |p_i . x|", "largest |p_i . x|"]
  rows = [for i in range(8) : [
    local.eta * local.weights[i],
    local.levels[i],
    1 - local.eta * local.weights[i] / (1 + local.levels[i]),
    min(abs(local.z[i])),
    max(abs(local.z[i])),
  ]]
}

output "patterns" {
  value       = count(local.counts > 0)
  description = "Patterns of signs that occur at step 400; half as many cycles"
}

report {
  text {
    markdown = <<-EOT
      ## Eight problems in one

      For an orthonormal basis the components of the gradient along the p_i depend each on its own component of x, so Theorem
      4.2 is Theorem 4.1 eight times, with the threshold `2/f_i''(0)`, here `2/c_i`, and the level of its own f_i (the paper
      leaves out two of these indices). The components with c_i = 0.5 and 1.5 are gone by step 400, that with c_i = 2,
      exactly at its threshold, falls like 1/t, and the five others are on the levels that Lambert's W gives.
    EOT
    show     = [plot.components, table.components]
  }

  text {
    markdown = <<-EOT
      ## How many cycles

      The paper says that there are exponentially many. Exactly: of m oscillating components each may be positive at even
      steps or negative, which makes 2^m patterns; but every sign changes at every step, so a pattern and its opposite are one
      cycle seen a step apart, and there are 2^(m - 1) cycles. Here m = 5: ${count(local.counts > 0)} patterns occur, and
      ${count(local.counts > 0) / 2} cycles. Which one is reached is a matter of the start alone. From starts that are
      normal in every direction all are as likely, to within chance.
    EOT
  }

  text {
    markdown = <<-EOT
      ## What "orthonormal" is for

      With the first row turned by 45 degrees towards the last, the two pull on each other: the last component ends at
      ${format("%.3f", abs(run.skew.probe.z[400][7]))} where alone it would sit at ${format("%.3f", local.levels[7])}.
      Gradient descent still does not blow up; but that is Theorem 4.3.
    EOT
    show     = [check, output]
  }
}
