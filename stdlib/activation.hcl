# Activations that formulas can say without losing digits or overflowing. Branches
# on the sign, not |x|, so that every derivative is right at 0.

function "sigmoid" {
  description = "Logistic function, in (0, 1); full relative accuracy in both tails"
  formula     = "1 / (1 + exp(-x))"
  source      = "elementary"
  example     = "sigmoid(0) == 0.5 && sigmoid(-1000) == 0 && sigmoid(1000) == 1"

  params = [x]
  value  = x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
}

function "softplus" {
  description = "Smooth relu; its derivative is the sigmoid"
  formula     = "ln(1 + exp(x))"
  source      = "Dugas, Bengio, Belisle, Nadeau, Garcia (2001), NIPS 13"
  example     = "close(softplus(0), log(2), 1e-15) && softplus(1000) == 1000 && softplus(-1000) == 0"

  params = [x]
  value  = x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
}
