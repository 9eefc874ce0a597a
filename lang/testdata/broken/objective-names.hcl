study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

objective "g" {
  params = [u, v]
  value  = u * t # ERROR RL0203 "u and v.*meaning in a run"
}

objective "h" {
  params = [u, v]
  value  = u * z # ERROR RL0203 "its parameters .u and v"
}

objective "i" {
  params = [u, v]
  value  = u * normal(0, 1) # ERROR RL0203 "stands in start"
}
