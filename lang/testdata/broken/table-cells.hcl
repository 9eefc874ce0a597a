study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  objective = objective.f
  start     = { x = 1, y = 2 }
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

table "t" {
  columns = ["a"]
  rows    = [[0 / 0]] # ERROR RL0310 "divided by 0"
}

table "u" {
  columns = ["a"]
  rows    = [[1, 2]] # ERROR RL0406 "2 cells for 1 column"
}
