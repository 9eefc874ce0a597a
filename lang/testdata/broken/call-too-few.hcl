study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = pow(x) + sq(y) # ERROR RL0304 "pow"
}
