study { title = "text without quotes" }

objective "convex" {
  params = [x]
  value  = log_growth(x)
}

run "gd" {
  objective = objective.convex
  start     = { x = -5 }
  steps     = 10
  optimizer "gd" { learning_rate = 3 }
}

plot "loss" {
  line { y = run.gd.loss }
  axis_y { scale = log } # ERROR RL0205 "function"
}
