# Section 6: three ReLU neurons with one shared weight make a bump, and data of
# different magnitude make a loss of many scales. x > 0 is a number or a vector of
# data, w the weight.

function "relu_bump" {
  description = "Two-layer network of 3 neurons with one weight: |x w| up to 1, then constant. Rounding grows with |x w| (about 4e-16 |x w|)"
  formula     = "1 - relu(w x + 1) + 2 relu(w x) - relu(w x - 1) = min(|x w|, 1)"
  source      = "Ma, Kunin, Wu, Ying (2022), (6.1)"
  example     = "relu_bump(4, -0.125) == 0.5 && relu_bump(4, 2) == 1 && relu_bump(4, 0) == 0"

  params = [x, w]
  value  = 1 - relu(w * x + 1) + 2 * relu(w * x) - relu(w * x - 1)
}

function "relu_bump_loss" {
  description = "Square loss of the ReLU bump for one datum x with target 0"
  formula     = "relu_bump(x, w)^2 = min((x w)^2, 1)"
  source      = "Ma, Kunin, Wu, Ying (2022), section 6, below (6.1)"
  example     = "relu_bump_loss(4, -0.125) == 0.25 && relu_bump_loss(4, 2) == 1"

  params = [x, w]
  value  = sq(relu_bump(x, w))
}

function "relu_empirical" {
  description = "Empirical loss of the ReLU bump over a vector of data of any length, targets 0"
  formula     = "(1/n) sum over i of relu_bump(x_i, w)^2"
  source      = "Ma, Kunin, Wu, Ying (2022), section 6, L(w)"
  example     = "close(relu_empirical([1, 4], 0.125), 17 / 128, 1e-15)"

  params = [x, w]
  value  = mean(sq(relu_bump(x, w)))
}

# The square stands inside the minimum, so that the second derivative at w = 0 is
# 2 mean(x^2) and nothing is lost to the kink of an absolute value.
function "relu_empirical_closed" {
  description = "The same loss by its piecewise formula: quadratic between the kinks |w| = 1/x_i, the data with x_i > 1/|w| giving 1 each"
  formula     = "(1/n) (w^2 sum of x_i^2 over x_i <= 1/|w|, plus the number of the others)"
  source      = "Ma, Kunin, Wu, Ying (2022), section 6, the piecewise quadratic/constant L(w)"
  example     = "close(relu_empirical_closed([1, 4], 0.5), 0.625, 1e-15)"

  params = [x, w]
  value  = mean(min(sq(x * w), 1))
}
