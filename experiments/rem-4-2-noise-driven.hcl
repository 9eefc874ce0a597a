study {
  title       = "Remark 4.2: noise drives the motion along the minima"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Remark 4.2"
  description = <<-EOT
    On f(x, y) = H(x) y^2 with the noise sigma sqrt(eta H) dW in y alone, y has the stationary variance eta sigma^2 / 4
    whatever x is, and x drifts by -(eta sigma^2 / 4) H'(x). Both are held to an ensemble of the stochastic differential
    equation, with its standard errors and the bias of its steps.
  EOT
}

locals {
  eta   = 0.1
  sigma = 1
  level = local.eta * sq(local.sigma) / 4
}

function "H" {
  params = [x]
  value  = 1 + sq(x) / 2
}

objective "valley" {
  params = [x, y]
  value  = (1 + sq(x) / 2) * sq(y)
}

run "ensemble" {
  objective = objective.valley
  start     = { x = 2, y = normal(0, 0.15811388300841897) }
  steps     = 4000
  seed      = 1
  record { every = 200 }
  vary { lane = range(10000) }
  optimizer "sde" {
    dt    = 0.01
    noise = { x = 0, y = local.sigma * sqrt(local.eta * (1 + sq(x) / 2)) }
    bias  = true
  }
}

# dx/dt = -(eta sigma^2 / 4) x, from 2, for H' = x
locals {
  mean_x    = mean(run.ensemble.at[4000].params.x)
  error_x   = standard_error(run.ensemble.at[4000].params.x)
  predicted = 2 * exp(-local.level * 40)
  square_y  = mean(sq(run.ensemble.at[4000].params.y))
  error_y   = standard_error(sq(run.ensemble.at[4000].params.y))
}

check "the stationary variance across" {
  assert {
    condition = close(local.square_y, local.level / (1 - 0.01 * mean(1 + sq(run.ensemble.at[4000].params.x) / 2)), 4 * local.error_y)
    message   = "The mean of y^2 is ${local.square_y} +- ${local.error_y}; eta sigma^2 / 4 is ${local.level}, and steps of dt make it 1/(1 - H dt) times as large."
  }
}

check "the drift along" {
  assert {
    condition = close(local.mean_x - run.ensemble.bias.x[4000], local.predicted, 0.01)
    message   = "At time 40 the mean of x is ${local.mean_x} +- ${local.error_x}, less the bias of the steps ${local.mean_x - run.ensemble.bias.x[4000]}; the quasistatic drift gives ${local.predicted}."
  }
}

check "the mean across is 0" {
  assert {
    condition = close(mean(run.ensemble.at[4000].params.y), 0, 4 * standard_error(run.ensemble.at[4000].params.y))
    message   = "The mean of y is ${mean(run.ensemble.at[4000].params.y)} +- ${standard_error(run.ensemble.at[4000].params.y)}."
  }
}

check "the bias of the steps is seen above its noise" {
  assert {
    condition = abs(run.ensemble.bias.x[4000]) > 3 * run.ensemble.bias_error.x[4000]
    message   = "Steps twice as long change the mean of x by ${run.ensemble.bias.x[4000]} +- ${run.ensemble.bias_error.x[4000]}."
  }
}

plot "drift" {
  title = "10,000 runs, with their median, beside the quasistatic drift"
  band {
    y         = run.ensemble.path.x
    quantiles = [0.1, 0.9]
    label     = "10 % to 90 %"
  }
  line {
    x     = run.ensemble.t
    y     = 2 * exp(-local.level * 0.01 * run.ensemble.t)
    label = "x' = -(eta sigma^2 / 4) H'(x)"
  }
  axis_x { label = "step" }
  axis_y { label = "x" }
}
