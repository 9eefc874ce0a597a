study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

check "claim" {
  assert {
    condition = run.a.loss[-1] < 1 # ERROR RL0307 "-1|index|step"
    message   = "it holds"
  }
}
