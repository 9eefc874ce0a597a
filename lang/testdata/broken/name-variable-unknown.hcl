study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + var.c * sq(y) # ERROR RL0203 "c"
}
