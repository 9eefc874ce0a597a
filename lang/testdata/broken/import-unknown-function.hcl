study { title = "Broken on purpose" }

import "lib" {
  source = "./lib/good.hcl"
}

objective "f" {
  params = [x, y]
  value  = lib::dubble(x) + sq(y) # ERROR RL0203 "dubble"
}
