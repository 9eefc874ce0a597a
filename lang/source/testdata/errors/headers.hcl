study # ERROR RL0128 "Write study \\{"
{
  title = "a"
}

run "a" # ERROR RL0128 "Write run \"a\" \\{"
{
  steps = 1
}

run "b" = { # ERROR RL0128 "Write run \"b\" \\{"
  steps = 1
}

run "c-${x}" { # ERROR RL0128 "plain text"
  steps = 1
}

[section] # ERROR RL0110 "an argument or a block"

42 # ERROR RL0110 "an argument or a block"
