study { title = "Broken on purpose" }

function "g" {
  params = [x]
  value  = 2 * h(x)
}

function "h" {
  params = [x]
  value  = 1 + g(x) # ERROR RL0305 "g"
}

objective "f" {
  params = [x, y]
  value  = g(x) + 2 * sq(y)
}
