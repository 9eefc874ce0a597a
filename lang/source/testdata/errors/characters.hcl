locals {
  a = 2 × x      # ERROR RL0121 "Write 2 \\* x\\."
  b = x − 1      # ERROR RL0121 "Write x - 1\\."
  c = x ≤ 1      # ERROR RL0121 "Write x <= 1\\."
  d = ∞          # ERROR RL0121 "Write inf\\."
  e = 1;         # ERROR RL0121 "Remove"
  f = √2         # ERROR RL0121 "sqrt"
  g = x + 1     # ERROR RL0121 "plain space"
  h = x ☃ y      # ERROR RL0121 "☃"
}
