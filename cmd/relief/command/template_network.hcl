# A study of a network: data, layers, an objective, a run, and what to look at.
# `relief docs layer` explains the layers, `relief docs probe` what a run can
# record, `relief list dataset` the kinds of data.

study {
  title = "TITLE"
}

# Set from outside with: relief run -var eta=0.02 FILE
variable "eta" {
  type        = number
  default     = 0.03
  description = "learning rate"

  validation {
    condition = var.eta > 0
    message   = "The learning rate must be positive."
  }
}

# Images of four classes, made from the seed: nothing is fetched. Real ones are
# dataset "cifar10" "images" { path = var.cifar10 }; see relief data.
dataset "synthetic" "images" {
  classes     = 4
  limit       = 400
  size        = 16
  standardize = "pixel"
}

dataset "synthetic" "test" {
  classes     = 4
  skip        = 400
  limit       = 200
  size        = 16
  standardize = dataset.images # by the statistics of the training set
}

# Shapes are inferred: `relief graph -objective training FILE` shows them.
network "mlp" {
  input = [3, 16, 16] # channels, height, width

  layer "flatten" {}

  layer "dense" {
    units      = 64
    activation = "tanh"
  }

  layer "dense" {
    units      = 64
    activation = "tanh"
  }

  layer "dense" { units = 4 }
}

# "mse" is half the sum of squares over the outputs, the mean over the samples.
objective "training" {
  network = network.mlp
  data    = dataset.images
  loss    = "mse"
}

# Full-batch gradient descent, with probes along the way: the largest eigenvalue
# of the Hessian, and the accuracy on data that are not trained on.
run "gd" {
  objective = objective.training
  steps     = 1500

  optimizer "gd" { learning_rate = var.eta }

  probe "sharpness" "lambda" { every = 25 }

  probe "test" "accuracy" {
    every = 100
    data  = dataset.test
  }
}

# The loss along the gradient where the run ends; one unit is one step.
landscape "line" {
  objective = objective.training
  center    = run.gd.final

  axis "s" {
    direction = "gradient"
    from      = -2
    to        = 2
    points    = 41
  }
}

locals {
  edge = 2 / var.eta # where gradient descent on a quadratic begins to diverge
  late = slice(run.gd.probe.lambda, 1000, 1500)
}

# Claims that the run must keep. A failed one makes `relief run` exit with 4.
check "sharpness climbs to 2/eta and stays" {
  assert {
    condition = run.gd.probe.lambda[0] < 0.8 * local.edge && abs(quantile(local.late, 0.5) / local.edge - 1) < 0.15
    message   = "it begins at ${run.gd.probe.lambda[0]}, the median of the last third is ${quantile(local.late, 0.5)}, and 2/eta is ${local.edge}"
  }
}

check "while the loss falls" {
  assert {
    condition = last(run.gd.loss) < 0.2 * run.gd.loss[0]
    message   = "from ${run.gd.loss[0]} to ${last(run.gd.loss)}"
  }
}

plot "edge" {
  title = "Gradient descent at the edge of stability"

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
    line { y = run.gd.loss }
    axis_x { label = "step" }
    axis_y {
      label = "loss"
      scale = "log"
    }
  }

  panel {
    line {
      x = landscape.line.axis.s
      y = landscape.line.loss
    }
    axis_x { label = "steps along the gradient" }
    axis_y { label = "loss" }
  }
}

output "accuracy" {
  value       = last(run.gd.probe.accuracy)
  description = "share of the test images that are classified rightly"
}
