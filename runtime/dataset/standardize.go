package dataset

import (
	"fmt"
	"math"
)

// By says over what the statistics of Standardize are taken.
type By uint8

const (
	PerPixel   By = iota // each feature over the samples
	PerChannel           // each channel over the samples and all pixels
)

// String returns "pixel" or "channel".
func (b By) String() string {
	if b == PerChannel {
		return "channel"
	}
	return "pixel"
}

// Stats says how a set was standardised: each value less the mean, divided by
// the deviation, of its feature or channel.
type Stats struct {
	By   By
	Mean []float64 // by feature (row-major, channels last) or by channel
	// Deviation is the root of the mean squared distance from the mean: the sum
	// is divided by the number of values, not by one less. It is 1 where all
	// values are equal.
	Deviation []float64
	Constant  []int // features or channels whose values are all equal
	Samples   int   // over which the statistics were taken
	Shape     [3]int
}

// String describes the statistics in one line.
func (t *Stats) String() string {
	var b string
	if t.By == PerChannel && len(t.Mean) <= 4 {
		b = fmt.Sprintf("per channel over %d samples: mean %.4g, deviation %.4g", t.Samples, t.Mean, t.Deviation)
	} else {
		mlo, mhi := extent(t.Mean)
		dlo, dhi := extent(t.Deviation)
		b = fmt.Sprintf("per %s over %d samples: mean %.4g to %.4g, deviation %.4g to %.4g", t.By, t.Samples, mlo, mhi, dlo, dhi)
	}
	switch n := len(t.Constant); {
	case n == 1:
		b += fmt.Sprintf("; one %s is constant and was divided by 1", t.By)
	case n > 1:
		b += fmt.Sprintf("; %d %ss are constant and were divided by 1", n, t.By)
	}
	return b
}

func extent(v []float64) (lo, hi float64) {
	lo, hi = v[0], v[0]
	for _, x := range v {
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi
}

// Standardize standardises X in place by the set's own statistics and keeps
// them in Stats. Sums run in binary64 in the order of the samples. It fails on
// an empty set and on one that was standardised already.
func (s *Set) Standardize(by By) error {
	if s.Len() == 0 {
		return option("an empty set has no statistics", "give at least one sample")
	}
	return s.Apply(s.Statistics(by))
}

// Statistics returns the statistics of X, which must not be empty.
func (s *Set) Statistics(by By) *Stats {
	f, n := s.Features(), s.Len()
	groups := f
	if by == PerChannel {
		groups = s.Shape[2]
	}
	t := &Stats{By: by, Mean: make([]float64, groups), Deviation: make([]float64, groups), Samples: n, Shape: s.Shape}
	// By feature first: a feature's channel is its index modulo the channels.
	sum, lo, hi := make([]float64, f), make([]float32, f), make([]float32, f)
	copy(lo, s.X)
	copy(hi, s.X)
	for i := range n {
		for j, x := range s.Sample(i) {
			sum[j] += float64(x)
			lo[j], hi[j] = min(lo[j], x), max(hi[j], x)
		}
	}
	count := float64(n) * float64(f/groups)
	for j, v := range sum {
		t.Mean[j%groups] += v
	}
	for g := range t.Mean {
		t.Mean[g] /= count
	}
	clear(sum)
	for i := range n {
		for j, x := range s.Sample(i) {
			d := float64(x) - t.Mean[j%groups]
			sum[j] += float64(d * d)
		}
	}
	for j, v := range sum {
		t.Deviation[j%groups] += v
	}
	for g := range t.Deviation {
		t.Deviation[g] = math.Sqrt(t.Deviation[g] / count)
		// Equality is asked of the values: the sum's rounding would hide it.
		least, most := lo[g], hi[g]
		for j := g; j < f; j += groups {
			least, most = min(least, lo[j]), max(most, hi[j])
		}
		if least == most {
			t.Mean[g], t.Deviation[g] = float64(least), 1
			t.Constant = append(t.Constant, g)
		}
	}
	return t
}

// Apply standardises X in place by the statistics of another set, such as those
// of the training set for a test set. It fails, and changes nothing, if the
// shapes differ, if the set was standardised already or if a result would not
// be finite.
func (s *Set) Apply(t *Stats) error {
	if s.Stats != nil {
		return option("the data are standardised already", "standardise once")
	}
	if s.Shape != t.Shape {
		return at(BadShape, "", -1, fmt.Sprintf("the samples have the shape %v, the statistics %v", s.Shape, t.Shape), "use the statistics of samples of the same shape")
	}
	groups := len(t.Mean)
	for i, x := range s.X {
		if v := float32((float64(x) - t.Mean[i%groups]) / t.Deviation[i%groups]); math.IsInf(float64(v), 0) || v != v {
			return at(BadNumber, "", -1, fmt.Sprintf("value %d of sample %d would be %v", i%s.Features(), i/s.Features(), v), "use the statistics of data on the same scale")
		}
	}
	for i, x := range s.X {
		s.X[i] = float32((float64(x) - t.Mean[i%groups]) / t.Deviation[i%groups])
	}
	s.Stats = t
	s.seal()
	return nil
}
