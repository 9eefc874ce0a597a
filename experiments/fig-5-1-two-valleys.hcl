study {
  title       = "Two valleys, and when to decay the learning rate"
  source      = "Ma, Kunin, Wu, Ying (2022), Beyond the Quadratic Approximation, J. Mach. Learn. 1(3), Fig. 5.1; section 5, (5.1)"
  description = <<-EOT
    A wide, flat valley along x1 and, across it, a narrow, sharp one along x2; both have their bottom at the origin. One
    run with a large learning rate is forked three times, at steps 650, 700 and 750, by dropping the rate ten-fold. The
    losses at the forks are alike, the times that follow are not.

    x[0] is the start; a fork at step D continues from x[D], the last iterate made with the old rate.
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

# The paper's simplest cutoff, with the same height 0.25 and the same curvature 25 at the bottom.
objective "two_valleys_cut" {
  params = [x1, x2]
  value  = valley(log_growth, flat, x1, x2) + 0.25 * cut_min(valley(log_growth, flat, x2, 10 * x1), 1)
}

# The figure

run "before" {
  objective = objective.two_valleys
  start     = { x1 = -20, x2 = 3 }
  steps     = 750
  optimizer "gd" { learning_rate = 2.5 }
}

# The figure shows 500 steps after each fork; 2,000 show how each one ends.
run "after" {
  for_each = [650, 700, 750]
  resume   = run.before.at[each.value]
  steps    = 2000
  optimizer "gd" { learning_rate = 0.25 }
}

# Beyond it: a further decay, the threshold 2/25, no decay at all, and a small rate from the start

run "further" {
  for_each = [650, 700, 750]
  resume   = run.after[each.value].at[2000]
  steps    = 200
  optimizer "gd" { learning_rate = 0.05 }
}

run "threshold" {
  for_each = [0.075, 0.085]
  resume   = run.after[750].at[2000]
  steps    = 500
  optimizer "gd" { learning_rate = each.value }
}

run "never" {
  objective = objective.two_valleys
  start     = { x1 = -20, x2 = 3 }
  steps     = 2000
  optimizer "gd" { learning_rate = 2.5 }
}

run "small" {
  objective = objective.two_valleys
  start     = { x1 = -20, x2 = 3 }
  steps     = 1250
  optimizer "gd" { learning_rate = 0.25 }
}

# The same with the simplest cutoff

run "cut_before" {
  objective = objective.two_valleys_cut
  start     = { x1 = -20, x2 = 3 }
  steps     = 3200
  optimizer "gd" { learning_rate = 2.5 }
}

run "cut_after" {
  for_each = [750, 3098]
  resume   = run.cut_before.at[each.value]
  steps    = 500
  optimizer "gd" { learning_rate = 0.05 }
}

run "cut_small" {
  objective = objective.two_valleys_cut
  start     = { x1 = -20, x2 = 3 }
  steps     = 1250
  optimizer "gd" { learning_rate = 0.25 }
}

landscape "basin" {
  objective = objective.two_valleys
  axis "x1" {
    from   = -20
    to     = 20
    points = 401
  }
  axis "x2" {
    from   = -3
    to     = 3
    points = 401
  }
}

landscape "near" {
  objective = objective.two_valleys
  axis "x1" {
    from   = -4
    to     = 3
    points = 351
  }
  axis "x2" {
    from   = -1
    to     = 1
    points = 201
  }
}

# What the paper claims

check "the paper's 466" {
  assert {
    condition = first(run.before.path.x1 > -4) == 466
    message   = "x1 first exceeds -4 at step ${first(run.before.path.x1 > -4)}."
  }
}

check "the losses at the three forks are alike" {
  assert {
    condition = close(run.before.loss[650], 0.3876409858262791, 1e-9) && close(run.before.loss[700], 0.3805832684464665, 1e-9) && close(run.before.loss[750], 0.3692575248400467, 1e-9)
    message   = "The loss is ${run.before.loss[650]} at step 650, ${run.before.loss[700]} at 700 and ${run.before.loss[750]} at 750."
  }
}

check "after a decay the oscillation across the wide valley dies at once" {
  assert {
    condition = abs(run.after[650].path.x2[50]) < 1e-6 && abs(run.after[700].path.x2[50]) < 1e-6 && abs(run.after[750].path.x2[50]) < 1e-6
    message   = "|x2| is ${abs(run.after[750].path.x2[0])} at the last fork and ${abs(run.after[750].path.x2[50])} 50 steps later."
  }
}

check "the times to the narrow valley differ ten-fold" {
  assert {
    condition = first(abs(run.after[650].path.x1) < 0.35) == 1473
    message   = "Decayed at 650, |x1| < 0.35 after ${first(abs(run.after[650].path.x1) < 0.35)} steps."
  }
  assert {
    condition = first(abs(run.after[700].path.x1) < 0.35) == 738
    message   = "Decayed at 700, |x1| < 0.35 after ${first(abs(run.after[700].path.x1) < 0.35)} steps."
  }
  assert {
    condition = first(abs(run.after[750].path.x1) < 0.35) == 152
    message   = "Decayed at 750, |x1| < 0.35 after ${first(abs(run.after[750].path.x1) < 0.35)} steps."
  }
  assert {
    condition = close(run.after[650].path.x1[500], -2.2775121135, 1e-6) && close(run.after[700].path.x1[500], -1.5024319897, 1e-6)
    message   = "After the 500 steps of the figure the earlier forks are still at x1 = ${run.after[650].path.x1[500]} and ${run.after[700].path.x1[500]}."
  }
}

# Read closely

check "the curvatures at the origin are 25 and 1" {
  assert {
    condition = close(hessian(objective.two_valleys, { x1 = 0, x2 = 0 })[0][0], 25, 1e-9) && close(hessian(objective.two_valleys, { x1 = 0, x2 = 0 })[1][1], 1, 1e-9)
    message   = "They are ${hessian(objective.two_valleys, { x1 = 0, x2 = 0 })[0][0]} along x1 and ${hessian(objective.two_valleys, { x1 = 0, x2 = 0 })[1][1]} along x2."
  }
}

check "0.25 is above 2/25: in the narrow valley the loss keeps fluctuating" {
  assert {
    condition = max(abs(slice(run.after[650].path.x1, 1493, 2000))) < 0.17 && max(abs(slice(run.after[700].path.x1, 758, 2000))) < 0.17 && max(abs(slice(run.after[750].path.x1, 172, 2000))) < 0.17
    message   = "20 steps after its arrival |x1| stays below ${max(abs(slice(run.after[750].path.x1, 172, 2000)))} (decayed at 750)."
  }
  assert {
    condition = max(slice(run.after[750].loss, 172, 2000)) < 0.12 && max(slice(run.after[750].loss, 1600, 2000)) > 0.1 && min(slice(run.after[750].loss, 172, 2000)) > 1e-4
    message   = "The loss stays between ${min(slice(run.after[750].loss, 172, 2000))} and ${max(slice(run.after[750].loss, 172, 2000))}."
  }
  assert {
    condition = close(mean(slice(run.after[650].loss, 1600, 2000)), 0.060, 0.01) && close(mean(slice(run.after[700].loss, 1600, 2000)), 0.060, 0.01) && close(mean(slice(run.after[750].loss, 1600, 2000)), 0.060, 0.01)
    message   = "Its mean over the last 400 steps is ${mean(slice(run.after[650].loss, 1600, 2000))}, ${mean(slice(run.after[700].loss, 1600, 2000))} and ${mean(slice(run.after[750].loss, 1600, 2000))}: one level for all three."
  }
}

check "a further decay below 0.08 converges" {
  assert {
    condition = run.further[650].loss[200] < 1e-12 && run.further[700].loss[200] < 1e-12 && run.further[750].loss[200] < 1e-12
    message   = "After 200 steps with 0.05 the losses are ${run.further[650].loss[200]}, ${run.further[700].loss[200]} and ${run.further[750].loss[200]}."
  }
  assert {
    condition = run.threshold[0.075].loss[500] < 1e-12
    message   = "0.075 is below 2/25: the loss ends at ${run.threshold[0.075].loss[500]}."
  }
  assert {
    condition = close(abs(run.threshold[0.085].path.x1[500]), 0.0104478514205345, 1e-9) && close(run.threshold[0.085].loss[500], 0.0013123620408221554, 1e-9)
    message   = "0.085 is above: x1 settles on the two-cycle at |x1| = ${abs(run.threshold[0.085].path.x1[500])}, with loss ${run.threshold[0.085].loss[500]}."
  }
}

check "without a decay the narrow valley cannot hold the iterate" {
  assert {
    condition = first(abs(run.never.path.x1) < 0.35) == 766
    message   = "|x1| < 0.35 is reached at step ${first(abs(run.never.path.x1) < 0.35)}, only 16 steps after the last fork."
  }
  assert {
    condition = max(abs(slice(run.never.path.x1, 767, 2000))) > 1.5 && min(run.never.loss) > 0.1
    message   = "Then it is thrown back to |x1| = ${max(abs(slice(run.never.path.x1, 767, 2000)))}; the loss never falls below ${min(run.never.loss)}."
  }
}

check "a small rate from the start stays at a worse point of the wide valley" {
  assert {
    condition = close(run.small.path.x1[1250], -19.849170925, 1e-6) && close(run.small.loss[1250], 0.249708954, 1e-6)
    message   = "After 1,250 steps with 0.25, x1 = ${run.small.path.x1[1250]} and the loss is ${run.small.loss[1250]}."
  }
  assert {
    condition = close(run.cut_small.path.x1[1250], run.cut_small.path.x1[200], 1e-12) && close(run.cut_small.loss[1250], 0.25, 1e-12)
    message   = "With the cutoff min(z, c) it does not move at all any more: x1 = ${run.cut_small.path.x1[200]} at step 200, ${run.cut_small.path.x1[1250]} at 1,250, loss ${run.cut_small.loss[1250]}."
  }
}

check "with the cutoff min(z, c), decaying too early is final" {
  assert {
    condition = first(abs(run.cut_before.path.x1) * flat(run.cut_before.path.x2) < (e - 1) / 10) == 3098
    message   = "The narrow valley, where the cut loss is below its cutoff, is first entered at step ${first(abs(run.cut_before.path.x1) * flat(run.cut_before.path.x2) < (e - 1) / 10)}."
  }
  assert {
    condition = close(run.cut_after[750].loss[500], 0.25, 1e-9) && close(run.cut_after[750].path.x1[500], run.cut_after[750].path.x1[400], 1e-9)
    message   = "Decayed to 0.05 at step 750 it ends at x1 = ${run.cut_after[750].path.x1[500]} with loss ${run.cut_after[750].loss[500]}, at rest."
  }
  assert {
    condition = run.cut_after[3098].loss[500] < 1e-12
    message   = "Decayed to 0.05 at step 3,098 it ends with loss ${run.cut_after[3098].loss[500]}."
  }
  assert {
    condition = close(run.cut_before.path.x1[3099], 6.0775, 0.01)
    message   = "One step later would have been too late: the next step of 2.5 leads to x1 = ${run.cut_before.path.x1[3099]}."
  }
}

# What to look at

plot "landscape" {
  title   = "Fig. 5.1, left: one wide and one narrow valley"
  columns = 2
  panel {
    surface { of = landscape.basin }
    axis_x { label = "x1" }
    axis_y { label = "x2" }
  }
  panel {
    contour {
      of     = landscape.basin
      levels = 24
      scale  = "log"
    }
    path {
      run = run.before
      x   = path.x1
      y   = path.x2
    }
    axis_x { label = "x1" }
    axis_y { label = "x2" }
  }
}

plot "trajectories" {
  title = "Fig. 5.1, middle: one trajectory, three forks, 500 steps each"
  width = 18
  contour {
    of     = landscape.near
    levels = 24
    scale  = "log"
  }
  path {
    run   = run.before
    x     = path.x1
    y     = path.x2
    from  = 466
    label = "before"
  }
  path {
    run = run.after[*]
    x   = path.x1
    y   = path.x2
    to  = 500
  }
  axis_x {
    label = "x1"
    range = [-4, 3]
  }
  axis_y {
    label = "x2"
    range = [-1, 1]
  }
}

plot "losses" {
  title = "Fig. 5.1, right: the losses"
  line {
    y     = run.before.loss
    label = "before"
  }
  line {
    x     = 650 + slice(run.after[650].t, 0, 500)
    y     = slice(run.after[650].loss, 0, 500)
    label = "decayed at 650"
  }
  line {
    x     = 700 + slice(run.after[700].t, 0, 500)
    y     = slice(run.after[700].loss, 0, 500)
    label = "decayed at 700"
  }
  line {
    x     = 750 + slice(run.after[750].t, 0, 500)
    y     = slice(run.after[750].loss, 0, 500)
    label = "decayed at 750"
  }
  axis_x { label = "step" }
  axis_y {
    label = "loss"
    scale = "log"
    range = [1e-4, 10]
  }
}

plot "endings" {
  title   = "How each fork ends"
  columns = 2
  panel {
    title = "2,000 steps with 0.25"
    line {
      y     = abs(run.after[650].path.x1)
      label = "decayed at 650"
    }
    line {
      y     = abs(run.after[700].path.x1)
      label = "decayed at 700"
    }
    line {
      y     = abs(run.after[750].path.x1)
      label = "decayed at 750"
    }
    hline {
      y     = 0.35
      label = "0.35"
    }
    axis_x { label = "steps after the decay" }
    axis_y {
      label = "|x1|"
      scale = "log"
      range = [1e-3, 10]
    }
  }
  panel {
    title = "then, from the fork at 750"
    line {
      y     = run.further[750].loss
      label = "0.05"
    }
    line {
      y     = run.threshold[0.075].loss
      label = "0.075, below 2/25"
    }
    line {
      y     = run.threshold[0.085].loss
      label = "0.085, above 2/25"
    }
    axis_x { label = "steps after the second decay" }
    axis_y {
      label = "loss"
      scale = "log"
      range = [1e-16, 1]
    }
  }
}

plot "alternatives" {
  title = "No decay, and a small rate from the start"
  line {
    y     = run.never.path.x1
    label = "2.5 for ever"
  }
  line {
    y     = run.small.path.x1
    label = "0.25 from the start"
  }
  line {
    y     = run.cut_before.path.x1
    label = "2.5 for ever, cutoff min(z, c)"
  }
  axis_x { label = "step" }
  axis_y { label = "x1" }
}

table "forks" {
  title   = "Three forks of one trajectory"
  columns = ["decayed at", "x1", "loss", "steps to |x1| < 0.35", "lowest loss in 500 steps", "mean loss at the end"]
  rows = [for k in [650, 700, 750] : [
    k,
    run.before.path.x1[k],
    run.before.loss[k],
    first(abs(run.after[k].path.x1) < 0.35),
    min(slice(run.after[k].loss, 0, 500)),
    mean(slice(run.after[k].loss, 1600, 2000)),
  ]]
}

output "first_exceeds" {
  value       = first(run.before.path.x1 > -4)
  description = "Step at which x1 first exceeds -4"
}

report {
  text {
    markdown = <<-EOT
      ## The landscape

      Equation (5.1) adds two valleys. Across the wide one the curvature is about 1, across the narrow one 25, but the
      narrow one is felt only near its bottom: the cutoff z/(1 + z) confines it to [0, 0.25]. The global minimum is the
      origin, where both have their bottom.
    EOT
    show     = [plot.landscape]
  }

  text {
    markdown = <<-EOT
      ## When to decay

      With the rate 2.5 gradient descent bounces between the walls of the wide valley and is driven along it, as in
      section 4.4. x1 first exceeds -4 at step ${first(run.before.path.x1 > -4)}, the paper's own number. Decayed to 0.25
      at 650, 700 or 750, where the losses differ by less than 5 per cent, the bouncing dies within a few dozen steps, and
      with it what drove the motion. What remains is the slow slide down the floor: |x1| < 0.35 is reached
      ${first(abs(run.after[650].path.x1) < 0.35)}, ${first(abs(run.after[700].path.x1) < 0.35)} and
      ${first(abs(run.after[750].path.x1) < 0.35)} steps after the decay.
    EOT
    show     = [plot.trajectories, plot.losses, table.forks]
  }

  text {
    markdown = <<-EOT
      ## What "converge" means here

      The paper says that the three take different times to converge. Within the 500 steps shown only the latest decay
      reaches the narrow valley. And none of them tends to the minimum: across the narrow valley the curvature is 25, so
      gradient descent is stable there only below 2/25 = 0.08, and 0.25 is above. The loss falls into a bounded chaotic
      band, the same for all three, with a mean of about 0.06. That is the edge of stability once more, one scale down.
      A further decay below 0.08 does converge: 0.075 tends to the minimum, 0.085 to a two-cycle.
    EOT
    show     = [plot.endings]
  }

  text {
    markdown = <<-EOT
      ## The extremes

      Without any decay the iterate reaches the narrow valley, is too fast for it and is thrown back along the wide one,
      again and again. With the small rate from the start there is no bouncing and hardly any motion: it stays near
      x1 = ${format("%.2f", run.small.path.x1[1250])}, a worse point of the wide valley. With z/(1 + z), whose tail
      reaches everywhere, it still creeps; with the paper's simplest cutoff min(z, c) the floor outside the narrow valley
      is exactly level and every point of it a minimum, so a rate that is decayed too early is decayed for good. The
      narrow valley is then entered at step 3,098 and left in one step; a decay to 0.05 at that very step converges.
    EOT
    show     = [plot.alternatives, check, output]
  }
}
