study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + sq(y)
}

objective "g" {
  params = [z]
  value  = sq(z)
}

run "gd" {
  objective = objective.f
  start     = 1
  steps     = 100
  optimizer "gd" { learning_rate = 0.1 }
}

run "short" {
  resume = run.gd.final
  steps  = 50
}

run "sparse" {
  resume = run.gd.final
  steps  = 100
  record { every = 10 }
}

run "hidden" {
  resume = run.gd.final
  steps  = 100
  record { path = false }
}

run "other" {
  objective = objective.g
  start     = 1
  steps     = 100
  optimizer "gd" { learning_rate = 0.1 }
}

run "lanes" {
  objective = objective.f
  start     = 1
  steps     = 100
  vary { eta = [0.1, 0.2] }
  optimizer "gd" { learning_rate = eta }
}

run "flow" {
  objective = objective.f
  start     = 1
  steps     = 100
  optimizer "gradient_flow" {
    learning_rate = 0.1
    tolerance     = 0 # ERROR RL0406 "tolerance"
  }
}

run "rate" {
  objective = objective.f
  start     = 1
  steps     = 100
  optimizer "gradient_flow" { learning_rate = -0.1 } # ERROR RL0406 "learning_rate cannot be -0.1"
}

run "central" {
  objective = objective.f
  start     = 1
  steps     = 100
  optimizer "central_flow" {
    learning_rate = 0.1
    of            = "adam" # ERROR RL0406 "\"adam\" is no value of of.*\"gd\" or \"rmsprop\""
  }
}

run "central_top" {
  objective = objective.f
  start     = 1
  steps     = 100
  optimizer "central_flow" {
    learning_rate = 0.1
    top           = 3 # ERROR RL0406 "objective.f has 2 elements, and 3 eigenvalues"
  }
}

run "central_beta" {
  objective = objective.f
  start     = 1
  steps     = 100
  optimizer "central_flow" {
    learning_rate = 0.1
    beta2         = 0.9 # ERROR RL0407 "belongs to the central flow of rmsprop"
  }
}

run "probes" {
  objective = objective.f
  start     = 1
  steps     = 100
  optimizer "gd" { learning_rate = 0.1 }
  probe "distance" "both" {
    point = { x = 0, y = 0 }
    run   = run.gd # ERROR RL0407 "from one thing"
  }
  probe "distance" "average_of_one" {
    average = 2 # ERROR RL0407 "there is no other"
  }
  probe "distance" "short" {
    run = run.short # ERROR RL0307 "makes 50 steps, and this run 100"
  }
  probe "distance" "sparse" {
    run   = run.sparse # ERROR RL0307 "run.sparse keeps every 10th state, and the probe looks at every 5th"
    every = 5
  }
  probe "distance" "mean_of_sparse" {
    run     = run.sparse # ERROR RL0307 "A mean needs every step"
    every   = 10
    average = 2
  }
  probe "distance" "hidden" {
    run = run.hidden # ERROR RL0407 "run.hidden keeps no path"
  }
  probe "distance" "other" {
    run = run.other # ERROR RL0409 "differ"
  }
  probe "distance" "lanes" {
    run = run.lanes # ERROR RL0407 "a state for each lane"
  }
  probe "sharpness" "gd" {
    preconditioned = true # ERROR RL0407 "gd has no second moment"
  }
}

run "itself" {
  objective = objective.f
  start     = 1
  steps     = 100
  optimizer "gd" { learning_rate = 0.1 }
  probe "distance" "d" {
    run = run.itself # ERROR RL0204 "run.itself -> run.itself"
  }
}
