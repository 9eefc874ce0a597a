study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + local.c * sq(y) # ERROR RL0203 "c"
}
