objective "f" {
  params = [x1, x2]
  value  = sq(x1-x2) + a-1    # ERROR RL0112 "Write x1 - x2, with" ERROR RL0112 "Write a - 1,"
}
run "a" {
  start = { x-y = 1, z = each.value-1 } # ERROR RL0112 "Write value - 1,"
  steps = true ? a-b : c-f(1) # ERROR RL0112 "a - b" ERROR RL0112 "c - f,"
}
