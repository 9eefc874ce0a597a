study { title = "Interrupted" }

dataset "synthetic" "made" {
  classes     = 4
  size        = 8
  limit       = 64
  standardize = "pixel"
  augment {
    flip = true
    crop = 1
  }
}

dataset "synthetic" "test" {
  classes     = 4
  size        = 8
  skip        = 64
  limit       = 32
  standardize = dataset.made
}

network "small" {
  input = [3, 8, 8]
  layer "conv" {
    channels   = 4
    padding    = "same"
    activation = "tanh"
  }
  layer "batch_norm" {}
  layer "dropout" { rate = 0.1 }
  layer "flatten" {}
  layer "dense" { units = 4 }
}

objective "training" {
  network = network.small
  data    = dataset.made
  loss    = "cross_entropy"
}

run "gd" {
  objective = objective.training
  steps     = 600
  optimizer "momentum" {
    learning_rate = 0.05
    momentum      = 0.5
  }
  probe "sharpness" "lambda" {
    every = 50
    top   = 2
  }
  probe "average" "mean" {
    every = 100
    over  = 10
  }
  probe "test" "accuracy" {
    every = 200
    data  = dataset.test
  }
  snapshots { every = 100 }
}

run "sgd" {
  resume = run.gd.at[500]
  steps  = 400
  optimizer "sgd" {
    learning_rate = 0.02
    batch         = 16
    label_noise   = 0.01
  }
  snapshots { every = 100 }
}

projection "plane" {
  segment "gd" { run = run.gd }
  segment "sgd" { run = run.sgd }
  runs = [run.gd, run.sgd]
}

spectrum "end" {
  objective = objective.training
  point     = run.sgd.final
  top       = 2
}
