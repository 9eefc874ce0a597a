locals {
  a = x^2               # ERROR RL0111 "Write sq\\(x\\) or pow\\(x, 2\\)\\."
  b = x**3              # ERROR RL0111 "Write pow\\(x, 3\\)\\."
  c = 1 + (x + 1)^2 - y # ERROR RL0111 "Write sq\\(x \\+ 1\\) or"
  d = run.a.x[3]^-n     # ERROR RL0111 "Write pow\\(run\\.a\\.x\\[3\\], -n\\)\\."
  e = exp(x)**f(y, 2)   # ERROR RL0111 "Write pow\\(exp\\(x\\), f\\(y, 2\\)\\)\\."
  f = x²                # ERROR RL0111 "Write sq\\(x\\) or"
  g = (a + b)⁻¹²        # ERROR RL0111 "Write pow\\(a \\+ b, -12\\)"
  h = "it is ${x^2}"    # ERROR RL0111 "sq\\(x\\)"
  i = [for v in w : v^2] # ERROR RL0111 "sq\\(v\\)"
  j = { x = y^2 }       # ERROR RL0111 "sq\\(y\\)"
  k = x^2 + y^2         # ERROR RL0111 "sq\\(x\\)"
}
