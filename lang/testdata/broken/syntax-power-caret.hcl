study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = x^2 + sq(y) # ERROR RL0111 "pow"
}
