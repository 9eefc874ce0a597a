study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = .5 * sq(x) + sq(y) # ERROR RL0116 "0\\.5|number"
}
