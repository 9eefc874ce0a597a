study { title = "Broken on purpose" }

import "lib" {
  source = "./import-loop.hcl" # ERROR RL0204 "import-loop"
}

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}
