locals {
  a = x1- x2       # ERROR RL0112 "Write x1 - x2, with"
  b = x-2          # ERROR RL0112 "Write x - 2"
}
