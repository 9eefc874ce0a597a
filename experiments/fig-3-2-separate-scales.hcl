study {
  title       = "Separate scales: a small sharp well in a wide flat one"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Fig. 3.2; section 3.2"
  description = <<-EOT
    The loss of a VGG11 about a point on a trajectory of gradient descent, along the gradient and along random directions, ten
    times as far as Fig. 3.1 shows it. And the paths of three runs whose learning rate is dropped at different epochs of one
    trajectory, along the leading principal components of three segments, made orthonormal in order: the path with the large
    rate, the one after the first drop, the one after the last.

    As it is, the study trains a network of width 8 on 1,000 images that it makes from a seed, and drops the rate after 50, 60
    and 70 epochs of mini-batches; `-var cifar10=DIR` takes the first 1,000 images of CIFAR-10, and `-var full=true` a network of
    full width on 5,000 images and drops after 250, 300 and 350 epochs, as the paper does. The paper gives neither the
    optimizer, the rates, the loss nor the range of its axes, and does not say how its random direction is scaled or where its
    segments begin. Here the loss is half the sum of squares, random directions are filter-normalised, and the first segment
    begins at epoch 20.
  EOT
}

variable "cifar10" {
  type        = string
  default     = ""
  description = "folder with CIFAR-10's binary files; empty: images made from the seed"
}

variable "full" {
  type        = bool
  default     = false
  description = "the paper's scale: a network of full width on 5,000 images, rates dropped after 250, 300 and 350 epochs"
}

locals {
  images = var.full ? 5000 : 1000
  width  = var.full ? 64 : 8
  from   = var.cifar10 == "" ? "made images" : "CIFAR-10"

  # Full batches
  eta   = 0.02
  steps = var.full ? 1200 : 120

  # Mini-batches
  batch = 50
  epoch = local.images / local.batch # steps
  begin = 20 * local.epoch           # of the first segment
  drops = [for e in var.full ? [250, 300, 350] : [50, 60, 70] : e * local.epoch]
  after = (var.full ? 100 : 25) * local.epoch
  keep  = var.full ? 5 * local.epoch : local.epoch / 4
}

dataset "cifar10" "real" {
  path        = var.cifar10
  limit       = local.images
  standardize = "pixel"
}

dataset "synthetic" "made" {
  classes     = 10
  limit       = local.images
  standardize = "pixel"
}

network "vgg" {
  use       = std.vgg11
  width     = local.width
  precision = "float32"
}

objective "training" {
  network = network.vgg
  data    = var.cifar10 == "" ? dataset.made : dataset.real
  loss    = "mse" # half the sum of squares over the outputs, mean over the images
  batch   = var.full ? 500 : local.images
}

# The landscape about a point of gradient descent

run "gd" {
  objective = objective.training
  steps     = local.steps
  optimizer "gd" { learning_rate = local.eta }
}

landscape "gradient" {
  objective = objective.training
  center    = run.gd.final
  axis "s" {
    direction = "gradient"
    from      = -20
    to        = 20
    points    = 81
  }
}

landscape "random" {
  for_each  = [1, 2, 3]
  objective = objective.training
  center    = run.gd.final
  axis "s" {
    direction = "random"
    normalize = "filter"
    seed      = each.value
    from      = -0.5
    to        = 0.5
    points    = 41
  }
}

# One trajectory of mini-batches with a large rate, and three drops to a tenth

optimizer "sgd" "large" {
  learning_rate = local.eta
  batch         = local.batch
}

optimizer "sgd" "small" {
  learning_rate = local.eta / 10
  batch         = local.batch
}

run "large" {
  objective = objective.training
  optimizer = optimizer.large
  steps     = local.drops[2]
  snapshots {
    every  = local.keep
    budget = var.full ? 4096 : 1024
  }
  probe "test" "all" {
    data  = var.cifar10 == "" ? dataset.made : dataset.real
    every = 5 * local.epoch
  }
}

run "early" {
  resume    = run.large.at[local.drops[0]]
  optimizer = optimizer.small
  steps     = local.after
  snapshots {
    every  = local.keep
    budget = var.full ? 4096 : 1024
  }
  probe "test" "all" {
    data  = var.cifar10 == "" ? dataset.made : dataset.real
    every = local.epoch
  }
  probe "distance" "moved" { every = local.epoch }
}

# The first drop again, with other mini-batches

run "again" {
  resume    = run.large.at[local.drops[0]]
  optimizer = optimizer.small
  seed      = 1
  steps     = local.after
  probe "distance" "moved" { every = local.epoch }
  probe "distance" "early_end" {
    every = local.after
    point = run.early.final
  }
}

# And one epoch later

run "next" {
  resume    = run.large.at[local.drops[0] + local.epoch]
  optimizer = optimizer.small
  steps     = local.after
  probe "distance" "moved" { every = local.epoch }
  probe "distance" "early_start" {
    every = local.after
    point = run.large.at[local.drops[0]]
  }
  probe "distance" "early_end" {
    every = local.after
    point = run.early.final
  }
}

run "middle" {
  resume    = run.large.at[local.drops[1]]
  optimizer = optimizer.small
  steps     = local.after
  snapshots {
    every  = local.keep
    budget = var.full ? 4096 : 1024
  }
  probe "test" "all" {
    data  = var.cifar10 == "" ? dataset.made : dataset.real
    every = local.epoch
  }
  probe "distance" "moved" { every = local.epoch }
  probe "distance" "early_start" {
    every = local.after
    point = run.large.at[local.drops[0]]
  }
  probe "distance" "early_end" {
    every = local.after
    point = run.early.final
  }
}

run "late" {
  resume    = run.large.at[local.drops[2]]
  optimizer = optimizer.small
  steps     = local.after
  snapshots {
    every  = local.keep
    budget = var.full ? 4096 : 1024
  }
  probe "test" "all" {
    data  = var.cifar10 == "" ? dataset.made : dataset.real
    every = local.epoch
  }
  probe "distance" "moved" { every = local.epoch }
  probe "distance" "early_start" {
    every = local.after
    point = run.large.at[local.drops[0]]
  }
  probe "distance" "early_end" {
    every = local.after
    point = run.early.final
  }
  probe "distance" "middle_start" {
    every = local.after
    point = run.large.at[local.drops[1]]
  }
  probe "distance" "middle_end" {
    every = local.after
    point = run.middle.final
  }
}

projection "paths" {
  segment "large" {
    run  = run.large
    from = local.begin
  }
  segment "early" { run = run.early }
  segment "late" { run = run.late }
  runs = [run.large, run.early, run.middle, run.late]
}

# The cosine between the ways that two runs have come, u = b - a and v = d - c, from the distances between their ends

function "cosine" {
  params      = [bc, ad, bd, ac, ab, cd]
  value       = (sq(bc) + sq(ad) - sq(bd) - sq(ac)) / (2 * ab * cd)
  description = "of the angle between b - a and d - c"
}

locals {
  early_middle = cosine(run.middle.probe.early_end[0], last(run.middle.probe.early_start), last(run.middle.probe.early_end), run.middle.probe.early_start[0], last(run.early.probe.moved), last(run.middle.probe.moved))
  early_late   = cosine(run.late.probe.early_end[0], last(run.late.probe.early_start), last(run.late.probe.early_end), run.late.probe.early_start[0], last(run.early.probe.moved), last(run.late.probe.moved))
  middle_late  = cosine(run.late.probe.middle_end[0], last(run.late.probe.middle_start), last(run.late.probe.middle_end), run.late.probe.middle_start[0], last(run.middle.probe.moved), last(run.late.probe.moved))
  early_again  = cosine(last(run.early.probe.moved), last(run.again.probe.moved), last(run.again.probe.early_end), 0, last(run.early.probe.moved), last(run.again.probe.moved))
  early_next   = cosine(run.next.probe.early_end[0], last(run.next.probe.early_start), last(run.next.probe.early_end), run.next.probe.early_start[0], last(run.early.probe.moved), last(run.next.probe.moved))

  # What each drop has moved along the three components
  along = {
    early = [
      last(projection.paths.run.early.large) - projection.paths.run.early.large[0],
      last(projection.paths.run.early.early) - projection.paths.run.early.early[0],
      last(projection.paths.run.early.late) - projection.paths.run.early.late[0],
    ]
    middle = [
      last(projection.paths.run.middle.large) - projection.paths.run.middle.large[0],
      last(projection.paths.run.middle.early) - projection.paths.run.middle.early[0],
      last(projection.paths.run.middle.late) - projection.paths.run.middle.late[0],
    ]
    late = [
      last(projection.paths.run.late.large) - projection.paths.run.late.large[0],
      last(projection.paths.run.late.early) - projection.paths.run.late.early[0],
      last(projection.paths.run.late.late) - projection.paths.run.late.late[0],
    ]
  }
  order = ["early", "middle", "late"]
  moved = { early = last(run.early.probe.moved), middle = last(run.middle.probe.moved), late = last(run.late.probe.moved) }
  share = { early = sq(local.along.early / local.moved.early), middle = sq(local.along.middle / local.moved.middle), late = sq(local.along.late / local.moved.late) }
}

# Second derivatives along the axes; index 40 is the iterate, where the gradient's axis has 81 points, and 20, where the others have 41

function "far" {
  params      = [k]
  value       = (mean(slice(k, 1, floor(len(k) / 4))) + mean(slice(k, ceil(3 * len(k) / 4), len(k) - 1))) / 2
  description = "the mean over the outer half of a range"
}

function "near" {
  params      = [k]
  value       = max(slice(k, 1, len(k) - 1))
  description = "the greatest"
}

function "width" {
  params      = [k, h]
  value       = h * sum(slice(k, 1, len(k) - 1) > (near(k) + far(k)) / 2 ? 1 : 0)
  description = "how much of a range of spacing h is bent more than the mean of both"
}

function "sharp" {
  params      = [l, i, h, c, s]
  value       = l[i] + (l[i + 1] - l[i - 1]) / (2 * h) * (s - c) + (l[i - 1] - 2 * l[i] + l[i + 1]) / (2 * h * h) * sq(s - c)
  description = "the quadratic through three samples at and beside c, which is index i"
}

function "flat" {
  params      = [l, n, k, a, s]
  value       = (l[0] + l[n - 1]) / 2 + (l[n - 1] - l[0]) / (2 * a) * s + far(k) / 2 * (sq(s) - sq(a))
  description = "the quadratic through the ends of n samples, at -a and a, as bent as the outer half"
}

locals {
  s = landscape.gradient.axis.s
  r = landscape.random[1].axis.s
  loss = {
    gradient = landscape.gradient.loss
    first    = landscape.random[1].loss
    second   = landscape.random[2].loss
    third    = landscape.random[3].loss
  }
  bend = {
    gradient = landscape.gradient.second_difference / sq(0.5)
    first    = landscape.random[1].second_difference / sq(0.025)
    second   = landscape.random[2].second_difference / sq(0.025)
    third    = landscape.random[3].second_difference / sq(0.025)
  }
  randoms = { first = "random direction 1", second = "random direction 2", third = "random direction 3" }
}

check "a sharp well in a flat one, along the gradient" {
  assert {
    condition = near(local.bend.gradient) > 2.5 * far(local.bend.gradient)
    message   = "the greatest second derivative is ${near(local.bend.gradient)}, the mean over the outer half of the range ${far(local.bend.gradient)}"
  }
  assert {
    condition = width(local.bend.gradient, 0.5) <= 6
    message   = "the sharp well is ${width(local.bend.gradient, 0.5)} steps wide, of 40"
  }
  assert {
    condition = flat(local.loss.gradient, 81, local.bend.gradient, 20, 0) > 2 * local.loss.gradient[40]
    message   = "the quadratic of the flat well is ${flat(local.loss.gradient, 81, local.bend.gradient, 20, 0)} at the iterate, where the loss is ${local.loss.gradient[40]}"
  }
}

check "a sharp well in a flat one, along random directions" {
  for_each = local.randoms
  assert {
    condition = near(local.bend[each.key]) > 3 * far(local.bend[each.key])
    message   = "${each.value}: the greatest second derivative is ${near(local.bend[each.key])}, the mean over the outer half of the range ${far(local.bend[each.key])}"
  }
  assert {
    condition = width(local.bend[each.key], 0.025) <= 0.2
    message   = "${each.value}: the sharp well is ${width(local.bend[each.key], 0.025)} wide, of 1"
  }
}

check "the iterate is at the bottom of the sharp well" {
  assert {
    condition = min(local.loss.gradient) == min(slice(local.loss.gradient, 37, 42))
    message   = "along the gradient the least loss is ${min(local.loss.gradient)}, and ${min(slice(local.loss.gradient, 37, 42))} within -1.5 and 0.5"
  }
}

check "each drop lowers the loss" {
  assert {
    condition = last(run.early.probe.all.loss) < 0.8 * run.early.probe.all.loss[0]
    message   = "from ${run.early.probe.all.loss[0]} to ${last(run.early.probe.all.loss)} after the first drop"
  }
  assert {
    condition = last(run.middle.probe.all.loss) < 0.8 * run.middle.probe.all.loss[0]
    message   = "from ${run.middle.probe.all.loss[0]} to ${last(run.middle.probe.all.loss)} after the second"
  }
  assert {
    condition = last(run.late.probe.all.loss) < 0.8 * run.late.probe.all.loss[0]
    message   = "from ${run.late.probe.all.loss[0]} to ${last(run.late.probe.all.loss)} after the third"
  }
}

check "and goes its own way" {
  assert {
    condition = max(local.early_middle, local.early_late, local.middle_late) < 0.5
    message   = "the cosines between the ways are ${local.early_middle}, ${local.early_late} and ${local.middle_late}"
  }
  assert {
    condition = local.share.early[1] > 4 * local.share.early[2] && local.share.late[2] > 4 * local.share.late[1]
    message   = "of the first drop's way ${local.share.early[1]} is along its own component and ${local.share.early[2]} along that of the last; of the last drop's ${local.share.late[2]} and ${local.share.late[1]}"
  }
}

check "which is that of the place" {
  assert {
    condition = local.early_again > 2 * max(local.early_middle, local.early_late, local.middle_late)
    message   = "the cosine between two ways from one point, with other mini-batches, is ${local.early_again}"
  }
  assert {
    condition = local.early_next > max(local.early_middle, local.early_late) && local.early_next < local.early_again
    message   = "the cosine between two ways that begin one epoch apart is ${local.early_next}"
  }
}

check "a component shows most of its segment" {
  assert {
    condition = min(projection.paths.variance) > 0.5
    message   = "the parts of the variance are ${projection.paths.variance[0]}, ${projection.paths.variance[1]} and ${projection.paths.variance[2]}"
  }
}

plot "scales" {
  title   = "Fig. 3.2: VGG11 of width ${local.width} on ${local.from}"
  columns = 3
  width   = 28
  height  = 9.5
  panel {
    title = "along the gradient"
    line {
      x     = local.s
      y     = sharp(local.loss.gradient, 39, 0.5, -0.5, local.s)
      label = "as bent as the bottom"
      color = "gray"
      dash  = "dashed"
    }
    line {
      x     = local.s
      y     = flat(local.loss.gradient, 81, local.bend.gradient, 20, local.s)
      label = "as bent as the outer half"
      color = "orange"
      dash  = "dashed"
    }
    line {
      x     = local.s
      y     = local.loss.gradient
      label = "loss"
      color = "blue"
    }
    axis_x { label = "steps of gradient descent" }
    axis_y {
      label = "loss"
      range = [0, 1.1 * max(local.loss.gradient)]
    }
  }
  panel {
    title = "along random directions"
    line {
      x     = local.r
      y     = sharp(local.loss.first, 20, 0.025, 0, local.r)
      label = "as bent as the bottom"
      color = "gray"
      dash  = "dashed"
    }
    line {
      x     = local.r
      y     = flat(local.loss.first, 41, local.bend.first, 0.5, local.r)
      label = "as bent as the outer half"
      color = "orange"
      dash  = "dashed"
    }
    line {
      x     = local.r
      y     = local.loss.first
      label = "loss"
      color = "blue"
    }
    line {
      x     = local.r
      y     = local.loss.second
      label = "of two other directions"
      color = "sky"
    }
    line {
      x     = local.r
      y     = local.loss.third
      label = "of two other directions"
      color = "sky"
    }
    axis_x { label = "lengths of a filter" }
    axis_y {
      label = "loss"
      range = [0, 1.1 * max(local.loss.first)]
    }
  }
  panel {
    title = "three drops of the rate"
    path {
      x     = projection.paths.run.large.large
      y     = projection.paths.run.large.early
      z     = projection.paths.run.large.late
      from  = local.begin
      label = "large rate"
      color = "blue"
    }
    path {
      x     = projection.paths.run.early.large
      y     = projection.paths.run.early.early
      z     = projection.paths.run.early.late
      label = "dropped at epoch ${local.drops[0] / local.epoch}"
      color = "orange"
    }
    path {
      x     = projection.paths.run.middle.large
      y     = projection.paths.run.middle.early
      z     = projection.paths.run.middle.late
      label = "at ${local.drops[1] / local.epoch}"
      color = "green"
    }
    path {
      x     = projection.paths.run.late.large
      y     = projection.paths.run.late.early
      z     = projection.paths.run.late.late
      label = "at ${local.drops[2] / local.epoch}"
      color = "red"
    }
    axis_x { label = "large rate" }
    axis_y { label = "first drop" }
    axis_z { label = "last drop" }
  }
}

plot "bends" {
  title   = "The second derivative along the slices"
  columns = 2
  width   = 20
  height  = 7.5
  panel {
    title = "along the gradient"
    line {
      x     = slice(local.s, 1, 80)
      y     = slice(local.bend.gradient, 1, 80)
      color = "blue"
    }
    hline {
      y     = far(local.bend.gradient)
      label = "mean over the outer half"
    }
    axis_x { label = "steps of gradient descent" }
    axis_y { label = "second derivative" }
  }
  panel {
    title = "along random directions"
    line {
      x     = slice(local.r, 1, 40)
      y     = slice(local.bend.first, 1, 40)
      label = ""
      color = "blue"
    }
    line {
      x     = slice(local.r, 1, 40)
      y     = slice(local.bend.second, 1, 40)
      label = ""
      color = "sky"
    }
    line {
      x     = slice(local.r, 1, 40)
      y     = slice(local.bend.third, 1, 40)
      label = ""
      color = "sky"
    }
    hline {
      y     = far(local.bend.first)
      label = "mean over the outer half"
    }
    axis_x { label = "lengths of a filter" }
    axis_y { label = "second derivative" }
  }
}

plot "decays" {
  title  = "The loss over all images falls at once, then slowly"
  width  = 14
  height = 8
  line {
    x     = run.large.probe.all.loss.t / local.epoch
    y     = run.large.probe.all.loss
    label = "large rate"
    color = "blue"
    from  = local.begin
  }
  line {
    x     = (local.drops[0] + run.early.probe.all.loss.t) / local.epoch
    y     = run.early.probe.all.loss
    label = "dropped at epoch ${local.drops[0] / local.epoch}"
    color = "orange"
  }
  line {
    x     = (local.drops[1] + run.middle.probe.all.loss.t) / local.epoch
    y     = run.middle.probe.all.loss
    label = "at ${local.drops[1] / local.epoch}"
    color = "green"
  }
  line {
    x     = (local.drops[2] + run.late.probe.all.loss.t) / local.epoch
    y     = run.late.probe.all.loss
    label = "at ${local.drops[2] / local.epoch}"
    color = "red"
  }
  axis_x { label = "epoch" }
  axis_y {
    label = "loss"
    scale = "log"
  }
}

table "scales" {
  title   = "Two scales: the second derivative along each direction"
  columns = ["direction", "greatest", "mean over the outer half", "ratio", "least", "width of the sharp well", "of a range of"]
  rows = [for k in ["gradient", "first", "second", "third"] : [
    k == "gradient" ? "gradient (steps)" : "random, ${k} (lengths of a filter)",
    format("%.3g", near(local.bend[k])),
    format("%.3g", far(local.bend[k])),
    format("%.1f", near(local.bend[k]) / far(local.bend[k])),
    format("%.2g", min(slice(local.bend[k], 1, len(local.bend[k]) - 1))),
    format("%.2g", width(local.bend[k], k == "gradient" ? 0.5 : 0.025)),
    k == "gradient" ? 40 : 1,
  ]]
}

table "drops" {
  title   = "Three drops of the rate: loss over all images, and the squares of the shares of the distance along the components"
  columns = ["dropped at epoch", "loss there", "loss at the end", "distance gone", "large rate", "first drop", "last drop", "none of them"]
  rows = [for i in [0, 1, 2] : [
    local.drops[i] / local.epoch,
    format("%.4f", [run.early.probe.all.loss[0], run.middle.probe.all.loss[0], run.late.probe.all.loss[0]][i]),
    format("%.4f", [last(run.early.probe.all.loss), last(run.middle.probe.all.loss), last(run.late.probe.all.loss)][i]),
    format("%.3f", local.moved[local.order[i]]),
    format("%.3f", local.share[local.order[i]][0]),
    format("%.3f", local.share[local.order[i]][1]),
    format("%.3f", local.share[local.order[i]][2]),
    format("%.3f", 1 - sum(local.share[local.order[i]])),
  ]]
}

output "cosines" {
  value       = [local.early_middle, local.early_late, local.middle_late]
  description = "cosines between the ways after the drops: first and second, first and last, second and last"
}

output "nearby" {
  value       = [local.early_again, local.early_next]
  description = "cosines of the way after the first drop with one from the same point with other mini-batches, and with one that begins an epoch later"
}

report {
  text {
    markdown = <<-EOT
      ## A small sharp well in a wide flat one

      Along the gradient the second derivative is ${format("%.3g", near(local.bend.gradient))} per squared step at the bottom and
      ${format("%.2g", far(local.bend.gradient))} over the outer half of the range, ${format("%.1f", near(local.bend.gradient) / far(local.bend.gradient))} times
      less; the width of the sharp part, in steps of gradient descent, is about ${format("%.2g", width(local.bend.gradient, 0.5))}. A
      quadratic that is as bent as the outer half and has the same ends reaches down to
      ${format("%.2g", min(flat(local.loss.gradient, 81, local.bend.gradient, 20, local.s)))} only: what is below is the sharp well, where
      the iterate is, at a loss of ${format("%.2g", local.loss.gradient[40])}. Along three random directions, each filter of which is as
      long as that of the weights (Li, Xu, Taylor, Studer, Goldstein 2018), it is the same: the ratios are
      ${format("%.1f", near(local.bend.first) / far(local.bend.first))}, ${format("%.1f", near(local.bend.second) / far(local.bend.second))} and
      ${format("%.1f", near(local.bend.third) / far(local.bend.third))}.

      The paper says that a larger domain inevitably shows non-convex behaviour. The random slices do, at ragged places; the least
      second derivatives are in the table. The slice along the gradient hardly does: up to 20 steps the flat well of this network
      is bent upwards. What lies outside the sharp well depends on the network: about a ResNet18 it is a plateau, as the study of
      Fig. 3.1 shows.
    EOT
    show     = [plot.scales, table.scales, plot.bends]
  }
  text {
    markdown = <<-EOT
      ## Each drop goes its own way

      One trajectory of mini-batches with the rate ${local.eta} is left at three epochs with a tenth of the rate. The loss
      (of all images, with the statistics of all) falls at once and then slowly, as section 2.2 says. What is new is where
      the iterate goes: the cosines between the ways
      of first and second, first and last, second and last drop, in the space of all parameters, are
      ${format("%.2f", local.early_middle)}, ${format("%.2f", local.early_late)} and ${format("%.2f", local.middle_late)}. It is the
      place that decides: the first drop made again, with other mini-batches, goes a way whose cosine with the first is
      ${format("%.2f", local.early_again)}, and one epoch later it is ${format("%.2f", local.early_next)}. So the fine scale is another after
      a few epochs. The way begins with undoing where the bouncing with the large rate has left the iterate; the figure cannot
      tell how much of the difference is that, and how much the valley below.

      The picture shows less than it seems to. Its components have ${format("%.0f", 100 * projection.paths.variance[0])},
      ${format("%.0f", 100 * projection.paths.variance[1])} and ${format("%.0f", 100 * projection.paths.variance[2])} percent of the variance of
      their segments, before they are made orthogonal; of the way after the second drop, which no component was made for,
      ${format("%.0f", 100 * sum(local.share.middle))} percent are seen at all. The ways are short: ${format("%.2g", local.moved.early)},
      ${format("%.2g", local.moved.middle)} and ${format("%.2g", local.moved.late)}, where the trajectory itself goes
      ${format("%.2g", run.middle.probe.early_start[0])} from the first drop to the second, which is why the vertical axes of the
      picture are stretched.
    EOT
    show     = [plot.decays, table.drops, check, output]
  }
}
