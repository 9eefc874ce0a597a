study { title = "Broken on purpose" }

import "one" {
  source = "./lib/one.hcl" # ERROR RL0xxx "one.*two|two.*one"
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
