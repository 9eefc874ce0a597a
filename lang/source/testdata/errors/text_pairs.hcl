study {
  title = "the "edge" of stability
  # ERROR@-1 RL0124 "quotes of this line do not pair"
}
