package kernel

import "testing"

// BenchmarkStep runs one step of gradient descent on f1(x) = (1+|x|) log(1+|x|) - |x|
// for 256 lanes, with the loss, kernel by kernel.
func BenchmarkStep(b *testing.B) {
	before := active
	defer func() { active = before }()
	const n = 256
	x, a, u, l, y, g := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for l0 := levelGo; l0 <= best(); l0++ {
		active = l0
		b.Run(l0.String(), func(b *testing.B) {
			for i := range x {
				x[i] = 3 + float64(i)*0.01
			}
			for b.Loop() {
				Abs(a, x)
				AddC(u, a, 1)
				VecLog1p(l, a)
				Mul(y, u, l)
				Sub(y, y, a)
				SignMul(g, l, x)
				SubScaled(x, x, 1e-5, g)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/lane")
		})
	}
}
