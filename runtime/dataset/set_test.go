package dataset

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawn returns a set of random numbers, some of its features constant.
func drawn(t *rapid.T) *Set {
	s := &Set{Shape: [3]int{rapid.IntRange(1, 3).Draw(t, "h"), rapid.IntRange(1, 4).Draw(t, "w"), rapid.IntRange(1, 3).Draw(t, "c")}}
	n, f := rapid.IntRange(2, 12).Draw(t, "n"), s.Features()
	fixed := rapid.SliceOfN(rapid.Bool(), f, f).Draw(t, "constant")
	s.X = make([]float32, n*f)
	for i := range s.X {
		if s.X[i] = float32(rapid.IntRange(-1000, 1000).Draw(t, "x")) / 7; fixed[i%f] {
			s.X[i] = 0.1
		}
	}
	s.Labels, s.Targets, s.Classes, s.Outputs, s.Names = make([]int, n), make([]float64, 2*n), n, 2, numbered(n)
	for i := range n {
		s.Labels[i], s.Targets[2*i], s.Targets[2*i+1] = i, float64(i), -float64(i)
	}
	s.seal()
	return s
}

func copied(s *Set) *Set { return s.Pick(counted(s.Len())) }

func counted(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestStandardizeGivesMeanZeroAndVarianceOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		raw := copied(s)
		by := rapid.SampledFrom([]By{PerPixel, PerChannel}).Draw(t, "by")
		if err := s.Standardize(by); err != nil {
			t.Fatal(err)
		}
		groups := len(s.Stats.Mean)
		if want := map[By]int{PerPixel: s.Features(), PerChannel: s.Shape[2]}[by]; groups != want {
			t.Fatalf("%d groups, want %d", groups, want)
		}
		for g := range groups {
			var sum, square, n float64
			least, most := float32(math.Inf(1)), float32(math.Inf(-1))
			for i := g; i < len(s.X); i += groups {
				sum, square, n = sum+float64(s.X[i]), square+float64(s.X[i])*float64(s.X[i]), n+1
				least, most = min(least, raw.X[i]), max(most, raw.X[i])
			}
			want := 1.0
			if least == most {
				want = 0
			}
			if math.Abs(sum/n) > 1e-5 || math.Abs(square/n-want) > 1e-4 {
				t.Errorf("group %d has mean %v and mean square %v, want 0 and %v", g, sum/n, square/n, want)
			}
			if constant := slices.Contains(s.Stats.Constant, g); constant != (want == 0) {
				t.Errorf("group %d: constant is %v", g, constant)
			}
		}
		if says := strings.Contains(s.Stats.String(), "divided by 1"); says != (len(s.Stats.Constant) > 0) {
			t.Errorf("%d constant, but %q", len(s.Stats.Constant), s.Stats)
		}
		if err := s.Standardize(by); err == nil {
			t.Error("standardised twice")
		}
		if raw.Digest == s.Digest && !slices.Equal(raw.X, s.X) {
			t.Error("the digest stayed")
		}
	})
}

func TestStatisticsAreShown(t *testing.T) {
	s := &Set{Shape: [3]int{1, 2, 2}, X: []float32{0, 5, 2, 5, 4, 5, 6, 5}}
	for by, want := range map[By]string{
		PerPixel:   "per pixel over 2 samples: mean 2 to 5, deviation 1 to 2; 2 pixels are constant and were divided by 1",
		PerChannel: "per channel over 2 samples: mean [3 5], deviation [2.236 1]; one channel is constant and was divided by 1",
	} {
		if got := s.Statistics(by).String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestApplyLeavesDataAloneOnError(t *testing.T) {
	s := &Set{Shape: [3]int{1, 1, 1}, X: []float32{1, 2}}
	for name, stats := range map[string]*Stats{
		"shape":    {Shape: [3]int{1, 1, 2}, Mean: []float64{0, 0}, Deviation: []float64{1, 1}},
		"overflow": {Shape: s.Shape, Mean: []float64{1}, Deviation: []float64{1e-300}},
	} {
		if err := s.Apply(stats); err == nil || !slices.Equal(s.X, []float32{1, 2}) {
			t.Errorf("%s: %v, %v", name, s.X, err)
		}
	}
	if err := (&Set{Shape: [3]int{1, 1, 1}}).Standardize(PerPixel); err == nil {
		t.Error("an empty set was standardised")
	}
}

func TestScaleGivesNorms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		law := func(i int) float64 { return 0.5 + float64(i) }
		before := slices.Clone(s.X)
		zero := slices.Contains(s.Norms(), 0)
		if err := s.Scale(law); (err != nil) != zero {
			t.Fatalf("zero sample %v, error %v", zero, err)
		} else if err != nil {
			if !slices.Equal(before, s.X) {
				t.Error("a failed scale changed the set")
			}
			return
		}
		for i, n := range s.Norms() {
			if math.Abs(n/law(i)-1) > 1e-6 {
				t.Errorf("sample %d has the norm %v, want %v", i, n, law(i))
			}
		}
	})
	s := &Set{Shape: [3]int{1, 1, 1}, X: []float32{1}}
	for _, v := range []float64{-1, math.NaN(), math.Inf(1), 1e300} {
		if err := s.Scale(func(int) float64 { return v }); err == nil || s.X[0] != 1 {
			t.Errorf("norm %v: %v, %v", v, s.X, err)
		}
	}
}

func TestPickKeepsSamplesWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		index := rapid.SliceOf(rapid.IntRange(0, s.Len()-1)).Draw(t, "index")
		p := s.Pick(index)
		if p.Len() != len(index) || p.Digest != s.Pick(index).Digest {
			t.Errorf("%d of %d samples", p.Len(), len(index))
		}
		for i, l := range index {
			if p.Labels[i] != s.Labels[l] || !slices.Equal(p.Sample(i), s.Sample(l)) || !slices.Equal(p.Targets[2*i:2*i+2], s.Targets[2*l:2*l+2]) {
				t.Errorf("sample %d was torn apart", l)
			}
		}
	})
}

// A study chooses by class, then by class and limit, then skips and limits: the
// same as one walk over the file. Every source does, and its outline counts the
// same samples.
func TestClassesThenSkipThenLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 12).Draw(t, "labels")
		sel := Selection{PerClass: rapid.IntRange(0, 3).Draw(t, "per class"), Limit: rapid.IntRange(0, 6).Draw(t, "limit")}
		for _, c := range rapid.Permutation([]int{0, 1, 2, 3}).Draw(t, "classes")[:rapid.IntRange(0, 3).Draw(t, "n")] {
			sel.Classes = append(sel.Classes, strconv.Itoa(c))
		}
		skip, limit := rapid.IntRange(0, 4).Draw(t, "skip"), rapid.IntRange(0, 4).Draw(t, "then limit")

		var from, label []int // of the samples kept
		count := map[int]int{}
		for i, l := range labels {
			to := l
			if len(sel.Classes) > 0 {
				to = slices.Index(sel.Classes, strconv.Itoa(l))
			}
			if to < 0 || sel.PerClass > 0 && count[l] == sel.PerClass || sel.Limit > 0 && len(from) == sel.Limit {
				continue
			}
			count[l]++
			from, label = append(from, i), append(label, to)
		}
		chosen := len(from)
		from, label = from[min(skip, chosen):], label[min(skip, chosen):]
		if limit > 0 {
			from, label = from[:min(limit, len(from))], label[:min(limit, len(label))]
		}

		bytes8, values, text := make([]byte, len(labels)), Values{Labels: labels, Count: 4, Selection: sel}, "x,label\n"
		numbers, words := make([]float32, len(labels)), make([]int64, len(labels))
		for i, l := range labels {
			bytes8[i], numbers[i], words[i] = byte(l), float32(i), int64(l)
			values.X = append(values.X, []float64{float64(i)})
			text += fmt.Sprintf("%d,%d\n", i, l)
		}
		dir, remove := folder(t, map[string][]byte{
			"a.bin": records(1, bytes8...), "x.csv": []byte(text),
			"images": idx([]uint32{uint32(len(labels)), 1, 1}, ascending(len(labels))...), "labels": idx([]uint32{uint32(len(labels))}, bytes8...),
			"x.npy": npy(1, "<f4", "False", fmt.Sprintf("(%d,)", len(labels)), numbers), "y.npy": npy(1, "<i8", "False", fmt.Sprintf("(%d,)", len(labels)), words),
		})
		defer remove()
		in := func(name string) string { return filepath.Join(dir, name) }
		for name, c := range map[string]struct {
			Source
			scale float64 // of the first value that tells the sample
			at    int     // its place
		}{
			"cifar":  {CIFAR{Path: in("a.bin"), Selection: sel}, 255. / 10, 3},
			"idx":    {IDX{Path: in("images"), Labels: in("labels"), Count: 4, Selection: sel}, 255, 0},
			"csv":    {CSV{Path: in("x.csv"), Label: "label", Count: 4, Selection: sel}, 1, 0},
			"npy":    {NPY{Path: in("x.npy"), Labels: in("y.npy"), Count: 4, Selection: sel}, 1, 0},
			"values": {values, 1, 0},
		} {
			s, err := c.Load()
			if (err != nil) != (chosen == 0) {
				t.Fatalf("%s: %d samples chosen, error %v", name, chosen, err)
			}
			if err != nil {
				continue
			}
			if out, err := c.Outline(); err != nil || out.Samples != chosen || !reflect.DeepEqual(out, s.Outline()) {
				t.Errorf("%s: the outline has %+v, %v; %d are chosen, and the set has %+v", name, out, err, chosen, s.Outline())
			}
			p, err := s.Part(skip, limit)
			if (err != nil) != (skip >= chosen) {
				t.Fatalf("%s: skip %d of %d, error %v", name, skip, chosen, err)
			}
			if err != nil {
				continue
			}
			if !slices.Equal(p.Labels, label) {
				t.Errorf("%s: labels %v, want %v", name, p.Labels, label)
			}
			for i, f := range from {
				if got := float64(p.Sample(i)[c.at]) * c.scale; math.Abs(got-float64(f)) > 1e-4 {
					t.Errorf("%s: sample %d is number %v of the file, want %d", name, i, got, f)
				}
			}
		}
	})
	for _, c := range [][2]int{{-1, 0}, {0, -1}} {
		s := &Set{Shape: [3]int{1, 1, 1}, X: []float32{1}}
		if _, err := s.Part(c[0], c[1]); err == nil {
			t.Errorf("part %v was taken", c)
		}
	}
}

// folder writes files into a folder of their own.
func folder(t *rapid.T, files map[string][]byte) (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "dataset")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, func() { os.RemoveAll(dir) }
}

func ascending(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i)
	}
	return out
}

func TestDigestSeesEveryPart(t *testing.T) {
	digest := func(change func(*Set)) [32]byte {
		s := &Set{Shape: [3]int{1, 1, 2}, X: []float32{1, 2, 3, 4}, Labels: []int{0, 1}, Classes: 2, Names: []string{"a", "bc"}, Targets: []float64{1, 2}, Outputs: 1}
		change(s)
		s.seal()
		return s.Digest
	}
	seen := map[[32]byte]string{}
	for name, change := range map[string]func(*Set){
		"nothing": func(*Set) {}, "value": func(s *Set) { s.X[3] = 5 }, "zero": func(s *Set) { s.X[0] = float32(math.Copysign(0, -1)) },
		"shape": func(s *Set) { s.Shape = [3]int{1, 2, 1} }, "label": func(s *Set) { s.Labels[0] = 1 },
		"classes": func(s *Set) { s.Classes = 3 }, "names": func(s *Set) { s.Names = []string{"ab", "c"} }, "target": func(s *Set) { s.Targets[1] = 3 },
	} {
		d := digest(change)
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[d] = name
		if d != digest(change) {
			t.Errorf("%s: two digests of one set", name)
		}
	}
}

// The window is held to the plain way: pad, cut, mirror.
func TestAugmentIsFlipAndCrop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		h, w, c := s.Shape[0], s.Shape[1], s.Shape[2]
		pad, flip := rapid.IntRange(0, 3).Draw(t, "crop"), rapid.Bool().Draw(t, "flip")
		a, err := NewAugment(rapid.Uint64().Draw(t, "seed"), flip, pad)
		if err != nil {
			t.Fatal(err)
		}
		src, got := s.Sample(0), make([]float32, s.Features())
		epoch, index := rapid.IntRange(0, 9).Draw(t, "epoch"), rapid.IntRange(0, 9).Draw(t, "index")
		a.Sample(got, src, s.Shape, epoch, index)
		found := false
		for mirror := range 2 {
			for top := range 2*pad + 1 {
				for left := range 2*pad + 1 {
					want := make([]float32, len(got))
					for k := range want {
						i, j := k/c/w+top-pad, k/c%w
						if mirror == 1 {
							j = w - 1 - j
						}
						if j += left - pad; i >= 0 && i < h && j >= 0 && j < w {
							want[k] = src[(i*w+j)*c+k%c]
						}
					}
					found = found || slices.Equal(got, want) && (mirror == 0 || flip)
				}
			}
		}
		if !found {
			t.Errorf("%v is no window of %v", got, src)
		}
		again := make([]float32, len(got))
		a.Sample(again, src, s.Shape, epoch+1, index)
		a.Sample(again, src, s.Shape, epoch, index)
		if !slices.Equal(got, again) {
			t.Error("an earlier sample changed a later one")
		}
	})
	if _, err := NewAugment(0, true, -1); err == nil {
		t.Error("a negative padding was taken")
	}
}

// Of 20,000 draws each of the 2 x 25 outcomes has its share within five
// standard errors, and nothing is allocated.
func TestAugmentIsEven(t *testing.T) {
	const n, outcomes = 20_000, 50
	a, err := NewAugment(3, true, 2)
	if err != nil {
		t.Fatal(err)
	}
	shape := [3]int{5, 5, 1}
	src, dst := make([]float32, 25), make([]float32, 25)
	for i := range src {
		src[i] = float32(1 + i)
	}
	count := map[[2]float32]int{} // the centre and its right neighbour tell the outcome
	for i := range n {
		a.Sample(dst, src, shape, i%7, i/7)
		count[[2]float32{dst[12], dst[13]}]++
	}
	if len(count) != outcomes {
		t.Errorf("%d outcomes, want %d", len(count), outcomes)
	}
	for k, c := range count {
		if math.Abs(float64(c)-n/outcomes) > 5*math.Sqrt(n/outcomes) {
			t.Errorf("%v came %d times, expected about %d", k, c, n/outcomes)
		}
	}
	if per := testing.AllocsPerRun(10, func() { a.Sample(dst, src, shape, 0, 0) }); per != 0 {
		t.Errorf("%v allocations", per)
	}
}
