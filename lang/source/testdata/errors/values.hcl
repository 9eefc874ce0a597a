study {
  b = 1 + )         # ERROR RL0123 "without an opening one"
}
