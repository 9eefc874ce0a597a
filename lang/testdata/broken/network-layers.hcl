study { title = "Broken on purpose" }

network "dense_on_image" {
  input = [3, 32, 32]
  layer "conv" {
    channels = 8
    padding  = "same"
  }
  layer "dense" { units = 10 } # ERROR RL0419 "layer dense1: dense takes a vector, and its input is an image of 8 x 32 x 32.*flatten"
}

network "small_image" {
  input = [3, 8, 8]
  repeat "stage" {
    count = 4
    layer "max_pool" { kernel = 2 } # ERROR RL0419 "layer stage4.max_pool1: .*window of 2 x 2.* 3 x 1 x 1"
  }
}

network "sum" {
  input = [3, 8, 8]
  layer "conv" {
    channels = 4
    padding  = 1
  }
  residual { # ERROR RL0419 "layer residual1: its layers give an image of 8 x 4 x 4 .*cannot be added to its input, an image of 4 x 8 x 8"
    layer "conv" {
      channels = 8
      stride   = 2
      padding  = 1
    }
  }
}

network "joined" {
  input = [3, 8, 8]
  concat { # ERROR RL0419 "layer concat1: branches 1 and 2 differ in height or width"
    layer "max_pool" {}
  }
}

network "group" {
  input = [3, 8, 8]
  layer "conv" { # ERROR RL0419 "layer conv1: 2 groups do not divide"
    channels = 4
    groups   = 2
  }
}

network "kind" {
  input = [10]
  layer "linear" { units = 10 } # ERROR RL0401 "unknown kind of layer .linear.*dense"
}

network "word" {
  input = [10]
  layer "dense" {
    units      = 10
    activation = "rellu" # ERROR RL0406 "relu"
  }
}

network "init" {
  input = [10]
  layer "dense" {
    units = 10
    init  = "kaiming" # ERROR RL0406 "kaiming. is no init.*kaiming"
  }
}

network "law" {
  input = [10]
  layer "dense" {
    units = 10
    init  = normal(0) # ERROR RL0304 "normal takes 2 arguments, not 1.*standard deviation"
  }
}

network "gain" {
  input = [10]
  layer "dense" {
    units = 10
    init  = kaiming_normal(-1) # ERROR RL0406 "gain"
  }
}

network "norm" {
  input = [10]
  layer "batch_norm" { init = "orthogonal" } # ERROR RL0419 "orthogonal is a law of the weights of dense and conv"
}

network "slope" {
  input = [10]
  layer "dense" {
    units      = 10
    activation = "relu"
    slope      = 0.1 # ERROR RL0407 "leaky_relu"
  }
}

network "same" {
  input = [3, 8, 8]
  layer "conv" {
    channels = 4
    stride   = 2
    padding  = "same" # ERROR RL0407 "stride 1.*padding = 1"
  }
}

network "kernel" {
  input = [3, 8, 8]
  layer "conv" {
    channels = 4
    kernel   = [3, 3, 3] # ERROR RL0406 "kernel = .3, 1."
  }
}

network "again" {
  input = [10]
  repeat { # ERROR RL0403 "count or for_each"
    layer "dense" { units = 10 }
  }
}

network "twice" {
  input = [10]
  layer "dense" "out" { units = 10 }
  layer "dense" "out" { units = 10 } # ERROR RL0201 "second layer called out"
}

network "branches" {
  input = [10]
  concat { # ERROR RL0407 "layers beside its branches"
    branch {}
    layer "dense" { units = 10 }
  }
}

network "name" {
  input = [10]
  repeat "in" { # ERROR RL0202 "in. cannot name a repeat"
    count = 2
    layer "dense" { units = 10 }
  }
}

network "empty" { # ERROR RL0419 "no layers"
  input = [10]
}

network "shapeless" { # ERROR RL0403 "needs .input"
  layer "dense" { units = 10 }
}

network "flat_image" {
  input = [32, 32] # ERROR RL0406 "channels, height, width"
  layer "flatten" {}
}

network "unknown" {
  input = [10]
  layer "dense" { units = in.chanels } # ERROR RL0310 "chanels"
}

network "dropped" {
  input = [10]
  layer "dropout" { rate = 1.5 } # ERROR RL0419 "rate of 1.5"
}

network "params" {
  input = [10]
  layer "dense" { units = param.width } # ERROR RL0203 "unknown name .param"
}

network "result" {
  input = [10]
  layer "dense" { units = run.a.steps } # ERROR RL0205 "not known before the run"
}
