study { title = "Broken on purpose" }

objective "f" {
  params = [loss] # ERROR RL0202 "loss"
  value  = 1
}
