study { title = "Broken on purpose" }

objective "f" {
  params = [w[0]] # ERROR RL04xx "w"
  value  = 1
}
