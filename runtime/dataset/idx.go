package dataset

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"

	"relief/runtime/datafile"
)

// IDX describes images and labels in the format of the MNIST files (Y. LeCun,
// C. Cortes, C. Burges), which may be compressed by gzip.
type IDX struct {
	// Path is a file of images, or a folder with the files of MNIST, whose names
	// begin with train- or t10k-.
	Path string
	// Labels is the file of labels that belongs to a file of images.
	Labels string
	// Test takes the files t10k- of a folder.
	Test bool
	// Count is the number of classes; 0 stands for the largest label plus 1.
	Count int
	Selection
	Digests Digests
}

// Load returns the images, with pixel values that are multiples of 1/255. The
// file of images has the dimensions samples, height, width and, if there are
// four, channels. The error is an *Error.
func (o IDX) Load() (*Set, error) { return sealed(o.scan(true)) }

// Outline reads the labels and the header of the images.
func (o IDX) Outline() (*Outline, error) { return outlined(o.scan(false)) }

// scan reads the labels and, if pixels is set, the images.
func (o IDX) scan(pixels bool) (*Set, error) {
	images, labels, err := o.files()
	if err != nil {
		return nil, err
	}
	var own []int
	err = datafile.Open(labels, o.Digests, func(r *datafile.Reader) error {
		own, err = readIDXLabels(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	count, err := classes(labels, own, o.Count, func(i int) int64 { return int64(8 + i) })
	if err != nil {
		return nil, err
	}
	k, err := o.keeper(numbered(count))
	if err != nil {
		return nil, err
	}
	s := &Set{Classes: len(k.names), Names: k.names}
	if err := datafile.Open(images, o.Digests, func(r *datafile.Reader) error { return readIDXImages(r, s, k, own, labels, pixels) }); err != nil {
		return nil, err
	}
	return s, k.some(images)
}

// files returns the files of images and of labels.
func (o IDX) files() (images, labels string, err error) {
	if o.Path == "" {
		return "", "", option("no path is given", "give the folder of the files, or a file of images and one of labels")
	}
	if !datafile.IsFolder(o.Path) {
		if o.Labels == "" {
			return "", "", at(BadOption, o.Path, -1, "no file of labels is given for the file of images", "name the file of labels as well, or give a folder")
		}
		return o.Path, o.Labels, nil
	}
	part := "train"
	if o.Test {
		part = "t10k"
	}
	find := func(what string) (string, error) {
		names := []string{part + "-" + what + "-ubyte", part + "-" + what + "-ubyte.gz"}
		for _, n := range slices.Clone(names) { // some archives name them with a point
			p := []byte(n)
			p[len(part)+len(what)-4] = '.'
			names = append(names, string(p))
		}
		for _, n := range names {
			if p := filepath.Join(o.Path, n); datafile.Exists(p) {
				return p, nil
			}
		}
		return "", at(Missing, o.Path, -1, "the folder has no "+names[0], "give the folder of the four files, compressed or not")
	}
	if images, err = find("images-idx3"); err != nil {
		return "", "", err
	}
	if o.Labels != "" {
		return images, o.Labels, nil
	}
	labels, err = find("labels-idx1")
	return images, labels, err
}

// readIDXHeader returns the dimensions, at least one and at most four.
func readIDXHeader(r *datafile.Reader) ([]int, error) {
	var b [4]byte
	if err := r.Fill(b[:], "the magic number"); err != nil {
		return nil, err
	}
	if b[0] != 0 || b[1] != 0 {
		return nil, at(BadMagic, r.Name, 0, fmt.Sprintf("the file begins with the bytes % x, not with 00 00 08 of an IDX file", b), "name an IDX file, such as train-images-idx3-ubyte")
	}
	if b[2] != 8 {
		return nil, at(BadHeader, r.Name, 2, fmt.Sprintf("the values have the type %#02x, not 0x08 (unsigned bytes)", b[2]), "convert the values to unsigned bytes, or to a .npy file")
	}
	if b[3] < 1 || b[3] > 4 {
		return nil, at(BadHeader, r.Name, 3, fmt.Sprintf("the file has %d dimensions", b[3]), "give a file with 1 (labels), 3 or 4 (images)")
	}
	dims := make([]int, b[3])
	for i := range dims {
		if err := r.Fill(b[:], "the header"); err != nil {
			return nil, err
		}
		d := binary.BigEndian.Uint32(b[:])
		if d > maxValues {
			return nil, at(TooLarge, r.Name, r.At-4, fmt.Sprintf("dimension %d of the header is %d, more values than a set may have", i+1, d), "get the file again: its header may be damaged")
		}
		dims[i] = int(d)
	}
	return dims, nil
}

func readIDXLabels(r *datafile.Reader) ([]int, error) {
	dims, err := readIDXHeader(r)
	if err != nil {
		return nil, err
	}
	if len(dims) != 1 {
		return nil, at(BadShape, r.Name, 3, fmt.Sprintf("the file has %d dimensions, labels have 1", len(dims)), "name the file of labels, such as train-labels-idx1-ubyte")
	}
	if err := r.Expect(dims[0], 1); err != nil {
		return nil, err
	}
	var out []int
	buffer := make([]byte, 1<<12)
	for left := dims[0]; left > 0; { // in pieces: the header alone reserves nothing
		b := buffer[:min(left, len(buffer))]
		if err := r.Fill(b, fmt.Sprintf("label %d", len(out))); err != nil {
			return nil, err
		}
		for _, l := range b {
			out = append(out, int(l))
		}
		left -= len(b)
	}
	return out, r.End()
}

func readIDXImages(r *datafile.Reader, s *Set, k *keeper, labels []int, labelFile string, pixels bool) error {
	dims, err := readIDXHeader(r)
	if err != nil {
		return err
	}
	if len(dims) < 3 {
		return at(BadShape, r.Name, 3, fmt.Sprintf("the file has %d dimensions, images have 3 or 4", len(dims)), "name the file of images, such as train-images-idx3-ubyte")
	}
	s.Shape = [3]int{dims[1], dims[2], 1}
	if len(dims) == 4 {
		s.Shape[2] = dims[3]
	}
	if err := fits(r.Name, 8, s.Shape); err != nil {
		return err
	}
	if dims[0] != len(labels) {
		return at(BadShape, r.Name, 4, fmt.Sprintf("the file has %d images, %s has %d labels", dims[0], labelFile, len(labels)), "name files that belong together")
	}
	f := s.Features()
	if err := r.Expect(dims[0], f); err != nil {
		return err
	}
	buffer := make([]byte, f)
	for i := 0; i < dims[0] && !k.full(); i++ {
		if pixels {
			if err := r.Fill(buffer, fmt.Sprintf("image %d", i)); err != nil {
				return err
			}
		}
		to, ok := k.take(labels[i])
		if !ok {
			continue
		}
		if len(s.Labels) >= maxValues/f {
			return at(TooLarge, r.Name, r.At, "there are more images than a set may have", "set a limit")
		}
		s.Labels = append(s.Labels, to)
		if !pixels {
			continue
		}
		for _, b := range buffer {
			s.X = append(s.X, level[b])
		}
	}
	if !pixels || k.full() {
		return nil
	}
	return r.End()
}

// fits returns an error if a sample's shape is empty or too large.
func fits(file string, offset int64, shape [3]int) error {
	f := 1
	for _, d := range shape {
		if d < 1 {
			return at(BadShape, file, offset, fmt.Sprintf("samples have the shape %d x %d x %d, which is empty", shape[0], shape[1], shape[2]), "give samples with at least one value")
		}
		if d > maxFeatures || f > maxFeatures/d {
			return at(TooLarge, file, offset, fmt.Sprintf("samples have the shape %d x %d x %d, more than %d values", shape[0], shape[1], shape[2], maxFeatures), "check the header: it may be damaged")
		}
		f *= d
	}
	return nil
}

// classes returns the number of classes of labels: count if it is given, or the
// largest label plus 1. offset tells where label i stands.
func classes(file string, labels []int, count int, offset func(i int) int64) (int, error) {
	if count < 0 || count > maxClasses {
		return 0, option(fmt.Sprintf("there cannot be %d classes", count), fmt.Sprintf("give 1 to %d", maxClasses)).About("count")
	}
	limit := count
	if count == 0 {
		limit = maxClasses
	}
	largest := 0
	for i, l := range labels {
		if l < 0 || l >= limit {
			return 0, at(BadLabel, file, offset(i), fmt.Sprintf("sample %d has the label %d, outside 0 to %d", i, l, limit-1), "number the classes from 0, or correct their number").About("labels")
		}
		largest = max(largest, l)
	}
	if count == 0 {
		count = largest + 1
	}
	return count, nil
}
