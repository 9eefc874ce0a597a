study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = log_growth + sq(y) + sq(x) # ERROR RL0303 "log_growth"
}
