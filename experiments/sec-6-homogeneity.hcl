study {
  title       = "Homogeneity: magnitudes of data are scales of the loss"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), section 6, discussion on homogeneity"
  description = <<-EOT
    A ReLU network of L layers without biases is homogeneous: if x2 = k x1 and both have the target y, their losses are
    l1(W) = l2(k^(-1/L) W), and l1(W1, ..., WL) = l2(W1/k, W2, ..., WL). The second relation holds with biases too. Both are
    checked to rounding on random networks, and the first is shown to fail with biases.

    So data of two magnitudes make a loss of two scales, which is looked at on a trained network, with a control. How much
    magnitudes differ in practice is measured: on standardised photographs by a factor of about 8, not by orders of
    magnitude.

    As it is, the study makes its images from a seed; `-var cifar10=DIR` takes CIFAR-10's instead.
  EOT
}

variable "cifar10" {
  type        = string
  default     = ""
  description = "folder with CIFAR-10's binary files; empty: images made from the seed"
}

locals {
  real    = var.cifar10 != ""
  factors = [0.25, 3, 10, 1000]
  layers  = 3
}

# One datum, and k times it, with the same target. Data are kept in binary32, where these numbers and
# their products with k are exact.

locals {
  x = [0.75, -1.25, 0.5, 2.125]
  y = [1, -0.5]
}

dataset "values" "one" {
  x       = [local.x]
  targets = [local.y]
}

dataset "values" "times" {
  for_each = local.factors
  x        = [[for v in local.x : each.value * v]]
  targets  = [local.y]
}

network "free" {
  input = [4]
  init  = "kaiming_normal"
  layer "dense" "first" {
    units      = 16
    bias       = false
    activation = "relu"
  }
  layer "dense" "second" {
    units      = 16
    bias       = false
    activation = "relu"
  }
  layer "dense" "third" {
    units = 2
    bias  = false
  }
}

network "biased" {
  input     = [4]
  init      = "kaiming_normal"
  bias_init = normal(0, 1)
  layer "dense" "first" {
    units      = 16
    activation = "relu"
  }
  layer "dense" "second" {
    units      = 16
    activation = "relu"
  }
  layer "dense" "third" { units = 2 }
}

objective "free_one" {
  network = network.free
  data    = dataset.one
  loss    = "mse"
}

objective "free_times" {
  for_each = local.factors
  network  = network.free
  data     = dataset.times[each.value]
  loss     = "mse"
}

objective "biased_one" {
  network = network.biased
  data    = dataset.one
  loss    = "mse"
}

objective "biased_times" {
  for_each = local.factors
  network  = network.biased
  data     = dataset.times[each.value]
  loss     = "mse"
}

# Runs of no steps: the point at which a network begins

run "free" {
  objective = objective.free_one
  steps     = 0
  optimizer "gd" { learning_rate = 0.1 }
}

run "biased" {
  objective = objective.biased_one
  steps     = 0
  optimizer "gd" { learning_rate = 0.1 }
}

# By factor: all weights times k^(-1/L); the first layer's over k; with biases all weights and no bias,
# all weights and the bias of layer l times k^((L - l)/L), and the first layer's weights alone

locals {
  W = run.free.final.params
  B = run.biased.final.params
  all = [for k in local.factors : {
    "first.weight"  = pow(k, -1 / local.layers) * local.W["first.weight"]
    "second.weight" = pow(k, -1 / local.layers) * local.W["second.weight"]
    "third.weight"  = pow(k, -1 / local.layers) * local.W["third.weight"]
  }]
  first = [for k in local.factors : {
    "first.weight"  = local.W["first.weight"] / k
    "second.weight" = local.W["second.weight"]
    "third.weight"  = local.W["third.weight"]
  }]
  biased_all = [for k in local.factors : {
    "first.weight"  = pow(k, -1 / local.layers) * local.B["first.weight"]
    "first.bias"    = local.B["first.bias"]
    "second.weight" = pow(k, -1 / local.layers) * local.B["second.weight"]
    "second.bias"   = local.B["second.bias"]
    "third.weight"  = pow(k, -1 / local.layers) * local.B["third.weight"]
    "third.bias"    = local.B["third.bias"]
  }]
  biased_mended = [for k in local.factors : {
    "first.weight"  = pow(k, -1 / local.layers) * local.B["first.weight"]
    "first.bias"    = pow(k, 2 / local.layers) * local.B["first.bias"]
    "second.weight" = pow(k, -1 / local.layers) * local.B["second.weight"]
    "second.bias"   = pow(k, 1 / local.layers) * local.B["second.bias"]
    "third.weight"  = pow(k, -1 / local.layers) * local.B["third.weight"]
    "third.bias"    = local.B["third.bias"]
  }]
  biased_first = [for k in local.factors : {
    "first.weight"  = local.B["first.weight"] / k
    "first.bias"    = local.B["first.bias"]
    "second.weight" = local.B["second.weight"]
    "second.bias"   = local.B["second.bias"]
    "third.weight"  = local.B["third.weight"]
    "third.bias"    = local.B["third.bias"]
  }]

  # Relative differences from the loss of the datum itself, l1, and from its gradient
  l1 = value(objective.free_one, run.free.final)
  g1 = gradient(objective.free_one, run.free.final)
  b1 = value(objective.biased_one, run.biased.final)
  h1 = gradient(objective.biased_one, run.biased.final)
  off = {
    all           = [for i, k in local.factors : abs(value(objective.free_times[k], local.all[i]) / local.l1 - 1)]
    first         = [for i, k in local.factors : abs(value(objective.free_times[k], local.first[i]) / local.l1 - 1)]
    biased_all    = [for i, k in local.factors : abs(value(objective.biased_times[k], local.biased_all[i]) / local.b1 - 1)]
    biased_mended = [for i, k in local.factors : abs(value(objective.biased_times[k], local.biased_mended[i]) / local.b1 - 1)]
    biased_first  = [for i, k in local.factors : abs(value(objective.biased_times[k], local.biased_first[i]) / local.b1 - 1)]
  }
  inputs = 4 * 16 # the first layer's weights, which come first in the gradient
  off_gradient = {
    all = [for i, k in local.factors :
    norm(pow(k, -1 / local.layers) * gradient(objective.free_times[k], local.all[i]) - local.g1) / norm(local.g1)]
    first = [for i, k in local.factors :
    norm(slice(gradient(objective.free_times[k], local.first[i]), 0, local.inputs) / k - slice(local.g1, 0, local.inputs)) / norm(slice(local.g1, 0, local.inputs))]
    others = [for i, k in local.factors :
    norm(slice(gradient(objective.biased_times[k], local.biased_first[i]), local.inputs, len(local.h1)) - slice(local.h1, local.inputs, len(local.h1))) / norm(local.h1)]
    biased_first = [for i, k in local.factors :
    norm(slice(gradient(objective.biased_times[k], local.biased_first[i]), 0, local.inputs) / k - slice(local.h1, 0, local.inputs)) / norm(slice(local.h1, 0, local.inputs))]
  }
}

# The same shape at another scale: the first layer's weights times s, with biases

landscape "one" {
  objective = objective.biased_one
  center = {
    "first.weight"  = 0
    "first.bias"    = run.biased.final.params["first.bias"]
    "second.weight" = run.biased.final.params["second.weight"]
    "second.bias"   = run.biased.final.params["second.bias"]
    "third.weight"  = run.biased.final.params["third.weight"]
    "third.bias"    = run.biased.final.params["third.bias"]
  }
  axis "s" {
    direction = run.biased.final
    from      = -4
    to        = 4
    points    = 401
  }
}

landscape "ten" {
  objective = objective.biased_times[10]
  center = {
    "first.weight"  = 0
    "first.bias"    = run.biased.final.params["first.bias"]
    "second.weight" = run.biased.final.params["second.weight"]
    "second.bias"   = run.biased.final.params["second.bias"]
    "third.weight"  = run.biased.final.params["third.weight"]
    "third.bias"    = run.biased.final.params["third.bias"]
  }
  axis "s" {
    direction = run.biased.final
    from      = -0.4
    to        = 0.4
    points    = 401
  }
}

# Images of two norms: of 200, the first half long, the other half short by the factor

locals {
  ratio      = 10
  short      = 10 # norm of a short image
  images     = 200
  directions = range(1, 9)
}

dataset "cifar10" "real" {
  path        = var.cifar10
  classes     = ["airplane", "automobile", "bird", "cat"]
  limit       = local.images
  standardize = "pixel"
  scale       = i < local.images / 2 ? local.ratio * local.short : local.short
}

dataset "cifar10" "real_part" {
  for_each    = { long = 0, short = local.images / 2 }
  path        = var.cifar10
  classes     = ["airplane", "automobile", "bird", "cat"]
  skip        = each.value
  limit       = local.images / 2
  standardize = dataset.real
  scale       = each.key == "long" ? local.ratio * local.short : local.short
}

dataset "synthetic" "made" {
  classes     = 4
  limit       = local.images
  standardize = "pixel"
  scale       = i < local.images / 2 ? local.ratio * local.short : local.short
}

dataset "synthetic" "made_part" {
  for_each    = { long = 0, short = local.images / 2 }
  classes     = 4
  skip        = each.value
  limit       = local.images / 2
  standardize = dataset.made
  scale       = each.key == "long" ? local.ratio * local.short : local.short
}

# The outputs are bounded, as those of (6.1) are, or as a control they are not

network "trained" {
  for_each = ["bounded", "unbounded"]
  input    = [3, 32, 32]
  layer "flatten" {}
  layer "dense" "first" {
    units      = 64
    activation = "relu"
  }
  layer "dense" "second" {
    units      = 64
    activation = "relu"
  }
  layer "dense" "third" {
    units      = 4
    activation = each.value == "bounded" ? "tanh" : "identity"
  }
}

objective "both" {
  for_each = ["bounded", "unbounded"]
  network  = network.trained[each.value]
  data     = local.real ? dataset.real : dataset.made
  loss     = "mse"
}

objective "long" {
  for_each = ["bounded", "unbounded"]
  network  = network.trained[each.value]
  data     = local.real ? dataset.real_part["long"] : dataset.made_part["long"]
  loss     = "mse"
}

objective "short" {
  for_each = ["bounded", "unbounded"]
  network  = network.trained[each.value]
  data     = local.real ? dataset.real_part["short"] : dataset.made_part["short"]
  loss     = "mse"
}

run "trained" {
  for_each  = ["bounded", "unbounded"]
  objective = objective.both[each.value]
  steps     = 1000
  optimizer "adam" { learning_rate = cosine_decay(t, 3e-4, 0, 1000) }
}

# Random directions in the first layer's weights: points beside the end point, which differ from it there alone

run "aside" {
  for_each  = local.directions
  objective = objective.both["bounded"]
  seed      = each.value
  start     = { "first.weight" = normal(0, 1) }
  steps     = 0
  optimizer "gd" { learning_rate = 1 }
}

locals {
  bounded = [for d in local.directions : {
    "first.weight"  = run.trained["bounded"].final.params["first.weight"] + run.aside[d].final.params["first.weight"]
    "first.bias"    = run.trained["bounded"].final.params["first.bias"]
    "second.weight" = run.trained["bounded"].final.params["second.weight"]
    "second.bias"   = run.trained["bounded"].final.params["second.bias"]
    "third.weight"  = run.trained["bounded"].final.params["third.weight"]
    "third.bias"    = run.trained["bounded"].final.params["third.bias"]
  }]
  unbounded = {
    "first.weight"  = run.trained["unbounded"].final.params["first.weight"] + run.aside[1].final.params["first.weight"]
    "first.bias"    = run.trained["unbounded"].final.params["first.bias"]
    "second.weight" = run.trained["unbounded"].final.params["second.weight"]
    "second.bias"   = run.trained["unbounded"].final.params["second.bias"]
    "third.weight"  = run.trained["unbounded"].final.params["third.weight"]
    "third.bias"    = run.trained["unbounded"].final.params["third.bias"]
  }
}

# Through the end point, along s > 0 for every direction; both ways for a picture; and the control

landscape "both" {
  for_each  = local.directions
  objective = objective.both["bounded"]
  center    = run.trained["bounded"].final
  axis "s" {
    direction = local.bounded[each.value - 1]
    from      = 1e-3
    to        = 10
    points    = 161
    scale     = "log"
  }
}

landscape "long" {
  for_each  = local.directions
  objective = objective.long["bounded"]
  center    = run.trained["bounded"].final
  axis "s" {
    direction = local.bounded[each.value - 1]
    from      = 1e-3
    to        = 10
    points    = 161
    scale     = "log"
  }
}

landscape "short" {
  for_each  = local.directions
  objective = objective.short["bounded"]
  center    = run.trained["bounded"].final
  axis "s" {
    direction = local.bounded[each.value - 1]
    from      = 1e-3
    to        = 10
    points    = 161
    scale     = "log"
  }
}

landscape "both_picture" {
  objective = objective.both["bounded"]
  center    = run.trained["bounded"].final
  axis "s" {
    direction = local.bounded[0]
    from      = -1
    to        = 1
    points    = 801
  }
}

landscape "long_picture" {
  objective = objective.long["bounded"]
  center    = run.trained["bounded"].final
  axis "s" {
    direction = local.bounded[0]
    from      = -1
    to        = 1
    points    = 801
  }
}

landscape "short_picture" {
  objective = objective.short["bounded"]
  center    = run.trained["bounded"].final
  axis "s" {
    direction = local.bounded[0]
    from      = -1
    to        = 1
    points    = 801
  }
}

landscape "both_control" {
  objective = objective.both["unbounded"]
  center    = run.trained["unbounded"].final
  axis "s" {
    direction = local.unbounded
    from      = 1e-3
    to        = 10
    points    = 161
    scale     = "log"
  }
}

landscape "long_control" {
  objective = objective.long["unbounded"]
  center    = run.trained["unbounded"].final
  axis "s" {
    direction = local.unbounded
    from      = 1e-3
    to        = 10
    points    = 161
    scale     = "log"
  }
}

landscape "short_control" {
  objective = objective.short["unbounded"]
  center    = run.trained["unbounded"].final
  axis "s" {
    direction = local.unbounded
    from      = 1e-3
    to        = 10
    points    = 161
    scale     = "log"
  }
}

# Curvatures at the end point; widths: where the loss first exceeds 0.1, on the axis's 40 positions a decade

locals {
  curvature = {
    long  = [for d in local.directions : landscape.long[d].curvature[0]]
    short = [for d in local.directions : landscape.short[d].curvature[0]]
    both  = [for d in local.directions : landscape.both[d].curvature[0]]
  }
  width = {
    long  = [for d in local.directions : pow(10, count(landscape.long[d].loss < 0.1) / 40 - 3)]
    short = [for d in local.directions : pow(10, count(landscape.short[d].loss < 0.1) / 40 - 3)]
    both  = [for d in local.directions : pow(10, count(landscape.both[d].loss < 0.1) / 40 - 3)]
  }
  sharper = mean(local.curvature.long) / mean(local.curvature.short)
  wider   = mean(local.width.short) / mean(local.width.long)
  control = landscape.long_control.curvature[0] / landscape.short_control.curvature[0]
}

# How much lengths differ in practice

dataset "cifar10" "photographs" {
  for_each    = ["pixel", "channel"]
  path        = var.cifar10
  limit       = 10000
  standardize = each.value
}

dataset "synthetic" "drawn" {
  for_each    = ["pixel", "channel"]
  limit       = 5000
  standardize = each.value
}

locals {
  pixel   = local.real ? dataset.photographs["pixel"].norms : dataset.drawn["pixel"].norms
  channel = local.real ? dataset.photographs["channel"].norms : dataset.drawn["channel"].norms
  spread = {
    pixel   = max(local.pixel) / min(local.pixel)
    channel = max(local.channel) / min(local.channel)
  }
}

check "without biases l1(W) = l2(k^(-1/L) W)" {
  assert {
    condition = max(local.off.all) < 1e-13
    message   = "the losses differ by ${max(local.off.all)} of themselves"
  }
  assert {
    condition = max(local.off_gradient.all) < 1e-13
    message   = "the gradients differ by ${max(local.off_gradient.all)} of their norm"
  }
}

check "l1(W1, ..., WL) = l2(W1/k, W2, ..., WL), without biases and with them" {
  assert {
    condition = max(local.off.first) < 1e-13 && max(local.off.biased_first) < 1e-13
    message   = "the losses differ by ${max(local.off.first)} and ${max(local.off.biased_first)} of themselves"
  }
  assert {
    condition = max(local.off_gradient.first) < 1e-13 && max(local.off_gradient.biased_first) < 1e-13 && max(local.off_gradient.others) < 1e-13
    message   = "the gradients differ by ${max(local.off_gradient.first)}, ${max(local.off_gradient.biased_first)} and ${max(local.off_gradient.others)} of their norm"
  }
  assert {
    condition = max(abs(landscape.one.loss - landscape.ten.loss)) < 1e-13 * max(landscape.one.loss)
    message   = "along the line s W1 the losses at s and at s/10 differ by ${max(abs(landscape.one.loss - landscape.ten.loss))}"
  }
}

check "with biases the relation of all layers fails, and scaled biases mend it" {
  assert {
    condition = min(local.off.biased_all) > 1e-3
    message   = "with the weights of all layers times k^(-1/L) the loss differs by ${min(local.off.biased_all)} of itself only"
  }
  assert {
    condition = max(local.off.biased_mended) < 1e-13
    message   = "with the bias of layer l times k^((L - l)/L) it differs by ${max(local.off.biased_mended)} of itself"
  }
}

check "the network fits the long and the short" {
  assert {
    condition = run.trained["bounded"].final.loss < 0.02 * run.trained["bounded"].loss[0] && run.trained["unbounded"].final.loss < 0.02 * run.trained["unbounded"].loss[0]
    message   = "the loss falls from ${run.trained["bounded"].loss[0]} to ${run.trained["bounded"].final.loss}, and in the control from ${run.trained["unbounded"].loss[0]} to ${run.trained["unbounded"].final.loss}"
  }
}

check "the well of the long data is narrow and sharp, that of the short data wide" {
  assert {
    condition = local.sharper > 0.5 * sq(local.ratio) && local.sharper < 2 * sq(local.ratio)
    message   = "k = ${local.ratio}, and the curvatures' ratio is ${local.sharper}"
  }
  assert {
    condition = local.wider > 0.5 * local.ratio && local.wider < 2 * local.ratio
    message   = "k = ${local.ratio}, and the widths' ratio is ${local.wider}"
  }
}

check "together they make a sharp well in a wide one" {
  assert {
    condition = min(local.curvature.both / local.curvature.short) > 10
    message   = "at the bottom both are at least ${min(local.curvature.both / local.curvature.short)} times as sharp as the short data alone"
  }
  assert {
    condition = all([for d in local.directions : landscape.long[d].loss[160] < 2 * landscape.short[d].loss[160]])
    message   = "far from the bottom, at s = 10, the losses of the first direction are ${landscape.long[1].loss[160]} and ${landscape.short[1].loss[160]}"
  }
}

check "control: with unbounded outputs the long data rule at every distance" {
  assert {
    condition = local.control > 0.4 * sq(local.ratio)
    message   = "the curvatures' ratio is ${local.control}"
  }
  assert {
    condition = landscape.long_control.loss[160] > 0.4 * sq(local.ratio) * landscape.short_control.loss[160]
    message   = "at s = 10 the losses are ${landscape.long_control.loss[160]} and ${landscape.short_control.loss[160]}"
  }
}

check "norms of images differ by a factor of about ten" {
  assert {
    condition = local.spread.pixel > 4 && local.spread.pixel < 20
    message   = "standardised per pixel, the longest is ${local.spread.pixel} times as long as the shortest"
  }
  assert {
    condition = local.spread.channel > 4 && local.spread.channel < 20
    message   = "standardised per channel, the longest is ${local.spread.channel} times as long as the shortest"
  }
}

plot "shapes" {
  title   = "One datum, and ten times it: the loss over the first layer's weights times s"
  columns = 2
  width   = 18
  height  = 8
  panel {
    line {
      x     = landscape.one.axis.s
      y     = landscape.one.loss
      label = "x"
      color = "blue"
    }
    line {
      x     = landscape.ten.axis.s
      y     = landscape.ten.loss
      label = "10 x"
      color = "red"
    }
    axis_x {
      label = "s"
      range = [-4, 4]
    }
    axis_y { label = "loss" }
  }
  panel {
    line {
      x     = landscape.one.axis.s
      y     = landscape.one.loss
      label = "x"
      color = "blue"
    }
    line {
      x     = 10 * landscape.ten.axis.s
      y     = landscape.ten.loss
      label = "10 x, at 10 s"
      color = "red"
      dash  = "dashed"
    }
    axis_x { label = "s" }
    axis_y { label = "loss" }
  }
}

plot "wells" {
  title   = "A network trained on images of two norms, ten to one: a random direction in the first layer"
  columns = 2
  width   = 18
  height  = 8
  panel {
    line {
      x     = landscape.both_picture.axis.s
      y     = landscape.both_picture.loss
      label = "both"
      color = "black"
    }
    line {
      x     = landscape.long_picture.axis.s
      y     = landscape.long_picture.loss
      label = "long"
      color = "red"
    }
    line {
      x     = landscape.short_picture.axis.s
      y     = landscape.short_picture.loss
      label = "short"
      color = "blue"
    }
    axis_x { label = "s" }
    axis_y { label = "loss" }
  }
  panel {
    line {
      x     = landscape.both[1].axis.s
      y     = landscape.both[1].loss
      label = "both"
      color = "black"
    }
    line {
      x     = landscape.long[1].axis.s
      y     = landscape.long[1].loss
      label = "long"
      color = "red"
    }
    line {
      x     = landscape.short[1].axis.s
      y     = landscape.short[1].loss
      label = "short"
      color = "blue"
    }
    line {
      x     = 10 * landscape.long[1].axis.s
      y     = landscape.long[1].loss
      label = "long, at 10 s"
      color = "red"
      dash  = "dashed"
    }
    axis_x {
      label = "s"
      scale = "log"
      range = [1e-3, 10]
    }
    axis_y {
      label = "loss"
      scale = "log"
    }
  }
}

plot "control" {
  title = "Control: the same with unbounded outputs"
  line {
    x     = landscape.both_control.axis.s
    y     = landscape.both_control.loss
    label = "both"
    color = "black"
  }
  line {
    x     = landscape.long_control.axis.s
    y     = landscape.long_control.loss
    label = "long"
    color = "red"
  }
  line {
    x     = landscape.short_control.axis.s
    y     = landscape.short_control.loss
    label = "short"
    color = "blue"
  }
  axis_x {
    label = "s"
    scale = "log"
  }
  axis_y {
    label = "loss"
    scale = "log"
  }
}

plot "norms" {
  title   = "Norms of standardised images over their median"
  columns = 2
  width   = 18
  height  = 7
  panel {
    title = "standardised per pixel"
    histogram {
      x    = local.pixel / quantile(local.pixel, 0.5)
      bins = 50
    }
    axis_x { label = "norm" }
    axis_y { label = "images" }
  }
  panel {
    title = "standardised per channel"
    histogram {
      x    = local.channel / quantile(local.channel, 0.5)
      bins = 50
    }
    axis_x { label = "norm" }
    axis_y { label = "images" }
  }
}

table "relations" {
  title   = "By how much the loss of k x differs from that of x, of itself"
  columns = ["k", "all layers times k^(-1/3)", "first layer over k", "first layer over k, with biases", "all layers times k^(-1/3), with biases", "and the biases scaled too"]
  rows = [for i, k in local.factors : [
    k,
    format("%.1e", local.off.all[i]),
    format("%.1e", local.off.first[i]),
    format("%.1e", local.off.biased_first[i]),
    format("%.1e", local.off.biased_all[i]),
    format("%.1e", local.off.biased_mended[i]),
  ]]
}

table "wells" {
  title   = "At the end point, means of ${len(local.directions)} directions"
  columns = ["loss of", "curvature", "width: the loss exceeds 0.1 at s ="]
  rows = [
    ["long images", format("%.0f", mean(local.curvature.long)), format("%.4f", mean(local.width.long))],
    ["short images", format("%.1f", mean(local.curvature.short)), format("%.4f", mean(local.width.short))],
    ["both", format("%.0f", mean(local.curvature.both)), format("%.4f", mean(local.width.both))],
  ]
}

table "norms" {
  title   = "Norms of ${len(local.pixel)} images"
  columns = ["standardised", "smallest", "1 %", "median", "99 %", "largest", "largest over smallest"]
  rows = [
    ["per pixel", format("%.1f", min(local.pixel)), format("%.1f", quantile(local.pixel, 0.01)), format("%.1f", quantile(local.pixel, 0.5)), format("%.1f", quantile(local.pixel, 0.99)), format("%.1f", max(local.pixel)), format("%.2f", local.spread.pixel)],
    ["per channel", format("%.1f", min(local.channel)), format("%.1f", quantile(local.channel, 0.01)), format("%.1f", quantile(local.channel, 0.5)), format("%.1f", quantile(local.channel, 0.99)), format("%.1f", max(local.channel)), format("%.2f", local.spread.channel)],
  ]
}

output "sharper" {
  value       = local.sharper
  description = "curvature of the long images' loss over that of the short ones', whose norms are 10 to 1"
}

output "wider" {
  value       = local.wider
  description = "width of the short images' well over that of the long ones'"
}

output "spread_pixel" {
  value       = local.spread.pixel
  description = "largest norm of an image over the smallest, standardised per pixel"
}

output "spread_channel" {
  value       = local.spread.channel
  description = "largest norm of an image over the smallest, standardised per channel"
}

report {
  text {
    markdown = <<-EOT
      ## Two relations

      Both relations of the paper hold to rounding on a random network of three layers, for losses and for gradients. That
      of the first layer alone is as exact with biases; that of all layers fails with them, by
      ${format("%.2g", min(local.off.biased_all))} to ${format("%.2g", max(local.off.biased_all))} of the loss. It holds
      again if the bias of layer l is multiplied by k^((L - l)/L), here k^(2/3), k^(1/3) and 1.
    EOT
    show     = [table.relations]
  }
  text {
    markdown = <<-EOT
      ## The same shape at another scale

      Over the first layer's weights times s, with biases, the loss of ten times the datum is that of the datum, ten times
      as narrow and a hundred times as sharp.
    EOT
    show     = [plot.shapes]
  }
  text {
    markdown = <<-EOT
      ## Two magnitudes of data, two scales of the loss

      A network with biases and bounded outputs is trained on ${local.images} images, half of norm
      ${local.ratio * local.short} and half of norm ${local.short}. Both halves are fitted, so both have a well at the end
      point. Along random directions in the first layer's weights, that of the long images is
      ${format("%.0f", local.sharper)} times as sharp as that of the short ones and ${format("%.1f", local.wider)} times
      as narrow, where k^2 = ${sq(local.ratio)} and k = ${local.ratio}. Together they make a small sharp well in a wide one.

      It is not exactly k^2, because the relation compares two points, W and (W1/k, W2, ..., WL), and the two wells are seen
      from one. In the first layer the curvature of a sample goes with the square of its norm and with that of the slope of
      the outputs in the layer's units; the latter need not be the same for both halves.
    EOT
    show     = [plot.wells, table.wells]
  }
  text {
    markdown = <<-EOT
      ## It takes bounded losses

      The same with linear outputs: the curvatures are as different, ${format("%.0f", local.control)} to one, but both losses
      go on to grow like s^2, and at no distance do the short images count. That is the control of Fig. 6.1 once more: data
      of two magnitudes make separate scales where the loss of the larger ones levels off, as (6.1) does and as the outputs'
      hyperbolic tangent does here.
    EOT
    show     = [plot.control]
  }
  text {
    markdown = <<-EOT
      ## How much lengths differ in practice

      The paper says that after standardisation the lengths of data can still differ by several orders of magnitude. Of
      these ${len(local.pixel)} images the longest is ${format("%.1f", local.spread.pixel)} times as long as the shortest,
      standardised per pixel, and ${format("%.1f", local.spread.channel)} times per channel: less than one order of
      magnitude, with one hump and no gap. In curvature that is a factor of up to
      ${format("%.0f", sq(local.spread.pixel))}: a continuum of scales, as for subquadratic growth, rather than separate
      ones.
    EOT
    show     = [plot.norms, table.norms, check, output]
  }
}
