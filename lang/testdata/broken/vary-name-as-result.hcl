study { title = "a name of vary is reached through vary" }

objective "f" {
  params = [x]
  value  = log_cosh(x)
}

run "sweep" {
  objective = objective.f
  start     = { x = 0.7 }
  steps     = 10
  vary { eta = linspace(0.5, 4, 30) }
  optimizer "gd" { learning_rate = eta }
}

output "second" { value = run.sweep.eta[1] } # ERROR RL0203 "no result"
