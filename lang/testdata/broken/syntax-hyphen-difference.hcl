study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x-y) # ERROR RL0112 "x-y"
}
