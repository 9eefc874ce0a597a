study { title = "Broken on purpose" }

import "lib" {
  source = "../../../../../../../../../../etc/passwd" # ERROR RL0106 "passwd|outside|project"
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
