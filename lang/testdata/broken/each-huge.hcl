study { title = "a list too long to be keys is refused before it is made" }


objective "f" {
  params = [x]
  value  = sq(x)
}

run "a" {
  for_each  = range(1000000) # ERROR RL0310 "1000000 elements; at most 100000.*vary"
  objective = objective.f
  start     = { x = each.value }
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

run "b" {
  for_each  = range(20000) # ERROR RL0408 "20000 blocks.*vary"
  objective = objective.f
  start     = { x = each.value }
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}
