study { title = "Broken on purpose" }

objective "f" {
  params = [x, x] # ERROR RL0201 "x"
  value  = sq(x)
}
