package dataset

import "math"

func sqrt(x float64) float64 { return math.Sqrt(x) }

// colour is red, green, blue.
type colour [3]float64

// mix returns the colour with the given light, hue (yellow against blue) and
// tint (magenta against green): the principal directions of the colours of
// photographs, of falling variance.
func mix(light, hue, tint float64) colour {
	return colour{light + hue + tint, light - float64(2*tint), light - hue + tint}
}

func (c colour) plus(d colour) colour { return colour{c[0] + d[0], c[1] + d[1], c[2] + d[2]} }

// canvas is a square picture under way. Coordinates run over [-1, 1] from left
// to right and from top to bottom. All products are rounded before they are
// added: no machine may fuse them, so that all give the same bits.
type canvas struct {
	side int
	px   []colour
	mask []float64 // opacity of the object, by pixel
	edge float64   // width of an edge
}

func newCanvas(side int) *canvas {
	return &canvas{
		side: side, px: make([]colour, side*side), mask: make([]float64, side*side),
		edge: softness * 2 / 32,
	}
}

// shape is an ellipse (power 0) or a rounded box (power 1) with half axes a
// along the unit vector (c, s) and b across. Its colour changes along the
// vertical by shade over its height, as under a light from above.
type shape struct {
	x, y, a, b, c, s float64
	power            int
	fill             colour
	shade            float64
	opacity          float64
}

// paint lays the shape over the picture. If inside is set the shape is clipped
// by it; if keep is set, keep becomes the shape's opacity where it is larger.
func (p *canvas) paint(f *shape, inside, keep []float64) {
	n := p.side
	step := 2 / float64(n)
	reach := sqrt(float64(f.a*f.a)+float64(f.b*f.b)) + p.edge
	lo := func(v float64) int { return max(0, int(math.Floor((v-reach+1)/step))) }
	hi := func(v float64) int { return min(n, int(math.Ceil((v+reach+1)/step))) }
	sharp := min(f.a, f.b) / p.edge
	for i := lo(f.y); i < hi(f.y); i++ {
		dy := float64((float64(i)+0.5)*step) - 1 - f.y
		fill := f.fill
		light := float64(f.shade*-dy) / reach
		for j := range fill {
			fill[j] += light
		}
		for j := lo(f.x); j < hi(f.x); j++ {
			dx := float64((float64(j)+0.5)*step) - 1 - f.x
			u := (float64(dx*f.c) + float64(dy*f.s)) / f.a
			v := (float64(dy*f.c) - float64(dx*f.s)) / f.b
			u, v = float64(u*u), float64(v*v)
			r := u + v
			if f.power == 1 {
				r = sqrt(float64(u*u) + float64(v*v))
			}
			at := 0.5 + float64((1-sqrt(r))*sharp)
			if at <= 0 {
				continue
			}
			k := i*n + j
			alpha := min(at, 1)
			if keep != nil {
				keep[k] = max(keep[k], alpha)
			}
			alpha *= f.opacity
			if inside != nil {
				alpha *= inside[k]
			}
			q := &p.px[k]
			for e := range q {
				q[e] += float64(alpha * (fill[e] - q[e]))
			}
		}
	}
}

// scene paints an image of the class.
func (p *canvas) scene(s *style, d *draws) {
	contrast := 0.62 + float64(0.30*float64(d.bell()*d.bell())) // of the image
	contrast = min(max(contrast, 0.25), 1.35)
	hue := 0.018 + float64(classHue*s.hue) + float64(sceneHue*d.heavy())
	tint := float64(classTint*s.tint) + float64(sceneTint*d.heavy())
	light := middle + float64(classLight*s.light) + float64(sceneLight*d.bell())
	sky := mix(light, hue, tint)

	// Ground and sky, with light that falls off to a side.
	ground := sky.plus(mix(float64(contrast*float64(groundLight*(d.bell()-0.6))), float64(groundLight*0.35*d.bell()), float64(leafTint*d.bell())))
	level := 0.1 + float64(s.horizon*0.8) + float64(0.35*d.bell())
	wide := d.between(0.05, 1.2)
	tilt := float64(0.12 * d.bell())
	fall := float64(0.07 * d.bell())
	n := p.side
	for i := range n {
		y := (float64(2*i+1))/float64(n) - 1
		for j := range n {
			x := (float64(2*j+1))/float64(n) - 1
			at := min(max(0.5+float64((y-level+float64(tilt*x))/wide), 0), 1)
			for e := range sky {
				p.px[i*n+j][e] = sky[e] + float64(at*(ground[e]-sky[e])) + float64(fall*x)
			}
		}
	}

	// Leaves behind, from large to small.
	strength := float64(contrast * s.texture)
	busy := d.between(0.15, 1)
	for range 2 + d.below(4) {
		p.leaf(s, d, d.radius(0.5, 1.4), light, hue, tint, strength)
	}
	for range 4 + int(leaves*busy*busy) {
		p.leaf(s, d, d.radius(leafSmallest, leafLargest), light, hue, tint, strength)
	}
	p.object(s, d, light, hue, tint, contrast)
	if d.uniform() < 0.25 { // something in front
		for range 3 {
			p.leaf(s, d, d.radius(0.2, leafLargest), light, hue, tint, strength)
		}
	}
	p.expose(light, max(sceneContrast+float64(spreadContrast*d.bell()), leastContrast))
	p.noise(d)
}

// leaf paints one leaf of the background.
func (p *canvas) leaf(s *style, d *draws, r, light, hue, tint, strength float64) {
	c, t := d.direction(1, 0, 0.45)
	long := d.between(0.8, 1.6) * s.across
	p.paint(&shape{
		x: d.between(-1.2, 1.2), y: d.between(-1.2, 1.2), a: r * long, b: r / long, c: c, s: t,
		power: d.below(2), opacity: d.between(0.6, 1),
		fill: mix(light+float64(strength*leafLight*d.heavy()),
			float64(0.7*hue)+float64(leafHue*d.heavy()), float64(0.7*tint)+float64(leafTint*d.heavy())),
		shade: float64(0.08 * d.bell()),
	}, nil, nil)
}

// object paints the body of the class with its parts, turned and placed at
// random and mirrored half the time, and spots on it.
func (p *canvas) object(s *style, d *draws, light, hue, tint, contrast float64) {
	lit := light + float64(classObject*s.object) + float64(contrast*objectLight*d.heavy())
	warm := float64(0.6*hue) + float64(classHue*s.objectHue) + float64(objectHue*d.heavy())
	tone := float64(0.6*tint) + float64(objectTint*d.heavy())
	c, t := d.direction(s.dir[0], s.dir[1], s.loose)
	mirror := 1.0
	if d.uniform() < 0.5 {
		mirror = -1
	}
	size := s.size * d.between(0.7, 1.25)
	long := sqrt(max(s.aspect*d.between(0.75, 1.3), 0.3))
	body := shape{
		x: float64(0.14 * d.bell()), y: 0.08 + float64(0.12*d.bell()), a: size * long, b: size / long, c: c, s: float64(mirror * t),
		power: s.power, opacity: 1, fill: mix(lit, warm, tone), shade: float64(0.15 * d.bell()),
	}
	clear(p.mask)
	p.paint(&body, nil, p.mask)
	for i := range s.parts {
		q := &s.parts[i]
		u := float64(mirror*q.x*body.a) + float64(0.06*d.bell())
		v := float64(q.y*body.b) + float64(0.06*d.bell())
		piece := body
		piece.x += float64(u*body.c) - float64(v*body.s)
		piece.y += float64(u*body.s) + float64(v*body.c)
		piece.a *= q.a * d.between(0.7, 1.4)
		piece.b *= q.b * d.between(0.7, 1.4)
		piece.power = q.power
		piece.fill = mix(lit+float64(contrast*(q.light+float64(0.24*d.heavy()))), warm+float64(0.04*d.bell()), tone+float64(0.015*d.bell()))
		p.paint(&piece, nil, p.mask)
	}
	for range s.spots + d.below(6) {
		r := d.radius(0.05, 0.4)
		wide := sqrt(s.spotAspect * d.between(0.7, 1.3))
		p.paint(&shape{
			x: body.x + float64(body.a*d.between(-1, 1)), y: body.y + float64(body.b*d.between(-1, 1)),
			a: r * wide, b: r / wide, c: c, s: float64(mirror * t), power: d.below(2), opacity: d.between(0.5, 1),
			fill: mix(lit+float64(contrast*0.28*d.heavy()), warm+float64(0.05*d.bell()), tone+float64(0.02*d.bell())),
		}, p.mask, nil)
	}
}

// expose gives the picture the brightness and the contrast of a scene, as a
// camera does, amplifying at most threefold.
func (p *canvas) expose(light, contrast float64) {
	var mean, square float64
	for k := range p.px {
		g := (p.px[k][0] + p.px[k][1] + p.px[k][2]) / 3
		mean += g
		square += float64(g * g)
	}
	n := float64(len(p.px))
	mean /= n
	gain := 3.0
	if spread := sqrt(max(square/n-float64(mean*mean), 0)); spread > contrast/3 {
		gain = contrast / spread
	}
	for k := range p.px {
		for e := range p.px[k] {
			p.px[k][e] = light + float64(gain*(p.px[k][e]-mean))
		}
	}
}

// noise adds grain, the same to all three colours.
func (p *canvas) noise(d *draws) {
	for k := range p.px {
		g := float64(grain * d.bell())
		for e := range p.px[k] {
			p.px[k][e] += g
		}
	}
}

// develop writes the picture, rounded to 256 levels, as NHWC values in [0, 1].
func (p *canvas) develop(dst []float32) {
	for k := range p.px {
		for e, v := range p.px[k] {
			dst[3*k+e] = float32(math.Floor(float64(min(max(v, 0), 1)*255)+0.5)) / 255
		}
	}
}
