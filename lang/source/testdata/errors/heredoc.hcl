report {
  text = <<EOT
    never closed
}
# ERROR@-3 RL0124 "line that holds only EOT"
