study { title = "Broken on purpose" }

dataset "teacher" "numbers" {}

network "net" {
  input = [10]
  layer "dense" { units = 1 }
}

objective "training" {
  network = network.net
  data    = dataset.numbers
  loss    = "mse"
}

run "gd" {
  objective = objective.training
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

growth "blind" { # ERROR RL0403 "needs an axis.*gradient"
  objective = objective.training
  minimum   = run.gd.final
}

growth "counted" {
  objective  = objective.training
  minimum    = run.gd.final
  directions = 3 # ERROR RL0407 "looked at along its axes.*random"
  axis "r" { direction = "random" }
}

growth "twice" {
  objective = objective.training
  minimum   = run.gd.final
  axis "r" { direction = "random" }
  axis "r" { direction = "gradient" } # ERROR RL0201 "second axis"
}

growth "word" {
  objective = objective.training
  minimum   = run.gd.final
  axis "r" { direction = "steepest" } # ERROR RL0406 "no value of direction"
}

growth "arguments" {
  objective = objective.training
  minimum   = run.gd.final
  axis "g" {
    direction = "gradient"
    index     = 1 # ERROR RL0407 "index belongs to"
  }
  axis "path" { direction = "component" } # ERROR RL0403 "needs .of."
  axis "bare" {}                          # ERROR RL0403 "needs .direction."
  axis "range" {
    direction = "random"
    from      = 1 # ERROR RL0402 "from"
  }
}

growth "good" {
  objective = objective.training
  minimum   = run.gd.final
  axis "r" { direction = "random" }
}

output "where" { value = growth.good.c_at.x } # ERROR RL0203 "does not keep the point"

output "direction" { value = growth.good.direction[0][0] } # ERROR RL0203 "does not compute direction"
