study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

run "a" {
  resume = run.b.final # ERROR RL0204 "a.*b.*a"
  steps  = 10
  optimizer "gd" { learning_rate = 0.1 }
}

run "b" {
  resume = run.a.final
  steps  = 10
  optimizer "gd" { learning_rate = 0.1 }
}
