run "a" {
  steps = 1
  optimizer "gd" { # ERROR RL0122 "Add \\} before line 7\\."
    learning_rate = 1

  start = { x = 1 }
}

run "b" {
  steps = 1
}
