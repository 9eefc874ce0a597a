study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = log_growth(x, y) # ERROR RL0304 "log_growth"
}
