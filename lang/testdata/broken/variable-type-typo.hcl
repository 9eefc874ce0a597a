study { title = "Broken on purpose" }

variable "eta" {
  type    = numer # ERROR RL0406 "type"
  default = 1
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
