locals {
  a = 3x             # ERROR RL0114 "write 3 \\* x\\."
  b = 2.5 sq(x) + 1  # ERROR RL0114 "write 2\\.5 \\* sq\\(x\\)\\."
  c = 2(x + 1)       # ERROR RL0114 "write 2 \\* \\(x \\+ 1\\)\\."
  d = (a + b)(c - d) # ERROR RL0114 "write \\(a \\+ b\\) \\* \\(c - d\\)\\."
  e = sin(3x)        # ERROR RL0114 "3 \\* x"
  f = x y            # ERROR RL0114 "x \\* y"
  g = exp(x)y        # ERROR RL0114 "exp\\(x\\) \\* y"
}
