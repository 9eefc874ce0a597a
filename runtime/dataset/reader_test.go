package dataset

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sane checks what holds of every result: an *Error that says what and what to
// do, or a set whose parts fit together.
func sane(t interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}, s *Set, err error,
) {
	t.Helper()
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%T is not *Error: %v", err, err)
		}
		if e.Kind == "" || e.Summary == "" || e.Cure == "" {
			t.Fatalf("an error without kind, summary or cure: %+v", e)
		}
		return
	}
	n := s.Len()
	if n == 0 || n*s.Features() != len(s.X) {
		t.Fatalf("%d samples of %d features, %d values", n, s.Features(), len(s.X))
	}
	if s.Labels != nil && (len(s.Labels) != n || len(s.Names) != s.Classes) {
		t.Fatalf("%d samples, %d labels, %d classes, %d names", n, len(s.Labels), s.Classes, len(s.Names))
	}
	for i, l := range s.Labels {
		if l < 0 || l >= s.Classes {
			t.Fatalf("label %d of sample %d is outside %d classes", l, i, s.Classes)
		}
	}
	if len(s.Targets) != n*s.Outputs {
		t.Fatalf("%d samples, %d targets, %d outputs", n, len(s.Targets), s.Outputs)
	}
	for i, x := range s.X {
		if v := float64(x); math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("value %d is %v", i, v)
		}
	}
	for i, v := range s.Targets {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("target %d is %v", i, v)
		}
	}
	if s.Digest == [32]byte{} {
		t.Fatal("no digest")
	}
}

// write writes a file of a test and returns its path.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// zip compresses by gzip.
func zip(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// records returns CIFAR records with the labels; plane e of record i is filled
// with 10 i + e, but for the first pixel, which is 200 + e.
func records(prefix int, labels ...byte) []byte {
	var b []byte
	for i, l := range labels {
		for range prefix {
			b = append(b, l)
		}
		for e := range 3 {
			b = append(b, byte(200+e))
			b = append(b, bytes.Repeat([]byte{byte(10*i + e)}, 1023)...)
		}
	}
	return b
}

func idx(dims []uint32, values ...byte) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, values...)
}

// npy returns a .npy file of a version with values in file order.
func npy(version byte, descr, order, shape string, values any) []byte {
	h := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, order, shape)
	b := append([]byte("\x93NUMPY"), version, 0)
	if version == 1 {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(h)+1))
	} else {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(h)+1))
	}
	b = append(append(b, h...), '\n')
	b, err := binary.Append(b, binary.LittleEndian, values)
	if err != nil {
		panic(err)
	}
	return b
}

func TestCIFARReadsRecords(t *testing.T) {
	path := write(t, "data_batch_1.bin", records(1, 3, 0, 3, 9, 0, 3))
	for _, c := range []struct {
		name   string
		sel    Selection
		labels []int
		from   []byte // the red level of the second pixel, which names the record
		names  string
	}{
		{"all", Selection{}, []int{3, 0, 3, 9, 0, 3}, []byte{0, 10, 20, 30, 40, 50}, "airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck"},
		{"limit", Selection{Limit: 2}, []int{3, 0}, []byte{0, 10}, ""},
		{"classes anew", Selection{Classes: []string{"cat", "0"}}, []int{0, 1, 0, 1, 0}, []byte{0, 10, 20, 40, 50}, "cat,airplane"},
		{"per class", Selection{Classes: []string{"0", "3"}, PerClass: 1}, []int{1, 0}, []byte{0, 10}, "airplane,cat"},
		{"both limits", Selection{PerClass: 2, Limit: 4}, []int{3, 0, 3, 9}, []byte{0, 10, 20, 30}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, folder := range []string{path, filepath.Dir(path)} {
				s, err := CIFAR{Path: folder, Selection: c.sel}.Load()
				sane(t, s, err)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(s.Labels, c.labels) {
					t.Errorf("labels %v, want %v", s.Labels, c.labels)
				}
				if c.names != "" && strings.Join(s.Names, ",") != c.names {
					t.Errorf("names %v, want %s", s.Names, c.names)
				}
				for i, red := range c.from {
					x := s.Sample(i)
					want := []float32{200. / 255, 201. / 255, 202. / 255, float32(red) / 255, float32(red+1) / 255, float32(red+2) / 255}
					if !slices.Equal(x[:6], want) {
						t.Errorf("sample %d begins with %v, want %v", i, x[:6], want)
					}
				}
			}
		})
	}
}

func TestCIFAR100ReadsBothLabels(t *testing.T) {
	b := records(2, 7)
	b[0], b[1] = 19, 98
	path := write(t, "train.bin", b)
	for _, c := range []struct {
		coarse         bool
		label, classes int
	}{{false, 98, 100}, {true, 19, 20}} {
		s, err := CIFAR{Path: path, Hundred: true, Coarse: c.coarse}.Load()
		sane(t, s, err)
		if err != nil || s.Labels[0] != c.label || s.Classes != c.classes || s.Names[c.label] != fmt.Sprint(c.label) {
			t.Errorf("coarse %v: %v, %v", c.coarse, s, err)
		}
	}
}

func TestIDXReadsImages(t *testing.T) {
	images := idx([]uint32{3, 1, 2}, 0, 255, 51, 102, 153, 204)
	labels := idx([]uint32{3}, 1, 0, 1)
	for _, c := range []struct {
		name           string
		images, labels string
		squeeze        bool
	}{
		{"plain", "train-images-idx3-ubyte", "train-labels-idx1-ubyte", false},
		{"compressed", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", true},
		{"with a point", "train-images.idx3-ubyte", "train-labels.idx1-ubyte", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, b := range map[string][]byte{c.images: images, c.labels: labels} {
				if c.squeeze {
					b = zip(b)
				}
				if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			s, err := IDX{Path: dir, Selection: Selection{Classes: []string{"1"}}}.Load()
			sane(t, s, err)
			if err != nil || s.Shape != [3]int{1, 2, 1} || !slices.Equal(s.X, []float32{0, 1, 0.6, 0.8}) || !slices.Equal(s.Labels, []int{0, 0}) {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}

func TestNPYReadsTypesAndOrders(t *testing.T) {
	want := []float32{1, 2, 3, 4, 5, 6} // 2 x 3
	for _, c := range []struct {
		name string
		file []byte
	}{
		{"f4", npy(1, "<f4", "False", "(2, 3)", []float32{1, 2, 3, 4, 5, 6})},
		{"f8 version 2", npy(2, "<f8", "False", "(2, 3)", []float64{1, 2, 3, 4, 5, 6})},
		{"u1 version 3", npy(3, "|u1", "False", "(2, 3)", []uint8{1, 2, 3, 4, 5, 6})},
		{"i4", npy(1, "<i4", "False", "(2, 3,)", []int32{1, 2, 3, 4, 5, 6})},
		{"i8 fortran", npy(1, "<i8", "True", "(2, 3)", []int64{1, 4, 2, 5, 3, 6})},
		{"compressed", zip(npy(1, "<f4", "False", "(2L, 3L)", want))},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := NPY{Path: write(t, "x.npy", c.file)}.Load()
			sane(t, s, err)
			if err != nil || s.Shape != [3]int{1, 1, 3} || !slices.Equal(s.X, want) {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
	t.Run("channels first", func(t *testing.T) {
		path := write(t, "x.npy", npy(1, "|u1", "False", "(1, 2, 1, 3)", []uint8{1, 2, 3, 4, 5, 6}))
		s, err := NPY{Path: path, ChannelsFirst: true}.Load()
		if err != nil || s.Shape != [3]int{1, 3, 2} || !slices.Equal(s.X, []float32{1, 4, 2, 5, 3, 6}) {
			t.Errorf("%+v, %v", s, err)
		}
	})
	t.Run("labels and targets", func(t *testing.T) {
		x := write(t, "x.npy", npy(1, "<f4", "False", "(3,)", []float32{1, 2, 3}))
		y := write(t, "y.npy", npy(1, "<i8", "False", "(3,)", []int64{2, 0, 2}))
		z := write(t, "z.npy", npy(1, "<f8", "True", "(3, 2)", []float64{1, 2, 3, 10, 20, 30}))
		s, err := NPY{Path: x, Labels: y, Targets: z, Selection: Selection{Classes: []string{"2"}}}.Load()
		sane(t, s, err)
		if err != nil || !slices.Equal(s.X, []float32{1, 3}) || s.Classes != 1 || !slices.Equal(s.Targets, []float64{1, 10, 3, 30}) {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestCSVReadsColumns(t *testing.T) {
	for _, c := range []struct {
		name, text string
		o          CSV
		x          []float32
		labels     []int
		names      string
		targets    []float64
	}{
		{"numbers", "1,2\n3,4\n", CSV{}, []float32{1, 2, 3, 4}, nil, "", nil},
		{"header", "a,b\n1,2\n3,4\n", CSV{Features: []string{"b"}}, []float32{2, 4}, nil, "", nil},
		{"no header", "1;2\n3;4\n", CSV{Separator: ';', Targets: []string{"1"}}, []float32{2, 4}, nil, "", []float64{1, 3}},
		{"words", "x,kind\n1,b\n2,a\n3,b\n", CSV{Label: "kind"}, []float32{1, 2, 3}, []int{1, 0, 1}, "a,b", nil},
		{"points", "1,2.0\n2,0.0\n", CSV{Label: "2"}, []float32{1, 2}, []int{2, 0}, "0,1,2", nil},
		{"integers", "1,2\n2,0\n", CSV{Label: "2", Count: 4}, []float32{1, 2}, []int{2, 0}, "0,1,2,3", nil},
		{"chosen", "x,kind\n1,b\n2,a\n3,b\n", CSV{Label: "kind", Selection: Selection{Classes: []string{"b"}, Limit: 1}}, []float32{1}, []int{0}, "b", nil},
		{"limit", "# a remark\n1\n2\nnan\n", CSV{Selection: Selection{Limit: 2}}, []float32{1, 2}, nil, "", nil},
		{"mark", "\ufeffa,b\n1,2\n", CSV{Features: []string{"a"}}, []float32{1}, nil, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.Path = write(t, "x.csv", []byte(c.text))
			s, err := c.o.Load()
			sane(t, s, err)
			if err != nil || !slices.Equal(s.X, c.x) || !slices.Equal(s.Labels, c.labels) || strings.Join(s.Names, ",") != c.names || !slices.Equal(s.Targets, c.targets) {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}

func TestValuesTakesNumbers(t *testing.T) {
	s, err := Values{X: [][]float64{{1, 2}, {3, 4}}, Labels: []int{1, 0}, Targets: [][]float64{{5}, {6}}, Shape: [3]int{2, 1, 1}}.Load()
	sane(t, s, err)
	if err != nil || s.Shape != [3]int{2, 1, 1} || s.Classes != 2 || !slices.Equal(s.OneHot(), []float64{0, 1, 1, 0}) || !slices.Equal(s.Targets, []float64{5, 6}) {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestBadInputSaysWhere(t *testing.T) {
	read := func(o Source) func() error {
		return func() error {
			s, err := o.Load()
			sane(t, s, err)
			return err
		}
	}
	file := func(name string, b []byte) string { return write(t, name, b) }
	cifar := func(hundred bool, b []byte) func() error {
		return read(CIFAR{Path: file("a.bin", b), Hundred: hundred})
	}
	pair := func(images, labels []byte) func() error {
		return read(IDX{Path: file("images", images), Labels: file("labels", labels)})
	}
	array := func(b []byte) func() error { return read(NPY{Path: file("a.npy", b)}) }
	text := func(s string) func() error { return read(CSV{Path: file("a.csv", []byte(s))}) }
	labelled := func(s string) func() error {
		return read(CSV{Path: file("a.csv", []byte(s)), Label: "1", Header: HeaderNo, Count: 2})
	}
	good := npy(1, "<f4", "False", "(2,)", []float32{1, 2})
	images, labels := idx([]uint32{2, 1, 1}, 7, 8), idx([]uint32{2}, 0, 1)
	wrong100 := records(2, 5, 5)
	wrong100[3074] = 20
	for _, c := range []struct {
		name         string
		do           func() error
		kind         Kind
		offset       int64
		line, column int
		say          string
	}{
		{"missing", read(CIFAR{Path: "nowhere/at/all"}), Missing, -1, 0, 0, "no such file"},
		{"no path", read(CIFAR{}), BadOption, -1, 0, 0, "no path"},
		{"empty folder", read(CIFAR{Path: t.TempDir()}), Missing, -1, 0, 0, "data_batch_1.bin"},
		{"python folder", read(CIFAR{Path: filepath.Dir(file("test_batch", nil)), Test: true}), Missing, -1, 0, 0, "Python"},
		{"a folder for a file", read(CSV{Path: t.TempDir()}), Unreadable, -1, 0, 0, "not a file"},
		{"coarse", read(CIFAR{Path: "x", Coarse: true}), BadOption, -1, 0, 0, "coarse"},
		{"cifar empty", cifar(false, nil), Truncated, 0, 0, 0, "empty"},
		{"cifar cut", cifar(false, records(1, 1, 2)[:4000]), Truncated, 3073, 0, 0, "927 bytes more"},
		{"cifar of the other kind", cifar(false, records(2, 1, 2)), BadMagic, 6146, 0, 0, "CIFAR-100"},
		{"cifar-100 of the other kind", cifar(true, records(1, 1, 2)), BadMagic, 3074, 0, 0, "CIFAR-10"},
		{"cifar label", cifar(false, records(1, 1, 10)), BadLabel, 3073, 0, 0, "label 10"},
		{"cifar-100 label", cifar(true, wrong100), BadLabel, 3074, 0, 0, "20 and 5"},
		{"cifar compressed and cut", cifar(false, zip(records(1, 1, 2)[:4000])), Truncated, 4000, 0, 0, "record 1"},
		{"unknown class", read(CIFAR{Path: file("a.bin", records(1, 1)), Selection: Selection{Classes: []string{"lynx"}}}), BadOption, -1, 0, 0, "lynx"},
		{"class twice", read(CIFAR{Path: file("a.bin", records(1, 1)), Selection: Selection{Classes: []string{"cat", "3"}}}), BadOption, -1, 0, 0, "twice"},
		{"absent class", read(CIFAR{Path: file("a.bin", records(1, 1)), Selection: Selection{Classes: []string{"cat"}}}), BadOption, -1, 0, 0, "no sample"},
		{"digest", read(CIFAR{Path: file("a.bin", records(1, 1)), Digests: Digests{"a.bin": "00"}}), BadDigest, -1, 0, 0, "expected 00"},
		{"gzip cut", pair(zip(images)[:12], labels), Truncated, 1, 0, 0, ""},
		{"idx magic", pair([]byte("\x89PNG????"), labels), BadMagic, 0, 0, 0, "89 50"},
		{"idx type", pair([]byte{0, 0, 13, 3, 0, 0, 0, 1}, labels), BadHeader, 2, 0, 0, "0x0d"},
		{"idx cut", pair(images[:len(images)-1], labels), Truncated, 17, 0, 0, "18"},
		{"idx longer", pair(append(slices.Clone(images), 1), labels), BadSize, 18, 0, 0, "19"},
		{"idx swapped", pair(labels, images), BadShape, 3, 0, 0, "labels have 1"},
		{"idx counts", pair(images, idx([]uint32{1}, 0)), BadShape, 4, 0, 0, "2 images"},
		{"idx huge", pair(zip(idx([]uint32{2, 0xffffffff, 0xffffffff})), labels), TooLarge, 8, 0, 0, "4294967295"},
		{"idx huge labels", pair(images, idx([]uint32{1 << 30})), Truncated, 8, 0, 0, ""},
		{"idx huge compressed labels", pair(images, zip(idx([]uint32{1 << 30}))), Truncated, 8, 0, 0, "label 0"},
		{"idx impossible labels", pair(images, idx([]uint32{1 << 31})), TooLarge, 4, 0, 0, "2147483648"},
		{"idx flat", pair(idx([]uint32{2, 0, 1}), labels), BadShape, 8, 0, 0, "empty"},
		{"idx label", read(IDX{Path: file("i", images), Labels: file("l", labels), Count: 1}), BadLabel, 9, 0, 0, "label 1"},
		{"npy magic", array([]byte("hello, world")), BadMagic, 0, 0, 0, ""},
		{"npz", array([]byte("PK\x03\x04...........")), BadMagic, 0, 0, 0, "unpack"},
		{"npy version", array(append([]byte("\x93NUMPY\x09\x00"), good[8:]...)), BadHeader, 6, 0, 0, "version 9"},
		{"npy big endian", array(npy(1, ">f4", "False", "(2,)", []float32{1, 2})), BadHeader, 10, 0, 0, "big-endian"},
		{"npy type", array(npy(1, "<c16", "False", "(2,)", []float32{1, 2})), BadHeader, 10, 0, 0, "c16"},
		{"npy cut", array(good[:len(good)-1]), Truncated, int64(len(good) - 1), 0, 0, ""},
		{"npy longer", array(append(slices.Clone(good), 0)), BadSize, int64(len(good)), 0, 0, ""},
		{"npy huge header", array([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{")), BadHeader, 8, 0, 0, "bytes"},
		{"npy huge", array(npy(1, "<f4", "False", "(99999999, 99999999)", []float32{})), TooLarge, 10, 0, 0, ""},
		{"npy none", array(npy(1, "<f4", "False", "(0, 3)", []float32{})), BadShape, 10, 0, 0, "empty"},
		{"npy scalar", array(npy(1, "<f4", "False", "()", []float32{1})), BadShape, 10, 0, 0, "0 dimensions"},
		{"npy nan", array(npy(1, "<f4", "False", "(2,)", []float32{1, float32(math.NaN())})), BadNumber, int64(len(good) - 4), 0, 0, "value 1"},
		{"npy beyond", array(npy(1, "<f8", "False", "(2,)", []float64{1, 1e300})), BadNumber, 76, 0, 0, "binary32"},
		{"npy selection", read(NPY{Path: file("a.npy", good), Selection: Selection{PerClass: 1}}), BadOption, -1, 0, 0, "no labels"},
		{"npy labels of images", read(NPY{Path: file("a.npy", good), Labels: file("c.npy", npy(1, "<i4", "False", "(2, 1, 1)", []int32{1, 2}))}), BadShape, -1, 0, 0, "2 x 1 x 1, and"},
		{"npy labels", read(NPY{Path: file("a.npy", good), Labels: file("b.npy", good)}), BadHeader, -1, 0, 0, "not integers"},
		{"csv nan", text("a,b\n1,2\n3, NaN\n"), BadNumber, -1, 3, 4, "NaN"},
		{"csv word", text("1,2\n3,four\n"), BadNumber, -1, 2, 3, "four"},
		{"csv gap", text("1,2\n3,\n"), BadNumber, -1, 2, 3, "empty"},
		{"csv huge", text("1,2\n3,1e99\n"), BadNumber, -1, 2, 3, "too large"},
		{"csv infinite", text("1,2\n-inf,2\n"), BadNumber, -1, 2, 1, "-inf"},
		{"csv ragged", text("1,2\n3\n"), BadShape, -1, 2, 0, "2 fields"},
		{"csv quotes", text("1,2\n3,\"4\n"), BadHeader, -1, 2, 6, "quote"},
		{"csv empty", text(""), Truncated, -1, 0, 0, "no samples"},
		{"csv label", labelled("0,1\n2,1\n"), BadLabel, -1, 2, 0, "label 2"},
		{"csv label of numbers", labelled("0,1\n0.5,1\n"), BadLabel, -1, 2, 0, "targets"},
		{"csv column", read(CSV{Path: file("a.csv", []byte("a,b\n1,2\n")), Label: "c"}), BadOption, -1, 0, 0, "a, b"},
		{"csv shape", read(CSV{Path: file("a.csv", []byte("1,2\n")), Shape: [3]int{3, 1, 1}}), BadShape, -1, 0, 0, "3 x 1 x 1"},
		{"values ragged", read(Values{X: [][]float64{{1, 2}, {3}}}), BadShape, -1, 0, 0, "sample 1"},
		{"values nan", read(Values{X: [][]float64{{1, math.NaN()}}}), BadNumber, -1, 0, 0, "number 1"},
		{"values label", read(Values{X: [][]float64{{1}}, Labels: []int{-1}}), BadLabel, -1, 0, 0, "label -1"},
		{"values none", read(Values{}), BadOption, -1, 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.do()
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if e.Kind != c.kind || e.Offset != c.offset || e.Line != c.line || e.Column != c.column || !strings.Contains(e.Error(), c.say) {
				t.Errorf("kind %s, byte %d, %d:%d, want %s, %d, %d:%d and %q\n%v", e.Kind, e.Offset, e.Line, e.Column, c.kind, c.offset, c.line, c.column, c.say, e)
			}
			if c.name == "missing" && !errors.Is(err, fs.ErrNotExist) {
				t.Error("the cause is lost")
			}
		})
	}
}

// TestErrorsNameTheArgument: what a study wrote is what it can mend.
func TestErrorsNameTheArgument(t *testing.T) {
	table := write(t, "a.csv", []byte("a,b\n1,x\n2,y\n"))
	for argument, o := range map[string]Source{
		"digest":   CSV{Path: table, Digests: Digests{"a.csv": "00"}},
		"classes":  CSV{Path: table, Label: "b", Selection: Selection{Classes: []string{"z"}}},
		"label":    CSV{Path: table, Label: "c"},
		"targets":  CSV{Path: table, Label: "b", Targets: []string{"b"}},
		"features": CSV{Path: table, Label: "b", Features: []string{"c"}},
		"shape":    CSV{Path: table, Label: "b", Shape: [3]int{2, 2, 1}},
		"count":    Values{X: [][]float64{{1}}, Labels: []int{0}, Count: 1 << 20},
		"labels":   Values{X: [][]float64{{1}}, Labels: []int{0, 1}},
		"x":        Values{X: [][]float64{{1}, {2, 3}}},
		"size":     Synthetic{Size: 4},
		"limit":    Teacher{Limit: 1 << 28},
		"inputs":   Teacher{Inputs: 1 << 20},
		"noise":    Teacher{Noise: -1},
		"degree":   Chebyshev{Degree: 2000},
		"":         CSV{Path: table},
	} {
		_, err := o.Outline()
		var e *Error
		if !errors.As(err, &e) || e.Argument != argument {
			t.Errorf("%+v is said of %q: %v", o, argument, err)
		}
	}
}
