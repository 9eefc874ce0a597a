study {
  title = "a"
}
/* never closed
# ERROR@-1 RL0124 "comment is not closed"
