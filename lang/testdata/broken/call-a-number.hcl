study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = x(y + 1) # ERROR RL0303 "x"
}
