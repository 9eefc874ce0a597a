package weights

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/datafile"
	"relief/runtime/graph"
	"relief/runtime/network"
)

// cnn is the network of testdata/make.py.
func cnn(t testing.TB) *network.Network {
	return inferred(t, network.Shape{H: 6, W: 5, C: 2},
		&network.Layer{Kind: network.Conv, Name: "conv1", Channels: 4, Kernel: [2]int{3, 3}, Stride: 1, Padding: 1, Groups: 1},
		&network.Layer{Kind: network.BatchNorm, Name: "bn1", Epsilon: 1e-5, Function: "relu"},
		&network.Layer{Kind: network.MaxPool, Name: "pool", Kernel: [2]int{2, 2}, Stride: 2},
		&network.Layer{Kind: network.Conv, Name: "conv2", Channels: 6, Kernel: [2]int{3, 2}, Stride: 1, Padding: 1, Groups: 2, Bias: true, Function: "tanh"},
		&network.Layer{Kind: network.Flatten, Name: "flatten"},
		&network.Layer{Kind: network.BatchNorm, Name: "bn2", Epsilon: 1e-5},
		dense("dense1", 7), dense("dense2", 7), out("dense3", 3),
	)
}

func out(name string, units int) *network.Layer {
	return &network.Layer{Kind: network.Dense, Name: name, Units: units, Bias: true}
}

func dense(name string, units int) *network.Layer {
	l := out(name, units)
	l.Function = "relu"
	return l
}

func inferred(t testing.TB, in network.Shape, layers ...*network.Layer) *network.Network {
	t.Helper()
	n := &network.Network{Input: in, Layers: layers}
	if err := n.Infer(); err != nil {
		t.Fatal(err)
	}
	return n
}

// logits are those of a batch of n samples, with the statistics of the batch.
func logits(t *testing.T, net *network.Network, params, x []float64, n int) []float64 {
	t.Helper()
	g := graph.New()
	inputs := map[string][]float64{"x": x}
	var ids []graph.ID
	for _, p := range net.Params {
		ids = append(ids, g.Input(p.Name, p.Type))
		inputs[p.Name] = params[p.Offset : p.Offset+p.Type.Size()]
	}
	built, err := net.Build(g, g.Input("x", net.Input.Batch(n)), ids, network.Mode{Train: true})
	if err != nil {
		t.Fatal(err)
	}
	values, err := g.Interpret([]graph.ID{built.Logits}, inputs)
	if err != nil {
		t.Fatal(err)
	}
	return values[built.Logits]
}

// A network that PyTorch trained gives PyTorch's logits, whichever way it was
// saved.
func TestNetworksOfPyTorchGiveItsLogits(t *testing.T) {
	var golden struct {
		X      []float64
		Logits [][]float64
	}
	text, err := os.ReadFile("testdata/cnn.json")
	if err == nil {
		err = json.Unmarshal(text, &golden)
	}
	if err != nil {
		t.Fatal(err)
	}
	net := cnn(t)
	n, h, w, c := len(golden.Logits), net.Input.H, net.Input.W, net.Input.C
	x := make([]float64, len(golden.X))
	for i, v := range golden.X { // N x C x H x W to N x H x W x C
		x[(i/(h*w*c)*h*w+i%(h*w))*c+i/(h*w)%c] = v
	}
	for file, note := range map[string]string{
		"cnn.safetensors":   "by shape and order, 0 is conv1, 1 is bn1, 4 is conv2, 7 is bn2, 8 is dense1, 10 is dense2, 12 is dense3",
		"cnn.npz":           "by shape and order, 0 is conv1, 1 is bn1, 4 is conv2, 7 is bn2, 8 is dense1, 10 is dense2, 12 is dense3",
		"named.safetensors": "by shape and order, first is conv1, norm.a is bn1, second is conv2, norm.b is bn2, head.1 is dense1, head.2 is dense2, out is dense3",
	} {
		f, err := Read("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		params := make([]float64, net.Size)
		notes, err := Into(net, f, params)
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"running statistics of 2 batch norms are left out: those of the training set are computed instead", note}; !slices.Equal(notes, want) {
			t.Errorf("%s: notes\n%s", file, strings.Join(notes, "\n"))
		}
		got := logits(t, net, params, x, n)
		for i, row := range golden.Logits {
			for j, want := range row {
				if v := got[i*len(row)+j]; math.Abs(v-want) > 1e-12*math.Max(1, math.Abs(want)) {
					t.Errorf("%s: logit %d of sample %d is %v, want %v", file, j, i, v, want)
				}
			}
		}
	}
	if f, err := Read("testdata/cnn.safetensors"); err != nil || f.Metadata["trained"] != "20 steps" {
		t.Errorf("metadata %v, %v", f.Metadata, err)
	}
}

// Every type of number comes back as NumPy had it.
func TestNumbersOfEveryType(t *testing.T) {
	inf := math.Inf(1)
	want := map[string]Array{
		"F64":     {Shape: []int{2, 3}, Values: []float64{0.1, -math.Pi, 1e300, 5e-324, math.NaN(), 3}},
		"F32":     {Shape: []int{2, 3}, Values: []float64{float64(float32(0.1)), float64(float32(-math.Pi)), float64(float32(1e38)), 0x1p-149, -inf, 3}},
		"F16":     {Shape: []int{3, 2}, Values: []float64{0, -1.5, 65504, 0x1p-24, inf, 3}},
		"I64":     {Shape: []int{}, Values: []float64{12345678901}},
		"I32":     {Shape: []int{2}, Values: []float64{math.MinInt32, math.MaxInt32}},
		"I16":     {Shape: []int{1}, Values: []float64{math.MinInt16}},
		"I8":      {Shape: []int{2}, Values: []float64{-128, 127}},
		"U32":     {Shape: []int{1}, Values: []float64{math.MaxUint32}},
		"U16":     {Shape: []int{1}, Values: []float64{math.MaxUint16}},
		"U8":      {Shape: []int{1}, Values: []float64{255}},
		"BOOL":    {Shape: []int{2}, Values: []float64{1, 0}},
		"empty":   {Shape: []int{0, 4}, Values: []float64{}},
		"fortran": {Shape: []int{2, 3, 4}, Values: []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
	}
	for _, file := range []string{"types.safetensors", "types.npz"} {
		f, err := Read("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if least := len(want) - 1; len(f.Arrays) < least {
			t.Errorf("%s: %d arrays, want %d", file, len(f.Arrays), least)
		}
		for _, a := range f.Arrays {
			if w := want[a.Name]; !slices.Equal(a.Shape, w.Shape) || !sameBits(a.Values, w.Values) {
				t.Errorf("%s: %s has %v, %v, want %v, %v", file, a.Name, a.Shape, a.Values, w.Shape, w.Values)
			}
		}
	}
}

// sameBits compares numbers by their bits, one NaN being as good as another.
func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool {
		return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
	})
}

// drawn returns named arrays of any numbers.
func drawn(t *rapid.T) []Array {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zA-Z0-9._\-"<& é/\\]{1,12}`), 0, 5, rapid.ID[string]).Draw(t, "names")
	out := make([]Array, len(names))
	for i, name := range names {
		shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
		n, _ := datafile.Product(shape, 1<<10)
		out[i] = Array{Name: name, Shape: shape, Values: rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "values")}
	}
	return out
}

// What is written comes back to the same bits, and equal arrays make equal bytes.
func TestFilesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		arrays := drawn(t)
		format := rapid.SampledFrom([]Format{Safetensors, NPZ}).Draw(t, "format")
		as := rapid.SampledFrom([]Precision{Float64, Float32}).Draw(t, "precision")
		if as == Float32 {
			for _, a := range arrays {
				for i, v := range a.Values {
					a.Values[i] = float64(float32(math.Mod(v, math.MaxFloat32)))
				}
			}
		}
		var once, twice bytes.Buffer
		if err := errors.Join(Encode(&once, format, arrays, as), Encode(&twice, format, arrays, as)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Error("two writes differ")
		}
		f, err := read("a", bytes.NewReader(once.Bytes()), int64(once.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if f.Format != format || len(f.Arrays) != len(arrays) {
			t.Fatalf("%s with %d arrays, want %s with %d", f.Format, len(f.Arrays), format, len(arrays))
		}
		place := map[string]int{} // arrays without bytes may come earlier
		for i, a := range arrays {
			place[a.Name] = i
		}
		for i, a := range f.Arrays {
			w := arrays[place[a.Name]]
			if a.Name != w.Name || !slices.Equal(a.Shape, w.Shape) || !sameBits(a.Values, w.Values) {
				t.Errorf("%+v, want %+v", a, w)
			}
			if format == NPZ && place[a.Name] != i {
				t.Errorf("%s is array %d, was %d", a.Name, i, place[a.Name])
			}
		}
	})
}

// What From gives, Into takes back, and a file has PyTorch's places: a dense
// layer behind a flattened image counts its inputs by channel, height, width.
func TestLayoutsAreThoseOfPyTorch(t *testing.T) {
	net := cnn(t)
	params := make([]float64, net.Size)
	for i := range params {
		params[i] = float64(i)
	}
	arrays := From(net, params)
	param := func(name string) *network.Param {
		return net.Params[slices.IndexFunc(net.Params, func(p *network.Param) bool { return p.Name == name })]
	}
	for _, c := range []struct {
		name   string
		shape  []int
		file   []int // a place in the file
		memory []int // and in memory
	}{
		{"conv1.weight", []int{4, 2, 3, 3}, []int{3, 1, 2, 0}, []int{2, 0, 1, 3}},
		{"conv2.weight", []int{6, 2, 3, 2}, []int{5, 1, 2, 1}, []int{2, 1, 1, 5}},
		{"conv2.bias", []int{6}, []int{4}, []int{4}},
		{"bn2.weight", []int{54}, []int{4*9 + 1*3 + 2}, []int{(1*3+2)*6 + 4}}, // channel 4 of pixel 1, 2
		{"dense1.weight", []int{7, 54}, []int{5, 4*9 + 1*3 + 2}, []int{(1*3+2)*6 + 4, 5}},
		{"dense2.weight", []int{7, 7}, []int{5, 2}, []int{2, 5}},
	} {
		p, a := param(c.name), arrays[slices.IndexFunc(arrays, func(a Array) bool { return a.Name == c.name })]
		var dims []int
		for i := range p.Type.Rank() {
			dims = append(dims, p.Type.Dim(i))
		}
		if !slices.Equal(a.Shape, c.shape) {
			t.Errorf("%s has the shape %v, want %v", c.name, a.Shape, c.shape)
		}
		if got, want := a.Values[place(a.Shape, c.file)], params[p.Offset+place(dims, c.memory)]; got != want {
			t.Errorf("%s: %v at %v, want %v", c.name, got, c.file, want)
		}
	}
	back := make([]float64, net.Size)
	notes, err := Into(net, &File{Arrays: arrays}, back)
	if err != nil || len(notes) > 0 || !slices.Equal(back, params) {
		t.Errorf("%v, %v", notes, err)
	}
}

// place is that of an index in an array in C order.
func place(shape, index []int) int {
	at := 0
	for i, n := range shape {
		at = at*n + index[i]
	}
	return at
}

func TestEncodeErrors(t *testing.T) {
	good := []Array{{"w", []int{2}, []float64{1, 2}}}
	for _, c := range []struct {
		arrays []Array
		as     Precision
		kind   datafile.Kind
		say    string
	}{
		{[]Array{good[0], good[0]}, Float64, datafile.BadOption, `two arrays have the name "w"`},
		{[]Array{{"", nil, []float64{1}}}, Float64, datafile.BadOption, `cannot be called ""`},
		{[]Array{{"__metadata__", nil, []float64{1}}}, Float64, datafile.BadOption, "cannot be called"},
		{[]Array{{"\xff", nil, []float64{1}}}, Float64, datafile.BadOption, "cannot be called"},
		{[]Array{{"w", []int{3}, []float64{1}}}, Float64, datafile.BadShape, "w has the shape 3 and 1 values"},
		{[]Array{{"w", []int{-1}, nil}}, Float64, datafile.BadOption, "shape -1"},
		{[]Array{{"w", nil, []float64{1e39}}}, Float32, datafile.BadNumber, "value 0 of w is 1e+39, beyond float32; write float64"},
	} {
		for _, format := range []Format{Safetensors, NPZ} {
			var out bytes.Buffer
			var e *Error
			err := Encode(&out, format, c.arrays, c.as)
			if !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(err.Error(), c.say) || out.Len() > 0 {
				t.Errorf("%s: got %v and %d bytes, want %q", format, err, out.Len(), c.say)
			}
		}
	}
	full := errors.New("no room")
	for _, format := range []Format{Safetensors, NPZ} {
		var whole bytes.Buffer
		if err := Encode(&whole, format, good, Float64); err != nil {
			t.Fatal(err)
		}
		for n := range whole.Len() {
			if err := Encode(&room{n, full}, format, good, Float64); !errors.Is(err, full) {
				t.Fatalf("%s: %d bytes fit, and the error is %v", format, n, err)
			}
		}
	}
}

// room takes some bytes and then fails.
type room struct {
	left int
	err  error
}

func (r *room) Write(b []byte) (int, error) {
	if n := r.left; n < len(b) {
		r.left = 0
		return n, r.err
	}
	r.left -= len(b)
	return len(b), nil
}

// tensors returns a .safetensors file.
func tensors(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestBadFilesSayWhere(t *testing.T) {
	one := func(fields string) []byte { return tensors(`{"w":{`+fields+`}}`, 16) }
	good, err := os.ReadFile("testdata/types.npz")
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(good)
	flipped[100] ^= 0x55 // in the values of the first member
	for _, c := range []struct {
		name   string
		file   []byte
		kind   datafile.Kind
		offset int64
		say    string
	}{
		{"empty", nil, datafile.Truncated, 0, "empty"},
		{"short", []byte("abc"), datafile.Truncated, 3, "3 bytes"},
		{"text", []byte("hello, hello, hello"), datafile.BadMagic, 0, "neither"},
		{"pickle", []byte("\x80\x02}q\x00X\x01\x00\x00\x00wq\x01."), datafile.BadMagic, 0, "pickle"},
		{"npy", []byte("\x93NUMPY\x01\x00........."), datafile.BadMagic, 0, "single array"},
		{"hdf", []byte("\x89HDF\r\n\x1a\n........."), datafile.BadMagic, 0, "HDF5"},
		{"gzip", []byte("\x1f\x8b\x08.............."), datafile.BadMagic, 0, "gunzip"},
		{"huge header", append(binary.LittleEndian.AppendUint64(nil, math.MaxUint64), '{', '}'), datafile.BadHeader, 0, "18446744073709551615 bytes"},
		{"long header", append(binary.LittleEndian.AppendUint64(nil, 99_999_999), '{', '}'), datafile.Truncated, 10, "header alone 100000007"},
		{"cut header", tensors(`{"w":{`, 0), datafile.BadHeader, 14, "not complete"},
		{"no object", tensors(`{"w":3}`, 0), datafile.BadHeader, 14, `3 in place of {`},
		{"list", one(`"dtype":["F64"]`), datafile.BadHeader, 23, "no text"},
		{"no shape", one(`"dtype":"F64","data_offsets":[0,8]`), datafile.BadHeader, -2, "needs dtype"},
		{"unknown key", one(`"dtype":"F64","strides":[1]`), datafile.BadHeader, -2, `unknown key "strides"`},
		{"unknown type", one(`"dtype":"F8_E4M3","shape":[16],"data_offsets":[0,16]`), datafile.BadHeader, -2, `type "F8_E4M3"`},
		{"negative", one(`"dtype":"F64","shape":[-2],"data_offsets":[0,16]`), datafile.BadHeader, -2, "-2 where a whole number"},
		{"fraction", one(`"dtype":"F64","shape":[2.0],"data_offsets":[0,16]`), datafile.BadHeader, -2, "2.0 where"},
		{"overflow", one(`"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]`), datafile.TooLarge, -2, "beyond"},
		{"overflow of bytes", one(`"dtype":"F64","shape":[9223372036854775807],"data_offsets":[0,16]`), datafile.TooLarge, -2, "beyond"},
		{"huge number", one(`"dtype":"F64","shape":[99999999999999999999],"data_offsets":[0,16]`), datafile.BadHeader, -2, "where a whole number"},
		{"wrong length", one(`"dtype":"F64","shape":[2],"data_offsets":[0,8]`), datafile.BadHeader, -2, "shape 2 of F64 and the bytes [0 8]"},
		{"turned ends", one(`"dtype":"F64","shape":[0],"data_offsets":[8,0]`), datafile.BadHeader, -2, "[8 0]"},
		{"beyond the end", one(`"dtype":"F64","shape":[3],"data_offsets":[0,24]`), datafile.Truncated, -2, "its header says"},
		{"before the end", one(`"dtype":"F64","shape":[1],"data_offsets":[0,8]`), datafile.BadSize, -2, "its header says"},
		{"hole", one(`"dtype":"F64","shape":[1],"data_offsets":[8,16]`), datafile.BadHeader, -2, "bytes 0 to 8"},
		{"overlap", tensors(`{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"b":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}`, 16), datafile.BadHeader, -2, `"b" overlap`},
		{"twice", tensors(`{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}`, 16), datafile.BadHeader, -2, `"a" twice`},
		{"key twice", one(`"dtype":"F64","dtype":"F32"`), datafile.BadHeader, -2, `"dtype" twice`},
		{"metadata", tensors(`{"__metadata__":{"a":1}}`, 0), datafile.BadHeader, -2, "__metadata__ has no text"},
		{"after the header", tensors(`{} {}`, 0), datafile.BadHeader, -2, "goes on"},
		{"not utf-8", tensors("{\"\xff\":{}}", 0), datafile.BadHeader, -2, "UTF-8"},
		{"npz cut", good[:len(good)-1], datafile.BadHeader, -1, "archive is damaged"},
		{"npz flipped", flipped, datafile.BadSize, -2, `in "F64", the compressed file is damaged`},
		{"npz of another array", archive(t, "w.npy", []byte("\x93NUMPY\x01\x00\x05\x00{...}")), datafile.BadHeader, 10, `in "w", the header has no key`},
		{"npz of text", archive(t, "readme.txt", nil), datafile.BadHeader, -1, `"readme.txt", which is no array`},
		{"npz twice", archive(t, "w.npy", npy(1, 2), "w.npy", npy(3)), datafile.BadHeader, -1, `"w" twice`},
		{"torch.save", archive(t, "archive/data.pkl", nil), datafile.BadMagic, 0, "torch.save"},
		{"bomb", archive(t, "w.npy", npy(make([]float64, 20<<20)...)), datafile.TooLarge, -1, "a hundred times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			if err := os.WriteFile(path, c.file, 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Read(path)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if e.Kind != c.kind || c.offset >= -1 && e.Offset != c.offset || e.File != path || e.Cure == "" || !strings.Contains(e.Error(), c.say) {
				t.Errorf("kind %s, byte %d, want %s, %d and %q\n%v", e.Kind, e.Offset, c.kind, c.offset, c.say, e)
			}
		})
	}
	if _, err := Read("absent"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func ExampleInto() {
	net := &network.Network{Input: network.Units(2), Layers: []*network.Layer{{Kind: network.Dense, Name: "dense1", Units: 1}}}
	if err := net.Infer(); err != nil {
		fmt.Println(err)
	}
	params := make([]float64, net.Size)
	f := &File{Path: "model.npz", Format: NPZ, Arrays: []Array{{"fc.weight", []int{1, 2}, []float64{3, 4}}}}
	notes, err := Into(net, f, params)
	fmt.Println(params, notes, err)
	// Output: [3 4] [by shape and order, fc is dense1] <nil>
}
