study { title = "Broken on purpose" }

objective "f" {
  params = [u[2], v[3]]
  value  = sum(u * v) # ERROR RL0302 "2.*3"
}
