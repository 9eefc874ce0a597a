run "a" { # ERROR RL0122 "Add }\\."
  steps = 1
