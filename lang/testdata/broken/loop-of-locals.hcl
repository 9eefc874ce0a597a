study { title = "Broken on purpose" }

locals {
  p = local.q + 1 # ERROR RL0204 "p.*q.*p"
  q = 2 * local.p
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = local.p
  optimizer "gd" { learning_rate = 0.1 }
}
