study { title = "Broken on purpose" }

objective "f" {
  params = [run] # ERROR RL0202 "run"
  value  = 1
}
