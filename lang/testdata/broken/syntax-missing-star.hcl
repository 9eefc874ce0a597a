study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(3x) + sq(y) # ERROR RL0114 "operator"
}
