study { title = "Broken on purpose" }

objective "f" {
  params = [w[3], b]
  value  = sum(sq(w)) + sq(b)
}

run "a" {
  objective = objective.f
  start     = { w = [1, 2], b = 0 } # ERROR RL0409 "w|3"
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}
