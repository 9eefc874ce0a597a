study {
  title = "Edge of stability”
  # ERROR@-1 RL0119 "curly quote"
}
