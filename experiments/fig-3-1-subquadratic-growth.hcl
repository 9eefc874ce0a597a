study {
  title       = "Subquadratic growth along the gradient"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Fig. 3.1; section 3.1"
  description = <<-EOT
    Networks are trained by full-batch gradient descent until the loss zigzags. Then the loss is looked at along the gradient
    at the last iterate, as the paper does: VGG11 and ResNet18 on CIFAR-10, DenseNet121 on CIFAR-100 with 50 classes, batch
    normalisation with the statistics of the training images. One unit of the axis is one step of gradient descent: the
    iterate is at 0, and the next one would be at -1. The second row is the plain second difference of the losses above it,
    not divided by the square of the spacing.

    The paper's 5,000 images in networks of full width are no work for a processor. As it is, the study takes narrower
    networks (width 8, growth 8) and fewer images (1,000, 500 and 250), which it makes from a seed; `-var cifar10=DIR` and
    `-var cifar100=DIR` take the real ones, and `-var full=true` the paper's scale. The paper gives neither the learning rates,
    the numbers of steps, the loss nor the range of its axes. Here the loss is half the sum of squares.
  EOT
}

variable "cifar10" {
  type        = string
  default     = ""
  description = "folder with CIFAR-10's binary files; empty: images made from the seed"
}

variable "cifar100" {
  type        = string
  default     = ""
  description = "folder with CIFAR-100's binary files; empty: images made from the seed"
}

variable "full" {
  type        = bool
  default     = false
  description = "the paper's scale: networks of full width on 5,000 images, 1,200 steps"
}

locals {
  images  = var.full ? { vgg = 5000, resnet = 5000, densenet = 5000 } : { vgg = 1000, resnet = 500, densenet = 250 }
  steps   = var.full ? { vgg = 1200, resnet = 1200, densenet = 1200 } : { vgg = 150, resnet = 120, densenet = 80 }
  eta     = { vgg = 0.02, resnet = 0.01, densenet = 0.02 }
  batch   = 500 # of the statistics, at full scale
  from10  = var.cifar10 == "" ? "made images" : "CIFAR-10"
  from100 = var.cifar100 == "" ? "made images of 50 classes" : "50 classes of CIFAR-100"
}

dataset "cifar10" "vgg_real" {
  path        = var.cifar10
  limit       = local.images.vgg
  standardize = "pixel"
}

dataset "cifar10" "resnet_real" {
  path        = var.cifar10
  limit       = local.images.resnet
  standardize = "pixel"
}

dataset "cifar100" "densenet_real" {
  path        = var.cifar100
  classes     = range(50)
  per_class   = local.images.densenet / 50
  standardize = "pixel"
}

dataset "synthetic" "vgg_made" {
  classes     = 10
  limit       = local.images.vgg
  standardize = "pixel"
}

dataset "synthetic" "resnet_made" {
  classes     = 10
  limit       = local.images.resnet
  standardize = "pixel"
}

dataset "synthetic" "densenet_made" {
  classes     = 50
  limit       = local.images.densenet
  standardize = "pixel"
}

network "vgg" {
  use       = std.vgg11
  width     = var.full ? 64 : 8
  precision = "float32"
}

network "resnet" {
  use       = std.resnet18
  width     = var.full ? 64 : 8
  precision = "float32"
}

network "densenet" {
  use       = std.densenet121
  growth    = var.full ? 32 : 8
  classes   = 50
  precision = "float32"
}

objective "vgg" {
  network = network.vgg
  data    = var.cifar10 == "" ? dataset.vgg_made : dataset.vgg_real
  loss    = "mse" # half the sum of squares over the outputs, mean over the images
  batch   = var.full ? 250 : local.images.vgg
}

objective "resnet" {
  network = network.resnet
  data    = var.cifar10 == "" ? dataset.resnet_made : dataset.resnet_real
  loss    = "mse"
  batch   = var.full ? 250 : local.images.resnet
}

objective "densenet" {
  network = network.densenet
  data    = var.cifar100 == "" ? dataset.densenet_made : dataset.densenet_real
  loss    = "mse"
  batch   = var.full ? 250 : local.images.densenet
}

# Trained until the loss zigzags

run "vgg" {
  objective = objective.vgg
  steps     = local.steps.vgg
  optimizer "gd" { learning_rate = local.eta.vgg }
  probe "sharpness" "lambda" {
    every     = local.steps.vgg / 6
    tolerance = 0.01
  }
}

run "resnet" {
  objective = objective.resnet
  steps     = local.steps.resnet
  optimizer "gd" { learning_rate = local.eta.resnet }
  probe "sharpness" "lambda" {
    every     = local.steps.resnet / 3
    tolerance = 0.01
  }
}

run "densenet" {
  objective = objective.densenet
  steps     = local.steps.densenet
  optimizer "gd" { learning_rate = local.eta.densenet }
}

# Where mini-batches have led; the landscape is that of all images

run "sgd" {
  objective = objective.vgg
  steps     = 2 * local.steps.vgg
  optimizer "sgd" {
    learning_rate = local.eta.vgg
    batch         = 100
  }
}

landscape "vgg" {
  objective = objective.vgg
  center    = run.vgg.final
  axis "s" {
    direction = "gradient"
    from      = -2
    to        = 2
    points    = 41
  }
}

landscape "resnet" {
  objective = objective.resnet
  center    = run.resnet.final
  axis "s" {
    direction = "gradient"
    from      = -2
    to        = 2
    points    = 41
  }
}

landscape "densenet" {
  objective = objective.densenet
  center    = run.densenet.final
  axis "s" {
    direction = "gradient"
    from      = -2
    to        = 2
    points    = 41
  }
}

landscape "sgd" {
  objective = objective.vgg
  center    = run.sgd.final
  axis "s" {
    direction     = "gradient"
    learning_rate = local.eta.vgg
    from          = -6
    to            = 6
    points        = 61
  }
}

# The same slices ten times as long, about -0.5, where the bottom is

landscape "vgg_far" {
  objective = objective.vgg
  center    = run.vgg.final
  axis "s" {
    direction = "gradient"
    from      = -20.5
    to        = 20.5
    points    = 42
  }
}

landscape "resnet_far" {
  objective = objective.resnet
  center    = run.resnet.final
  axis "s" {
    direction = "gradient"
    from      = -20.5
    to        = 20.5
    points    = 42
  }
}

landscape "densenet_far" {
  objective = objective.densenet
  center    = run.densenet.final
  axis "s" {
    direction = "gradient"
    from      = -20.5
    to        = 20.5
    points    = 42
  }
}

# Position s is index 20 + 10 s. Along the axis the slope at the iterate is eta |g|^2, so that a second derivative over that slope
# is eta times the curvature of the direction: 2 is where gradient descent on a quadratic begins to diverge. A difference of 0.3
# is less disturbed by the kinks of relu and max_pool than one of 0.1.

function "bottom" {
  params      = [s, l]
  value       = sum(l == min(l) ? s : 0 * s)
  description = "where the least of the samples l is"
}

function "curvature" {
  params      = [l]
  value       = (slice(l, 0, 35) - 2 * slice(l, 3, 38) + slice(l, 6, 41)) / 0.09
  description = "second derivatives at -1.7, -1.6, ..., 1.7"
}

function "curvature_at_bottom" {
  params      = [l]
  value       = sum(slice(l, 3, 38) == min(l) ? curvature(l) : 0 * curvature(l))
  description = "second derivative where the least of the samples l is"
}

function "parabola" {
  params      = [s, l]
  value       = min(l) + 0.5 * curvature_at_bottom(l) * sq(s - bottom(s, l))
  description = "the quadratic of that curvature through the least sample"
}

function "slope" {
  params      = [l]
  value       = (l[21] - l[19]) / 0.2
  description = "at the iterate: eta |g|^2"
}

locals {
  s    = landscape.vgg.axis.s
  far  = landscape.vgg_far.axis.s
  loss = { vgg = landscape.vgg.loss, resnet = landscape.resnet.loss, densenet = landscape.densenet.loss }
  bend = { vgg = landscape.vgg.second_difference, resnet = landscape.resnet.second_difference, densenet = landscape.densenet.second_difference }

  # eta times the curvature: at the bottom, and at -1.7 and 1.7
  stiffest = {
    vgg      = curvature_at_bottom(landscape.vgg.loss) / slope(landscape.vgg.loss)
    resnet   = curvature_at_bottom(landscape.resnet.loss) / slope(landscape.resnet.loss)
    densenet = curvature_at_bottom(landscape.densenet.loss) / slope(landscape.densenet.loss)
  }
  left = {
    vgg      = curvature(landscape.vgg.loss)[0] / slope(landscape.vgg.loss)
    resnet   = curvature(landscape.resnet.loss)[0] / slope(landscape.resnet.loss)
    densenet = curvature(landscape.densenet.loss)[0] / slope(landscape.densenet.loss)
  }
  right = {
    vgg      = curvature(landscape.vgg.loss)[34] / slope(landscape.vgg.loss)
    resnet   = curvature(landscape.resnet.loss)[34] / slope(landscape.resnet.loss)
    densenet = curvature(landscape.densenet.loss)[34] / slope(landscape.densenet.loss)
  }

  trained  = { vgg = run.vgg.loss, resnet = run.resnet.loss, densenet = run.densenet.loss }
  constant = { vgg = 0.45, resnet = 0.45, densenet = 0.49 } # half the sum of squares of the best constant, 1/10 or 1/50 for each class
  names    = { vgg = "VGG11", resnet = "ResNet18", densenet = "DenseNet121" }

  # Of mini-batches, position s is index 30 + 5 s
  bend_sgd = landscape.sgd.second_difference

  sharpness = {
    vgg    = quantile(slice(run.vgg.probe.lambda, local.steps.vgg / 2, local.steps.vgg), 0.5)
    resnet = quantile(slice(run.resnet.probe.lambda, local.steps.resnet / 2, local.steps.resnet), 0.5)
  }
}

check "the loss falls, and zigzags" {
  for_each = local.names
  assert {
    condition = last(local.trained[each.key]) < 0.9 * local.constant[each.key]
    message   = "${each.value}: the last loss is ${last(local.trained[each.key])}; that of the best constant is ${local.constant[each.key]}"
  }
  assert {
    condition = count(diff(local.trained[each.key]) > 0) > 0.1 * local.steps[each.key]
    message   = "${each.value}: ${count(diff(local.trained[each.key]) > 0)} of ${local.steps[each.key]} steps raise it"
  }
}

check "a step goes over the bottom" {
  for_each = local.names
  assert {
    condition = bottom(local.s, local.loss[each.key]) < -0.1 && bottom(local.s, local.loss[each.key]) > -0.9
    message   = "${each.value}: the least loss along the gradient is at ${bottom(local.s, local.loss[each.key])}"
  }
}

check "convex about the bottom" {
  for_each = local.names
  assert {
    condition = min(slice(curvature(local.loss[each.key]), 9, 16)) > 0
    message   = "${each.value}: the least second derivative between -0.8 and -0.2 is ${min(slice(curvature(local.loss[each.key]), 9, 16))}"
  }
}

check "flatter away from it" {
  for_each = local.names
  assert {
    condition = local.stiffest[each.key] > 1.05 * max(local.left[each.key], local.right[each.key])
    message   = "${each.value}: eta times the curvature is ${local.stiffest[each.key]} at the bottom, ${local.left[each.key]} and ${local.right[each.key]} at the ends"
  }
  assert {
    condition = local.stiffest[each.key] > 1.5 * min(local.left[each.key], local.right[each.key])
    message   = "${each.value}: eta times the curvature is ${local.stiffest[each.key]} at the bottom, and ${min(local.left[each.key], local.right[each.key])} at the flatter end"
  }
}

check "slower than the quadratic of the bottom" {
  for_each = local.names
  assert {
    condition = parabola(local.s, local.loss[each.key])[0] + parabola(local.s, local.loss[each.key])[40] > 1.05 * (local.loss[each.key][0] + local.loss[each.key][40])
    message   = "${each.value}: at -2 and 2 the loss is ${local.loss[each.key][0]} and ${local.loss[each.key][40]}, the quadratic ${parabola(local.s, local.loss[each.key])[0]} and ${parabola(local.s, local.loss[each.key])[40]}"
  }
}

check "the curvature of the bottom is about 2/eta or more" {
  for_each = local.names
  assert {
    condition = local.stiffest[each.key] > 1.4
    message   = "${each.value}: eta times the curvature at the bottom is ${local.stiffest[each.key]}"
  }
}

check "the sharpness is above 2/eta" {
  assert {
    condition = local.sharpness.vgg * local.eta.vgg / 2 > 0.9
    message   = "VGG11: over the second half the median of sharpness x eta / 2 is ${local.sharpness.vgg * local.eta.vgg / 2}"
  }
  assert {
    condition = local.sharpness.resnet * local.eta.resnet / 2 > 0.9
    message   = "ResNet18: over the second half the median of sharpness x eta / 2 is ${local.sharpness.resnet * local.eta.resnet / 2}"
  }
}

check "where mini-batches have led, too" {
  assert {
    condition = mean(slice(local.bend_sgd, 24, 31)) > 1.2 * max(mean(slice(local.bend_sgd, 1, 8)), mean(slice(local.bend_sgd, 53, 60)))
    message   = "the mean second difference is ${mean(slice(local.bend_sgd, 24, 31))} about the bottom, ${mean(slice(local.bend_sgd, 1, 8))} and ${mean(slice(local.bend_sgd, 53, 60))} at the ends"
  }
}

plot "slices" {
  title   = "Fig. 3.1: the loss along the gradient, and its second difference"
  columns = 3
  width   = 27
  height  = 14
  panel {
    title = "VGG11, width ${var.full ? 64 : 8}, ${local.from10}"
    line {
      x     = local.s
      y     = parabola(local.s, local.loss.vgg)
      label = "quadratic of the bottom"
      color = "gray"
      dash  = "dashed"
    }
    line {
      x     = local.s
      y     = local.loss.vgg
      label = "loss"
      color = "blue"
    }
    scatter {
      x     = [0, -1]
      y     = [local.loss.vgg[20], local.loss.vgg[10]]
      label = "this iterate and the next"
      color = "orange"
      width = 5
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-2, 2]
    }
    axis_y {
      label = "loss"
      range = [0, 1.2 * max(local.loss.vgg)]
    }
  }
  panel {
    title = "ResNet18, width ${var.full ? 64 : 8}, ${local.from10}"
    line {
      x     = local.s
      y     = parabola(local.s, local.loss.resnet)
      label = "quadratic of the bottom"
      color = "gray"
      dash  = "dashed"
    }
    line {
      x     = local.s
      y     = local.loss.resnet
      label = "loss"
      color = "blue"
    }
    scatter {
      x     = [0, -1]
      y     = [local.loss.resnet[20], local.loss.resnet[10]]
      label = "this iterate and the next"
      color = "orange"
      width = 5
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-2, 2]
    }
    axis_y {
      label = "loss"
      range = [0, 1.2 * max(local.loss.resnet)]
    }
  }
  panel {
    title = "DenseNet121, growth ${var.full ? 32 : 8}, ${local.from100}"
    line {
      x     = local.s
      y     = parabola(local.s, local.loss.densenet)
      label = "quadratic of the bottom"
      color = "gray"
      dash  = "dashed"
    }
    line {
      x     = local.s
      y     = local.loss.densenet
      label = "loss"
      color = "blue"
    }
    scatter {
      x     = [0, -1]
      y     = [local.loss.densenet[20], local.loss.densenet[10]]
      label = "this iterate and the next"
      color = "orange"
      width = 5
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-2, 2]
    }
    axis_y {
      label = "loss"
      range = [0, 1.2 * max(local.loss.densenet)]
    }
  }
  panel {
    line {
      x     = slice(local.s, 1, 40)
      y     = slice(local.bend.vgg, 1, 40)
      color = "blue"
    }
    hline {
      y     = 0.1 * (local.loss.vgg[21] - local.loss.vgg[19])
      label = "curvature 2/eta"
      dash  = "dashed"
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-2, 2]
    }
    axis_y { label = "second difference" }
  }
  panel {
    line {
      x     = slice(local.s, 1, 40)
      y     = slice(local.bend.resnet, 1, 40)
      color = "blue"
    }
    hline {
      y     = 0.1 * (local.loss.resnet[21] - local.loss.resnet[19])
      label = "curvature 2/eta"
      dash  = "dashed"
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-2, 2]
    }
    axis_y { label = "second difference" }
  }
  panel {
    line {
      x     = slice(local.s, 1, 40)
      y     = slice(local.bend.densenet, 1, 40)
      color = "blue"
    }
    hline {
      y     = 0.1 * (local.loss.densenet[21] - local.loss.densenet[19])
      label = "curvature 2/eta"
      dash  = "dashed"
    }
    hline {
      y    = 0
      dash = "dotted"
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-2, 2]
    }
    axis_y { label = "second difference" }
  }
}

plot "far" {
  title   = "Ten times as far"
  columns = 3
  width   = 27
  height  = 7
  panel {
    title = "VGG11"
    line {
      x     = local.far
      y     = landscape.vgg_far.loss
      color = "blue"
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-20, 20]
    }
    axis_y {
      label = "loss"
      range = [0, 1.05 * max(landscape.vgg_far.loss)]
    }
  }
  panel {
    title = "ResNet18"
    line {
      x     = local.far
      y     = landscape.resnet_far.loss
      color = "blue"
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-20, 20]
    }
    axis_y {
      label = "loss"
      range = [0, 1.05 * max(landscape.resnet_far.loss)]
    }
  }
  panel {
    title = "DenseNet121"
    line {
      x     = local.far
      y     = landscape.densenet_far.loss
      color = "blue"
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-20, 20]
    }
    axis_y {
      label = "loss"
      range = [0, 1.05 * max(landscape.densenet_far.loss)]
    }
  }
}

plot "training" {
  title   = "Gradient descent with the rates ${local.eta.vgg}, ${local.eta.resnet} and ${local.eta.densenet}"
  columns = 2
  width   = 20
  height  = 8
  panel {
    line {
      y     = run.vgg.loss
      label = "VGG11"
      color = "blue"
    }
    line {
      y     = run.resnet.loss
      label = "ResNet18"
      color = "green"
    }
    line {
      y     = run.densenet.loss
      label = "DenseNet121"
      color = "orange"
    }
    axis_x { label = "step" }
    axis_y {
      label = "loss"
      scale = "log"
    }
  }
  panel {
    line {
      y     = run.vgg.probe.lambda * local.eta.vgg / 2
      label = "VGG11"
      color = "blue"
    }
    line {
      y     = run.resnet.probe.lambda * local.eta.resnet / 2
      label = "ResNet18"
      color = "green"
    }
    hline {
      y    = 1
      dash = "dashed"
    }
    axis_x { label = "step" }
    axis_y { label = "sharpness x eta / 2" }
  }
}

plot "mini_batches" {
  title   = "VGG11 where mini-batches have led: along the gradient of all images"
  columns = 2
  width   = 20
  height  = 7.5
  panel {
    line {
      x     = landscape.sgd.axis.s
      y     = landscape.sgd.loss
      color = "blue"
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-6, 6]
    }
    axis_y { label = "loss" }
  }
  panel {
    line {
      x     = slice(landscape.sgd.axis.s, 1, 60)
      y     = slice(local.bend_sgd, 1, 60)
      color = "blue"
    }
    hline {
      y     = 0.2 * (landscape.sgd.loss[31] - landscape.sgd.loss[29])
      label = "curvature 2/eta"
      dash  = "dashed"
    }
    axis_x {
      label = "steps of gradient descent"
      range = [-6, 6]
    }
    axis_y { label = "second difference" }
  }
}

table "curvature" {
  title   = "eta times the curvature along the gradient; 2 is where gradient descent on a quadratic begins to diverge"
  columns = ["network", "loss", "bottom at", "at the bottom", "at -1.7", "at 1.7", "sharpness x eta"]
  rows = [for k in ["vgg", "resnet", "densenet"] : [
    local.names[k],
    format("%.3f", local.loss[k][20]),
    bottom(local.s, local.loss[k]),
    format("%.2f", local.stiffest[k]),
    format("%.2f", local.left[k]),
    format("%.2f", local.right[k]),
    k == "densenet" ? "not measured" : format("%.2f", local.sharpness[k] * local.eta[k]),
  ]]
}

output "curvature" {
  value       = [local.stiffest.vgg, local.stiffest.resnet, local.stiffest.densenet]
  description = "eta times the curvature along the gradient at the bottom: VGG11, ResNet18, DenseNet121"
}

output "sharpness" {
  value       = [for k in ["vgg", "resnet"] : local.sharpness[k] * local.eta[k] / 2]
  description = "sharpness x eta / 2 of VGG11 and ResNet18, median over the second half of the steps"
}

report {
  text {
    markdown = <<-EOT
      ## What gradient descent sees

      The last iterate and the next one, the two dots, lie on the two sides of a bottom, which is at
      ${bottom(local.s, local.loss.vgg)}, ${bottom(local.s, local.loss.resnet)} and ${bottom(local.s, local.loss.densenet)}: a
      step goes about twice as far as would be best. On a quadratic that means the curvature 2/eta, the dashed line of the
      second row, and so it is measured: eta times the curvature at the bottom is ${format("%.2f", local.stiffest.vgg)},
      ${format("%.2f", local.stiffest.resnet)} and ${format("%.2f", local.stiffest.densenet)}. Away from the bottom the slices are
      flatter, and its quadratic leaves the loss below. This is the paper's subquadratic growth.
    EOT
    show     = [plot.slices, table.curvature]
  }
  text {
    markdown = <<-EOT
      ## Why it does not blow up

      The sharpness at the iterates is above 2/eta, of VGG11 ${format("%.2f", local.sharpness.vgg * local.eta.vgg / 2)} and of
      ResNet18 ${format("%.2f", local.sharpness.resnet * local.eta.resnet / 2)} times in the median of the second half. On the
      quadratic approximation gradient descent diverges from there; here the loss zigzags and falls, because what it is thrown
      to is flatter. Section 3.1 says that the stable learning rate increases as the parameters come close to the minimum; read
      with the figure it decreases: the curvature is greatest at the bottom.

      The sharpness at the start is no guide to the rate. By the first record after it, at steps ${local.steps.vgg / 6} and
      ${local.steps.resnet / 3}, it has gone from ${format("%.2f", run.vgg.probe.lambda[0] * local.eta.vgg / 2)} to
      ${format("%.2f", run.vgg.probe.lambda[local.steps.vgg / 6] * local.eta.vgg / 2)} times 2/eta (VGG11, over a hump of the loss)
      and from ${format("%.2f", run.resnet.probe.lambda[0] * local.eta.resnet / 2)} to
      ${format("%.2f", run.resnet.probe.lambda[local.steps.resnet / 3] * local.eta.resnet / 2)} (ResNet18).
    EOT
    show     = [plot.training]
  }
  text {
    markdown = <<-EOT
      ## What is not like the paper

      The paper calls the slices convex around the minimum. That of VGG11 is so, or nearly so, to both ends: its least second
      difference is ${format("%.2f", min(slice(local.bend.vgg, 1, 40)) / max(slice(local.bend.vgg, 1, 40)))} times its greatest. Those
      of ResNet18 and DenseNet121 are convex about the bottom only, to little more than the two dots, and bend down beyond. Ten
      times as far it is seen why: their wells are narrow and stand in a plateau or a cone, the separate scales of section 3.2.
      It may be the narrow networks, or the few images, five of each class for DenseNet121; or the paper's range, which it does
      not give, is smaller in steps than this one.

      The networks are stopped while their loss still falls, which the paper's had nearly ceased to do. And the second
      differences are ragged: `relu` and `max_pool` have kinks, and on few images each kink counts for more.
    EOT
    show     = [plot.far]
  }
  text {
    markdown = <<-EOT
      ## Mini-batches

      Where mini-batches of 100 images have led VGG11, the loss of all images grows subquadratically along its gradient, too.
      The well is wider than that of full batches when it is measured in steps, hence the longer range. Eta times the curvature
      about the bottom is ${format("%.2f", mean(slice(local.bend_sgd, 24, 31)) / (0.1 * (landscape.sgd.loss[31] - landscape.sgd.loss[29])))}.
    EOT
    show     = [plot.mini_batches, check, output]
  }
}
