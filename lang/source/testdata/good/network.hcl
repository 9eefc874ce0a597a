# Fig. 2.1 left and 3.1: a network at the edge of stability, and the landscape that gradient descent sees
variable "cifar10" {
  type        = string
  default     = ""
  description = "folder with the CIFAR-10 binary batches; empty: CIFAR-like images made from the seed"
}

dataset "cifar10" "real" {
  path  = var.cifar10
  limit = 5000
}

dataset "synthetic" "made" {
  classes = 10
  limit   = 5000
}

network "mlp" {
  input = [3, 32, 32]
  layer "flatten" {}
  layer "dense" {
    units      = 200
    activation = "tanh"
  }
  layer "dense" {
    units      = 200
    activation = "tanh"
  }
  layer "dense" { units = 10 }
}

objective "training" {
  network = network.mlp
  data    = var.cifar10 == "" ? dataset.made : dataset.real
  loss    = "mse"
}

run "gd" {
  objective = objective.training
  steps     = 4000
  optimizer "gd" { learning_rate = 0.02 }
  probe "sharpness" "lambda" {
    every = 25
    top   = 2
  }
}

landscape "gradient_line" {
  objective = objective.training
  center    = run.gd.final
  axis "s" {
    direction = "gradient"
    from      = -1
    to        = 1
    points    = 201
  }
}
