study { title = "Broken on purpose" }

variable "eta" {
  type    = number
  default = "fast" # ERROR RL0xxx "number"
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
