study { title = "Broken on purpose" }

objective "f" { # ERROR RL0122 "not closed"
  params = [x, y]
  value  = sq(x) + sq(y)
