study { title = "Broken on purpose" }

variable "eta" {
  type    = number
  default = "fast" # ERROR RL0406 "number"
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
