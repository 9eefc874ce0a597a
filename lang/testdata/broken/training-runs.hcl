study { title = "Broken on purpose" }

dataset "synthetic" "images" { limit = 100 }

dataset "teacher" "numbers" {}

network "net" {
  input = [3, 32, 32]
  layer "flatten" {}
  layer "dense" { units = 10 }
}

network "normalised" {
  use = std.vgg11
}

objective "training" {
  network = network.net
  data    = dataset.images
  loss    = "mse"
}

objective "normalised" {
  network = network.normalised
  data    = dataset.images
  loss    = "mse"
}

objective "f" {
  params = [x]
  value  = sq(x)
}

run "gd" {
  objective = objective.training
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

run "lanes" {
  objective = objective.training
  steps     = 10
  vary { eta = [0.1, 0.2] } # ERROR RL0407 "no lanes.*for_each"
  optimizer "gd" { learning_rate = eta }
}

run "quasistatic" {
  objective = objective.training
  steps     = 10
  optimizer "quasistatic" { # ERROR RL0407 "not for networks"
    learning_rate = 0.1
    along         = [x]
    across        = y
  }
}

run "large" {
  objective = objective.training
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    batch         = 200 # ERROR RL0420 "a mini-batch has 200 samples, and dataset.images has 100"
  }
}

run "single" {
  objective = objective.normalised
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    batch         = 1 # ERROR RL0420 "batch_norm"
  }
}

run "nesterov" {
  objective = objective.training
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    batch         = 10
    nesterov      = true # ERROR RL0403 "momentum = 0.9"
  }
}

run "formula" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" { # ERROR RL0403 "sgd on a formula needs noise or samples"
    learning_rate = 0.1
    batch         = 10
  }
}

run "batch" {
  objective = objective.training
  steps     = 10
  optimizer "gd" {
    learning_rate = 0.1
    batch         = 10 # ERROR RL0402 "belongs to optimizer sgd"
  }
}

run "beta" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "adam" {
    learning_rate = 0.1
    beta1         = 1 # ERROR RL0406 "beta1 cannot be 1"
  }
}

run "text" {
  objective = objective.training
  start     = "weights.pt" # ERROR RL0406 "only Python reads.*save_file"
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

run "absent" {
  objective = objective.training
  start     = "weights.safetensors" # ERROR RL0418 "no file .*weights.safetensors"
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

run "word" {
  objective = objective.f
  start     = "kaiming_normal" # ERROR RL0301 "start = { x = 1 }"
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

run "stop" {
  objective = objective.training
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
  stop { when = dense1 > 3 } # ERROR RL0203 "its parameters have no names in formulas"
}

run "snapshots" {
  objective = objective.training
  steps     = 100000
  optimizer "gd" { learning_rate = 0.1 }
  snapshots {
    every = 1 # ERROR RL0504 "snapshots would take 11[0-9]{3} MiB, more than their budget of 1024"
  }
}

run "probes" {
  objective = objective.training
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
  probe "sharpness" "layer" {
    layers = ["dense2"] # ERROR RL0203 "no layer .dense2.*dense1"
  }
  probe "average" "cycle" {
    every = 5
    over  = 10 # ERROR RL0406 "over 10 steps is asked for every 5"
  }
  probe "test" "numbers" {
    data = dataset.numbers # ERROR RL0420 "vectors of 10"
  }
  probe "landscape" "line" {
    direction = run.gd.final # ERROR RL0407 "not towards a point"
    from      = -1
    to        = 1
    points    = 5
  }
  probe "directional_curvature" "along" {
    direction = "component" # ERROR RL0403 "of = run.name"
  }
}

run "probed" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
  probe "test" "images" { # ERROR RL0407 "cannot be tested"
    data = dataset.images
  }
  probe "sharpness" "two" {
    top = 2 # ERROR RL0406 "has 1 parameter, and 2 eigenvalues are wanted"
  }
}

output "path" { value = max(run.gd.path["dense1.weight"][3]) } # ERROR RL0307 "record { path = true }"

output "parameter" { value = run.gd.final.params["dense1.wieght"] } # ERROR RL0203 "dense1.weight"

output "probe" { value = run.gd.probe.lambda[3] } # ERROR RL0203 "no probe"
