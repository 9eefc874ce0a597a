study { title = "Broken on purpose" }

objective "f" {
  params = [grad_norm] # ERROR RL0202 "grad_norm"
  value  = 1
}
