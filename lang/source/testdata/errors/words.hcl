run "a" {
  stop {
    when = x > 0 and y > 0  # ERROR RL0120 "&&"
  }
  a = x or !y               # ERROR RL0120 "\\|\\|"
  b = not x                 # ERROR RL0120 "!x"
  c = x <> y                # ERROR RL0130 "!="
  d = x === y               # ERROR RL0130 "=="
  e = x++                   # ERROR RL0130 "\\+\\+"
  f = x =< y                # ERROR RL0130 "Write <=\\."
}
