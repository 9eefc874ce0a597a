function "f" {
  params = [x, y]
  value  = (x // 2) + y   # ERROR RL0122 "floor\\(x / \\.\\.\\.\\)"
}
