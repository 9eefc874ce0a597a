study {
  title = "Edge of stability
  # ERROR@-1 RL0124 "not closed on its line"
  source = "b"
}
