# Subquadratic primitives: even functions with their minimum 0 at 0 that grow
# more slowly than a quadratic. Unless said otherwise f''(0) = 1, so that gradient
# descent is stable at the minimum below the learning rate 2.

# The product stands before the subtraction and 1 + |x| before log1p: in this order
# the derivative is (-1 + (1 + |x|) / (1 + |x|)) + ln(1 + |x|), whose bracket vanishes.
function "log_growth" {
  description = "The paper's f1: convex, f'' falls from 1 like 1/(1 + |x|)"
  formula     = "(1 + |x|) ln(1 + |x|) - |x|;  f'(x) = sign(x) ln(1 + |x|);  f''(x) = 1/(1 + |x|)"
  source      = "Ma, Kunin, Wu, Ying (2022), caption of Fig. 4.1, f1"
  example     = "close(log_growth(-1), 2 * log(2) - 1, 1e-15)"

  params = [x]
  value  = (1 + abs(x)) * log1p(abs(x)) - abs(x)
}

# With u = 1 + x the equation of the cycle is -(2/eta) u exp(-(2/eta) u) = -(2/eta) exp(-2/eta):
# one branch of W gives x = 0, the other the level.
function "log_growth_cycle" {
  description = "Level of the two-cycle of gradient descent on log_growth with the learning rate eta > 0; 0 up to the threshold 2"
  formula     = "the x > 0 with eta ln(1 + x) = 2 x: -(eta/2) W(-(2/eta) exp(-2/eta)) - 1, W the lower branch"
  source      = "Ma, Kunin, Wu, Ying (2022), Lemma 4.1, for f1"
  example     = "close(log_growth_cycle(5), 4.046970313161707, 1e-14) && log_growth_cycle(1.5) == 0"

  params = [eta]
  value  = eta <= 2 ? 0 : -eta / 2 * lambert_w_minus1(-2 / eta * exp(-2 / eta)) - 1
}

function "relu_population" {
  description = "Population loss of the ReLU bump over data uniform on [0, C]: quadratic for |w| <= 1/C, then saturating"
  formula     = "C^2 w^2 / 3 if |w| <= 1/C, else 1 - 2/(3 C |w|);  f''(0) = 2 C^2 / 3, and f'' jumps to -4 C^2 / 3 at 1/C"
  source      = "Ma, Kunin, Wu, Ying (2022), (6.2); with C = 3 the f2 of Fig. 4.1"
  example     = "close(relu_population(-0.2, 3), 0.12, 1e-15) && close(relu_population(1, 3), 7 / 9, 1e-15)"

  params = [w, C]
  value  = abs(C * w) <= 1 ? sq(C * w) / 3 : 1 - 2 / (3 * abs(C * w))
}

# x^2 / (1 + sqrt(1 + u^2)) in place of d^2 (sqrt(1 + u^2) - 1): nothing cancels
# near 0, nothing overflows far out.
function "pseudo_huber" {
  description = "Smooth Huber loss: quadratic within the width d, linear beyond; convex, f'' strictly decreasing"
  formula     = "d^2 (sqrt(1 + (x/d)^2) - 1);  f''(x) = (1 + (x/d)^2)^(-3/2)"
  source      = "Charbonnier, Blanc-Feraud, Aubert, Barlaud (1997), IEEE Trans. Image Process. 6(2)"
  example     = "close(pseudo_huber(3, 4), 4, 1e-14) && close(pseudo_huber(1e-9, 1), 5e-19, 1e-33)"

  params = [x, d]
  value  = x * (x / (1 + hypot(1, x / d)))
}

function "huber" {
  description = "Huber loss: exactly quadratic within the width d > 0, exactly linear beyond; f'' jumps from 1 to 0"
  formula     = "x^2 / 2 if |x| <= d, else d (|x| - d/2)"
  source      = "Huber (1964), Annals of Mathematical Statistics 35(1), p. 73"
  example     = "huber(1, 2) == 0.5 && huber(-5, 2) == 8"

  params = [x, d]
  value  = abs(x) <= d ? sq(x) / 2 : d * (abs(x) - d / 2)
}

# cosh(x) = 1 + 2 sinh(x/2)^2 keeps all digits near 0; from 20 on, |x| - ln 2 is
# right to the last bit (the next term is exp(-2 |x|)).
function "log_cosh" {
  description = "Logarithm of the hyperbolic cosine: convex, linear far out, without cancellation and without overflow"
  formula     = "ln cosh(x);  f'(x) = tanh(x);  f''(x) = 1 - tanh(x)^2"
  source      = "elementary"
  example     = "close(log_cosh(1), log(cosh(1)), 1e-15) && close(log_cosh(-1000), 1000 - log(2), 1e-12) && close(log_cosh(1e-8), 5e-17, 1e-31)"

  params = [x]
  value  = abs(x) < 20 ? log1p(2 * sq(sinh(x / 2))) : abs(x) - log(2)
}

# Two forms of one function: log1p keeps the digits near 0, hypot does not overflow far out.
function "cauchy" {
  description = "Cauchy (Lorentzian) loss of width d: grows like a logarithm, not convex beyond |x| = d"
  formula     = "(d^2 / 2) ln(1 + (x/d)^2);  f''(x) = (1 - (x/d)^2) / (1 + (x/d)^2)^2"
  source      = "Black, Anandan (1996), Computer Vision and Image Understanding 63(1)"
  example     = "close(cauchy(2, 2), 2 * log(2), 1e-15)"

  params = [x, d]
  value  = abs(x / d) < 1e8 ? sq(d) / 2 * log1p(sq(x / d)) : sq(d) * log(hypot(1, x / d))
}

function "power_growth" {
  description = "Quadratic near 0, |x|^p / p far out; subquadratic for p < 2, not convex for p < 1; p = 0 is the Cauchy loss"
  formula     = "((1 + x^2)^(p/2) - 1) / p, and ln(1 + x^2) / 2 for p = 0"
  source      = "Barron (2019), A General and Adaptive Robust Loss Function, CVPR; there alpha = p and the scale differs"
  example     = "close(power_growth(1, 1), sqrt(2) - 1, 1e-15) && close(power_growth(3, 2), 4.5, 1e-14)"

  params = [x, p]
  value  = p == 0 ? cauchy(x, 1) : expm1(p * cauchy(x, 1)) / p
}

function "sqrt_growth" {
  description = "Quadratic near 0, grows like 2 sqrt(|x|) far out; not convex"
  formula     = "2 ((1 + x^2)^(1/4) - 1)"
  source      = "power_growth with p = 1/2"
  example     = "close(sqrt_growth(sqrt(15)), 2, 1e-14)"

  params = [x]
  value  = power_growth(x, 0.5)
}
