study { title = "Broken on purpose" }

objective "f" {
  params = [x]
  value  = log_growth(x)
}

objective "plane" {
  params = [u, v]
  value  = sq(u) + sq(v)
}

run "lanes" {
  objective = objective.f
  vary { eta = [0.1, 0.2] }
  start = { x = 1 }
  steps = 10
  optimizer "gd" { learning_rate = eta }
}

growth "nowhere" { # ERROR RL0403 "needs .minimum."
  objective = objective.f
}

growth "bare" { minimum = { x = 0 } } # ERROR RL0403 "needs .objective."

growth "other" {
  objective = objective.plane
  minimum   = { x = 0 } # ERROR RL0409 "no parameter .x."
}

growth "half" {
  objective = objective.plane
  minimum   = { u = 0 } # ERROR RL0409 "does not say what v is.*Add v"
}

growth "many" {
  objective = objective.f
  minimum   = run.lanes.final # ERROR RL0409 "a point for each lane"
}

growth "backwards" {
  objective = objective.f
  minimum   = { x = 0 }
  from      = 10
  to        = 1 # ERROR RL0406 "from 10 to 1.*larger than from"
}

growth "beyond" {
  objective = objective.f
  minimum   = { x = 0 }
  from      = 1e4 # ERROR RL0406 "from 10000 to 1000"
}

growth "negative" {
  objective = objective.f
  minimum   = { x = 0 }
  from      = -1 # ERROR RL0406 "from cannot be -1"
}

growth "few" {
  objective = objective.f
  minimum   = { x = 0 }
  points    = 3 # ERROR RL0406 "too few radii.*4 or more"
}

growth "still" {
  objective     = objective.f
  minimum       = { x = 0 }
  learning_rate = 0 # ERROR RL0406 "learning_rate cannot be 0.*positive"
}

growth "rates" {
  objective     = objective.f
  minimum       = { x = 0 }
  learning_rate = [1, 2] # ERROR RL0302 "must be a number"
}

growth "exactly" {
  objective = objective.f
  minimum   = { x = 0 }
  departure = 0 # ERROR RL0406 "departure cannot be 0"
}

growth "huge" {
  objective  = objective.plane
  minimum    = { u = 0, v = 0 }
  directions = 65536 # ERROR RL0406 "65540 directions at 65536 points are too many.*fewer directions or points"
  points     = 65536
}

growth "axes" {
  objective = objective.plane
  minimum   = { u = 0, v = 0 }
  axis "top" { direction = "eigenvector" } # ERROR RL0407 "no network.*directions = 64"
}
