study { title = "Broken on purpose" }

objective "f" {
  params = [A[2][4], v[3]]
  value  = sum(matmul(A, v)) # ERROR RL0302 "matmul"
}
