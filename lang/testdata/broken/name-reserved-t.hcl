study { title = "Broken on purpose" }

objective "f" {
  params = [t] # ERROR RL0202 "t"
  value  = 1
}
