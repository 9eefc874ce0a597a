study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = (sq(x) + sq(y) # ERROR RL0122 "closed"
}
