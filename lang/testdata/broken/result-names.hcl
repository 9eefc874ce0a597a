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

output "o" { value = loss } # ERROR RL0203 "run.a.loss"
output "p" { value = x } # ERROR RL0203 "run.a.path.x"
output "q" { value = zz } # ERROR RL0203 "zz.*run.a.final.loss"
output "r" { value = run.a } # ERROR RL0302 "run.a.final.loss"
output "s" { value = objective.f } # ERROR RL0302 "value.objective.f"
