package kernel

import "math"

// The logarithms write the argument as 2^k m and m = c (1 + r) with c the
// centre of one of 16 intervals and |r| <= 0.0302, and add k ln2, log(c) from a
// table and a polynomial of r. There is no division: 1/c is in the table.
// r, k ln2 + log(c) and the final sum are carried in two words.

const (
	minNormal = 0x1p-1022
	fraction  = 1<<52 - 1
	oneBits   = 1023 << 52
)

// Log returns the natural logarithm of x with an error below 0.55 ulp. The worst
// of 24 million points, half of them where the error is largest, was 0.542 ulp.
//
//	Log(+Inf) = +Inf, Log(±0) = -Inf, Log(x < 0) = NaN, Log(NaN) = NaN
func Log(x float64) float64 {
	shift := 0.0
	if !(x >= minNormal && x <= math.MaxFloat64) {
		switch {
		case x < 0:
			return math.NaN()
		case x == 0:
			return math.Inf(-1)
		case !(x < math.Inf(1)):
			return x
		}
		x *= 0x1p54
		shift = 54
	}
	from := math.Float64bits(x) - logOffset
	k := float64(int64(from)>>52) - shift
	m := math.Float64frombits(from&fraction + logOffset)
	j := from >> 48 & 15
	inv := logInv[j]
	p := float64(m * inv)
	rl := math.FMA(m, inv, -p)
	rh := p - 1
	r := rh + rl
	s, tail := baseLog(k, j, r, rl-(r-rh))
	return addCurve(s, tail, r)
}

// Log1p returns log(1 + x) with an error below 0.55 ulp, also for small x. The
// worst of 24 million points was 0.542 ulp.
//
//	Log1p(+Inf) = +Inf, Log1p(±0) = ±0, Log1p(-1) = -Inf,
//	Log1p(x < -1) = NaN, Log1p(NaN) = NaN
func Log1p(x float64) float64 {
	if !(x > -1 && x <= math.MaxFloat64) {
		switch {
		case x == -1:
			return math.Inf(-1)
		case x < -1:
			return math.NaN()
		}
		return x
	}
	if math.Abs(x) < 0x1p-6 {
		// In the interval around 1 all the rest is zero: the same bits, sooner.
		return math.Copysign(addCurve(x, 0, x), x)
	}
	// 1 + x = u + lost exactly.
	u := 1 + x
	var lost float64
	if x < 1 {
		lost = x - (u - 1)
	} else {
		lost = 1 - (u - x)
	}
	from := math.Float64bits(u) - logOffset
	biased := from + oneBits
	k := float64(int64(from) >> 52)
	m := math.Float64frombits(from&fraction + logOffset)
	j := from >> 48 & 15
	inv := logInv[j]
	p := float64(m * inv)
	// 2^-k, or 0 where that is below the normal numbers.
	down := math.Float64frombits((2046 - min(biased>>52, 2046)) << 52)
	rl := math.FMA(float64(lost*down), inv, math.FMA(m, inv, -p))
	rh := p - 1
	r := rh + rl
	s, tail := baseLog(k, j, r, rl-(r-rh))
	return math.Copysign(addCurve(s, tail, r), x)
}

// baseLog returns k ln2 - log(logInv[j]) + r + rl in two words.
func baseLog(k float64, j uint64, r, rl float64) (s, tail float64) {
	hi := math.FMA(k, ln2Hi, logHi[j]) // exact
	s = hi + r
	return s, ((hi - s) + r) + (math.FMA(k, ln2Lo, logLo[j]) + rl)
}

// addCurve returns s + tail + log(1+r) - r.
func addCurve(s, tail, r float64) float64 {
	r2 := float64(r * r)
	a := math.FMA(r, logPoly1, logPoly0)
	b := math.FMA(r, logPoly3, logPoly2)
	c := math.FMA(r, logPoly5, logPoly4)
	d := math.FMA(r, logPoly7, logPoly6)
	a = math.FMA(r2, b, a)
	c = math.FMA(r2, d, c)
	a = math.FMA(float64(r2*r2), c, a)
	return s + math.FMA(r2, math.FMA(r, a, -0.5), tail)
}

// VecLog sets dst[i] = Log(a[i]).
func VecLog(dst, a []float64) {
	a = fit(a, len(dst))
	for i := vecLog(dst, a); i < len(dst); i++ {
		dst[i] = Log(a[i])
	}
}

// VecLog1p sets dst[i] = Log1p(a[i]).
func VecLog1p(dst, a []float64) {
	a = fit(a, len(dst))
	for i := vecLog1p(dst, a); i < len(dst); i++ {
		dst[i] = Log1p(a[i])
	}
}
