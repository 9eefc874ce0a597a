# Cutoffs: non-decreasing functions of z >= 0 that confine a loss to [0, c], the
# phi_c of (5.1). All but smooth_min are 0 at 0 with slope 1 there, so the curvature
# at the bottom of what is cut off stays as it was.

function "cut_min" {
  description = "The simplest cutoff: min(z, c); beyond c nothing of the inner loss is felt"
  formula     = "min(z, c)"
  source      = "Ma, Kunin, Wu, Ying (2022), below (5.1)"
  example     = "cut_min(0.5, 1) == 0.5 && cut_min(7, 1) == 1"

  params = [z, c]
  value  = min(z, c)
}

function "saturate" {
  description = "Cutoff at 1 with a slow tail: the slope is still 1/(1 + z)^2 far out; for z > -1"
  formula     = "z / (1 + z)"
  source      = "Ma, Kunin, Wu, Ying (2022), caption of Fig. 5.1"
  example     = "saturate(0) == 0 && close(saturate(3), 0.75, 1e-15)"

  params = [z]
  value  = z / (1 + z)
}

function "cut_exp" {
  description = "Smooth cutoff at c with an exponentially short tail; for z >= 0"
  formula     = "c (1 - exp(-z/c))"
  source      = "elementary"
  example     = "close(cut_exp(2, 2), 2 * (1 - exp(-1)), 1e-15)"

  params = [z, c]
  value  = -c * expm1(-z / c)
}

function "cut_tanh" {
  description = "Smooth cutoff at c that follows z to second order"
  formula     = "c tanh(z/c)"
  source      = "elementary"
  example     = "close(cut_tanh(1, 2), 2 * tanh(0.5), 1e-15)"

  params = [z, c]
  value  = c * tanh(z / c)
}

# Branches in place of min and |a - b|: both derivatives are right at a = b too.
function "smooth_min" {
  description = "Smooth minimum: min(a, b) rounded off over the given width > 0; below it by width ln 2 at a = b"
  formula     = "-width ln(exp(-a/width) + exp(-b/width))"
  source      = "log-sum-exp; Boyd, Vandenberghe (2004), Convex Optimization, section 3.1.5"
  example     = "close(smooth_min(1, 1, 0.5), 1 - 0.5 * log(2), 1e-15) && smooth_min(0, 1e6, 0.5) == 0"

  params = [a, b, width]
  value  = a < b ? a - width * log1p(exp((a - b) / width)) : b - width * log1p(exp((b - a) / width))
}
