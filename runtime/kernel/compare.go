package kernel

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Lt sets dst[i] = 1 where a[i] < b[i], else 0.
func Lt(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecLt(dst, a, b); i < len(dst); i++ {
		dst[i] = truth(a[i] < b[i])
	}
}

// Le sets dst[i] = 1 where a[i] <= b[i], else 0.
func Le(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecLe(dst, a, b); i < len(dst); i++ {
		dst[i] = truth(a[i] <= b[i])
	}
}

// Eq sets dst[i] = 1 where a[i] == b[i], else 0.
func Eq(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecEq(dst, a, b); i < len(dst); i++ {
		dst[i] = truth(a[i] == b[i])
	}
}

// Ne sets dst[i] = 1 where a[i] != b[i], else 0.
func Ne(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecNe(dst, a, b); i < len(dst); i++ {
		dst[i] = truth(a[i] != b[i])
	}
}

// Gt sets dst[i] = 1 where a[i] > b[i], else 0.
func Gt(dst, a, b []float64) { Lt(dst, b, a) }

// Ge sets dst[i] = 1 where a[i] >= b[i], else 0.
func Ge(dst, a, b []float64) { Le(dst, b, a) }

// LtC sets dst[i] = 1 where a[i] < c, else 0.
func LtC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecLtC(dst, a, c); i < len(dst); i++ {
		dst[i] = truth(a[i] < c)
	}
}

// LeC sets dst[i] = 1 where a[i] <= c, else 0.
func LeC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecLeC(dst, a, c); i < len(dst); i++ {
		dst[i] = truth(a[i] <= c)
	}
}

// GtC sets dst[i] = 1 where a[i] > c, else 0.
func GtC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecGtC(dst, a, c); i < len(dst); i++ {
		dst[i] = truth(a[i] > c)
	}
}

// GeC sets dst[i] = 1 where a[i] >= c, else 0.
func GeC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecGeC(dst, a, c); i < len(dst); i++ {
		dst[i] = truth(a[i] >= c)
	}
}

// EqC sets dst[i] = 1 where a[i] == c, else 0.
func EqC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecEqC(dst, a, c); i < len(dst); i++ {
		dst[i] = truth(a[i] == c)
	}
}

// NeC sets dst[i] = 1 where a[i] != c, else 0.
func NeC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecNeC(dst, a, c); i < len(dst); i++ {
		dst[i] = truth(a[i] != c)
	}
}

// Select sets dst[i] = a[i] where cond[i] is not 0, else b[i]; a condition of
// NaN is not 0.
func Select(dst, cond, a, b []float64) {
	cond, a, b = fit(cond, len(dst)), fit(a, len(dst)), fit(b, len(dst))
	for i := vecSelect(dst, cond, a, b); i < len(dst); i++ {
		if cond[i] != 0 {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}
