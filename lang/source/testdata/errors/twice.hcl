study {
  title = "a"
  title = "b" # ERROR RL0125 "\"title\" is set twice"
}

run "a" {
  optimizer "gd" {
    learning_rate = 1
    momentum      = 1
    learning_rate = 2 # ERROR RL0125 "twice"
  }
  value = x^2 # ERROR RL0111 "sq"
}
