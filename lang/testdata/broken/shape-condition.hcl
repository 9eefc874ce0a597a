study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = x ? sq(x) : sq(y) # ERROR RL0309 "truth"
}
