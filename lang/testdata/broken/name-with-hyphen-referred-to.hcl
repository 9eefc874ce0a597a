study { title = "a name with a hyphen, and references to what it should have been" }

objective "convex" {
  params = [x]
  value  = log_growth(x)
}

run "large-rate" { # ERROR RL0202 "\"large-rate\" cannot be a name"
  objective = objective.convex
  start     = { x = -5 }
  steps     = 10
  optimizer "gd" { learning_rate = 3 }
}

check "bounded" {
  assert {
    condition = all(abs(run.large_rate.path.x) <= 5)
    message   = "${max(abs(run.large_rate.path.x))}"
  }
}
