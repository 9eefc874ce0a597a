locals {
  a = .5          # ERROR RL0116 "Write 0\\.5\\."
  b = -.5 + x     # ERROR RL0116 "0\\.5"
  c = 5. + x      # ERROR RL0116 "5\\.0 or 5"
  d = 1_000       # ERROR RL0116 "Write 1000\\."
  e = 0xFF        # ERROR RL0116 "decimal"
  f = 1.2.3       # ERROR RL0116 "two points"
  g = [.1, .2]    # ERROR RL0116 "0\\.1"
  h = 1e          # ERROR RL0116 "exponent"
}
