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
  histogram { of = run.a.loss } # ERROR RL0402 "\"of\" It needs x"
}

plot "q" {
  histogram { values = run.a.loss } # ERROR RL0402 "\"values\" It needs x"
}

plot "r" {
  line { values = run.a.loss } # ERROR RL0402 "\"values\" It needs y"
}
