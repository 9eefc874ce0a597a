study {
  title = "a"
}

run "a" # ERROR RL0128 "Write the brace at the end of the line: run \"a\" \\{"
  steps = 1
}
