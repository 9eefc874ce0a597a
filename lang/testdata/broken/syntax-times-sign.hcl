study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = 2 × sq(x) + sq(y) # ERROR RL0121 "×|character"
}
