study {
  title       = "Learning-rate decay, early and late"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Fig. 2.1 right; section 2.2"
  description = <<-EOT
    A small convolutional network with batch normalisation is trained by mini-batches with the learning rate 0.1. One
    trajectory is forked twice by dropping the rate to 0.01: early, after a third of the epochs, and late, after two thirds.
    Both forks end after the same number of epochs. The paper finds that the later drop generalises better, although at both
    the test accuracy has nearly stopped to rise.

    Accuracies of single runs scatter by a point or more, so the difference is measured on eight pairs. The two of a pair
    share the start, the order and the augmentation of the mini-batches, and every step up to the first drop.

    As it is, the study makes its images from a seed; `-var cifar10=DIR` takes CIFAR-10's instead, and `-var full=true` drops
    the rate after 250 and 500 epochs as the paper does. The paper gives neither the network nor the number of images, the
    size of a batch, or the epochs after the second drop.
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
  description = "5,000 images, rates dropped after 250 and 500 of 750 epochs"
}

locals {
  real   = var.cifar10 != ""
  images = var.full ? 5000 : 2000
  batch  = 50
  epoch  = local.images / local.batch # steps
  epochs = var.full ? 750 : 60
  early  = local.epochs / 3
  late   = 2 * local.epochs / 3
  every  = var.full ? 10 : 4 # epochs between two tests
  pairs  = range(1, 9)
}

# Images to train on, flipped and shifted at random, and others to test on

dataset "cifar10" "real" {
  path        = var.cifar10
  limit       = local.images
  standardize = "channel"
  augment {
    flip = true
    crop = 4
  }
}

dataset "cifar10" "real_held_out" {
  path        = var.cifar10
  skip        = local.images
  limit       = 5000
  standardize = dataset.real
}

dataset "synthetic" "made" {
  limit       = local.images
  standardize = "channel"
  augment {
    flip = true
    crop = 4
  }
}

dataset "synthetic" "made_held_out" {
  skip        = local.images
  limit       = 5000
  standardize = dataset.made
}

network "cnn" {
  input     = [3, 32, 32]
  precision = "float32"
  repeat "block" {
    for_each = [8, 16, 32]
    layer "conv" {
      channels = block.value
      padding  = "same"
      bias     = false
    }
    layer "batch_norm" { activation = "relu" }
    layer "max_pool" {}
  }
  layer "flatten" {}
  layer "dense" { units = 10 }
}

objective "training" {
  network = network.cnn
  data    = local.real ? dataset.real : dataset.made
  loss    = "cross_entropy"
  batch   = 500 # of the population statistics, when a test is made
}

# One trajectory for each pair, and its two forks. Its last third is the control: no drop at all.

optimizer "sgd" "large" {
  learning_rate = 0.1
  batch         = local.batch
  weight_decay  = 5e-4
}

optimizer "sgd" "small" {
  learning_rate = 0.01
  batch         = local.batch
  weight_decay  = 5e-4
}

run "large" {
  for_each  = local.pairs
  objective = objective.training
  optimizer = optimizer.large
  seed      = each.value
  steps     = local.epochs * local.epoch
  probe "test" "train" {
    data  = local.real ? dataset.real : dataset.made
    every = local.every * local.epoch
  }
  probe "test" "held_out" {
    data  = local.real ? dataset.real_held_out : dataset.made_held_out
    every = local.every * local.epoch
  }
}

run "early" {
  for_each  = local.pairs
  resume    = run.large[each.value].at[local.early * local.epoch]
  optimizer = optimizer.small
  seed      = each.value
  steps     = (local.epochs - local.early) * local.epoch
  probe "test" "train" {
    data  = local.real ? dataset.real : dataset.made
    every = local.every * local.epoch
  }
  probe "test" "held_out" {
    data  = local.real ? dataset.real_held_out : dataset.made_held_out
    every = local.every * local.epoch
  }
}

run "late" {
  for_each  = local.pairs
  resume    = run.large[each.value].at[local.late * local.epoch]
  optimizer = optimizer.small
  seed      = each.value
  steps     = (local.epochs - local.late) * local.epoch
  probe "test" "train" {
    data  = local.real ? dataset.real : dataset.made
    every = local.every * local.epoch
  }
  probe "test" "held_out" {
    data  = local.real ? dataset.real_held_out : dataset.made_held_out
    every = local.every * local.epoch
  }
}

# Test accuracies at the end in per cent, and their paired differences

locals {
  accuracy = {
    never = [for p in local.pairs : 100 * last(run.large[p].probe.held_out)]
    early = [for p in local.pairs : 100 * last(run.early[p].probe.held_out)]
    late  = [for p in local.pairs : 100 * last(run.late[p].probe.held_out)]
  }
  n        = len(local.pairs)
  gaps     = [for p in local.pairs : 100 * (last(run.late[p].probe.held_out) - last(run.early[p].probe.held_out))]
  gap      = mean(local.gaps)
  error    = sqrt(sum(sq(local.gaps - mean(local.gaps))) / (local.n * (local.n - 1)))
  unpaired = sqrt((sum(sq(local.accuracy.early - mean(local.accuracy.early))) + sum(sq(local.accuracy.late - mean(local.accuracy.late)))) / (local.n * (local.n - 1)))

  # Means over the pairs, against epochs
  at = {
    never = range(0, local.epochs + 1, local.every)
    early = range(local.early, local.epochs + 1, local.every)
    late  = range(local.late, local.epochs + 1, local.every)
  }
  loss = {
    never = [for k in local.at.never : mean([for p in local.pairs : run.large[p].probe.train.loss[k * local.epoch]])]
    early = [for k in local.at.early : mean([for p in local.pairs : run.early[p].probe.train.loss[(k - local.early) * local.epoch]])]
    late  = [for k in local.at.late : mean([for p in local.pairs : run.late[p].probe.train.loss[(k - local.late) * local.epoch]])]
  }
  held_out = {
    never = [for k in local.at.never : 100 * mean([for p in local.pairs : run.large[p].probe.held_out[k * local.epoch]])]
    early = [for k in local.at.early : 100 * mean([for p in local.pairs : run.early[p].probe.held_out[(k - local.early) * local.epoch]])]
    late  = [for k in local.at.late : 100 * mean([for p in local.pairs : run.late[p].probe.held_out[(k - local.late) * local.epoch]])]
  }
  end = {
    early = mean([for p in local.pairs : last(run.early[p].probe.train.loss)])
    late  = mean([for p in local.pairs : last(run.late[p].probe.train.loss)])
  }
  # What the late fork's training loss is worth on the line through the early fork's tests
  slope       = (mean(local.accuracy.early) - local.held_out.early[1]) / (local.end.early - local.loss.early[1])
  by_progress = local.slope * (local.end.late - local.end.early)
}

check "both forks leave one trajectory and end after as many epochs" {
  assert {
    condition = all([for p in local.pairs : run.early[p].probe.train.loss[0] == run.large[p].probe.train.loss[local.early * local.epoch] && run.late[p].probe.train.loss[0] == run.large[p].probe.train.loss[local.late * local.epoch]])
    message   = "the training losses at the forks are not those of the trajectory"
  }
  assert {
    condition = all([for p in local.pairs : run.early[p].steps + local.early * local.epoch == local.epochs * local.epoch && run.late[p].steps + local.late * local.epoch == local.epochs * local.epoch])
    message   = "the steps are ${run.early[1].steps} + ${local.early * local.epoch} and ${run.late[1].steps} + ${local.late * local.epoch}"
  }
}

check "the training loss falls at the drop, and then slowly" {
  assert {
    condition = all([for p in local.pairs : run.early[p].probe.train.loss[local.every * local.epoch] < run.early[p].probe.train.loss[0]])
    message   = "${local.every} epochs after the early drop it is ${local.loss.early[1]} in the mean of the pairs, and ${local.loss.early[0]} at the drop"
  }
  assert {
    condition = all([for p in local.pairs : run.late[p].probe.train.loss[local.every * local.epoch] < run.late[p].probe.train.loss[0]])
    message   = "${local.every} epochs after the late drop it is ${local.loss.late[1]} in the mean of the pairs, and ${local.loss.late[0]} at the drop"
  }
  assert {
    condition = local.loss.late[0] - local.loss.late[1] > local.loss.late[1] - local.end.late
    message   = "in ${local.every} epochs it falls from ${local.loss.late[0]} to ${local.loss.late[1]}, in all that follow to ${local.end.late}"
  }
}

check "the late fork has the lower training loss" {
  assert {
    condition = all([for p in local.pairs : last(run.late[p].probe.train.loss) < last(run.early[p].probe.train.loss)])
    message   = "the means are ${local.end.late} and ${local.end.early}, but not in every pair"
  }
}

check "the networks have learned" {
  assert {
    condition = min(local.accuracy.early) > 40 && min(local.accuracy.late) > 40
    message   = "the lowest test accuracies are ${min(local.accuracy.early)} % and ${min(local.accuracy.late)} %, and chance is 10 %"
  }
}

check "the gap is a few points" {
  assert {
    condition = abs(local.gap) < 6
    message   = "late minus early is ${local.gap} points"
  }
  assert {
    condition = var.full || local.gap > 3 * local.error
    message   = "late minus early is ${local.gap} points, its standard error ${local.error}"
  }
}

check "in a short training the gap is progress" {
  assert {
    condition = var.full || close(local.by_progress, local.gap, 1)
    message   = "the lower training loss of the late fork is worth ${local.by_progress} points, and ${local.gap} are found"
  }
}

check "pairs are worth their while" {
  assert {
    condition = close(sq(local.error) * local.n * (local.n - 1), sum(sq(local.gaps)) - local.n * sq(local.gap), 1e-9 * sum(sq(local.gaps)))
    message   = "the standard error is ${local.error}"
  }
  assert {
    condition = var.full || local.error < local.unpaired
    message   = "the standard error is ${local.error} with pairs, and ${local.unpaired} without"
  }
}

plot "curves" {
  title   = "Fig. 2.1, right: the rate dropped to a tenth early and late, means of ${local.n} pairs"
  width   = 18
  height  = 8
  columns = 2
  panel {
    line {
      x     = local.at.never
      y     = local.loss.never
      label = "0.1 throughout"
      color = "gray"
    }
    line {
      x     = local.at.early
      y     = local.loss.early
      label = "dropped early"
      color = "blue"
    }
    line {
      x     = local.at.late
      y     = local.loss.late
      label = "dropped late"
      color = "orange"
    }
    vline {
      x    = local.early
      dash = "dotted"
    }
    vline {
      x    = local.late
      dash = "dotted"
    }
    axis_x { label = "epoch" }
    axis_y {
      label = "training loss"
      scale = "log"
    }
  }
  panel {
    line {
      x     = local.at.never
      y     = local.held_out.never
      label = "0.1 throughout"
      color = "gray"
    }
    line {
      x     = local.at.early
      y     = local.held_out.early
      label = "dropped early"
      color = "blue"
    }
    line {
      x     = local.at.late
      y     = local.held_out.late
      label = "dropped late"
      color = "orange"
    }
    vline {
      x    = local.early
      dash = "dotted"
    }
    vline {
      x    = local.late
      dash = "dotted"
    }
    axis_x { label = "epoch" }
    axis_y {
      label = "test accuracy"
      unit  = "%"
      range = [local.held_out.never[1], max(local.held_out.late) + 2]
    }
  }
}

plot "pairs" {
  title = "Test accuracy, late minus early"
  band {
    x     = [0.5, local.n + 0.5]
    lower = [local.gap - local.error, local.gap - local.error]
    upper = [local.gap + local.error, local.gap + local.error]
    y     = [local.gap, local.gap]
    label = "mean, +- standard error"
  }
  scatter {
    x     = local.pairs
    y     = local.gaps
    label = "pair"
    width = 3
  }
  hline {
    y    = 0
    dash = "dotted"
  }
  axis_x {
    label = "pair"
    range = [0.5, local.n + 0.5]
  }
  axis_y {
    label = "difference"
    unit  = "points"
  }
}

plot "progress" {
  title = "The same tests against the training loss, from the early drop on"
  line {
    x     = slice(local.loss.never, local.early / local.every, local.epochs / local.every + 1)
    y     = slice(local.held_out.never, local.early / local.every, local.epochs / local.every + 1)
    label = "0.1 throughout"
    color = "gray"
  }
  line {
    x     = local.loss.early
    y     = local.held_out.early
    label = "dropped early"
    color = "blue"
  }
  line {
    x     = local.loss.late
    y     = local.held_out.late
    label = "dropped late"
    color = "orange"
  }
  axis_x { label = "training loss" }
  axis_y {
    label = "test accuracy"
    unit  = "%"
  }
}

table "pairs" {
  title   = "Test accuracy after ${local.epochs} epochs, per cent"
  columns = ["pair", "0.1 throughout", "dropped early", "dropped late", "late minus early"]
  rows = concat(
    [for i, p in local.pairs : [
      p,
      format("%.2f", local.accuracy.never[i]),
      format("%.2f", local.accuracy.early[i]),
      format("%.2f", local.accuracy.late[i]),
      format("%.2f", local.gaps[i]),
    ]],
    [["mean", format("%.2f", mean(local.accuracy.never)), format("%.2f", mean(local.accuracy.early)), format("%.2f", mean(local.accuracy.late)), format("%.2f", local.gap)]]
  )
}

output "gap" {
  value       = local.gap
  description = "test accuracy of the late fork less that of the early one, mean over the pairs"
  unit        = "points"
}

output "standard_error" {
  value       = local.error
  description = "of the gap, from the paired differences"
  unit        = "points"
}

output "unpaired" {
  value       = local.unpaired
  description = "what the standard error would be of as many runs that are not paired"
  unit        = "points"
}

output "by_progress" {
  value       = local.by_progress
  description = "what the lower training loss of the late fork is worth, by the early fork's own tests"
  unit        = "points"
}

report {
  text {
    markdown = <<-EOT
      ## What a drop does

      At a drop the training loss falls and the test accuracy rises within a few epochs: by
      ${format("%.1f", local.held_out.early[1] - local.held_out.early[0])} points after the early one, by
      ${format("%.1f", local.held_out.late[1] - local.held_out.late[0])} after the late one. Then both are slow, and
      what has been dropped early is not made up for.
    EOT
    show     = [plot.curves]
  }
  text {
    markdown = <<-EOT
      ## How large the gap is

      After ${local.epochs} epochs the late drop is better by ${format("%.2f", local.gap)} points, the mean of
      ${local.n} paired differences, with a standard error of ${format("%.2f", local.error)}; were the runs not paired,
      it would be ${format("%.2f", local.unpaired)}. The error is that of the start, the mini-batches and the augmentation;
      the images are the same in all pairs, so it does not say how the gap would differ on other images.
    EOT
    show     = [table.pairs, plot.pairs]
  }
  text {
    markdown = <<-EOT
      ## What the gap is made of

      After the early drop the rate 0.1 would still raise the accuracy by
      ${format("%.1f", mean(local.accuracy.never) - local.held_out.never[local.early / local.every])} points, so the early
      fork may only be less far in training: its training loss ends at ${format("%.3f", local.end.early)}, that of the late
      fork at ${format("%.3f", local.end.late)}. On the line through the early fork's own tests, from the first after the
      drop to the last, that difference is worth ${format("%.1f", local.by_progress)} points, and
      ${format("%.1f", local.gap)} are found.

      ${var.full
    ? "What is found beyond the line, if anything, is not progress in training."
  : "So here the gap is progress: in as many epochs the large rate gets further, which is section 5's account of it. It need not be in longer training, where the accuracy is as stable at the drops as the paper says. Of one pair with `-var full=true` on CIFAR-10's images, the accuracies are 67.9 % and 69.0 %, and the line explains 0.1 points of the difference."}
    EOT
  show = [plot.progress, check, output]
}
}
