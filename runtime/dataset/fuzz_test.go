package dataset

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"relief/runtime/datafile"
)

func source1(b []byte) (*datafile.Reader, error) {
	return datafile.Unpack("data", bytes.NewReader(b), int64(len(b)))
}

// FuzzCIFAR makes records of the labels, cut some bytes before their end: whole
// records are too long for a fuzzer to change well.
func FuzzCIFAR(f *testing.F) {
	f.Add([]byte{3, 4}, uint(0), false, false, false, 1)
	f.Add([]byte{3, 19}, uint(1), true, true, true, 0)
	f.Add([]byte{3, 10}, uint(0), false, false, true, 0)
	f.Add([]byte{3}, uint(3000), false, false, false, 0)
	f.Fuzz(func(t *testing.T, labels []byte, cut uint, hundred, coarse, squeeze bool, limit int) {
		labels = labels[:min(len(labels), 4)]
		o := CIFAR{Hundred: hundred, Coarse: coarse && hundred, Selection: Selection{Limit: limit}}
		n, prefix := 10, 1
		if hundred {
			n, prefix = 100, 2
		}
		if o.Coarse {
			n = 20
		}
		b := records(prefix, labels...)
		if b = b[:len(b)-int(min(cut, uint(len(b))))]; squeeze {
			b = zip(b)
		}
		k, err := o.keeper(numbered(n))
		if err != nil {
			sane(t, nil, err)
			return
		}
		s := &Set{Shape: [3]int{32, 32, 3}, Classes: n, Names: k.names}
		r, err := source1(b)
		if err == nil {
			err = o.read(r, s, k, true)
		}
		if err == nil {
			err = k.some("data")
		}
		s.seal()
		sane(t, s, err)
	})
}

func FuzzIDX(f *testing.F) {
	f.Add(idx([]uint32{2, 1, 2}, 1, 2, 3, 4), idx([]uint32{2}, 0, 1))
	f.Add(zip(idx([]uint32{2, 1, 1, 2}, 1, 2, 3, 4)), idx([]uint32{2}, 0, 9))
	f.Add(idx([]uint32{1 << 31, 1 << 31, 1 << 31}), idx([]uint32{1 << 31}))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		r, err := source1(labels)
		if err != nil {
			sane(t, nil, err)
			return
		}
		own, err := readIDXLabels(r)
		if err != nil {
			sane(t, nil, err)
			return
		}
		count, err := classes("labels", own, 0, func(i int) int64 { return int64(i) })
		if err != nil {
			t.Fatalf("a byte is no label: %v", err)
		}
		k, err := Selection{}.keeper(numbered(count))
		if err != nil {
			t.Fatal(err)
		}
		s := &Set{Classes: count, Names: k.names}
		if r, err = source1(images); err == nil {
			err = readIDXImages(r, s, k, own, "labels", true)
		}
		if err == nil {
			err = k.some("data")
		}
		s.seal()
		sane(t, s, err)
	})
}

func FuzzCSV(f *testing.F) {
	f.Add("a,b\n1,2\n3,4\n", "a", uint8(0), ',', 0)
	f.Add("1;x\n\"2\";y\n", "2", uint8(2), ';', 1)
	f.Add("1,nan\n", "", uint8(1), rune(0), 0)
	f.Add("#\n\xff,1\n,\n", "1", uint8(1), rune(0), 0)
	f.Fuzz(func(t *testing.T, text, label string, header uint8, separator rune, limit int) {
		o := CSV{Label: label, Header: Header(header % 3), Separator: separator, Selection: Selection{Limit: limit}}
		r, err := source1([]byte(text))
		var s *Set
		if err == nil {
			s, err = o.read(r)
		}
		sane(t, s, err)
	})
}

func FuzzNPY(f *testing.F) {
	f.Add(npy(1, "<f4", "False", "(2, 3)", []float32{1, 2, 3, 4, 5, 6}), false)
	f.Add(npy(2, "|u1", "True", "(1, 2, 3, 1)", []uint8{1, 2, 3, 4, 5, 6}), true)
	f.Add(npy(3, "<i8", "True", "(2,)", []int64{1, -1}), false)
	f.Add(zip(npy(1, "<f8", "False", "(1,)", []float64{math.Inf(1)})), false)
	f.Add([]byte("\x93NUMPY\x02\x00\xff\xff\xff\x7f"), false)
	f.Fuzz(func(t *testing.T, b []byte, first bool) {
		r, err := source1(b)
		s := &Set{}
		var h *datafile.NPY
		if err == nil {
			h, err = npyHeader(r)
		}
		if err == nil {
			if err = npySample(r, h, s, first); err == nil {
				err = npySamples(r, h, s, first)
			}
		}
		s.seal()
		sane(t, s, err)
	})
}

// FuzzValues makes rows of the bytes: eight for a number, a new row after each
// one that is a multiple of the given length.
func FuzzValues(f *testing.F) {
	f.Add([]byte("12345678abcdefgh"), 1, 0, 2)
	f.Add(binary.LittleEndian.AppendUint64(nil, math.Float64bits(math.NaN())), 1, 0, 0)
	f.Fuzz(func(t *testing.T, b []byte, length, label, limit int) {
		o := Values{Selection: Selection{Limit: limit}}
		row := []float64{}
		for ; len(b) >= 8; b = b[8:] {
			row = append(row, math.Float64frombits(binary.LittleEndian.Uint64(b)))
			if length > 0 && len(row)%length == 0 {
				o.X, row = append(o.X, row), nil
				o.Labels = append(o.Labels, label)
			}
		}
		o.X = append(o.X, row)
		o.Labels = append(o.Labels, label)
		s, err := o.Load()
		sane(t, s, err)
	})
}
