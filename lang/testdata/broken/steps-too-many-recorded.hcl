study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = 1
  steps     = 1000000000 # ERROR RL0504 "would record 59.6 GiB, more than the 4 GiB.*every = 20 "
  optimizer "gd" { learning_rate = 0.1 }
}

run "thin" {
  objective = objective.f
  start     = 1
  steps     = 1000000000
  optimizer "gd" { learning_rate = 0.1 }
  record { every = 20 }
}

run "lanes" {
  objective = objective.f
  start     = 1
  steps     = 100000 # ERROR RL0504 "every = 5 } would fit"
  vary { eta = linspace(0.1, 1, 4000) }
  optimizer "gd" { learning_rate = eta }
}

output "loss" { value = run.lanes.final.loss[0] }
