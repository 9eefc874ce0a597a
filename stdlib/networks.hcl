# Networks for images of CIFAR's size. A study takes one by `use`, at the width that
# it can afford, or copies it and goes on from there:
#
#     network "small" {
#       use   = std.vgg11
#       width = 8
#     }

network "mlp" {
  description = "Fully-connected layers of one width"
  source      = "elementary"

  input  = [3, 32, 32]
  params = { width = 200, depth = 2, classes = 10, activation = "tanh" } # depth: hidden layers

  layer "flatten" {}
  repeat "hidden" {
    count = param.depth
    layer "dense" {
      units      = param.width
      activation = param.activation
    }
  }
  layer "dense" { units = param.classes }
}

network "vgg11" {
  description = "VGG11 in its form for CIFAR: eight convolutions and one dense layer"
  source      = "Simonyan, Zisserman (2015), ICLR, configuration A"

  input  = [3, 32, 32]
  params = { width = 64, classes = 10, batch_norm = true }

  repeat "stage" {
    for_each = [[1], [2], [4, 4], [8, 8], [8, 8]] # channels over width
    repeat "block" {
      for_each = stage.value
      layer "conv" {
        channels   = block.value * param.width
        kernel     = 3
        padding    = 1
        activation = param.batch_norm ? "identity" : "relu"
      }
      layer "batch_norm" {
        when       = param.batch_norm
        activation = "relu"
      }
    }
    layer "max_pool" { kernel = 2 }
  }
  layer "flatten" {}
  layer "dense" { units = param.classes }
}

network "resnet18" {
  description = "ResNet18 in its form for CIFAR: a first convolution of 3 x 3 pixels and no pool before the stages"
  source      = "He, Zhang, Ren, Sun (2016), CVPR"

  input  = [3, 32, 32]
  params = { width = 64, classes = 10, batch_norm = true }

  layer "conv" {
    channels   = param.width
    kernel     = 3
    padding    = 1
    bias       = !param.batch_norm
    activation = param.batch_norm ? "identity" : "relu"
  }
  layer "batch_norm" {
    when       = param.batch_norm
    activation = "relu"
  }
  repeat "stage" {
    for_each = [1, 2, 4, 8] # channels over width
    repeat "block" {
      count = 2
      residual {
        layer "conv" {
          channels   = stage.value * param.width
          kernel     = 3
          stride     = stage.index > 0 && block.index == 0 ? 2 : 1
          padding    = 1
          bias       = !param.batch_norm
          activation = param.batch_norm ? "identity" : "relu"
        }
        layer "batch_norm" {
          when       = param.batch_norm
          activation = "relu"
        }
        layer "conv" {
          channels = stage.value * param.width
          kernel   = 3
          padding  = 1
          bias     = !param.batch_norm
        }
        layer "batch_norm" { when = param.batch_norm }
        shortcut {
          when = in.channels != stage.value * param.width
          layer "conv" {
            channels = stage.value * param.width
            kernel   = 1
            stride   = 2
            bias     = !param.batch_norm
          }
          layer "batch_norm" { when = param.batch_norm }
        }
        activation = "relu"
      }
    }
  }
  layer "global_pool" {}
  layer "dense" { units = param.classes }
}

network "densenet121" {
  description = "DenseNet121 in its form for CIFAR: a first convolution of 3 x 3 pixels and no pool before the stages"
  source      = "Huang, Liu, van der Maaten, Weinberger (2017), CVPR"

  input  = [3, 32, 32]
  params = { growth = 32, classes = 10, blocks = [6, 12, 24, 16] } # growth: channels that a block adds

  layer "conv" {
    channels = 2 * param.growth
    kernel   = 3
    padding  = 1
    bias     = false
  }
  repeat "stage" {
    for_each = param.blocks
    repeat "block" {
      count = stage.value
      concat {
        layer "batch_norm" { activation = "relu" }
        layer "conv" {
          channels = 4 * param.growth
          kernel   = 1
          bias     = false
        }
        layer "batch_norm" { activation = "relu" }
        layer "conv" {
          channels = param.growth
          kernel   = 3
          padding  = 1
          bias     = false
        }
      }
    }
    repeat "transition" {
      count = stage.index < length(param.blocks) - 1 ? 1 : 0
      layer "batch_norm" { activation = "relu" }
      layer "conv" {
        channels = floor(in.channels / 2)
        kernel   = 1
        bias     = false
      }
      layer "avg_pool" { kernel = 2 }
    }
  }
  layer "batch_norm" { activation = "relu" }
  layer "global_pool" {}
  layer "dense" { units = param.classes }
}
