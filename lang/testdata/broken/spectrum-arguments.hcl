study { title = "Broken on purpose" }

objective "f" {
  params = [x, w[3]]
  value  = sq(x) + sum(sq(w))
}

run "gd" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

run "unrecorded" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
  record { path = false }
}

objective "g" {
  params = [y]
  value  = sq(y)
}

run "other" {
  objective = objective.g
  start     = 1
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

spectrum "pointless" { # ERROR RL0403 "needs .point"
  objective = objective.f
  top       = 1
}

spectrum "idle" { # ERROR RL0403 "asks for nothing"
  objective = objective.f
  point     = run.gd.final
}

spectrum "many" {
  objective = objective.f
  point     = run.gd.final
  bottom    = 5 # ERROR RL0406 "has 4 parameters"
}

spectrum "tolerant" {
  objective = objective.f
  point     = run.gd.final
  top       = 1
  tolerance = 0 # ERROR RL0406 "positive"
}

spectrum "metric" {
  objective      = objective.f
  point          = run.gd.final
  top            = 1
  preconditioner = run.gd # ERROR RL0407 "no second moment"
}

spectrum "good" {
  objective = objective.f
  point     = run.gd.final
  top       = 2
}

output "density" { value = spectrum.good.density } # ERROR RL0203 "does not compute density.*samples = 10"

output "result" { value = spectrum.good.tpo } # ERROR RL0203 "top"

output "beyond" { value = spectrum.good.top[2] } # ERROR RL0307 "index 2"

projection "unkept" {
  segment "first" { run = run.gd }
  runs = [run.unrecorded] # ERROR RL0407 "keeps no path.*snapshots"
}

projection "apart" {
  segment "first" { run = run.gd }
  runs = [run.other] # ERROR RL0409 "parameters of objective.g"
}

projection "late" {
  segment "first" {
    run  = run.gd
    from = 10 # ERROR RL0307 "beyond the end"
  }
  segment "first" { # ERROR RL0201 "second segment"
    run = run.gd
  }
  runs = [run.gd]
}

projection "good" {
  segment "first" { run = run.gd }
  runs = [run.gd]
}

output "label" { value = projection.good.run.gd.second[3] } # ERROR RL0203 "first"

output "step" { value = projection.good.run.gd.first[11] } # ERROR RL0307 "step 11"

output "run" { value = projection.good.run.og.first[3] } # ERROR RL0203 "gd"

landscape "line" {
  objective = objective.f
  center    = run.gd.final
  paths     = [run.unrecorded] # ERROR RL0407 "keeps no path"
  axis "s" {
    direction = "gradeint" # ERROR RL0406 "gradient"
    from      = 0
    to        = 1
    points    = 5
  }
}

landscape "axis" {
  objective = objective.f
  axis "x" {
    from   = 0
    to     = 1
    points = 5
    seed   = 3 # ERROR RL0407 "belongs to an axis with a direction"
  }
  center = run.gd.final
}

output "paths" { value = landscape.good.path.gd.s[3] } # ERROR RL0203 "paths = .run.name."

landscape "good" {
  objective = objective.f
  center    = run.gd.final
  axis "s" {
    direction = "eigenvector"
    from      = 0
    to        = 1
    points    = 5
  }
}
