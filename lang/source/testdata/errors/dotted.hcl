import "my" { source = "./my.hcl" }
function "bend" {
  params = [x]
  value  = x.pow(2) + 1                     # ERROR RL0126 "Write pow\\(x, 2\\)\\."
}
locals {
  a = np.log(1 + x)                         # ERROR RL0126 "Write log\\(1 \\+ x\\)\\."
  b = 1 + torch.sum(x, dim=0) * 2           # ERROR RL0126 "Write sum\\(x\\)\\."
  c = math.exp(-x)                          # ERROR RL0126 "Write exp\\(-x\\)\\."
  d = sq(x).sum()                           # ERROR RL0126 "Write sum\\(sq\\(x\\)\\)\\."
  e = torch.randn(2)                        # ERROR RL0126 "Write normal\\(0, 1\\)\\."
  f = my.bumpy(x, 1)                        # ERROR RL0126 "Write my::bumpy\\(x, 1\\)\\."
  g = (x + 1).pow(2).mean()                 # ERROR RL0126 "Write mean\\(pow\\(x \\+ 1, 2\\)\\)\\."
  h = w[0].exp()                            # ERROR RL0126 "Write exp\\(w\\[0\\]\\)\\."
  i = torch.nn.functional.relu(x)           # ERROR RL0126 "Write relu\\(x\\)\\."
  j = { x = 1, w = np.random.normal(0, 2) } # ERROR RL0126 "Write normal\\(0, 2\\)\\."
  k = x.bend()                              # ERROR RL0126 "Write bend\\(x\\)\\."
  l = np.squre(x)                           # ERROR RL0126 "Write sq\\(x\\)\\."
  m = F.conv2d(x)                           # ERROR RL0126 "no function \"conv2d\""
  n = "at ${run.a.loss.last()}"             # ERROR RL0126 "Write last\\(run\\.a\\.loss\\)\\."
  o = "at {}".format(x)                     # ERROR RL0126 "loss \\$\\{x\\}"
  p = w.T.mm(v).item()                      # ERROR RL0126 "Write matmul\\(transpose\\(w\\), v\\)\\."
}
output "o" { value = run.a.loss.mean() }    # ERROR RL0126 "Write mean\\(run\\.a\\.loss\\)\\."
