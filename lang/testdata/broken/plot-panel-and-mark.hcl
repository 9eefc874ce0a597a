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

plot "p" {
  line { y = run.a.loss } # ERROR RL0407 "panel"
  panel {
    line { y = run.a.grad_norm }
  }
}
