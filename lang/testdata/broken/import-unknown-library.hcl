study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = lib::double(x) + sq(y) # ERROR RL0203 "lib"
}
