study { title = "Broken on purpose" }

objective "f" {
  params = [x]
  value  = log_growth(x)
}

objective "g" {
  params = [y]
  value  = log_growth(y)
}

orbit "near" {
  objective = objective.f
  near      = { x = 1 }
  period    = 2
  optimizer "gd" { learning_rate = 3 }
}

orbit "box" {
  objective = objective.f
  box       = { x = [-5, 5] }
  period    = 2
  optimizer "gd" { learning_rate = 3 }
}

orbit "branch" {
  objective = objective.f
  near      = { x = 1 }
  period    = 2
  vary { eta = [3, 4] }
  optimizer "gd" { learning_rate = eta }
}

orbit "fork" {
  objective = objective.f
  start     = { x = 1 }
  optimizer "gd" { learning_rate = 3 }
  diagram { keep = 8 }
}

orbit "basins" {
  objective = objective.f
  optimizer "gd" { learning_rate = 3 }
  basin {
    axis "x" {
      from   = -5
      to     = 5
      points = 10
    }
  }
}

output "exponent" { value = orbit.near.lyapunov } # ERROR RL0203 "does not compute lyapunov.*lyapunov . ."

output "diagram" { value = orbit.near.diagram.x[3] } # ERROR RL0203 "does not compute diagram.*diagram . ."

output "basin" { value = orbit.near.basin.count } # ERROR RL0203 "does not compute basin.*basin . axis"

output "count" { value = orbit.near.count } # ERROR RL0203 "does not compute count.*box = "

output "period" { value = orbit.box.period } # ERROR RL0203 "does not compute period"

output "point" { value = orbit.fork.point.x } # ERROR RL0203 "does not compute point.*near = .*box = "

output "parameter" { value = orbit.near.x } # ERROR RL0203 "orbit.near.point.x or orbit.near.cycle.x"

output "kept" { value = orbit.fork.x[2] } # ERROR RL0203 "orbit.fork.diagram.x"

output "other" { value = orbit.near.point.y } # ERROR RL0203 "no parameter .y"

output "typo" { value = orbit.near.multiplyer[0] } # ERROR RL0203 "multiplier"

output "path" { value = orbit.near.path.x[2] } # ERROR RL0203 "no run"

output "eigenvalues" { value = orbit.near.eigenvalues[0] } # ERROR RL0203 "orbit.near.multiplier "

output "varied" { value = orbit.near.vary.eta[0] } # ERROR RL0203 "no vary block"

output "bare" { value = orbit.branch.eta[0] } # ERROR RL0203 "orbit.branch.vary.eta"

output "third" { value = orbit.near.cycle.x[2] } # ERROR RL0307 "has the period 2.*last one is 1"

output "ninth" { value = orbit.fork.diagram.x[8] } # ERROR RL0307 "keeps 8 states.*last one is 7"

output "second" { value = orbit.near.multiplier[1] } # ERROR RL0307 "index 1"

output "axis" { value = orbit.basins.basin.axis.y[0] } # ERROR RL0203 "no axis .y"

output "labels" { value = orbit.basins.basin.labels[0] } # ERROR RL0203 "label"

output "stable" { value = orbit.basins.stable } # ERROR RL0203 "does not compute stable"

run "whole" {
  objective = objective.f
  start     = orbit.near # ERROR RL0409 "whole orbit.*orbit.near.point"
  steps     = 10
  optimizer "gd" { learning_rate = 3 }
}

run "lanes" {
  objective = objective.f
  start     = orbit.branch.point # ERROR RL0409 "for each lane.*x = orbit.branch.point.x.0."
  steps     = 10
  optimizer "gd" { learning_rate = 3 }
}

run "cycles" {
  objective = objective.f
  start     = orbit.box.point # ERROR RL0409 "for each cycle.*x = orbit.box.point.x.0."
  steps     = 10
  optimizer "gd" { learning_rate = 3 }
}

run "apart" {
  objective = objective.g
  start     = orbit.near.point # ERROR RL0409 "parameters of objective.f"
  steps     = 10
  optimizer "gd" { learning_rate = 3 }
}

check "stable" {
  assert {
    condition = orbit.branch.stable # ERROR RL0309 "all"
    message   = "a branch is lost"
  }
}
