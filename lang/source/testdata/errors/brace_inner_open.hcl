plot "trajectories" {
  contour # ERROR RL0128 "Write the brace at the end of the line: contour \\{"
    of     = landscape.basin
    levels = 24
  }
  path {
    run = run.before
  }
}
