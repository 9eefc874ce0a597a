package dataset

import (
	"fmt"
	"runtime"
	"sync"

	"relief/runtime/random"
)

// Synthetic describes images of classes made from a seed: scenes of a
// background with a horizon, overlapping leaves and an object with parts, whose
// colours, shapes, sizes and textures depend on the class. See the package
// comment for how they compare with photographs.
type Synthetic struct {
	Seed    uint64
	Classes int // 10 if 0
	// Limit is the number of images, 1,000 if 0. Image i does not depend on it.
	Limit int
	// Size is the height and width in pixels, 32 if 0, at least 8 and at most
	// 512.
	Size int
	// First is the index of the first image: disjoint ranges of one seed are
	// training and test images of the same classes.
	First int
}

// The levels of the law of images, in units of the range of pixel values. They
// were tuned to CIFAR-10; doc.go has the comparison.
const (
	middle         = 0.475 // mean brightness
	classLight     = 0.052 // standard deviation over classes: background
	classObject    = 0.085 // object against background
	classHue       = 0.026 // yellow against blue
	classTint      = 0.005 // green against magenta
	sceneLight     = 0.118 // over images of a class
	sceneHue       = 0.036
	sceneTint      = 0.009
	sceneContrast  = 0.220 // root of the mean square of light about its mean
	spreadContrast = 0.082
	leastContrast  = 0.06
	groundLight    = 0.22 // ground against sky
	objectLight    = 0.24
	objectHue      = 0.048
	objectTint     = 0.012
	leafLight      = 0.32
	leafHue        = 0.032
	leafTint       = 0.008
	leafSmallest   = 0.055 // radius; the half side of the image is 1
	leafLargest    = 1.00
	leaves         = 130
	grain          = 0.004
	softness       = 1.0 // width of an edge in pixels of a 32 x 32 image
)

// style is what the images of one class have in common. Levels have mean 0 and
// variance about 1 over the classes.
type style struct {
	light, object, hue, objectHue, tint float64
	texture                             float64 // strength of leaves, about 1
	across                              float64 // elongation of leaves
	size, aspect                        float64 // of the body
	dir                                 [2]float64
	loose                               float64 // how far the body turns from dir
	power                               int     // 0 ellipse, 1 rounded box
	parts                               []part
	spots                               int
	spotAspect                          float64
	horizon                             float64
}

// part is a shape attached to the body, in the body's frame: its centre in
// half axes, its half axes relative to the body's, and its shade.
type part struct {
	x, y, a, b, light float64
	power             int
}

// draws is a sequence of random numbers: the place i of a stream, one number
// after another.
type draws struct {
	stream random.Stream
	i, j   uint64
}

func (d *draws) bits() uint64 {
	d.j++
	return d.stream.Uint64(d.i, d.j)
}

// uniform returns a number of [0, 1).
func (d *draws) uniform() float64 { return float64(d.bits()>>11) * 0x1p-53 }

// between returns a number of [lo, hi).
func (d *draws) between(lo, hi float64) float64 { return lo + float64((hi-lo)*d.uniform()) }

// bell returns a number with mean 0 and variance 1 within +-3.5: the sum of
// four uniform ones, which needs no logarithm and so has the same bits
// everywhere.
func (d *draws) bell() float64 {
	w := d.bits()
	sum := w&0xffff + w>>16&0xffff + w>>32&0xffff + w>>48
	return float64((float64(sum) - 131070) * (1.7320508075688772 / 65536))
}

// heavy returns a number with mean 0 and variance 1 whose tails are heavier
// than those of bell.
func (d *draws) heavy() float64 { return float64(d.bell() * d.between(0.42, 1.48)) }

// below returns an integer of [0, n).
func (d *draws) below(n int) int { return int(d.bits() >> 1 % uint64(n)) }

// radius returns a size of the law with density proportional to r^-3 on [lo,
// hi], with which overlapping shapes look alike on every scale.
func (d *draws) radius(lo, hi float64) float64 {
	a, b := 1/(hi*hi), 1/(lo*lo)
	return 1 / sqrt(a+float64((b-a)*d.uniform()))
}

// direction returns a unit vector around (c, s), the further the larger loose.
func (d *draws) direction(c, s, loose float64) (float64, float64) {
	c += float64(loose * d.bell())
	s += float64(loose * d.bell())
	n := sqrt(float64(c*c) + float64(s*s))
	if n < 1e-9 {
		return 1, 0
	}
	return c / n, s / n
}

// levels returns n numbers with mean 0 and variance about 1 in random order,
// evenly spaced: so that classes differ by as much whatever the seed.
func (d *draws) levels(n int) []float64 {
	out := make([]float64, n)
	for k, p := range d.order(n) {
		out[k] = float64((float64(2*p+1)/float64(n) - 1) * 1.7320508075688772)
	}
	return out
}

// order returns a random order of 0 to n-1.
func (d *draws) order(n int) []int {
	out := make([]int, n)
	for i := range out {
		j := d.below(i + 1)
		out[i] = out[j]
		out[j] = i
	}
	return out
}

func styles(seed uint64, classes int) []style {
	d := &draws{stream: random.New(seed, "dataset", "synthetic", "classes")}
	out := make([]style, classes)
	set := func(to func(s *style, level float64)) {
		for k, l := range d.levels(classes) {
			to(&out[k], l)
		}
	}
	set(func(s *style, l float64) { s.light = l })
	set(func(s *style, l float64) { s.object = l })
	set(func(s *style, l float64) { s.hue = l })
	set(func(s *style, l float64) { s.objectHue = l })
	set(func(s *style, l float64) { s.tint = l })
	set(func(s *style, l float64) { s.texture = 1 + float64(0.25*l) })
	set(func(s *style, l float64) { s.across = 1.3 + float64(0.3*l) })
	set(func(s *style, l float64) { s.size = 0.60 + float64(0.05*l) })
	set(func(s *style, l float64) { s.aspect = 1.45 + float64(0.42*l) })
	set(func(s *style, l float64) { s.horizon = 0.5 + float64(0.28*l) })
	set(func(s *style, l float64) { s.spots = 7 + int(float64(4*l)) })
	set(func(s *style, l float64) { s.spotAspect = 1.9 + float64(0.8*l) })
	for k := range out {
		s := &out[k]
		s.dir[0], s.dir[1] = d.direction(1, 0, 0.4)
		s.loose = d.between(0.05, 0.4)
		s.power = d.below(2)
		s.parts = make([]part, 2+d.below(4))
		for i := range s.parts {
			s.parts[i] = part{
				x: d.between(-1.1, 1.1), y: d.between(-1.1, 1.1),
				a: d.between(0.15, 0.6), b: d.between(0.15, 0.6),
				light: 0.12 * d.bell(), power: d.below(2),
			}
		}
	}
	return out
}

// Load returns the images, with pixel values that are multiples of 1/255.
// Classes are balanced: each run of Classes images, counted from image 0, has
// one of each. The error is an *Error of kind BadOption.
func (o Synthetic) Load() (*Set, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	n, side := o.Limit, o.Size
	s := &Set{
		X: make([]float32, n*side*side*3), Shape: [3]int{side, side, 3},
		Labels: make([]int, n), Classes: o.Classes, Names: o.names(),
	}
	laws := styles(o.Seed, o.Classes)
	labels := random.New(o.Seed, "dataset", "synthetic", "labels")
	images := random.New(o.Seed, "dataset", "synthetic", "images")
	var order []int
	for i := range n {
		at := o.First + i
		if order == nil || at%o.Classes == 0 {
			order = (&draws{stream: labels, i: uint64(at / o.Classes)}).order(o.Classes)
		}
		s.Labels[i] = order[at%o.Classes]
	}
	workers := min(runtime.GOMAXPROCS(0), max(n, 1))
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			c := newCanvas(side)
			for i := w; i < n; i += workers {
				c.scene(&laws[s.Labels[i]], &draws{stream: images, i: uint64(o.First + i)})
				c.develop(s.Sample(i))
			}
		})
	}
	group.Wait()
	s.seal()
	return s, nil
}

// Outline makes nothing.
func (o Synthetic) Outline() (*Outline, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	return &Outline{Samples: o.Limit, Shape: [3]int{o.Size, o.Size, 3}, Classes: o.Classes, Names: o.names()}, nil
}

func (o Synthetic) names() []string {
	out := numbered(o.Classes)
	for k := range out {
		out[k] = "made " + out[k]
	}
	return out
}

// checked returns o with its defaults, or what cannot be made of it.
func (o Synthetic) checked() (Synthetic, error) {
	if o.Classes == 0 {
		o.Classes = 10
	}
	if o.Limit == 0 {
		o.Limit = 1000
	}
	if o.Size == 0 {
		o.Size = 32
	}
	n, side := o.Limit, o.Size
	switch {
	case o.Classes < 1 || o.Classes > 1000:
		return o, option(fmt.Sprintf("%d classes cannot be made", o.Classes), "ask for 1 to 1000 classes").About("classes")
	case side < 8 || side > 512:
		return o, option(fmt.Sprintf("images of %d x %d pixels cannot be made", side, side), "ask for a size of 8 to 512").About("size")
	case n < 0 || n > maxValues/(side*side*3):
		return o, option(fmt.Sprintf("%d images of %d x %d pixels cannot be made", n, side, side), fmt.Sprintf("ask for 1 to %d", maxValues/(side*side*3))).About("limit")
	case o.First < 0:
		return o, option("the first image has a negative index", "count images from 0")
	}
	return o, nil
}
