study "mine" { # ERROR RL0404 "label"
  title = "Broken on purpose"
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
