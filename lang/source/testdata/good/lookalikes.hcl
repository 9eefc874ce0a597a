# Nothing here is a fault: x^2, x**2, |x|, .5, 3x, 'quoted', x1-x2, a and b.
// A comment may begin so: y^3 := lambda x
/* or so: f(x) = x^2 “quoted”
   over (several [lines { */
study {
  title       = "x^2, x**2, |x|, .5, 3x, 'quoted', x1-x2, “curly”, a := b; c → d × e − f"
  description = <<EOT
    In a text of several lines: x^2 ( [ { |x| 'it's' x1-x2 π² √2
    = := and or not lambda ${"a" == "b" ? "x^2" : "3x"}
  EOT
  source      = <<-EOT
    ${upper("x1-x2")} %{if true}'yes'%{else}no%{endif} %{for i in [1, 2]}${i}|%{endfor}
  EOT
  note        = "%%{ and $${ are texts, \"quoted\" too, 日本語 é 🙂"
}

locals {
  a = [for x in [1, 2, 3] : x if x > 1]
  b = { for k, v in { p = 1, q = 2 } : k => v... if v > 0 }
  c = (
    1
    + 2
    - 3
  )
  d    = true ? 1 : false ? 2 : 3
  e    = a[0].b.0.c
  f    = x - y
  g    = -x
  h    = !(a && b || c)
  i    = std::log_growth(x)
  j    = run.a.at[*].loss
  k    = { "x-y" = 1, a-b = 2, (f) = 3, c : 4 }
  l    = min([1, 2]...)
  m    = 1.5e-3 + 2E5
  n    = x.*.y
  and  = 1
  or   = and + not
  if   = or * in
  for  = if
  o    = in(lambda, else)
  π    = 3
  p    = {}
  long = [
    1,
    2, # two
  ]
  q = f(
    1,
    2,
  )
}

run "r" {}
check "any text-with hyphens, x^2" {
  assert { condition = 1 == 1 }
}
run my-run other-label {
  some-argument = 1
}
layer "dense" { units = 10 }
