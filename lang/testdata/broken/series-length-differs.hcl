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

run "b" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 20
  optimizer "gd" { learning_rate = 0.1 }
}

check "claim" {
  assert {
    condition = all(run.a.loss >= run.b.loss) # ERROR RL0xxx "steps|series|length"
    message   = "it holds"
  }
}
