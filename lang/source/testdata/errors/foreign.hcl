locals {
  a = lambda x: x * x           # ERROR RL0126 "function \"f\""
  b = x if x > 0 else 0         # ERROR RL0126 "Write x > 0 \\? x :"
  c = [x for x in [1, 2]]       # ERROR RL0126 "Write \\[for x in \\[1, 2\\] : x\\]\\."
  d = x -> x * x                # ERROR RL0126 "function"
  e = x => x * x                # ERROR RL0126 "function"
  f = path.x[1:3]               # ERROR RL0126 "slice\\(path\\.x, from, to\\)"
  g(x) = x * x                  # ERROR RL0126 "params = \\[x\\]\n    value  = x \\* x"
}
function h(x, y) = x * y        # ERROR RL0126 "function \"h\" \\{\n    params = \\[x, y\\]"
