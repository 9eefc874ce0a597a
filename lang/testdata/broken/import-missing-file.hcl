study { title = "Broken on purpose" }

import "lib" {
  source = "./nowhere.hcl" # ERROR RL0101 "nowhere"
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
