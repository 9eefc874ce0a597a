study {
  title = 'Fig. (left' # ERROR RL0119 "Write \"Fig\\. \\(left\"\\."
}
