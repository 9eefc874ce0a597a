# Special functions that the language can say itself. An iteration that converges
# fast enough is written out: each local below is one step.

# Both branches: from a start right to a few per cent, two steps of fourth order
# lead to the last bits. Below z = -1/4 the steps are made in u = 1 + W, whose square
# is about 2 (1 + e z): what cancels near the branch point, 1 + e z and u + ln(1 - u),
# is then computed without loss. 0.36787944117144233 is 1/e as it is rounded, and
# 1.2428753672788363e-17 what it exceeds 1/e by.
function "lambert_w" {
  description = "Principal branch of Lambert's W: the w >= -1 with w exp(w) = z, for z >= -1/e; NaN below. Within 4e-16 of itself"
  formula     = "w exp(w) = z;  W'(z) = 1 / (z + exp(W(z)))"
  source      = "Corless, Gonnet, Hare, Jeffrey, Knuth (1996), Adv. Comput. Math. 5; the iteration is that of Fritsch, Shafer, Crowley (1973), CACM 16(2); starts: series in the first beyond 1, Winitzki (2003)"
  example     = "close(lambert_w(1), 0.5671432904097838, 1e-15) && lambert_w(0) == 0 && lambert_w(-1 / e) == -1 && close(lambert_w(2 * exp(2)), 2, 1e-15)"

  params = [z]
  locals {
    # near the branch point
    q  = z == -1 / e ? 0 : e * ((z + 0.36787944117144233) - 1.2428753672788363e-17)
    u0 = lambert_branch(sqrt(2 * local.q))
    u1 = local.u0 + lambert_step(local.u0, log1p(-local.q) - log1p(-local.u0) - local.u0)
    u2 = local.u1 + lambert_step(local.u1, log1p(-local.q) - log1p(-local.u1) - local.u1)

    # elsewhere
    l  = log1p(z)
    w0 = z < 1 ? z * (1 + 4 / 3 * z) / (1 + z * (7 / 3 + 5 / 6 * z)) : local.l * (1 - log1p(local.l) / (2 + local.l))
    w1 = local.w0 + lambert_step(1 + local.w0, log(z / local.w0) - local.w0)
    w2 = local.w1 + lambert_step(1 + local.w1, log(z / local.w1) - local.w1)
  }
  value = z < -0.25 ? local.u2 - 1 : abs(z) < 1e-6 ? z * (1 - z * (1 - 1.5 * z)) : z < inf ? local.w2 : z
}

function "lambert_w_minus1" {
  description = "Lower real branch of Lambert's W: the w <= -1 with w exp(w) = z, for -1/e <= z < 0; -inf at 0, NaN elsewhere. Within 4e-16 of itself"
  formula     = "w exp(w) = z;  W'(z) = 1 / (z + exp(W(z)))"
  source      = "as lambert_w; start: two terms of the series at 0 in ln(-z) and ln(-ln(-z))"
  example     = "close(lambert_w_minus1(-2 * exp(-2)), -2, 2e-15) && lambert_w_minus1(-1 / e) == -1 && lambert_w_minus1(0) == -inf"

  params = [z]
  locals {
    q  = z == -1 / e ? 0 : e * ((z + 0.36787944117144233) - 1.2428753672788363e-17)
    u0 = lambert_branch(-sqrt(2 * local.q))
    u1 = local.u0 + lambert_step(local.u0, log1p(-local.q) - log1p(-local.u0) - local.u0)
    u2 = local.u1 + lambert_step(local.u1, log1p(-local.q) - log1p(-local.u1) - local.u1)

    # z / w would underflow for the least z
    a  = log(-z)
    b  = log(-local.a)
    w0 = local.a - local.b + local.b / local.a * (1 + (local.b - 2) / (2 * local.a))
    w1 = local.w0 + lambert_step(1 + local.w0, local.a - log(-local.w0) - local.w0)
    w2 = local.w1 + lambert_step(1 + local.w1, local.a - log(-local.w1) - local.w1)
  }
  value = z < -0.25 ? local.u2 - 1 : z == 0 ? -inf : local.w2
}

function "lambert_branch" {
  description = "Start of both branches of Lambert's W: 1 + W(z) by its series at z = -1/e, where p = sqrt(2 (1 + e z)), negative for the lower branch"
  formula     = "p - p^2/3 + 11 p^3/72 - 43 p^4/540 + 769 p^5/17280"
  source      = "Corless, Gonnet, Hare, Jeffrey, Knuth (1996), Adv. Comput. Math. 5, (4.22)"
  example     = "close(lambert_branch(0.01), 1 + lambert_w((0.00005 - 1) / e), 1e-12)"

  params = [p]
  value  = p * (1 - p * (1 / 3 - p * (11 / 72 - p * (43 / 540 - p * 769 / 17280))))
}

function "lambert_step" {
  description = "What one step of fourth order adds to w, given u = 1 + w and r = ln(z/w) - w"
  formula     = "w (r/u) (k - r) / (k - 2 r) with k = 2 u (u + 2 r/3)"
  source      = "Fritsch, Shafer, Crowley (1973), CACM 16(2), algorithm 443"
  example     = "close(1 + lambert_step(2, log(exp(1)) - 1), lambert_w(e), 1e-15) && lambert_step(0, 0) == 0"

  params = [u, r]
  locals {
    k = 2 * u * (u + 2 / 3 * r)
  }
  value = u == 0 ? 0 : (u - 1) * r / u * (local.k - r) / (local.k - 2 * r)
}
