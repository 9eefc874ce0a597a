run "a {
  # ERROR@-1 RL0124 "closing quote"
  steps = 1
}
