package datafile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

func TestNumbersAreDecoded(t *testing.T) {
	for _, c := range []struct {
		n     Number
		bytes string
		v     float64
		exact int64
	}{
		{Number{'f', 8}, "\x18\x2d\x44\x54\xfb\x21\x09\x40", math.Pi, 0},
		{Number{'f', 4}, "\x00\x00\x80\xbf", -1, 0},
		{Number{'f', 2}, "\x00\x3c", 1, 0},
		{Number{'f', 2}, "\x00\xc0", -2, 0},
		{Number{'f', 2}, "\x55\x35", 0.333251953125, 0},
		{Number{'f', 2}, "\xff\x7b", 65504, 0},
		{Number{'f', 2}, "\x00\x04", 0x1p-14, 0}, // the least normal one
		{Number{'f', 2}, "\xff\x03", 0x1p-14 - 0x1p-24, 0},
		{Number{'f', 2}, "\x01\x80", -0x1p-24, 0},
		{Number{'f', 2}, "\x00\xfc", math.Inf(-1), 0},
		{Number{'f', 2}, "\x00\x80", math.Copysign(0, -1), 0},
		{Number{'f', 2}, "\x01\x7c", math.NaN(), 0},
		{Number{'b', 2}, "\x80\x3f", 1, 0},
		{Number{'b', 2}, "\x49\xc0", -3.140625, 0},
		{Number{'b', 2}, "\x80\x7f", math.Inf(1), 0},
		{Number{'i', 8}, "\xfe\xff\xff\xff\xff\xff\xff\xff", -2, -2},
		{Number{'i', 8}, "\x01\x00\x00\x00\x00\x00\x20\x00", 0x1p53, 1<<53 + 1},
		{Number{'i', 4}, "\x00\x00\x00\x80", math.MinInt32, math.MinInt32},
		{Number{'u', 4}, "\x00\x00\x00\x80", 1 << 31, 1 << 31},
		{Number{'i', 2}, "\xff\xff", -1, -1},
		{Number{'u', 2}, "\xff\xff", 65535, 65535},
		{Number{'i', 1}, "\x80", -128, -128},
		{Number{'u', 1}, "\x80", 128, 128},
	} {
		v, exact := c.n.Decode([]byte(c.bytes))
		if math.Float64bits(v) != math.Float64bits(c.v) && !(v != v && c.v != c.v) || exact != c.exact {
			t.Errorf("%c%d % x: %v and %d, want %v and %d", c.n.Kind, c.n.Width, c.bytes, v, exact, c.v, c.exact)
		}
	}
}

func TestOpenComparesDigests(t *testing.T) {
	path := filepath.Join(t.TempDir(), "abc")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := func(digests Digests) (text []byte, err error) {
		err = Open(path, digests, func(r *Reader) (err error) {
			text = make([]byte, 3)
			return r.Fill(text, "the text")
		})
		return text, err
	}
	// The example of FIPS 180-4.
	right := "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
	for _, digests := range []Digests{nil, {"def": "00"}, {"abc": right}, {"abc": strings.ToLower(right)}} {
		if text, err := open(digests); err != nil || string(text) != "abc" {
			t.Errorf("%v: %q, %v", digests, text, err)
		}
	}
	for _, wrong := range []string{"", "00", strings.Repeat("0", 64)} {
		var e *Error
		if _, err := open(Digests{"abc": wrong}); !errors.As(err, &e) || e.Kind != BadDigest {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// What WriteNPY writes, ReadNPY reads to the same bits.
func TestNPYComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
		n, _ := Product(shape, 1<<20)
		values := rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "values")
		single := rapid.Bool().Draw(t, "single")
		var b bytes.Buffer
		if err := WriteNPY(&b, shape, values, single); err != nil {
			t.Fatal(err)
		}
		if single {
			for i, v := range values {
				values[i] = float64(float32(v))
			}
		}
		r := NewReader("a.npy", bytes.NewReader(b.Bytes()), int64(b.Len()))
		h, err := ReadNPY(r, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if r.At%64 != 0 || h.Fortran || !slices.Equal(h.Shape, shape) || h.Count != n {
			t.Errorf("values begin at byte %d; %+v, want the shape %v", r.At, h, shape)
		}
		start, i := r.At, 0
		err = h.Values(r, func(at int, offset int64, v float64, _ int64) error {
			if at != i || offset != start+int64(i*h.Width) || math.Float64bits(v) != math.Float64bits(values[i]) {
				t.Errorf("value %d at byte %d is %v, want value %d, %v", at, offset, v, i, values[i])
			}
			i++
			return nil
		})
		if err != nil || i != n {
			t.Errorf("%d of %d values, %v", i, n, err)
		}
	})
}

func TestProductIsBounded(t *testing.T) {
	for _, c := range []struct {
		shape []int
		n     int
		ok    bool
	}{
		{nil, 1, true}, {[]int{3, 4}, 12, true}, {[]int{3, 0, 5}, 0, true}, {[]int{-1}, 0, false}, {[]int{5, 5}, 0, false},
		{[]int{math.MaxInt, math.MaxInt, 2}, 0, false}, {[]int{1 << 32, 1 << 32}, 0, false}, {[]int{4, 5}, 20, true},
	} {
		if n, ok := Product(c.shape, 20); ok != c.ok || ok && n != c.n {
			t.Errorf("%v: %d, %v", c.shape, n, ok)
		}
	}
}

// broken gives some bytes and then an error.
type broken struct {
	text string
	err  error
}

func (b *broken) Read(p []byte) (int, error) {
	n := copy(p, b.text)
	b.text = b.text[n:]
	if n == 0 {
		return 0, b.err
	}
	return n, nil
}

func TestErrorsOfReadingSayWhatFailed(t *testing.T) {
	failed := errors.New("bit rot")
	for _, c := range []struct {
		err  error
		kind Kind
		say  string
	}{
		{io.EOF, Truncated, "within the header"},
		{io.ErrUnexpectedEOF, Truncated, "within the header"},
		{&fs.PathError{Op: "read", Path: "a", Err: syscall.EIO}, Unreadable, "input/output error"},
		{failed, BadSize, "bit rot"},
	} {
		r := NewReader("a", &broken{"abc", c.err}, -1)
		var e *Error
		if err := r.Fill(make([]byte, 8), "the header"); !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(e.Error(), c.say) {
			t.Errorf("%v: got %v", c.err, err)
		}
		if c.err == failed && (!errors.Is(e, failed) || e.Offset != 3) {
			t.Errorf("the cause or the place is lost: %+v", e)
		}
	}
}

func TestErrorsOfWritingSayWhatToDo(t *testing.T) {
	for err, say := range map[error]string{
		syscall.ENOSPC: "a: the disk is full; make room, or name a folder on another disk",
		fs.ErrNotExist: "a: the folder of the file does not exist; make the folder, or name another",
		syscall.EACCES: "a: the file cannot be written: permission denied; check the folder and its permissions",
	} {
		if got := NotWritten("a", &fs.PathError{Op: "write", Path: "a", Err: err}).Error(); got != say {
			t.Errorf("got  %s\nwant %s", got, say)
		}
	}
}
