study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + sq(z) # ERROR RL0203 "z"
}
