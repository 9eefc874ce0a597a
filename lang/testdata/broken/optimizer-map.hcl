study { title = "Broken on purpose" }

objective "f" {
  params = [x, w[3]]
  value  = sq(x) + sum(sq(w))
}

objective "noisy" {
  params = [noise]
  value  = sq(noise)
}

run "no_update" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "map" { learning_rate = 0.1 } # ERROR RL0403 "needs an \"update\" block"
}

run "names" {
  objective = objective.f
  start     = 1
  steps     = 10
  vary { eta = [0.1, 0.2] }
  optimizer "map" {
    learning_rate = eta
    state {
      v        = 0 * params
      w        = 0       # ERROR RL0202 "\"w\" is a parameter of objective.f"
      gradient = 0       # ERROR RL0202 "stands for something else in a map"
      eta      = 1       # ERROR RL0202 "a name of vary"
      g        = gradient # ERROR RL0303 "gradient is a function.*in the parameters alone"
      ok       = x > 0    # ERROR RL0302 "cannot begin as.*c \\? 1 : 0"
    }
    update {
      params = params - learning_rate * v
    }
  }
}

run "torch" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "map" {
    learning_rate = 0.1
    state { v = 0 }
    update {
      theta    = params - lr * gradient               # ERROR RL0203 "\"theta\" is neither.*Write params" # ERROR RL0203 "unknown name \"lr\".*Write learning_rate\\."
      v        = 0.9 * v + gradient                   # ERROR RL0302 "v is a number, and its next value a vector of 4.*state \\{ v = 0 \\* params \\}"
      x        = x - learning_rate * gradient         # ERROR RL0302 "x is a number.*gradient\\[0\\]"
      w        = w - learning_rate * w.grad           # ERROR RL0302 "no part \"grad\".*called gradient"
      gradient = gradient / norm(gradient)            # ERROR RL0203 "\"gradient\" cannot be updated.*local.NAME"
      params   = params - learning_rate * gradient(params) # ERROR RL0303 "Write gradient_at"
      parms    = params                               # ERROR RL0203 "Did you mean \"params\""
      m        = 0.9 * grad + randn(4)                # ERROR RL0203 "\"m\" is neither.*state \\{ m = 0" # ERROR RL0203 "unknown name \"grad\".*Write gradient, a flat" # ERROR RL0203 "unknown function \"randn\".*Write noise"
    }
  }
}

run "shapes" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "map" {
    learning_rate = 0.1
    update {
      w      = gradient                           # ERROR RL0302 "slice\\(gradient, 1, 4\\)"
      x      = x > 0                              # ERROR RL0302 "x is a number, and its next value a truth value.*Choose numbers"
      params = gradient_at([1, 2])                # ERROR RL0409 "vector of 2 stands where a point"
    }
  }
}

run "asks" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "map" {
    threshold = 2 / learning_rate # ERROR RL0203 "unknown name \"learning_rate\""
    update {
      params = params - gradient_at(params, gradient) # ERROR RL0304 "gradient_at takes 1 argument, not 2.*gradient_at\\(p\\)"
    }
  }
}

run "rate" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "map" {
    update {
      params = params - learning_rate * noise # ERROR RL0203 "Add learning_rate = 0.1 to the optimizer"
    }
  }
}

run "parameter" {
  objective = objective.noisy
  start     = 1
  steps     = 10
  optimizer "map" { # ERROR RL0202 "\"noise\" stands for something else in a map"
    update {
      params = 0 * params
    }
  }
}

run "of_another_kind" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "gd" {
    learning_rate = 0.1
    state { # ERROR RL0401 "belongs to optimizer \"map\""
      v = 0
    }
  }
}
