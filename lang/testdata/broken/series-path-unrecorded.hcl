study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  record { path = false }
  optimizer "gd" { learning_rate = 0.1 }
}

check "claim" {
  assert {
    condition = last(run.a.path.x) < 1 # ERROR RL0307 "path"
    message   = "it holds"
  }
}
