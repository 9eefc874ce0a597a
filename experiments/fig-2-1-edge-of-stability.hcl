study {
  title       = "The edge of stability"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Fig. 2.1 left; Cohen, Kaur, Li, Kolter, Talwalkar (2021)"
  description = <<-EOT
    A three-layer network of hyperbolic tangents is trained by full-batch gradient descent on 1,000 images of four classes.
    Its sharpness, the largest eigenvalue of the Hessian, climbs to 2/eta, the largest that gradient descent is stable at
    on a quadratic, and stays about there while the loss keeps falling.

    As it is, the study makes its images from a seed; `-var cifar10=DIR` takes the first 1,000 images of the first four
    classes of CIFAR-10 instead, and `-var full=true` 5,000 images of all ten. The paper gives neither the number of
    images nor the learning rate.
  EOT
}

variable "cifar10" {
  type        = string
  default     = ""
  description = "folder with CIFAR-10's binary files; empty: images made from the seed"
}

variable "full" {
  type        = bool
  default     = false
  description = "5,000 images of ten classes, 4,000 steps"
}

locals {
  images  = var.full ? 5000 : 1000
  classes = var.full ? 10 : 4
  steps   = var.full ? 4000 : 2000
  late    = var.full ? 2400 : 1200 # the last 40 % begin here
  eta     = var.full ? 0.02 : 0.01
}

dataset "cifar10" "real" {
  path        = var.cifar10
  classes     = var.full ? [] : ["airplane", "automobile", "bird", "cat"]
  limit       = local.images
  standardize = "pixel"
}

dataset "synthetic" "made" {
  classes     = local.classes
  limit       = local.images
  standardize = "pixel"
}

network "mlp" {
  input     = [3, 32, 32]
  precision = "float32"
  layer "flatten" {}
  layer "dense" {
    units      = 200
    activation = "tanh"
  }
  layer "dense" {
    units      = 200
    activation = "tanh"
  }
  layer "dense" { units = local.classes }
}

objective "training" {
  network = network.mlp
  data    = var.cifar10 == "" ? dataset.made : dataset.real
  loss    = "mse" # half the sum of squares over the outputs, mean over the images
}

run "gd" {
  objective = objective.training
  steps     = local.steps
  optimizer "gd" { learning_rate = local.eta }
  probe "sharpness" "lambda" { every = 20 }
}

# A rate of our own: so low that the start is stable by a fifth, from the sharpness measured there

spectrum "start" {
  objective = objective.training
  top       = 3
  bottom    = 1
}

run "measured" {
  objective = objective.training
  steps     = 600
  optimizer "gd" { learning_rate = 1.6 / spectrum.start.top[0] }
  probe "sharpness" "lambda" { every = 20 }
}

spectrum "end" {
  objective = objective.training
  point     = run.gd.final
  top       = 6
  samples   = 4
}

locals {
  edge     = 2 / local.eta
  crossing = first(run.gd.probe.lambda >= 2 / local.eta) # the first recorded step at or above 2/eta
  late_gd  = slice(run.gd.probe.lambda, local.late, local.steps)
  level    = quantile(local.late_gd, 0.5) / local.edge
  loss_at  = last(slice(run.gd.loss, local.crossing, local.crossing))
  loss_end = quantile(slice(run.gd.loss, local.steps - 100, local.steps), 0.5) # the last step may lie on a spike
}

check "sharpness climbs to 2/eta" {
  assert {
    condition = any(run.gd.probe.lambda >= local.edge) && run.gd.probe.lambda[0] < 0.6 * local.edge
    message   = "the sharpness begins at ${run.gd.probe.lambda[0]}, and its maximum is ${max(run.gd.probe.lambda)}; 2/eta is ${local.edge}"
  }
}

check "and stays about there" {
  assert {
    condition = local.level >= 0.98 && local.level <= 1.08
    message   = "over the last 40 % of the steps the median of sharpness x eta / 2 is ${local.level}"
  }
  assert {
    condition = all(local.late_gd < 1.3 * local.edge)
    message   = "the largest sharpness of the last 40 % of the steps is ${max(local.late_gd)}"
  }
}

check "while the loss keeps falling" {
  assert {
    condition = local.loss_end < 0.5 * local.loss_at
    message   = "the loss is ${local.loss_at} where the sharpness crosses 2/eta, and ${local.loss_end} in the median of the last 100 steps"
  }
}

check "not monotonically" {
  assert {
    condition = any(diff(slice(run.gd.loss, local.late, local.steps)) > 0)
    message   = "the loss falls at every one of the last steps"
  }
}

check "the rate decides the level" {
  assert {
    condition = close(quantile(slice(run.measured.probe.lambda, 400, 600), 0.5), spectrum.start.top[0] / 0.8, 0.1 * spectrum.start.top[0] / 0.8)
    message   = "with eta = 1.6 / sharpness at the start, the median of the last third is ${quantile(slice(run.measured.probe.lambda, 400, 600), 0.5)}, and 2/eta is ${spectrum.start.top[0] / 0.8}"
  }
}

check "eigenvalues are eigenvalues" {
  assert {
    condition = max(spectrum.start.top_residual) < 0.002 * spectrum.start.top[0] && max(spectrum.end.top_residual) < 0.002 * spectrum.end.top[0]
    message   = "residuals are ${max(spectrum.start.top_residual)} and ${max(spectrum.end.top_residual)}"
  }
}

plot "edge" {
  title  = "Full-batch gradient descent at the edge of stability"
  width  = 18
  height = 8
  panel {
    line {
      y     = run.gd.probe.lambda
      label = "sharpness"
    }
    hline {
      y     = local.edge
      label = "2/eta"
      dash  = "dashed"
    }
    axis_x { label = "step" }
    axis_y { label = "largest eigenvalue" }
  }
  panel {
    line {
      y     = run.gd.loss
      label = "training loss"
    }
    vline {
      x     = local.crossing
      label = "sharpness reaches 2/eta"
      dash  = "dotted"
    }
    axis_x { label = "step" }
    axis_y {
      label = "loss"
      scale = "log"
    }
  }
}

plot "rates" {
  title = "Sharpness times eta / 2: each rate brings its own sharpness to 1"
  line {
    y     = run.gd.probe.lambda / local.edge
    label = "eta = ${local.eta}"
  }
  line {
    y     = run.measured.probe.lambda * 0.8 / spectrum.start.top[0]
    label = "eta = 1.6 / sharpness at the start"
  }
  hline {
    y    = 1
    dash = "dashed"
  }
  axis_x { label = "step" }
  axis_y { label = "sharpness x eta / 2" }
}

plot "spectrum" {
  title = "Density of the Hessian's eigenvalues at the end"
  line {
    x = spectrum.end.eigenvalue
    y = spectrum.end.density
  }
  vline {
    x     = local.edge
    label = "2/eta"
    dash  = "dashed"
  }
  axis_x { label = "eigenvalue" }
  axis_y {
    label = "density"
    scale = "log"
    range = [1e-7, 1]
  }
}

table "levels" {
  title   = "Sharpness and loss"
  columns = ["", "step", "sharpness", "loss"]
  rows = [
    ["start", 0, run.gd.probe.lambda[0], run.gd.loss[0]],
    ["sharpness reaches 2/eta", local.crossing, local.edge, local.loss_at],
    ["median of the last 40 %, of the last 100 steps", local.steps, quantile(local.late_gd, 0.5), local.loss_end],
  ]
}

output "level" {
  value       = local.level
  description = "median of sharpness x eta / 2 over the last 40 % of the steps"
}

output "trace" {
  value       = spectrum.end.trace
  description = "trace of the Hessian at the end, by Hutchinson's estimate"
}

report {
  text {
    markdown = <<-EOT
      ## Sharpness climbs to 2/eta and stays

      Gradient descent on a quadratic diverges along every direction whose curvature is above 2/eta = ${local.edge}. Here
      the sharpness begins at ${format("%.1f", run.gd.probe.lambda[0])}, reaches 2/eta at step ${local.crossing}, and then
      neither does the run blow up nor does the sharpness go on: over the last 40 % of the steps the median of
      sharpness x eta / 2 is ${format("%.3f", local.level)}. Meanwhile the loss falls from
      ${format("%.3f", local.loss_at)} to ${format("%.3f", local.loss_end)}, the median of the last 100 steps; not monotonically.
    EOT
    show     = [plot.edge, table.levels]
  }
  text {
    markdown = <<-EOT
      ## The rate decides the level

      A second run takes its rate from the sharpness measured at the start, and is brought to its own 2/eta.
    EOT
    show     = [plot.rates]
  }
  text {
    markdown = <<-EOT
      ## Few directions are sharp

      At the end a handful of eigenvalues stand at or near 2/eta; the bulk of the spectrum lies near 0.
    EOT
    show     = [plot.spectrum, check, output]
  }
}
