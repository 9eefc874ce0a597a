# A study: what is minimised, by what, from where, and what to look at.
# `relief docs run` explains a block, `relief list` shows what may be named.

study {
  title = "TITLE"
}

# Set from outside with: relief run -var eta=5 FILE
variable "eta" {
  type        = number
  default     = 3
  description = "learning rate of the first phase"

  validation {
    condition = var.eta > 0
    message   = "The learning rate must be positive."
  }
}

# A formula in the parameters. log_growth(x) = (1 + |x|) ln(1 + |x|) - |x| is a
# function of the standard library: it grows more slowly than a quadratic.
objective "convex" {
  params = [x]
  value  = log_growth(x)
}

# 200 updates of gradient descent. Learning rates are mathematics in t, the
# number of updates made: here one rate before step 100 and one from there on.
run "gd" {
  objective = objective.convex
  start     = { x = -5 }
  steps     = 200

  optimizer "gd" {
    learning_rate = piecewise(t, [var.eta, 1], [100])
  }
}

# Claims that the run must keep. A failed one makes `relief run` exit with 4.
check "a large rate does not blow up" {
  assert {
    condition = all(abs(run.gd.path.x) <= 5)
    message   = "the largest |x| is ${max(abs(run.gd.path.x))}"
  }
}

check "a small rate converges" {
  assert {
    condition = last(run.gd.loss) < 1e-9
    message   = "the last loss is ${last(run.gd.loss)}"
  }
}

plot "trajectory" {
  title = "Gradient descent on a subquadratic function"

  panel {
    line { y = run.gd.path.x }
    axis_x { label = "step" }
    axis_y { label = "x" }
  }

  panel {
    line { y = run.gd.loss }
    axis_x { label = "step" }
    axis_y {
      label = "loss"
      scale = "log"
    }
  }
}

output "oscillation" {
  value       = abs(run.gd.path.x[100])
  description = "|x| when the rate is dropped"
}
