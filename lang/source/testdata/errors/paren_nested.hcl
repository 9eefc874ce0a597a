run "a" {
  steps = [f(1 + 2] # ERROR RL0122 "Add \\) on the same line"
}
