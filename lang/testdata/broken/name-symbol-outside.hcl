study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + sq(y) * t # ERROR RL0203 "t"
}
