study { title = "Broken on purpose" }

variable "eta" { # ERROR RL0410 "eta"
  type = number
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = var.eta }
}
