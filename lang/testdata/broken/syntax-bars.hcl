study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(|x|) + sq(y) # ERROR RL0115 "abs|bar"
}
