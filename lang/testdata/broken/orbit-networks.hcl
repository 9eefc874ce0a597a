study { title = "Broken on purpose" }

dataset "teacher" "numbers" {}

network "net" {
  input = [10]
  layer "dense" { units = 1 }
}

objective "training" {
  network = network.net
  data    = dataset.numbers
  loss    = "mse"
}

run "gd" {
  objective = objective.training
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

orbit "drawn" {
  objective = objective.training
  optimizer "sgd" { # ERROR RL0407 "draws its samples anew.*gd"
    learning_rate = 0.1
    batch         = 10
  }
  lyapunov { steps = 10 }
}

orbit "lanes" {
  objective = objective.training
  vary { eta = [0.1, 0.2] } # ERROR RL0407 "no lanes.*for_each"
  optimizer "gd" { learning_rate = eta }
  lyapunov { steps = 10 }
}

orbit "long" {
  objective = objective.training
  near      = run.gd.final
  period    = 3 # ERROR RL0407 "2 steps along an eigenvector.*period = 2"
  optimizer "gd" { learning_rate = 0.1 }
}

orbit "free" {
  objective = objective.training
  near      = run.gd.final # ERROR RL0403 "along = .eigenvector"
  period    = 2
  optimizer "gd" { learning_rate = 0.1 }
}

orbit "boxed" {
  objective = objective.training
  box       = { x = [-1, 1] } # ERROR RL0407 "too many for a box"
  period    = 2
  optimizer "gd" { learning_rate = 0.1 }
}

orbit "drawing" {
  objective = objective.training
  optimizer "gd" { learning_rate = 0.1 }
  diagram { keep = 8 } # ERROR RL0407 "no diagram"
}

orbit "spectrum" {
  objective = objective.training
  optimizer "gd" { learning_rate = 0.1 }
  lyapunov { exponents = 2 } # ERROR RL0407 "1 exponent"
}

orbit "good" {
  objective = objective.training
  near      = run.gd.final
  period    = 2
  along     = "eigenvector"
  optimizer "gd" { learning_rate = 0.1 }
  lyapunov { steps = 10 }
}

output "point" { value = orbit.good.point.dense1 } # ERROR RL0203 "dense1.weight"

output "second" { value = orbit.good.multiplier[1] } # ERROR RL0307 "index 1"
