run "a" {
  steps = f(1 + 2] # ERROR RL0123 "Write \\) here"
}
