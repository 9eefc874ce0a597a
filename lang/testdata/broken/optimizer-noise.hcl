study { title = "Broken on purpose" }

objective "f" {
  params = [x, w[2]]
  value  = sq(x) + sum(sq(w))
}

objective "one" {
  params = [x]
  value  = sq(x)
}

objective "params" {
  params = [params] # ERROR RL0202 "\"params\" cannot name a parameter"
  value  = 1
}

objective "a" {
  params = [x, w[2]]
  value  = 2 * sq(x) + sum(w)
}

objective "b" {
  params = [x, w[2]]
  value  = sum(sq(w)) + x
}

dataset "teacher" "d" { inputs = 5 }

network "n" {
  input = [5]
  layer "dense" { units = 1 }
}

objective "net" {
  network = network.n
  data    = dataset.d
  loss    = "mse"
}

run "noise" {
  for_each  = [1]
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    noise         = [0.1, 0.2] # ERROR RL0302 "noise cannot be a vector of 2: objective.f has 3 elements"
  }
}

run "negative" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    noise         = -0.1 # ERROR RL0406 "noise cannot be -0.1"
  }
}

run "names" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    noise         = 0.1 * loss # ERROR RL0203 "a formula in the parameters"
  }
}

run "object" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    noise         = { x = 0.1 } # ERROR RL0409 "does not say what w is"
  }
}

run "both" {
  objective = objective.one
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    noise         = 0.1
    covariance    = 0.1 # ERROR RL0407 "both noise and covariance"
  }
}

run "vector" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    covariance    = [1, 1, 1] # ERROR RL0302 "3 rows of 3.*for independent elements write noise"
  }
}

run "not_symmetric" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    covariance    = [[1, 0.5, 0], [0.25, 1, 0], [0, 0, 1]] # ERROR RL0406 "not symmetric: its element \\[0\\]\\[1\\] is 0.5, and \\[1\\]\\[0\\] is 0.25"
  }
}

run "not_positive" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sde" {
    dt         = 0.1
    covariance = [[1, 2, 0], [2, 1, 0], [0, 0, 1]] # ERROR RL0406 "smallest eigenvalue is -1"
  }
}

run "nothing" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" { learning_rate = 0.1 } # ERROR RL0403 "needs noise or samples"
}

run "batch" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    noise         = 1
    batch         = 2 # ERROR RL0407 "batch counts samples"
  }
}

run "labels" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    noise         = 1
    label_noise   = 2 # ERROR RL0407 "a formula has no targets"
  }
}

run "samples_of_others" {
  objective = objective.one
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    samples       = [objective.a, objective.b] # ERROR RL0409 "objective.a has other parameters than objective.one"
  }
}

run "samples_of_another_mean" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    samples       = [objective.a, objective.f] # ERROR RL0406 "objective.f is not the mean of the samples"
  }
}

run "network" {
  objective = objective.net
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.1
    batch         = 5
    noise         = 1 # ERROR RL0407 "noise is for formulas"
  }
}

run "network_without_batch" {
  objective = objective.net
  steps     = 10
  optimizer "sgd" { learning_rate = 0.1 } # ERROR RL0403 "needs \"batch\""
}

run "sde_on_a_network" {
  objective = objective.net
  steps     = 10
  optimizer "sde" { # ERROR RL0407 "sde is for formulas"
    dt    = 0.1
    noise = 1
  }
}

run "drift" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sde" {
    dt    = 0.1
    drift = -x # ERROR RL0302 "the drift cannot be a number"
  }
}

run "dt" {
  objective = objective.one
  start     = 1
  steps     = 10
  optimizer "sde" {
    dt    = 0 # ERROR RL0406 "dt cannot be 0"
    noise = 1
  }
}

run "rate_of_sde" {
  objective = objective.one
  start     = 1
  steps     = 10
  optimizer "sde" {
    learning_rate = 0.1 # ERROR RL0402 "Write dt"
    noise         = 1
  }
}

run "bias_without_lanes" {
  objective = objective.one
  start     = 1
  steps     = 10
  optimizer "sde" {
    dt    = 0.1
    noise = 1
    bias  = true # ERROR RL0403 "mean over the lanes.*vary"
  }
}
