study {
  title       = "Flows at the edge of stability"
  source      = "Cohen, Damian, Talwalkar, Kolter, Lee (2024), Understanding optimization in deep learning with central flows; Ma, Kunin, Wu, Ying (2022), section 4.4"
  description = <<-EOT
    A valley whose curvature across grows along it, with walls that grow slower than a quadratic. Gradient descent goes to
    the edge of stability and oscillates there. The gradient flow knows nothing of it and goes its own way; the central
    flow, which holds the sharpness at 2/eta by a covariance of the oscillation, follows. The quasistatic dynamics of section
    4.4 begins below the threshold, where there is no two-cycle, and stands still: it knows nothing of a floor that slopes.
  EOT
}

objective "valley" {
  params = [x, y, z]
  value  = (x + 0.3 * sq(z)) * sq(y) / 2 - 0.002 * x + 0.002 * sq(z - 3) - 0.5 * sq(sq(y))
}

run "flow" {
  objective = objective.valley
  start     = { x = 3.7, y = 0, z = 0.5 }
  steps     = 2000
  optimizer "gradient_flow" { learning_rate = 0.5 }
}

run "central" {
  objective = objective.valley
  start     = { x = 3.7, y = 0, z = 0.5 }
  steps     = 2000
  optimizer "central_flow" { learning_rate = 0.5 }
  probe "sharpness" "lambda" { every = 10 }
}

run "gd" {
  objective = objective.valley
  start     = { x = 3.7, y = 0.001, z = 0.5 }
  steps     = 2000
  optimizer "gd" { learning_rate = 0.5 }
  probe "distance" "to_flow" {
    run     = run.flow
    average = 2
  }
  probe "distance" "to_central" {
    run     = run.central
    average = 2
  }
}

run "quasistatic" {
  objective = objective.valley
  start     = { x = 3.7, y = 0.001, z = 0.5 }
  steps     = 2000
  optimizer "quasistatic" {
    along         = [x, z]
    across        = y
    learning_rate = 0.5
  }
}

check "the quasistatic dynamics stands still below the threshold" {
  assert {
    condition = all(run.quasistatic.path.x == 3.7)
    message   = "x ends at ${last(run.quasistatic.path.x)}."
  }
}

check "the central flow follows gradient descent, the gradient flow does not" {
  assert {
    condition = last(run.gd.probe.to_central) < 0.05 * last(run.gd.probe.to_flow)
    message   = "After 2,000 updates gd, averaged over two, is ${last(run.gd.probe.to_central)} from the central flow and ${last(run.gd.probe.to_flow)} from the gradient flow."
  }
}

check "the central flow holds the sharpness at the edge" {
  assert {
    condition = max(run.central.probe.lambda) < 4.000001 && last(run.central.probe.lambda) > 3.99
    message   = "The sharpness of the central flow ends at ${last(run.central.probe.lambda)} and is never above ${max(run.central.probe.lambda)}; 2/eta is 4."
  }
}

check "its covariance and its distance to the edge are complementary" {
  assert {
    condition = max(run.central.complementarity) < 0.2 && last(run.central.complementarity) < 1e-3
    message   = "Its condition of complementarity holds to ${last(run.central.complementarity)} at the end, to ${max(run.central.complementarity)} at worst, where it comes to the edge."
  }
}

plot "apart" {
  title = "Distance of gradient descent, averaged over two updates"
  line {
    y     = run.gd.probe.to_flow
    label = "from the gradient flow"
  }
  line {
    y     = run.gd.probe.to_central
    label = "from the central flow"
  }
  axis_x { label = "update" }
  axis_y { label = "distance" }
}

plot "along" {
  title = "Along the valley"
  line {
    y     = run.gd.path.x
    label = "gd"
  }
  line {
    y     = run.flow.path.x
    label = "gradient flow"
  }
  line {
    y     = run.central.path.x
    label = "central flow"
    dash  = "dashed"
  }
  line {
    y     = run.quasistatic.path.x
    label = "quasistatic"
    dash  = "dotted"
  }
  axis_x { label = "update" }
  axis_y { label = "x" }
}

plot "oscillation" {
  title = "What holds the sharpness"
  line {
    y     = run.central.oscillation
    label = "trace of the covariance"
  }
  line {
    y     = run.central.complementarity
    label = "residual of complementarity"
  }
  axis_x { label = "update" }
}
