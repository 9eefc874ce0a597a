run "a" {
  steps = (1 + 2 # ERROR RL0122 "parenthesis is not closed"
}
