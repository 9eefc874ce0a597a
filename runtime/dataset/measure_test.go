package dataset

import (
	"bufio"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// realData returns a path below the folder of the CIFAR files, and skips the
// test where there is none.
func realData(t testing.TB, name string) string {
	t.Helper()
	folder := os.Getenv("RELIEF_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no CIFAR files: %s is missing; set RELIEF_DATA to the folder that holds cifar10 and cifar100", path)
	}
	return path
}

// measures are the rows of the table in doc.go: what is measured, and how far
// made images may be from photographs, as a share of the photographs' number.
var measures = []struct {
	name      string
	tolerance float64
}{
	{"standard deviation of values", 0.1},
	{"correlation of red and green", 0.05},
	{"correlation of red and blue", 0.15},
	{"deviation of brightness", 0.15},
	{"mean of contrast", 0.1},
	{"deviation of contrast", 0.25},
	{"slope of the power spectrum", 0.1},
	{"horizontal over vertical power", 0.3},
	{"step over contrast", 0.15},
	{"kurtosis of steps", 0.5},
	{"share of 1 component", 0.2},
	{"share of 10 components", 0.1},
	{"share of 50 components", 0.05},
	{"largest over smallest norm", 0.4},
	{"share of class means", 0.3},
	{"nearest mean, 1,000", 0.2},
	{"nearest mean, 5,000", 0.2},
	{"least squares, 1,000", 0.25},
	{"least squares, 5,000", 0.25},
	{"nearest neighbour, 1,000", 0.25},
	{"nearest neighbour, 5,000", 0.25},
}

// TestMadeImagesAreLikePhotographs measures made images and, where they are,
// photographs, and holds both to the table in doc.go, and the made ones to the
// photographs.
func TestMadeImagesAreLikePhotographs(t *testing.T) {
	if testing.Short() {
		t.Skip("measures 7,000 images")
	}
	table := documented(t)
	s, err := Synthetic{Limit: 7000}.Load()
	if err != nil {
		t.Fatal(err)
	}
	agree := func(column int, got []float64) {
		for i, m := range measures {
			if want := table[i][column]; math.Abs(got[i]-want) > max(0.02*math.Abs(want), 0.006) {
				t.Errorf("doc.go, column %d: %s is %v there, measured %.4g", column+1, m.name, want, got[i])
			}
		}
		if t.Failed() {
			for i, m := range measures {
				t.Logf("%-32s%.3g", m.name, got[i])
			}
		}
	}
	agree(1, measure(s))
	for i, m := range measures {
		if real, made := table[i][0], table[i][1]; math.Abs(made-real) > m.tolerance*math.Abs(real) {
			t.Errorf("%s: %v of made images is beyond %v +- %v %%", m.name, made, real, 100*m.tolerance)
		}
	}
	path := realData(t, "cifar10")
	s, err = CIFAR{Path: path, Selection: Selection{Limit: 7000}}.Load()
	if err != nil {
		t.Fatal(err)
	}
	agree(0, measure(s))
}

// documented returns the two numbers of each row of the table.
func documented(t *testing.T) [][2]float64 {
	f, err := os.Open("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := map[string][2]float64{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(strings.TrimPrefix(lines.Text(), "//"))
		if len(fields) < 3 {
			continue
		}
		real, err1 := strconv.ParseFloat(fields[len(fields)-2], 64)
		made, err2 := strconv.ParseFloat(fields[len(fields)-1], 64)
		if err1 == nil && err2 == nil {
			rows[strings.Join(fields[:len(fields)-2], " ")] = [2]float64{real, made}
		}
	}
	out := make([][2]float64, len(measures))
	for i, m := range measures {
		row, ok := rows[m.name]
		if !ok {
			t.Errorf("doc.go has no row %q", m.name)
		}
		out[i] = row
	}
	return out
}

const trained, tested = 5000, 2000 // samples measured, and the next ones tested on

// measure returns the numbers of the rows, for images of ten classes.
func measure(s *Set) []float64 {
	out := pictures(s)
	wide := *s
	wide.X = append([]float32(nil), s.X...)
	standard(&wide)
	var lo, hi float64 = math.Inf(1), 0
	for _, n := range wide.Norms()[:trained] {
		lo, hi = min(lo, n), max(hi, n)
	}
	small := pool(s)
	standard(small)
	out = append(out, components(small)...)
	out = append(out, hi/lo, share(&wide))
	for _, score := range []func(s *Set, n int) float64{nearestMean, leastSquares, nearestNeighbour} {
		from := small
		out = append(out, score(from, 1000), score(from, 5000))
	}
	return out
}

// standard standardises per pixel by the statistics of the trained samples.
func standard(s *Set) {
	if err := s.Apply(s.Pick(counted(trained)).Statistics(PerPixel)); err != nil {
		panic(err)
	}
}

// pictures measures light, colour, spectrum and edges of 5,000 images.
func pictures(s *Set) []float64 {
	const side = 32
	var channel [3][]float64
	var bright, contrast []float64
	power := make([]float64, side*side)
	var steps, fourth, square float64
	grey, row := make([]float64, side*side), make([]complex128, side)
	plane, fft := make([]complex128, side*side), fourier.NewCmplxFFT(side)
	for i := range trained {
		x := s.Sample(i)
		for k := range grey {
			grey[k] = (float64(x[3*k]) + float64(x[3*k+1]) + float64(x[3*k+2])) / 3
			if k%7 == 0 { // a seventh of the pixels will do for the colours
				for e := range channel {
					channel[e] = append(channel[e], float64(x[3*k+e]))
				}
			}
		}
		mean, dev := stat.PopMeanStdDev(grey, nil)
		bright, contrast = append(bright, mean), append(contrast, dev)
		for k, g := range grey {
			if k%side > 0 {
				d := (g - grey[k-1]) / dev
				square += d * d
				fourth += d * d * d * d
				steps++
			}
			hann := func(j int) float64 { return 0.5 - 0.5*math.Cos(2*math.Pi*float64(j)/(side-1)) }
			plane[k] = complex((g-mean)*hann(k%side)*hann(k/side), 0)
		}
		for j := range side {
			fft.Coefficients(plane[j*side:(j+1)*side], plane[j*side:(j+1)*side])
		}
		for j := range side {
			for k := range row {
				row[k] = plane[k*side+j]
			}
			fft.Coefficients(row, row)
			for k, v := range row {
				a := cmplx.Abs(v)
				power[k*side+j] += a * a
			}
		}
	}
	var logs, radii []float64
	for r := 2; r < 15; r++ {
		var sum, n float64
		for k, p := range power {
			fy, fx := (k/side+16)%32-16, (k%side+16)%32-16
			if d := math.Hypot(float64(fx), float64(fy)); d >= float64(r)-0.5 && d < float64(r)+0.5 {
				sum, n = sum+p, n+1
			}
		}
		radii, logs = append(radii, math.Log(float64(r))), append(logs, math.Log(sum/n))
	}
	_, slope := stat.LinearRegression(radii, logs, nil, false)
	var across, along float64
	for f := 2; f < 12; f++ {
		across, along = across+power[f], along+power[f*side]
	}
	all := append(append(append([]float64(nil), channel[0]...), channel[1]...), channel[2]...)
	square, fourth = square/steps, fourth/steps
	return []float64{
		stat.PopStdDev(all, nil), stat.Correlation(channel[0], channel[1], nil), stat.Correlation(channel[0], channel[2], nil),
		stat.PopStdDev(bright, nil), stat.Mean(contrast, nil), stat.PopStdDev(contrast, nil),
		slope, across / along, math.Sqrt(square), fourth / (square * square),
	}
}

// pool returns the images averaged over blocks of 4 x 4 pixels.
func pool(s *Set) *Set {
	p := &Set{Shape: [3]int{8, 8, 3}, Labels: s.Labels, Classes: s.Classes, X: make([]float32, s.Len()*192)}
	for i := range s.Len() {
		x, y := s.Sample(i), p.Sample(i)
		for k, v := range x {
			y[(k/96/4*8+k/3%32/4)*3+k%3] += v / 16
		}
	}
	return p
}

// components returns the share of the variance in 1, 10 and 50 principal
// components.
func components(s *Set) []float64 {
	f := s.Features()
	c := mat.NewSymDense(f, nil)
	c.SymOuterK(1/float64(trained), matrix(s, 0, trained, 0).T())
	var e mat.EigenSym
	if !e.Factorize(c, false) {
		panic("no eigenvalues")
	}
	v := e.Values(nil)
	var out []float64
	var sum float64
	for i := range 50 {
		sum += v[f-1-i]
		if i == 0 || i == 9 || i == 49 {
			out = append(out, sum/mat.Trace(c))
		}
	}
	return out
}

// matrix returns samples lo to hi as rows, with extra columns of ones.
func matrix(s *Set, lo, hi, ones int) *mat.Dense {
	f := s.Features()
	m := mat.NewDense(hi-lo, f+ones, nil)
	for i := lo; i < hi; i++ {
		for j := range f + ones {
			v := 1.0
			if j < f {
				v = float64(s.X[i*f+j])
			}
			m.Set(i-lo, j, v)
		}
	}
	return m
}

// means returns the mean of each class over the first n samples, and the
// numbers of samples.
func means(s *Set, n int) ([][]float64, []float64) {
	m, count := make([][]float64, s.Classes), make([]float64, s.Classes)
	for k := range m {
		m[k] = make([]float64, s.Features())
	}
	for i := range n {
		count[s.Labels[i]]++
		for j, x := range s.Sample(i) {
			m[s.Labels[i]][j] += float64(x)
		}
	}
	for k := range m {
		for j := range m[k] {
			m[k][j] /= count[k]
		}
	}
	return m, count
}

// share returns the variance of the class means as a part of all variance.
func share(s *Set) float64 {
	m, count := means(s, trained)
	var sum float64
	for k := range m {
		for _, v := range m[k] {
			sum += count[k] * v * v
		}
	}
	return sum / float64(trained*s.Features())
}

// accuracy returns the share of right answers on the tested samples.
func accuracy(s *Set, answer func(i int) int) float64 {
	right := 0
	for i := trained; i < trained+tested; i++ {
		if answer(i) == s.Labels[i] {
			right++
		}
	}
	return float64(right) / tested
}

func nearestMean(s *Set, n int) float64 {
	m, _ := means(s, n)
	return accuracy(s, func(i int) int {
		best, least := 0, math.Inf(1)
		for k := range m {
			var d float64
			for j, x := range s.Sample(i) {
				d += (float64(x) - m[k][j]) * (float64(x) - m[k][j])
			}
			if d < least {
				best, least = k, d
			}
		}
		return best
	})
}

func leastSquares(s *Set, n int) float64 {
	var w, y mat.Dense
	if err := w.Solve(matrix(s, 0, n, 1), mat.NewDense(n, s.Classes, s.Pick(counted(n)).OneHot())); err != nil {
		panic(fmt.Sprint(err))
	}
	y.Mul(matrix(s, trained, trained+tested, 1), &w)
	return accuracy(s, func(i int) int {
		best := 0
		for k, v := range y.RawRowView(i - trained) {
			if v > y.At(i-trained, best) {
				best = k
			}
		}
		return best
	})
}

func nearestNeighbour(s *Set, n int) float64 {
	return accuracy(s, func(i int) int {
		best, least := 0, float32(math.Inf(1))
		a := s.Sample(i)
		for k := range n {
			b := s.Sample(k)[:len(a)]
			var d float32
			for j, x := range a {
				d += (x - b[j]) * (x - b[j])
			}
			if d < least {
				best, least = k, d
			}
		}
		return s.Labels[best]
	})
}
