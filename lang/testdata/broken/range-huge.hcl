study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sum([for i in range(1000000000000) : i * x]) + sq(y) # ERROR RL0310 "at most"
}
