study {
  b = 1 + )         # ERROR RL0123 "closes a brace"
}
