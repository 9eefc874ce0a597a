study { title = "Broken on purpose" }

objective "f" { # ERROR RL0403 "value"
  params = [x, y]
}
