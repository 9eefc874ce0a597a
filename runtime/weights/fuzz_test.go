package weights

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"testing"

	"relief/runtime/datafile"
)

// archive returns a zip archive of members, compressed.
func archive(t testing.TB, members ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i].(string))
		if err == nil {
			content, _ := members[i+1].([]byte)
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func npy(values ...float64) []byte {
	var b bytes.Buffer
	if err := datafile.WriteNPY(&b, []int{len(values)}, values, false); err != nil {
		panic(err) // a Buffer takes everything
	}
	return b.Bytes()
}

// sane checks what holds of everything that is read: arrays whose values fill
// their shapes, no more of them than the file can hold, or an *Error.
func sane(t *testing.T, b []byte) {
	f, err := read("a", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		var e *Error
		if !errors.As(err, &e) || e.Kind == "" || e.File != "a" || e.Summary == "" || e.Cure == "" {
			t.Fatalf("%T: %+v", err, err)
		}
		return
	}
	names, total := map[string]bool{}, 0
	for _, a := range f.Arrays {
		n, ok := datafile.Product(a.Shape, maxValues)
		if !ok || n != len(a.Values) {
			t.Fatalf("%q has the shape %v and %d values", a.Name, a.Shape, len(a.Values))
		}
		if names[a.Name] {
			t.Fatalf("%q comes twice", a.Name)
		}
		names[a.Name] = true
		if total += n; f.Format == Safetensors && total > len(b) {
			t.Fatalf("%d values of %d bytes", total, len(b))
		}
	}
	// What was read can be written and read again.
	var again bytes.Buffer
	if err := Encode(&again, f.Format, f.Arrays, Float64); err != nil {
		if !errors.As(err, new(*Error)) {
			t.Fatal(err)
		}
		return
	}
	g, err := read("a", bytes.NewReader(again.Bytes()), int64(again.Len()))
	if err != nil || len(g.Arrays) != len(f.Arrays) {
		t.Fatalf("written and read again: %d of %d arrays, %v", len(g.Arrays), len(f.Arrays), err)
	}
}

func FuzzSafetensors(f *testing.F) {
	for _, name := range []string{"types", "cnn"} {
		b, err := os.ReadFile("testdata/" + name + ".safetensors")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(tensors(`{"a":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]},"__metadata__":{"b":"c"}} `, 4))
	f.Add(tensors(`{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0))
	f.Add(tensors(`{"a":{"dtype":"U8","shape":[0,9223372036854775807],"data_offsets":[0,0]},"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1))
	f.Fuzz(sane)
}

// FuzzHeader makes the header alone of text, and data of a length.
func FuzzHeader(f *testing.F) {
	f.Add(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[],"data_offsets":[8,10]}}`, 10)
	f.Add(`{"a":{"dtype":"I8","shape":[2],"data_offsets":[1,3]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}`, 3)
	f.Fuzz(func(t *testing.T, header string, data int) { sane(t, tensors(header, min(max(data, 0), 1<<12))) })
}

func FuzzNPZ(f *testing.F) {
	b, err := os.ReadFile("testdata/types.npz")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(archive(f, "w.npy", npy(1, 2), "b.npy", npy()))
	f.Add(archive(f, "w.npy", []byte("\x93NUMPY\x02\x00\xff\xff\xff\x7f")))
	f.Fuzz(sane)
}
