study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = std::lgo_growth(x) + sq(y) # ERROR RL0203 "lgo_growth"
}
