function "double" {
  params = [x]
  value  = 2 * x
}
