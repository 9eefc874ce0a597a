study { title = "Broken on purpose" }

network "pattern" {
  input  = [10]
  params = { width = 4, deep = false, sizes = [1, 2] }
  layer "dense" { units = param.width }
}

network "argument" {
  use   = network.pattern
  widht = 8 # ERROR RL0402 "the network pattern has no argument .widht.*width"
}

network "type" {
  use   = network.pattern
  width = "wide" # ERROR RL0406 "width cannot be the text"
}

network "truth" {
  use  = network.pattern
  deep = 1 # ERROR RL0406 "deep cannot be the number 1"
}

network "list" {
  use   = network.pattern
  sizes = 3 # ERROR RL0406 "sizes cannot be the number 3"
}

network "unknown" {
  use = std.vgg12 # ERROR RL0203 "nothing called .vgg12.*vgg11"
}

network "function" {
  use = std.log_growth # ERROR RL0406 "not the name of a network"
}

network "both" {
  use = std.mlp
  layer "dense" { units = 10 } # ERROR RL0407 "layers of its own beside use"
}

network "loop" {
  use = network.pool # ERROR RL0204 "use each other in a loop"
}

network "pool" {
  use = network.loop # ERROR RL0204 "use each other in a loop"
}

network "library" {
  use   = std.vgg11 # ERROR RL0419 "window of 2 x 2 .*"
  input = [3, 16, 16]
}

network "fraction" {
  use   = std.resnet18 # ERROR RL0406 "channels must be a whole number.*2.5"
  width = 2.5
}

network "named" {
  input  = [10]
  params = { use = 3 } # ERROR RL0202 "use. cannot name a param"
  layer "dense" { units = 10 }
}

dataset "chebyshev" "points" { degree = 3 }

objective "f" {
  network = std.mlp # ERROR RL0406 "pattern of a library.*use = std.mlp"
  data    = dataset.points
  loss    = "mse"
}
