study { title = "Broken on purpose" }

objectve "f" { # ERROR RL0401 "objectve"
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
