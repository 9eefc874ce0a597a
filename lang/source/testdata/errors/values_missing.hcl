study {
  a =               # ERROR RL0129 "a has no value"
  b = (1 + )        # ERROR RL0129 "no value after"
  c = * 2           # ERROR RL0129 "no value before"
  d = [1,, 2]       # ERROR RL0129 "before \",\""
  e = a ? b         # ERROR RL0129 "both values"
  f = x * / y       # ERROR RL0129 "no value before \"/\""
  g = a.            # ERROR RL0110 "after the dot"
  h = "\q"          # ERROR RL0110 "escape"
  i = x +           # ERROR RL0129 "no value after"
}
