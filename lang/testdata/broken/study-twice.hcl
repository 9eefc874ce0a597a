study { title = "One" }

study { title = "Two" } # ERROR RL0201 "study"

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
