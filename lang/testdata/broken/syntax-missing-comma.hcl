study { title = "Broken on purpose" }

objective "f" {
  params = [x y] # ERROR RL0127 "comma"
  value  = sq(x) + sq(y)
}
