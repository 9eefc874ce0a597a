study { title = "Broken on purpose" }

objective "f" {
  params = [w[0]] # ERROR RL0406 "w"
  value  = 1
}
