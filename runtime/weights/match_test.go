package weights

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/datafile"
	"relief/runtime/network"
)

// zeros returns an array of zeros.
func zeros(name string, shape ...int) Array {
	n, _ := datafile.Product(shape, 1<<20)
	return Array{name, shape, make([]float64, n)}
}

// What does not fit says the first thing that does not, with names and shapes.
func TestWhatDoesNotFit(t *testing.T) {
	net := inferred(t, network.Shape{H: 4, W: 4, C: 3},
		&network.Layer{Kind: network.Conv, Name: "conv1", Channels: 5, Kernel: [2]int{3, 3}, Stride: 1, Padding: 1, Groups: 1, Bias: true},
		&network.Layer{Kind: network.GlobalPool, Name: "pool"},
		out("dense1", 5), out("dense2", 5), out("dense3", 2))
	own := []Array{
		zeros("conv1.weight", 5, 3, 3, 3), zeros("conv1.bias", 5), zeros("dense1.weight", 5, 5), zeros("dense1.bias", 5),
		zeros("dense2.weight", 5, 5), zeros("dense2.bias", 5), zeros("dense3.weight", 2, 5), zeros("dense3.bias", 2),
	}
	// with returns own under other names, some replaced or left out (no name).
	with := func(names string, changes ...Array) []Array {
		arrays := slices.Clone(own)
		for i, to := range strings.Fields(names) {
			arrays[2*i].Name, arrays[2*i+1].Name = to+".weight", to+".bias"
		}
		for _, c := range changes {
			if i := slices.IndexFunc(arrays, func(a Array) bool { return a.Name == c.Name }); i >= 0 {
				arrays[i] = c
			} else {
				arrays = append(arrays, c)
			}
		}
		return slices.DeleteFunc(arrays, func(a Array) bool { return a.Shape != nil && len(a.Values) == 0 })
	}
	gone := func(name string) Array { return zeros(name, 0) }
	for _, c := range []struct {
		name   string
		format Format
		arrays []Array
		notes  int
		say    string // "" for what fits
	}{
		{"own names in another order", Safetensors, []Array{own[3], own[7], own[0], own[1], own[5], own[2], own[6], own[4]}, 0, ""},
		{"numbers", Safetensors, with("0 3 12 20"), 1, ""},
		{"numbers by value", Safetensors, with("0 9 10 20"), 1, ""},
		{"statistics", Safetensors, with("", zeros("bn.running_mean", 5), zeros("bn.num_batches_tracked")), 1, ""},
		{"words where shapes tell", NPZ, with("stem hidden middle head"), 1, ""},
		{"plain names", NPZ, []Array{zeros("W", 5, 3, 3, 3), zeros("b", 5), zeros("W1", 5, 5), zeros("b1", 5), zeros("W2", 5, 5), zeros("b2", 5), zeros("W3", 2, 5), zeros("b3", 2)}, 1, ""},
		{"words where shapes do not", Safetensors, with("stem hidden middle head"), 0,
			"m: hidden and middle have the same shapes, and a .safetensors file does not keep their order; save it by numpy.savez"},
		{"plain names without order", Safetensors, []Array{zeros("W1", 5, 3, 3, 3), zeros("W2", 5, 5), zeros("W3", 5, 5), zeros("W4", 2, 5), zeros("b1", 5), zeros("b2", 5), zeros("b3", 5), zeros("b4", 2)}, 1, ""},
		{"nothing", NPZ, nil, 0, "the file has no parameters"},
		{"a shape under its own name", Safetensors, with("", zeros("dense1.weight", 5, 6)), 0,
			"m: dense1.weight has the shape 5 x 6, the network's dense1.weight 5 x 5; give the weights"},
		{"transposed", Safetensors, with("", zeros("dense3.weight", 5, 2)), 0, "save the transpose, outputs x inputs"},
		{"transposed conv", Safetensors, with("", zeros("conv1.weight", 3, 3, 3, 5)), 0, "w.transpose(3, 2, 0, 1)"},
		{"missing", Safetensors, with("", gone("dense3.bias")), 0, "the file has 7 arrays, the network 8; missing: dense3.bias; give"},
		{"unexpected", Safetensors, with("", zeros("aux.bias", 5)), 0, "the file has 9 arrays, the network 8; unexpected: aux.bias; give"},
		{"renamed in part", Safetensors, with("", gone("dense3.bias"), zeros("dense3.b", 2)), 0, "the file has other arrays than the network; missing: dense3.bias; unexpected: dense3.b; give"},
		{"a layer of another shape", Safetensors, with("0 3 12 20", zeros("3.weight", 5, 4)), 0,
			"m: 3.weight has the shape 5 x 4, the network's dense2.weight 5 x 5"},
		{"a layer with another bias", Safetensors, with("0 3 12 20", gone("0.bias"), zeros("21.bias", 5)), 0,
			"m: 0 has weight 5 x 3 x 3 x 3, the network's conv1 weight 5 x 3 x 3 x 3, bias 5; give the weights of a network with the same layers; bias = false"},
		{"order", NPZ, append(with("0 3 12 20")[2:], with("0 3 12 20")[:2]...), 0, "m: 3.weight has the shape 5 x 5, the network's conv1.weight 5 x 3 x 3 x 3"},
		{"fewer", NPZ, with("0 3 12 20", gone("3.bias")), 0,
			"the file has 7 arrays, the network 8; the first that differs, 12.weight, has the shape 5 x 5, the network's dense1.bias 5; missing: conv1.weight, conv1.bias, dense1.weight, dense1.bias, dense2.weight, dense2.bias and 2 more; unexpected: 0.weight"},
		{"order against a name", NPZ, with("0 dense2 3 20"), 0, "by order 3.weight is the network's dense2.weight, which another array is called"},
		{"not finite", Safetensors, with("", Array{"dense3.bias", []int{2}, []float64{0, math.NaN()}}), 0, "m: value 1 of dense3.bias is NaN; save the model at an earlier step"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dst := make([]float64, net.Size)
			for i := range dst {
				dst[i] = 7
			}
			notes, err := Into(net, &File{Path: "m", Format: c.format, Arrays: c.arrays}, dst)
			if c.say == "" {
				if err != nil || len(notes) != c.notes || slices.Contains(dst, 7) {
					t.Errorf("%q, %v", notes, err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.Cure == "" || !strings.Contains(err.Error(), c.say) {
				t.Errorf("got  %v\nwant %s", err, c.say)
			}
			if slices.ContainsFunc(dst, func(v float64) bool { return v != 7 }) {
				t.Error("parameters were written in spite of the error")
			}
		})
	}
	if _, err := Into(net, &File{Arrays: own}, make([]float64, 3)); err == nil {
		t.Error("three places were enough")
	}
}

// Whatever the order of a .safetensors file, its layers go where their numbers
// say.
func TestOrderOfSafetensorsDoesNotMatter(t *testing.T) {
	net := cnn(t)
	params := make([]float64, net.Size)
	for i := range params {
		params[i] = float64(i)
	}
	rapid.Check(t, func(t *rapid.T) {
		arrays := From(net, params)
		n := 0
		for i := range arrays { // conv1 to 0, bn1 to 3, and so on
			layer, leaf := parts(net.Params[i].Name)
			if i > 0 && !strings.HasPrefix(net.Params[i-1].Name, layer+".") {
				n += rapid.IntRange(1, 6).Draw(t, "step")
			}
			arrays[i].Name = "features." + string(rune('0'+n/10%10)) + string(rune('0'+n%10)) + "." + leaf
			if n < 10 {
				arrays[i].Name = "features." + string(rune('0'+n)) + "." + leaf
			}
		}
		arrays = rapid.Permutation(arrays).Draw(t, "order")
		dst := make([]float64, net.Size)
		if _, err := Into(net, &File{Format: Safetensors, Arrays: arrays}, dst); err != nil || !slices.Equal(dst, params) {
			t.Errorf("%v", err)
		}
	})
}

func TestNaturalOrder(t *testing.T) {
	want := []string{"", "0", "2", "02a", "10", "a", "a2.b10", "a10.b2", "b"}
	rapid.Check(t, func(t *rapid.T) {
		got := rapid.Permutation(want).Draw(t, "order")
		slices.SortFunc(got, natural)
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	})
	if withoutNumbers("layer10.2.bn1") != "layer#.#.bn#" {
		t.Error(withoutNumbers("layer10.2.bn1"))
	}
}

// Whatever arrays a file has, they fit whole or there is an error that says what
// to do.
func TestAnyArraysFitOrNot(t *testing.T) {
	net := inferred(t, network.Units(2), out("dense1", 2), out("dense2", 2), out("dense3", 1))
	shapes := [][]int{{2, 2}, {2}, {1, 2}, {1}, {}, {0, 3}, {2, 2, 1, 1}}
	fitted := 0
	rapid.Check(t, func(t *rapid.T) {
		var arrays []Array
		if rapid.Bool().Draw(t, "near") {
			arrays = rapid.Permutation(From(net, make([]float64, net.Size))).Draw(t, "order")
		}
		for i := range arrays {
			if rapid.IntRange(0, 19).Draw(t, "rename") == 19 {
				arrays[i].Name = strings.Replace(arrays[i].Name, "dense", rapid.SampledFrom([]string{"", "0.", "a", "fc"}).Draw(t, "to"), 1)
			}
		}
		for range rapid.SampledFrom([]int{0, 0, 0, 1, 3, 6}).Draw(t, "more") {
			name := rapid.StringMatching(`(a|b|0|10|dense1)?(\.(weight|bias|running_mean|w))?`).Draw(t, "name")
			arrays = append(arrays, zeros(name, rapid.SampledFrom(shapes).Draw(t, "shape")...))
		}
		f := &File{Path: "m", Format: rapid.SampledFrom([]Format{Safetensors, NPZ}).Draw(t, "format"), Arrays: arrays}
		dst := make([]float64, net.Size)
		for i := range dst {
			dst[i] = 7
		}
		_, err := Into(net, f, dst)
		var e *Error
		switch {
		case err == nil && slices.Contains(dst, 7):
			t.Errorf("%v fit, and not every parameter was set", arrays)
		case err == nil:
			fitted++
		case !errors.As(err, &e) || e.Cure == "" || slices.ContainsFunc(dst, func(v float64) bool { return v != 7 }):
			t.Errorf("%v: %v", dst, err)
		}
	})
	if fitted == 0 {
		t.Error("none fit")
	}
}
