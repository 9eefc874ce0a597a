# Test functions of the optimisation literature, with their minima.

function "rosenbrock" {
  description = "Curved narrow valley; minimum 0 at (1, 1), where the Hessian has eigenvalues 1001.6 and 0.3994"
  formula     = "(1 - x)^2 + 100 (y - x^2)^2"
  source      = "Rosenbrock (1960), The Computer Journal 3(3)"
  example     = "rosenbrock(1, 1) == 0 && close(rosenbrock(-1.2, 1), 24.2, 1e-13)"

  params = [x, y]
  value  = sq(1 - x) + 100 * sq(y - sq(x))
}

function "himmelblau" {
  description = "Four minima of value 0, one of them at (3, 2), and a local maximum near (-0.2708, -0.9230)"
  formula     = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"
  source      = "Himmelblau (1972), Applied Nonlinear Programming"
  example     = "himmelblau(3, 2) == 0 && himmelblau(0, 0) == 170"

  params = [x, y]
  value  = sq(sq(x) + y - 11) + sq(x + sq(y) - 7)
}

function "beale" {
  description = "Flat plateaus and sharp rims; minimum 0 at (3, 1/2)"
  formula     = "(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2"
  source      = "Beale (1958); More, Garbow, Hillstrom (1981), ACM TOMS 7(1), function 5"
  example     = "beale(3, 0.5) == 0 && close(beale(0, 0), 14.203125, 1e-13)"

  params = [x, y]
  value  = sq(1.5 - x + x * y) + sq(2.25 - x + x * sq(y)) + sq(2.625 - x + x * y * sq(y))
}

function "rastrigin" {
  description = "A bowl with a lattice of local minima, for a vector of any length; minimum 0 at 0"
  formula     = "10 n + sum over i of (x_i^2 - 10 cos(2 pi x_i))"
  source      = "Rastrigin (1974), Systems of Extremal Control; in n dimensions Muehlenbein, Schomisch, Born (1991)"
  example     = "rastrigin([0, 0, 0]) == 0 && close(rastrigin([1, -2]), 5, 1e-12)"

  params = [x]
  value  = sum(sq(x) + 10 - 10 * cos(2 * pi * x))
}

# The derivative of sqrt at 0 is taken as 0: the gradient at the cusp is 0, not NaN.
function "ackley" {
  description = "A nearly flat outer region and a cusp at the minimum 0 at 0, for a vector of any length"
  formula     = "20 - 20 exp(-0.2 sqrt(mean(x_i^2))) + e - exp(mean(cos(2 pi x_i)))"
  source      = "Ackley (1987), A Connectionist Machine for Genetic Hillclimbing"
  example     = "close(ackley([0, 0]), 0, 1e-15) && close(ackley([1, 1]), 20 - 20 * exp(-0.2), 1e-14)"

  params = [x]
  value  = 20 - 20 * exp(-0.2 * sqrt(mean(sq(x)))) + (e - exp(mean(cos(2 * pi * x))))
}

function "monkey_saddle" {
  description = "Degenerate saddle at the origin: three ways down, Hessian 0; unbounded below"
  formula     = "x^3 - 3 x y^2"
  source      = "Hilbert, Cohn-Vossen (1932), Anschauliche Geometrie"
  example     = "monkey_saddle(2, 1) == 2"

  params = [x, y]
  value  = x * (sq(x) - 3 * sq(y))
}

function "quadratic" {
  description = "Quadratic with the given eigenvalues along the axes: the control against which every other landscape is read"
  formula     = "(1/2) sum over i of eigenvalues_i x_i^2"
  source      = "elementary"
  example     = "quadratic([2, 3], [1, 10]) == 47"

  params = [x, eigenvalues]
  value  = sum(eigenvalues * sq(x)) / 2
}
