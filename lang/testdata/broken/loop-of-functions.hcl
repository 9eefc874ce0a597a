study { title = "Broken on purpose" }

function "g" {
  params = [x]
  value  = x * g(x - 1) # ERROR RL0305 "g"
}

objective "f" {
  params = [x, y]
  value  = g(x) + 2 * sq(y)
}
