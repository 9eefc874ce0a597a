package render

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
)

// kinds are the whole numbers that a heat map of categories shows, in rising order.
type kinds struct {
	values []int
	names  map[int]string
}

var (
	darkKind = color.NRGBA{0x33, 0x33, 0x33, 0xFF} // below 0: divergence
	noKind   = color.NRGBA{0xE4, 0xE4, 0xE4, 0xFF} // 0: none
)

// maxKinds bounds the kinds that a legend names.
const maxKinds = 12

// kindIndex is the entry of kindPalette for a kind; colours repeat where there are
// more kinds than colours.
func kindIndex(k int) int {
	switch {
	case k < 0:
		return 0
	case k == 0:
		return 1
	}
	return 2 + (k-1)%len(categorical)
}

func kindPalette() color.Palette {
	p := color.Palette{darkKind, noKind}
	for _, c := range categorical {
		p = append(p, c)
	}
	return p
}

// kinds reads the values of a field as categories. What is no whole number is
// hatched like what is missing.
func (p *panel) readKinds(f *field, names map[int]string) {
	if p.kinds == nil {
		p.kinds = &kinds{names: map[int]string{}}
	}
	for k, name := range names {
		p.kinds.names[k] = name
	}
	seen := map[int]bool{}
	for _, k := range p.kinds.values {
		seen[k] = true
	}
	odd := 0
	for i, v := range f.z {
		switch {
		case math.IsNaN(v):
		case v != math.Trunc(v) || math.Abs(v) > 1e9:
			odd++
			f.z[i] = math.NaN()
		default:
			seen[int(v)] = true
		}
	}
	if odd > 0 {
		p.note(count(odd, "grid value") + " left out: not whole")
	}
	p.kinds.values = p.kinds.values[:0]
	for k := range seen {
		p.kinds.values = append(p.kinds.values, k)
	}
	slices.Sort(p.kinds.values)
	if n := len(p.kinds.values); n > 0 && p.kinds.values[n-1] > len(categorical) {
		p.note(fmt.Sprintf("colours repeat after %d kinds", len(categorical)))
	}
	if n := len(p.kinds.values); n > maxKinds {
		p.note(fmt.Sprintf("the first %d of %d kinds are named", maxKinds, n))
	}
}

// entries name the kinds in the legend.
func (k *kinds) entries() []entry {
	var out []entry
	for _, v := range k.values[:min(len(k.values), maxKinds)] {
		name := k.names[v]
		if name == "" {
			name = signed(strconv.Itoa(v))
		}
		out = append(out, entry{name, swatchBox, kindPalette()[kindIndex(v)].(color.NRGBA), Solid, 0})
	}
	return out
}

// sorts paints the cells of categories.
func (f *field) sorts(xs, ys *scale, width float64) painter {
	p := append(kindPalette(), missing, hatchInk)
	cells := make([]uint8, len(f.z))
	for i, v := range f.z {
		if math.IsNaN(v) {
			cells[i] = uint8(len(p) - 2)
		} else {
			cells[i] = uint8(kindIndex(int(v)))
		}
	}
	return f.cells(xs, ys, p, cells, width)
}
