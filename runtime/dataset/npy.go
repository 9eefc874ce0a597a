package dataset

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"relief/runtime/datafile"
)

// NPY describes arrays saved by NumPy: numbers of all types but complex ones and
// u8, little endian, in C or Fortran order.
type NPY struct {
	// Path is the array of samples: the first dimension counts them. The others
	// are none, features, height and width, or height, width and channels.
	Path string
	// ChannelsFirst says that four dimensions are samples, channels, height,
	// width.
	ChannelsFirst bool
	// Labels is an array of one integer per sample, Targets one of numbers,
	// samples or samples x outputs. Both may be empty.
	Labels, Targets string
	// Count is the number of classes; 0 stands for the largest label plus 1.
	Count int
	// Selection needs labels, except for Limit.
	Selection
	Digests Digests
}

// Load returns the samples with the array's values rounded to binary32; bytes
// are not divided by 255. The error is an *Error.
func (o NPY) Load() (*Set, error) {
	s, _, err := o.scan(true)
	if err != nil {
		return nil, err
	}
	return o.choose(s, o.Path)
}

// Outline reads the headers and the labels.
func (o NPY) Outline() (*Outline, error) {
	s, n, err := o.scan(false)
	if err != nil {
		return nil, err
	}
	index, labels, k, err := o.index(s, n, o.Path)
	if err != nil {
		return nil, err
	}
	out := s.Outline()
	if out.Samples = len(index); s.Labels != nil {
		out.Classes, out.Names = len(k.names), k.names
		out.count(labels)
	}
	return out, nil
}

// scan reads the labels and, if values is set, the samples and targets. It
// returns the number of samples as well.
func (o NPY) scan(values bool) (*Set, int, error) {
	if o.Path == "" {
		return nil, 0, option("no path is given", "give the .npy file of the samples")
	}
	s, n := &Set{}, 0
	err := o.array(o.Path, func(r *datafile.Reader, h *datafile.NPY) error {
		n = h.Shape[0]
		if err := npySample(r, h, s, o.ChannelsFirst); err != nil || !values {
			return err
		}
		return npySamples(r, h, s, o.ChannelsFirst)
	})
	if err != nil {
		return nil, 0, err
	}
	if o.Targets != "" {
		err := o.array(o.Targets, func(r *datafile.Reader, h *datafile.NPY) error {
			if err := npyBelongs(r, h, n, o.Path, 2); err != nil {
				return err
			}
			if s.Outputs = h.Count / n; !values {
				return nil
			}
			return h.Values(r, func(i int, at int64, v float64, _ int64) error {
				s.Targets = append(s.Targets, v)
				return finite(r.Name, i, at, v)
			})
		})
		if err != nil {
			return nil, 0, err
		}
	}
	if o.Labels != "" {
		err := o.array(o.Labels, func(r *datafile.Reader, h *datafile.NPY) error { return o.labels(r, h, s, n) })
		if err != nil {
			return nil, 0, err
		}
	}
	return s, n, nil
}

// array opens a file, reads its header and hands both to read.
func (o NPY) array(path string, read func(*datafile.Reader, *datafile.NPY) error) error {
	return datafile.Open(path, o.Digests, func(r *datafile.Reader) error {
		h, err := npyHeader(r)
		if err != nil {
			return err
		}
		return read(r, h)
	})
}

// labels reads the labels of n samples.
func (o NPY) labels(r *datafile.Reader, h *datafile.NPY, s *Set, n int) error {
	if err := npyBelongs(r, h, n, o.Path, 1); err != nil {
		return err
	}
	if h.Kind == 'f' {
		return at(BadHeader, r.Name, -1, "the labels have the type "+h.Type+", not integers", "save them by labels.astype(\"int64\")").About("labels")
	}
	start := r.At
	err := h.Values(r, func(_ int, _ int64, _ float64, i int64) error {
		if i != int64(int(i)) {
			i = -1 // out of range either way
		}
		s.Labels = append(s.Labels, int(i))
		return nil
	})
	if err != nil {
		return err
	}
	s.Classes, err = classes(r.Name, s.Labels, o.Count, func(i int) int64 { return start + int64(i)*int64(h.Width) })
	s.Names = numbered(s.Classes)
	return err
}

// npyHeader reads the header of an array whose first dimension counts samples.
func npyHeader(r *datafile.Reader) (*datafile.NPY, error) {
	h, err := datafile.ReadNPY(r, maxValues)
	if err != nil {
		return nil, err
	}
	if len(h.Shape) < 1 || len(h.Shape) > 4 {
		return nil, at(BadShape, r.Name, h.Place, fmt.Sprintf("the array has %d dimensions", len(h.Shape)), "give 1 to 4, the first of which counts samples")
	}
	if h.Count == 0 {
		return nil, at(BadShape, r.Name, h.Place, "the array is empty", "give an array with at least one value")
	}
	return h, nil
}

// times writes a shape, 80 x 3 x 8 x 8.
func times(shape []int) string {
	text := make([]string, len(shape))
	for i, n := range shape {
		text[i] = strconv.Itoa(n)
	}
	return strings.Join(text, " x ")
}

// npyBelongs checks that the array has one row for each of n samples, and at
// most dims dimensions.
func npyBelongs(r *datafile.Reader, h *datafile.NPY, n int, samples string, dims int) error {
	if h.Shape[0] != n || len(h.Shape) > dims {
		argument, form := "labels", fmt.Sprintf("give one whole number for each of the %d samples", n)
		if dims == 2 {
			argument, form = "targets", fmt.Sprintf("give an array of %d, or of %d x outputs", n, n)
		}
		return at(BadShape, r.Name, -1, fmt.Sprintf("the array is of %s, and %s has %d samples", times(h.Shape), samples, n), form).About(argument)
	}
	return nil
}

// finite returns an error if value i, at a byte of the file, is not finite.
func finite(file string, i int, offset int64, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return at(BadNumber, file, offset, fmt.Sprintf("value %d is %v", i, v), "save finite numbers only")
	}
	return nil
}

// npySample sets the shape of a sample.
func npySample(r *datafile.Reader, h *datafile.NPY, s *Set, channelsFirst bool) error {
	s.Shape = [3]int{1, 1, 1}
	switch d := h.Shape; {
	case len(d) == 2:
		s.Shape[2] = d[1]
	case len(d) == 3:
		s.Shape[0], s.Shape[1] = d[1], d[2]
	case len(d) == 4 && channelsFirst:
		s.Shape = [3]int{d[2], d[3], d[1]}
	case len(d) == 4:
		s.Shape = [3]int{d[1], d[2], d[3]}
	}
	return fits(r.Name, -1, s.Shape)
}

// npySamples reads the array as the rows of s, whose shape is set.
func npySamples(r *datafile.Reader, h *datafile.NPY, s *Set, channelsFirst bool) error {
	f, planes := s.Features(), channelsFirst && len(h.Shape) == 4
	row := make([]float32, f)
	return h.Values(r, func(i int, offset int64, v float64, _ int64) error {
		if err := finite(r.Name, i, offset, v); err != nil {
			return err
		}
		x := float32(v)
		if math.IsInf(float64(x), 0) {
			return at(BadNumber, r.Name, offset, fmt.Sprintf("value %d is %v, beyond binary32", i, v), "scale the values")
		}
		j := i % f
		if planes {
			pixels := s.Shape[0] * s.Shape[1]
			row[j%pixels*s.Shape[2]+j/pixels] = x
		} else {
			row[j] = x
		}
		if i%f == f-1 {
			s.X = append(s.X, row...)
		}
		return nil
	})
}
