package dataset

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
)

const (
	maxValues   = 1 << 30 // of a set: 4 GiB
	maxFeatures = 1 << 24 // of a sample
	maxClasses  = 1 << 16
)

// Source is where samples come from. The errors are of type *Error.
type Source interface {
	// Load returns all samples.
	Load() (*Set, error)
	// Outline returns what Load would, but for the values, at less cost: enough
	// to plan. It finds the errors of headers and labels, not those of values.
	Outline() (*Outline, error)
}

var (
	_ Source = CIFAR{}
	_ Source = IDX{}
	_ Source = CSV{}
	_ Source = NPY{}
	_ Source = Values{}
	_ Source = Synthetic{}
	_ Source = Teacher{}
	_ Source = Chebyshev{}
)

// Outline is the form of a set.
type Outline struct {
	Samples int
	Shape   [3]int
	Classes int // 0 without labels
	Names   []string
	Counts  []int // samples by class; nil without labels, and of images that are not made yet
	Outputs int   // 0 without targets
}

// Outline returns the form of s.
func (s *Set) Outline() *Outline {
	out := &Outline{Samples: s.Len(), Shape: s.Shape, Classes: s.Classes, Names: s.Names, Outputs: s.Outputs}
	out.count(s.Labels)
	return out
}

// count sets Counts.
func (o *Outline) count(labels []int) {
	if labels == nil {
		return
	}
	o.Counts = make([]int, o.Classes)
	for _, l := range labels {
		o.Counts[l]++
	}
}

// sealed is the Load of a source that was read.
func sealed(s *Set, err error) (*Set, error) {
	if err != nil {
		return nil, err
	}
	s.seal()
	return s, nil
}

// outlined is the Outline of a source that was read, with or without the
// values.
func outlined(s *Set, err error) (*Outline, error) {
	if err != nil {
		return nil, err
	}
	out := s.Outline()
	out.Samples = max(out.Samples, len(s.Labels))
	return out, nil
}

// Set is samples with labels or targets.
type Set struct {
	// X has one row of Features numbers per sample. A row is in the order
	// height, width, channel, the last one fastest.
	X     []float32
	Shape [3]int // height, width, channels; numbers without a shape are (1, 1, Features)

	// Labels has a number in [0, Classes) per sample, Names a name per class.
	Labels  []int
	Classes int
	Names   []string

	// Targets has Outputs numbers per sample.
	Targets []float64
	Outputs int

	// Digest is the SHA-256 of all of the above. Equal digests mean equal sets.
	Digest [sha256.Size]byte

	// Stats says how X was standardised, nil if it was not.
	Stats *Stats
}

// Features returns the number of values of a sample.
func (s *Set) Features() int { return s.Shape[0] * s.Shape[1] * s.Shape[2] }

// Len returns the number of samples.
func (s *Set) Len() int {
	if f := s.Features(); f > 0 {
		return len(s.X) / f
	}
	return 0
}

// Sample returns the row of X of sample i.
func (s *Set) Sample(i int) []float32 {
	f := s.Features()
	return s.X[i*f : (i+1)*f : (i+1)*f]
}

// OneHot returns the labels as targets, samples x Classes: 1 in the column of
// the class, 0 elsewhere. It is nil for a set without labels.
func (s *Set) OneHot() []float64 {
	if s.Labels == nil {
		return nil
	}
	out := make([]float64, len(s.Labels)*s.Classes)
	for i, l := range s.Labels {
		out[i*s.Classes+l] = 1
	}
	return out
}

// Norms returns the Euclidean norm of each sample.
func (s *Set) Norms() []float64 {
	out := make([]float64, s.Len())
	for i := range out {
		var sum float64
		for _, x := range s.Sample(i) {
			sum += float64(float64(x) * float64(x))
		}
		out[i] = math.Sqrt(sum)
	}
	return out
}

// Scale multiplies each sample so that sample i has the Euclidean norm law(i),
// in place. It fails, and changes nothing, if a law's value is not a finite
// number of at least 0, if a sample with another norm has norm 0, or if the
// result overflows.
func (s *Set) Scale(law func(i int) float64) error {
	factors := s.Norms()
	for i, norm := range factors {
		want := law(i)
		switch {
		case math.IsNaN(want) || math.IsInf(want, 0) || want < 0:
			return option(fmt.Sprintf("the norm of sample %d would be %v", i, want), "give a law whose values are finite and not negative")
		case want == norm:
			factors[i] = 1
		case norm == 0:
			return option(fmt.Sprintf("sample %d is zero: no factor gives it the norm %v", i, want), "leave the sample out, or scale before standardising")
		case want > math.MaxFloat32:
			return option(fmt.Sprintf("the norm of sample %d would be %v, beyond binary32", i, want), "give a law of smaller values")
		default:
			factors[i] = want / norm
		}
	}
	for i, f := range factors {
		x := s.Sample(i)
		for j := range x {
			x[j] = float32(float64(x[j]) * f)
		}
	}
	s.seal()
	return nil
}

// Pick returns a set of the samples with the given indices, in their order.
func (s *Set) Pick(index []int) *Set {
	f := s.Features()
	p := &Set{
		X: make([]float32, 0, len(index)*f), Shape: s.Shape,
		Classes: s.Classes, Names: s.Names, Outputs: s.Outputs, Stats: s.Stats,
	}
	for _, i := range index {
		p.X = append(p.X, s.Sample(i)...)
		if s.Labels != nil {
			p.Labels = append(p.Labels, s.Labels[i])
		}
		if s.Targets != nil {
			p.Targets = append(p.Targets, s.Targets[i*s.Outputs:(i+1)*s.Outputs]...)
		}
	}
	p.seal()
	return p
}

// Part returns the samples left when the first skip ones are left out, at most
// limit of them; limit 0 is no limit. It is s itself if that is all, and a copy
// otherwise, so that the memory of the others can go.
func (s *Set) Part(skip, limit int) (*Set, error) {
	n := s.Len()
	if skip < 0 || limit < 0 {
		return nil, option("a number of samples is negative", "skip 0 or more samples, and set a limit of at least 1, or none")
	}
	if skip >= n {
		return nil, option(fmt.Sprintf("there are %d samples, and the first %d are left out", n, skip), fmt.Sprintf("skip at most %d", max(n-1, 0)))
	}
	kept := n - skip
	if limit > 0 {
		kept = min(kept, limit)
	}
	if kept == n {
		return s, nil
	}
	index := make([]int, kept)
	for i := range index {
		index[i] = skip + i
	}
	return s.Pick(index), nil
}

// seal computes the digest.
func (s *Set) seal() {
	h := sha256.New()
	w := bufio.NewWriterSize(h, 1<<16) // writing to a hash does not fail
	var b [8]byte
	whole := func(v uint64) {
		binary.LittleEndian.PutUint64(b[:], v)
		w.Write(b[:])
	}
	for _, n := range []int{s.Shape[0], s.Shape[1], s.Shape[2], len(s.X), len(s.Labels), s.Classes, len(s.Names), len(s.Targets), s.Outputs} {
		whole(uint64(n))
	}
	for _, x := range s.X {
		binary.LittleEndian.PutUint32(b[:], math.Float32bits(x))
		w.Write(b[:4])
	}
	for _, l := range s.Labels {
		whole(uint64(l))
	}
	for _, n := range s.Names {
		whole(uint64(len(n)))
		w.WriteString(n)
	}
	for _, t := range s.Targets {
		whole(math.Float64bits(t))
	}
	w.Flush()
	h.Sum(s.Digest[:0])
}
