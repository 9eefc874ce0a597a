study {
  title  = "a",           # ERROR RL0127 "Remove the comma"
  params = x, y           # ERROR RL0127 "Write \\[x, y\\]\\."
  a      = 1, b = 2       # ERROR RL0127 "new line"
  c      = 1 d = 2        # ERROR RL0110 "new line before d"
  d      = [1 2]          # ERROR RL0127 "Write 1, 2 for two items"
  e      = f(x y)         # ERROR RL0127 "x, y"
  f      = { x = 1 y = 2 } # ERROR RL0127 "comma before y"
  g      = ["a" "b"]      # ERROR RL0127 "comma"
  h      = "a" "b"        # ERROR RL0110 "side by side"
}
