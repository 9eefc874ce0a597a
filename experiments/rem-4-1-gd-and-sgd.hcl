study {
  title       = "Remark 4.1: two motions towards flat minima"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Remark 4.1"
  description = <<-EOT
    On the valley of Fig. 4.2, gradient descent is driven along it by its own oscillation, and stops where the walls are
    flat enough for its learning rate. Noise across the valley drives it too, and goes on where gradient descent has
    stopped. Where every sample is interpolated, the noise of drawing samples vanishes at the minima: then it is the other
    way round.
  EOT
}

function "flattening" {
  params = [x]
  value  = 1 / (1 + 0.01 * x)
}

objective "valley" {
  params = [x1, x2]
  value  = valley(log_growth, flattening, x1, x2)
}

# Two samples whose mean is the valley; both are minimal along its whole floor.
objective "steep" {
  params = [x1, x2]
  value  = 1.2 * valley(log_growth, flattening, x1, x2)
}

objective "shallow" {
  params = [x1, x2]
  value  = 0.8 * valley(log_growth, flattening, x1, x2)
}

locals {
  limit = 100 * (sqrt(1.5) - 1) # eta h^2 = 2 there, for eta = 3
}

run "gd" {
  objective = objective.valley
  start     = { x1 = 1, x2 = 1 }
  steps     = 5000
  optimizer "gd" { learning_rate = 3 }
}

run "gd_beyond" {
  objective = objective.valley
  start     = { x1 = 30, x2 = 0.1 }
  steps     = 5000
  optimizer "gd" { learning_rate = 3 }
}

run "noise_beyond" {
  objective = objective.valley
  start     = { x1 = 30, x2 = 0.1 }
  steps     = 5000
  seed      = 1
  record { every = 500 }
  vary { lane = range(1000) }
  optimizer "sgd" {
    learning_rate = 3
    noise         = { x1 = 0, x2 = 0.2 }
  }
}

run "interpolated" {
  objective = objective.valley
  start     = { x1 = 1, x2 = 1 }
  steps     = 5000
  seed      = 1
  record { every = 500 }
  vary { lane = range(1000) }
  optimizer "sgd" {
    learning_rate = 1
    samples       = [objective.steep, objective.shallow]
    batch         = 1
  }
}

check "gradient descent stops at a finite flatness" {
  assert {
    condition = max(run.gd.path.x1) < local.limit && run.gd.path.x1[5000] > 15
    message   = "From x1 = 1 it comes to ${run.gd.path.x1[5000]}, below the limit ${local.limit}."
  }
}

check "beyond the limit gradient descent does not move" {
  assert {
    condition = run.gd_beyond.path.x1[5000] - run.gd_beyond.path.x1[1000] < 1e-9
    message   = "From x1 = 30, beyond the limit, it moves by ${run.gd_beyond.path.x1[5000] - run.gd_beyond.path.x1[1000]} from step 1,000 to step 5,000."
  }
}

check "noise goes on where gradient descent has stopped" {
  assert {
    condition = mean(run.noise_beyond.at[5000].params.x1) - mean(run.noise_beyond.at[2500].params.x1) > 10 * standard_error(run.noise_beyond.at[5000].params.x1)
    message   = "The mean of x1 over 1,000 runs is ${mean(run.noise_beyond.at[2500].params.x1)} at step 2,500 and ${mean(run.noise_beyond.at[5000].params.x1)} at step 5,000, with a standard error of ${standard_error(run.noise_beyond.at[5000].params.x1)}."
  }
}

check "where all samples are interpolated the noise vanishes and nothing moves" {
  assert {
    condition = max(abs(run.interpolated.at[5000].params.x2)) < 1e-9 && max(abs(run.interpolated.at[5000].params.x1 - run.interpolated.at[2500].params.x1)) < 1e-9
    message   = "All 1,000 runs are within ${max(abs(run.interpolated.at[5000].params.x2))} of the floor at step 5,000, and x1 has moved by at most ${max(abs(run.interpolated.at[5000].params.x1 - run.interpolated.at[2500].params.x1))} since step 2,500."
  }
}

check "gradient descent moves on all the same" {
  assert {
    condition = run.gd.path.x1[5000] - run.gd.path.x1[2500] > 0.5
    message   = "Gradient descent with eta = 3 moves x1 by ${run.gd.path.x1[5000] - run.gd.path.x1[2500]} in the same steps."
  }
}

plot "along" {
  title = "Along the valley"
  line {
    y     = run.gd.path.x1
    label = "gd, eta = 3"
  }
  line {
    y     = run.gd_beyond.path.x1
    label = "gd from beyond the limit"
  }
  band {
    y         = run.noise_beyond.path.x1
    quantiles = [0.1, 0.9]
    label     = "with noise across, 10 % to 90 %"
  }
  band {
    y         = run.interpolated.path.x1
    quantiles = [0.1, 0.9]
    label     = "samples interpolated"
  }
  hline {
    y     = local.limit
    label = "limit of gd"
  }
  axis_x { label = "step" }
  axis_y { label = "x1" }
}
