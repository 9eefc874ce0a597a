study { title = "Broken on purpose" }

objective "f" {
  params = [x, y]
  value  = sq(x) + 2 * sq(y)
}

objective "g" {
  params = [u[2], A[2][4]]
  value  = sum(outer(A, A)) # ERROR RL0302 "takes two vectors"
}

objective "h" {
  params = [u[2], A[2][4]]
  value  = sum(transpose(u)) # ERROR RL0302 "takes a matrix"
}

objective "i" {
  params = [u[2], v[3]]
  value  = dot(u, v) # ERROR RL0302 "2 and a vector of 3.*of one length"
}

objective "j" {
  params = [u[2], A[2][4]]
  value  = sum(matmul(A, u)) # ERROR RL0302 "4 and 2 differ.*rows of A"
}
