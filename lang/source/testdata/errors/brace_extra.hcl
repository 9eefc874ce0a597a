run "a" {
  steps = 1
}
} # ERROR RL0123 "without an opening one"
