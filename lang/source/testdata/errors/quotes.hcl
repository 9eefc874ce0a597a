study {
  title       = 'Edge of stability'   # ERROR RL0119 "Write \"Edge of stability\"\\."
  description = “curly”               # ERROR RL0119 "Write \"curly\"\\."
  source      = `ticks`               # ERROR RL0119 "Write \"ticks\"\\."
  note        = f('a', 'b')           # ERROR RL0119 "\"a\""
}
