package dataset

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"relief/runtime/datafile"
)

const (
	cifarSide   = 32
	cifarPlane  = cifarSide * cifarSide
	cifarPixels = 3 * cifarPlane
)

// CIFAR describes images in the binary formats of CIFAR-10 and CIFAR-100 (A.
// Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009):
// records of one label byte, or a coarse and a fine one, and 3,072 pixel bytes,
// 32 x 32 red, then green, then blue.
type CIFAR struct {
	// Path is a file of records, or the folder of the data set's own file names:
	// all data_batch_<n>.bin in order or test_batch.bin; train.bin or test.bin.
	Path string
	// Hundred selects the format of CIFAR-100.
	Hundred bool
	// Coarse takes the coarse labels of CIFAR-100 for labels.
	Coarse bool
	// Test takes the test images of a folder; a file is taken as it is.
	Test bool
	Selection
	Digests Digests
}

var cifarNames = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

// level is the value of a pixel byte.
var level = func() (t [256]float32) {
	for i := range t {
		t[i] = float32(i) / 255
	}
	return t
}()

// Load returns the images, with pixel values that are multiples of 1/255. The
// names of CIFAR-100's classes come from the text files of the folder; without
// them the classes are named by number. The error is an *Error.
func (o CIFAR) Load() (*Set, error) { return sealed(o.scan(true)) }

// Outline reads the labels and passes over the pixels.
func (o CIFAR) Outline() (*Outline, error) { return outlined(o.scan(false)) }

// scan reads the labels and, if pixels is set, the pixels.
func (o CIFAR) scan(pixels bool) (*Set, error) {
	if o.Coarse && !o.Hundred {
		return nil, option("CIFAR-10 has no coarse labels", "leave the choice of labels out")
	}
	folder, files, err := o.files()
	if err != nil {
		return nil, err
	}
	names, err := o.names(folder)
	if err != nil {
		return nil, err
	}
	k, err := o.keeper(names)
	if err != nil {
		return nil, err
	}
	s := &Set{Shape: [3]int{cifarSide, cifarSide, 3}, Classes: len(k.names), Names: k.names}
	for _, f := range files {
		if err := datafile.Open(f, o.Digests, func(r *datafile.Reader) error { return o.read(r, s, k, pixels) }); err != nil {
			return nil, err
		}
	}
	return s, k.some(o.Path)
}

// files returns the folder of the names and the files of records in order.
func (o CIFAR) files() (folder string, files []string, err error) {
	if o.Path == "" {
		return "", nil, option("no path is given", "give the folder of the binary batches, or one batch file")
	}
	if !datafile.IsFolder(o.Path) {
		if _, err := os.Stat(o.Path); err != nil {
			return "", nil, datafile.NotRead(o.Path, err)
		}
		return filepath.Dir(o.Path), []string{o.Path}, nil
	}
	inner, other, wanted := "cifar-10-batches-bin", "data_batch_1", []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"}
	switch {
	case o.Hundred:
		inner, other, wanted = "cifar-100-binary", "train", []string{"train.bin"}
		if o.Test {
			other, wanted = "test", []string{"test.bin"}
		}
	case o.Test:
		other, wanted = "test_batch", []string{"test_batch.bin"}
	}
	for _, folder := range []string{o.Path, filepath.Join(o.Path, inner)} {
		for _, w := range wanted {
			if p := filepath.Join(folder, w); datafile.Exists(p) {
				files = append(files, p)
			}
		}
		if files != nil {
			return folder, files, nil
		}
	}
	cure := "give the folder that the archive of the binary version unpacks to"
	if datafile.Exists(filepath.Join(o.Path, other)) {
		cure = "the folder holds the version for Python; get the binary version"
	}
	return "", nil, at(Missing, o.Path, -1, "the folder has no "+wanted[0], cure)
}

// names returns the names of all classes in label order.
func (o CIFAR) names(folder string) ([]string, error) {
	if !o.Hundred {
		return cifarNames, nil
	}
	file, n := "fine_label_names.txt", 100
	if o.Coarse {
		file, n = "coarse_label_names.txt", 20
	}
	path := filepath.Join(folder, file)
	if !datafile.Exists(path) {
		return numbered(n), nil
	}
	names := make([]string, 0, n)
	err := datafile.Open(path, o.Digests, func(r *datafile.Reader) error {
		lines := bufio.NewScanner(io.LimitReader(r, 1<<16))
		for lines.Scan() {
			if name := strings.TrimSpace(lines.Text()); name != "" {
				names = append(names, name)
			}
		}
		if err := lines.Err(); err != nil {
			return r.Failed(err)
		}
		if len(names) != n {
			return at(BadSize, path, -1, fmt.Sprintf("the file has %d names, expected %d", len(names), n), "get the file again, or remove it: the classes are then named by number")
		}
		return nil
	})
	return names, err
}

// read appends the records of one file that k keeps.
func (o CIFAR) read(r *datafile.Reader, s *Set, k *keeper, pixels bool) error {
	labels := 1
	if o.Hundred {
		labels = 2
	}
	record := labels + cifarPixels
	if r.Size == 0 {
		return at(Truncated, r.Name, 0, "the file is empty", "get the file again")
	}
	if rest := r.Size % int64(record); r.Size > 0 && rest != 0 {
		e := at(Truncated, r.Name, r.Size-rest, fmt.Sprintf("the file has %d bytes: %d records of %d bytes and %d bytes more", r.Size, r.Size/int64(record), record, rest),
			"get the file again: it was cut off, or it is of another format")
		switch other := int64(cifarPixels + 3 - labels); {
		case r.Size%other == 0 && o.Hundred:
			e.Kind, e.Cure = BadMagic, "the length is that of records with one label byte: read it as CIFAR-10"
		case r.Size%other == 0:
			e.Kind, e.Cure = BadMagic, "the length is that of records with two label bytes: read it as CIFAR-100"
		}
		return e
	}
	if pixels && r.Size > 0 && s.X == nil && len(k.Classes) == 0 {
		s.X = make([]float32, 0, min(int64(k.expect(int(r.Size/int64(record)))), maxValues/cifarPixels)*cifarPixels)
	}
	coarse, classes := 20, len(k.number)
	buffer := make([]byte, record)
	for i := 0; !k.full(); i++ {
		if more, err := r.More(); !more {
			return err
		}
		if err := r.Fill(buffer, fmt.Sprintf("record %d", i)); err != nil {
			return err
		}
		label, at0 := int(buffer[labels-1]), r.At-int64(record)
		if o.Hundred {
			if int(buffer[0]) >= coarse || int(buffer[1]) >= 100 {
				return at(BadLabel, r.Name, at0, fmt.Sprintf("record %d has the labels %d and %d, beyond 19 and 99", i, buffer[0], buffer[1]), "get the file again, or check that it is of CIFAR-100")
			}
			if o.Coarse {
				label = int(buffer[0])
			}
		}
		if label >= classes {
			return at(BadLabel, r.Name, at0, fmt.Sprintf("record %d has the label %d, beyond %d", i, label, classes-1), "get the file again, or check that it is of CIFAR-10")
		}
		to, ok := k.take(label)
		if !ok {
			continue
		}
		if len(s.Labels) >= maxValues/cifarPixels {
			return at(TooLarge, r.Name, at0, "there are more images than a set may have", "set a limit")
		}
		s.Labels = append(s.Labels, to)
		if !pixels {
			continue
		}
		s.X = append(s.X, make([]float32, cifarPixels)...)
		x, planes := s.X[len(s.X)-cifarPixels:], buffer[labels:]
		for p := range cifarPlane {
			x[3*p] = level[planes[p]]
			x[3*p+1] = level[planes[cifarPlane+p]]
			x[3*p+2] = level[planes[2*cifarPlane+p]]
		}
	}
	return nil
}
