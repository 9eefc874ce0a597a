study { title = "Broken on purpose" }

variable "k" { default = null } # ERROR RL0406 "needs a value"

variable "n" {
  type    = list(number)
  default = 3 # ERROR RL0406 "a list of numbers, not the number 3"
}

variable "b" {
  type    = bool
  default = 3 # ERROR RL0406 "must be true or false"
}
