check "a" {
  assert {
    message = "x is ${x"
    # ERROR@-1 RL0124 "\\$\\{ is not closed"
  }
}
