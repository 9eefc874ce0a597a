study {
  title = "a"
}

objective "convex" { # ERROR RL0122 "block objective \"convex\" is not closed"
  params = [x]
  value  = sq(x)

run "a" {
  steps = 1
}
