study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) if x > 0 else sq(y) # ERROR RL0126 "\\?"
}
