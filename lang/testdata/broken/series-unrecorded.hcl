study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  record { every = 4 }
  optimizer "gd" { learning_rate = 0.1 }
}

check "claim" {
  assert {
    condition = run.a.loss[6] < 1 # ERROR RL0307 "6"
    message   = "it holds"
  }
}
