study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + "2" * sq(y) # ERROR RL0301 "text"
}
