study { title = "Broken on purpose" }

variable "eta" {
  type    = number
  default = -1 # ERROR RL0411 "eta"
  validation {
    condition = var.eta > 0
    message   = "a learning rate is positive"
  }
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
