package weights

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"relief/runtime/datafile"
	"relief/runtime/network"
)

// statistics are arrays that PyTorch keeps with batch norms and a network here
// has not: what each one's name ends in.
var statistics = []string{"running_mean", "running_var", "num_batches_tracked"}

// Into writes the parameters of a file to dst, the flat vector of the network's
// parameters in the order of Params. Arrays are found by the network's own names
// or, where the file has others, by shape and order:
//
//   - A .npz file keeps the order in which arrays were saved. Its first array
//     belongs to the first parameter, and so on; all shapes must fit.
//   - A .safetensors file is sorted by name. Its layers, which are arrays that
//     differ in .weight and .bias alone, belong to those of the same shapes; of
//     several, in the order of the numbers in their names (0, 3, 10). Names that
//     differ by more than numbers leave it open, which is an error.
//
// Running statistics of batch norms are left out. The notes say what was left out
// and, where the names differ, what was taken for what. The error is an *Error,
// and dst is then as it was: for what does not fit, and for a value that is not
// finite.
func Into(net *network.Network, f *File, dst []float64) (notes []string, err error) {
	if len(dst) != net.Size {
		return nil, datafile.Option(fmt.Sprintf("the network has %d parameters, and there is room for %d", net.Size, len(dst)), "give a vector of its size")
	}
	var arrays []*Array
	left := map[string]bool{}
	for i := range f.Arrays {
		a := &f.Arrays[i]
		if layer, leaf := parts(a.Name); slices.Contains(statistics, leaf) {
			left[layer] = true
			continue
		}
		arrays = append(arrays, a)
	}
	if len(left) > 0 {
		notes = append(notes, fmt.Sprintf("running statistics of %d batch norms are left out: those of the training set are computed instead", len(left)))
	}
	m := &matching{net: net, f: f, arrays: arrays}
	taken, err := m.match()
	if err != nil {
		return nil, err
	}
	for _, a := range taken {
		if i := slices.IndexFunc(a.Values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }); i >= 0 {
			return nil, datafile.At(datafile.BadNumber, f.Path, -1, fmt.Sprintf("value %d of %s is %v", i, a.Name, a.Values[i]), "save the model at an earlier step: it has diverged")
		}
	}
	for i, p := range net.Params {
		values := dst[p.Offset : p.Offset+p.Type.Size()]
		layoutOf(p).each(func(file, memory int) { values[memory] = taken[i].Values[file] })
	}
	if text := m.pairs(taken); text != "" {
		notes = append(notes, text)
	}
	return notes, nil
}

// matching looks for the array of each parameter.
type matching struct {
	net    *network.Network
	f      *File
	arrays []*Array // of the file, without statistics
}

// match returns the array of each parameter.
func (m *matching) match() ([]*Array, error) {
	byName := map[string]*Array{}
	for _, a := range m.arrays {
		byName[a.Name] = a
	}
	taken := make([]*Array, len(m.net.Params))
	named := 0
	for i, p := range m.net.Params {
		if taken[i] = byName[p.Name]; taken[i] != nil {
			named++
		}
	}
	var err error
	switch {
	case len(m.arrays) == 0:
		return nil, m.unfit("the file has no parameters", "name another file")
	case named == len(taken) && named == len(m.arrays):
	case len(taken) != len(m.arrays) || 2*named > len(taken):
		return nil, m.different(taken)
	case m.f.Format == NPZ:
		copy(taken, m.arrays)
	default:
		if taken, err = m.byShape(); err != nil {
			return nil, err
		}
	}
	for i, p := range m.net.Params {
		if a := taken[i]; !slices.Equal(a.Shape, layoutOf(p).shape) {
			return nil, m.mismatch(a, p)
		}
	}
	for i, p := range m.net.Params { // two ways that disagree are no way
		if a := byName[p.Name]; a != nil && a != taken[i] {
			return nil, m.unfit(fmt.Sprintf("by order %s is the network's %s, which another array is called", taken[i].Name, p.Name), m.rename())
		}
	}
	return taken, nil
}

// byShape finds the arrays of a file whose order says nothing.
func (m *matching) byShape() ([]*Array, error) {
	layers := !slices.ContainsFunc(m.arrays, func(a *Array) bool {
		layer, leaf := parts(a.Name)
		return layer == "" || leaf != "weight" && leaf != "bias"
	})
	theirs := units(len(m.arrays), layers, func(i int) (string, []int) { return m.arrays[i].Name, m.arrays[i].Shape })
	ours := units(len(m.net.Params), layers, func(i int) (string, []int) { return m.net.Params[i].Name, layoutOf(m.net.Params[i]).shape })
	slices.SortStableFunc(theirs, func(a, b *unit) int { return natural(a.name, b.name) })
	bySignature := map[string][]*unit{}
	for _, u := range theirs {
		bySignature[u.signature] = append(bySignature[u.signature], u)
	}
	// Each of ours takes the next of theirs that looks like it.
	taken := make([]*Array, len(m.net.Params))
	next := map[string]int{}
	var lacking *unit
	for _, u := range ours {
		same := bySignature[u.signature]
		k := next[u.signature]
		if next[u.signature]++; k >= len(same) {
			if lacking == nil {
				lacking = u
			}
			continue
		}
		if k > 0 && withoutNumbers(same[k].name) != withoutNumbers(same[0].name) {
			return nil, m.unfit(fmt.Sprintf("%s and %s have the same shapes, and a .safetensors file does not keep their order", same[0].name, same[k].name),
				`save it by numpy.savez("model.npz", **{k: v.numpy() for k, v in model.state_dict().items()}), which does`)
		}
		for i, p := range u.members {
			taken[p] = m.arrays[same[k].members[i]]
		}
	}
	if lacking == nil { // as many arrays are taken as there are
		return taken, nil
	}
	over := slices.IndexFunc(theirs, func(u *unit) bool {
		return slices.Index(bySignature[u.signature], u) >= next[u.signature]
	})
	return nil, m.unlike(theirs[over], lacking)
}

// unit is what is matched as a whole: the arrays of a layer, or one array.
type unit struct {
	name      string
	members   []int // weight before bias
	signature string
}

// units returns the units of n named arrays in order.
func units(n int, layers bool, array func(int) (string, []int)) []*unit {
	var out []*unit
	of := map[string]*unit{}
	for i := range n {
		name, _ := array(i)
		layer, leaf := parts(name)
		if !layers {
			layer = name
		}
		u := of[layer]
		if u == nil {
			u = &unit{name: layer}
			of[layer], out = u, append(out, u)
		}
		if u.members = append(u.members, i); layers && leaf == "weight" {
			slices.Reverse(u.members)
		}
	}
	for _, u := range out {
		for _, i := range u.members {
			name, shape := array(i)
			if _, leaf := parts(name); layers {
				u.signature += leaf + " "
			}
			u.signature += times(shape) + ", "
		}
		u.signature = strings.TrimSuffix(u.signature, ", ")
	}
	return out
}

// parts cuts a name at its last point.
func parts(name string) (layer, leaf string) {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)], name[i+1:]
}

// natural compares names with the numbers in them by value.
func natural(a, b string) int {
	for a != "" && b != "" {
		i, j := number(a), number(b)
		if i > 0 && j > 0 {
			x, y := strings.TrimLeft(a[:i], "0"), strings.TrimLeft(b[:j], "0")
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			a, b = a[i:], b[j:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// number is the length of the number that s begins with.
func number(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// withoutNumbers is a name with # for each number.
func withoutNumbers(name string) string {
	var b strings.Builder
	for name != "" {
		if n := number(name); n > 0 {
			b.WriteByte('#')
			name = name[n:]
			continue
		}
		b.WriteByte(name[0])
		name = name[1:]
	}
	return b.String()
}
