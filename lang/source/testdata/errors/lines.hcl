locals {
  a = 1 + # ERROR RL0113 "\\(1 \\+\n  2\\)"
    2
  b = sin(x)
    + cos(x) # ERROR RL0113 "line begins with \"\\+\""
  c = x > 0 ? # ERROR RL0113 "ends with"
    1 :
    2
  d = x > 0
    ? 1 # ERROR RL0113 "begins with"
    : 2
  e = a &&

    b # ERROR@-2 RL0113 "ends with \"&&\""
  f = {
    x = 1 * # ERROR RL0113 "ends with"
      2
  }
}

objective "f" {
  params = [x]
  value = valley(log_growth, flat, x)
    - 0.25 * saturate(x) # ERROR RL0113 "parentheses"
}
