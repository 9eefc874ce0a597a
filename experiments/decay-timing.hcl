study {
  title       = "When, and how far, to decay the learning rate"
  source      = "Beyond Ma, Kunin, Wu, Ying (2022), Fig. 5.1"
  description = <<-EOT
    The two valleys of Fig. 5.1, from the same start and with the same first learning rate 2.5, decayed at 100 different
    steps to 100 different rates: 10,000 schedules, each a lane. The maps show after how many steps in all the iterate is
    in the narrow valley, |x1| < 0.35 and |x2| < 0.35, and when its loss is below 0.001 for the first time.
  EOT
}

function "flat" {
  params = [x]
  value  = 1 + 0.001 * sq(x)
}

objective "two_valleys" {
  params = [x1, x2]
  value  = valley(log_growth, flat, x1, x2) + 0.25 * saturate(valley(log_growth, flat, x2, 10 * x1))
}

locals {
  limit = 6000
  whens = [for k in range(100) : 10 * k + 10]
  rates = logspace(0.02, 2.5, 100)
}

run "arrived" {
  objective = objective.two_valleys
  start     = { x1 = -20, x2 = 3 }
  steps     = local.limit
  record {
    every = 6000
    path  = false
  }
  vary { when = local.whens }
  vary { rate = local.rates }
  optimizer "gd" { learning_rate = t < when ? 2.5 : rate }
  stop { when = t >= when && abs(x1) < 0.35 && abs(x2) < 0.35 }
}

run "low" {
  objective = objective.two_valleys
  start     = { x1 = -20, x2 = 3 }
  steps     = local.limit
  record {
    every = 6000
    path  = false
  }
  vary { when = local.whens }
  vary { rate = local.rates }
  optimizer "gd" { learning_rate = t < when ? 2.5 : rate }
  stop { when = t >= when && loss < 0.001 }
}

locals {
  best        = min(min(run.low.steps))
  best_when   = min(min(run.low.steps == local.best ? run.low.vary.when : 1e9))
  best_rate   = min(min(run.low.steps == local.best && run.low.vary.when == local.best_when ? run.low.vary.rate : 1e9))
  never       = sum(run.low.steps >= local.limit ? 1 : 0)
  early_never = sum(run.low.steps >= local.limit && run.low.vary.when <= 400 ? 1 : 0)
}

check "a decay too early is no decay to the narrow valley" {
  assert {
    condition = local.early_never > 2000
    message   = "Of the 4,000 schedules that decay by step 400, ${local.early_never} do not have a loss below 0.001 within 6,000 steps."
  }
}

check "the best schedule decays late" {
  assert {
    condition = local.best_when > 600 && local.best < 1000
    message   = "The best of the 10,000 decays at step ${local.best_when} to ${local.best_rate} and is there after ${local.best} steps."
  }
}

check "the best schedule again, by itself" {
  assert {
    condition = run.best.status == "stopped" && run.best.steps == local.best
    message   = "It takes ${run.best.steps} steps."
  }
}

run "best" {
  objective = objective.two_valleys
  start     = { x1 = -20, x2 = 3 }
  steps     = local.limit
  optimizer "gd" { learning_rate = t < local.best_when ? 2.5 : local.best_rate }
  stop { when = t >= local.best_when && loss < 0.001 }
}

check "the narrow valley is reached before the loss is low" {
  assert {
    condition = all(run.arrived.steps <= run.low.steps)
    message   = "No schedule has a loss below 0.001 before it is in the valley."
  }
}

plot "maps" {
  title   = "Steps needed, over the schedule"
  columns = 2
  panel {
    title = "to the narrow valley"
    heatmap {
      x     = run.arrived.vary.when
      y     = run.arrived.vary.rate
      z     = run.arrived.steps
      scale = "log"
    }
    axis_x { label = "step of the decay" }
    axis_y {
      label = "rate after it"
      scale = "log"
    }
  }
  panel {
    title = "to a loss below 0.001 (6,000: never)"
    heatmap {
      x     = run.low.vary.when
      y     = run.low.vary.rate
      z     = run.low.steps
      scale = "log"
    }
    axis_x { label = "step of the decay" }
    axis_y {
      label = "rate after it"
      scale = "log"
    }
  }
}

plot "best" {
  title = "The best of 10,000 schedules"
  line { y = run.best.loss }
  vline {
    x     = local.best_when
    label = "decay"
  }
  axis_x { label = "step" }
  axis_y {
    label = "loss"
    scale = "log"
  }
}

table "best" {
  columns = ["decay at step", "to the rate", "steps in all", "schedules that never get there"]
  rows    = [[local.best_when, local.best_rate, local.best, local.never]]
}

report {
  text {
    markdown = <<-EOT
      The stripes of the left map are the passes of the undecayed run through the narrow valley: a decay just before one is
      there at once, one just after it has to wait for the next. Between the rates 2/25 and about 0.25 the narrow valley
      holds the iterate and does not let its loss fall: 2/25 is the threshold of its curvature. Above, a loss below 0.001 is
      the luck of one pass, not a place to stay: ${local.never} of 10,000 schedules never have one within 6,000 steps, and
      the fastest of all, decayed at step ${local.best_when} to ${format("%.3g", local.best_rate)}, is of that kind.
    EOT
    show     = [plot.maps, plot.best, table.best, check]
  }
}
