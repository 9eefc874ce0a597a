study { title = "Broken on purpose" }

objective "f" {
  params = [steps] # ERROR RL0202 "steps"
  value  = 1
}
