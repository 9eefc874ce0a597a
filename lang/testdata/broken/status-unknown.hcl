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

check "c" {
  assert {
    condition = run.a.status == "divreged" # ERROR RL0406 "Did you mean \"diverged\""
    message   = "it did not"
  }
}
