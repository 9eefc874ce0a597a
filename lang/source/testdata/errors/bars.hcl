locals {
  a = |x|             # ERROR RL0115 "Write abs\\(x\\)\\."
  b = 1 + |x - f(y)|  # ERROR RL0115 "Write abs\\(x - f\\(y\\)\\)\\."
  c = sq(|x|)         # ERROR RL0115 "abs\\(x\\)"
  d = ||w||           # ERROR RL0115 "norm\\(w\\)"
  e = a | b           # ERROR RL0130 "\\|\\|"
  f = a & b           # ERROR RL0130 "&&"
  g = ~a              # ERROR RL0130 "!"
}
