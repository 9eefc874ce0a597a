# Landscapes made of valleys: a growth function f across, a flatness h along.

function "valley" {
  description = "Valley along x whose width is 1/h(x): minima at y = 0, sharper where h is larger"
  formula     = "f(h(x) y);  curvature across at y = 0: f''(0) h(x)^2"
  source      = "Ma, Kunin, Wu, Ying (2022), section 4.4, F(x, y) = f(h(x) y)"
  example     = "close(valley(log_growth, abs, -2, 0.5), 2 * log(2) - 1, 1e-15)"

  params = [f, h, x, y]
  value  = f(h(x) * y)
}

function "cross_valley" {
  description = "The same valley turned to run along y and made k times narrower"
  formula     = "f(k h(y) x)"
  source      = "Ma, Kunin, Wu, Ying (2022), section 5, g2"
  example     = "close(cross_valley(huber_unit, abs, 2, 3, 1), 5.5, 1e-15)"

  params = [f, h, k, x, y]
  value  = f(k * h(y) * x)
}

function "two_valleys" {
  description = "A wide valley along x and a k times narrower one along y, felt only near its bottom through the cutoff"
  formula     = "f(h(x) y) + cut(f(k h(y) x))"
  source      = "Ma, Kunin, Wu, Ying (2022), (5.1)"
  example     = "close(two_valleys(log_growth, abs, saturate, 2, 1, 0.5), log_growth(0.5) + saturate(log_growth(1)), 1e-15)"

  params = [f, h, cut, k, x, y]
  value  = valley(f, h, x, y) + cut(cross_valley(f, h, k, x, y))
}

function "huber_unit" {
  description = "Huber loss of width 1, with one argument, to be passed by name"
  formula     = "huber(x, 1)"
  source      = "Huber (1964), Annals of Mathematical Statistics 35(1), p. 73"
  example     = "huber_unit(6) == 5.5"

  params = [x]
  value  = huber(x, 1)
}

function "rotate" {
  description = "The point (x, y) turned by an angle in radians about the origin, counter-clockwise: a vector of 2"
  formula     = "[cos(angle) x - sin(angle) y, sin(angle) x + cos(angle) y]"
  source      = "elementary"
  example     = "norm(rotate(pi / 2, 3, 4) - [-4, 3]) < 1e-14"

  params = [angle, x, y]
  value  = [cos(angle) * x - sin(angle) * y, sin(angle) * x + cos(angle) * y]
}

function "rotated" {
  description = "f(x, y) in coordinates turned by an angle: the landscape appears turned counter-clockwise"
  formula     = "f(cos(angle) x + sin(angle) y, -sin(angle) x + cos(angle) y)"
  source      = "elementary"
  example     = "close(rotated(monkey_saddle, 2 * pi / 3, 1, 2), monkey_saddle(1, 2), 1e-13)"

  params = [f, angle, x, y]
  value  = f(cos(angle) * x + sin(angle) * y, cos(angle) * y - sin(angle) * x)
}

function "scaled" {
  description = "f made k times narrower without changing its depth: curvatures grow by k^2"
  formula     = "f(k x)"
  source      = "Ma, Kunin, Wu, Ying (2022), section 5"
  example     = "scaled(huber_unit, 10, 0.05) == 0.125"

  params = [f, k, x]
  value  = f(k * x)
}

function "separable" {
  description = "Sum of one growth function along the rows of P, weighted: for an orthogonal P the directions do not interact"
  formula     = "sum over i of c_i f(p_i . x), p_i the rows of P"
  source      = "Ma, Kunin, Wu, Ying (2022), (4.4), with f_i = c_i f"
  example     = "close(separable(huber_unit, [1, 3], [[0.6, 0.8], [-0.8, 0.6]], [3, 4]), 4.5, 1e-14)"

  params = [f, c, P, x]
  value  = sum(c * f(matmul(P, x)))
}
