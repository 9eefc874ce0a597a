package render

import (
	"image/color"
	"math"
	"sync"
)

// The categorical palette is that of Okabe and Ito (2008), "Color Universal
// Design", which readers with any common colour blindness can tell apart, with a
// dark wine (P. Tol) for its yellow, which is faint on white.
var categorical = []color.NRGBA{
	{0x00, 0x72, 0xB2, 0xFF}, // blue
	{0xD5, 0x5E, 0x00, 0xFF}, // vermilion
	{0x00, 0x9E, 0x73, 0xFF}, // bluish green
	{0xCC, 0x79, 0xA7, 0xFF}, // reddish purple
	{0x56, 0xB4, 0xE9, 0xFF}, // sky blue
	{0xE6, 0x9F, 0x00, 0xFF}, // orange
	{0x44, 0x44, 0x44, 0xFF}, // dark grey for the original's black
	{0x88, 0x22, 0x55, 0xFF}, // wine
}

var (
	ink       = color.NRGBA{0x1A, 0x1A, 0x1A, 0xFF} // text and axes
	softInk   = color.NRGBA{0x55, 0x55, 0x55, 0xFF} // notes, marker lines
	gridInk   = color.NRGBA{0xE6, 0xE6, 0xE6, 0xFF}
	minorInk  = color.NRGBA{0xF3, 0xF3, 0xF3, 0xFF}
	white     = color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
	missing   = color.NRGBA{0xD4, 0xD4, 0xD4, 0xFF} // field samples that are not numbers
	hatchInk  = color.NRGBA{0xA8, 0xA8, 0xA8, 0xFF} // lines across them
	noColor   = color.NRGBA{}
	mapColors = 256
)

// colorMap is a sequential map that is uniform by construction: it runs through
// Oklab (Ottosson 2020) from a dark violet over teal to a light yellow, with
// lightness linear, and its entries are equally far apart. A reader who sees
// no hues still reads the order, and so does a grey print.
var colorMap = sync.OnceValue(func() []color.NRGBA {
	const fine = 4096
	type lab struct{ l, a, b float64 }
	curve := func(t float64) lab {
		l := 0.28 + 0.64*t
		hue := (303 - 195*math.Pow(t, 1.05)) * math.Pi / 180
		// Kept inside sRGB, which is narrow at blue-green.
		chroma := 0.125 - 0.04*sq(math.Sin(math.Pi*math.Min(1, 1.1*t))) + 0.045*t*t*t
		return lab{l, chroma * math.Cos(hue), chroma * math.Sin(hue)}
	}
	// Walk the curve and place the entries at equal arc length.
	length := make([]float64, fine+1)
	prev := curve(0)
	for i := 1; i <= fine; i++ {
		c := curve(float64(i) / fine)
		length[i] = length[i-1] + math.Sqrt(sq(c.l-prev.l)+sq(c.a-prev.a)+sq(c.b-prev.b))
		prev = c
	}
	out := make([]color.NRGBA, mapColors)
	j := 0
	for i := range out {
		want := length[fine] * float64(i) / float64(mapColors-1)
		for j < fine && length[j+1] < want {
			j++
		}
		c := curve(float64(j) / fine)
		out[i] = oklab(c.l, c.a, c.b)
	}
	return out
})

func sq(x float64) float64 { return x * x }

// oklab converts to sRGB; what lies outside is clipped.
func oklab(l, a, b float64) color.NRGBA {
	cube := func(x float64) float64 { return x * x * x }
	p := cube(l + 0.3963377774*a + 0.2158037573*b)
	q := cube(l - 0.1055613458*a - 0.0638541728*b)
	r := cube(l - 0.0894841775*a - 1.2914855480*b)
	gamma := func(x float64) uint8 {
		x = math.Min(1, math.Max(0, x))
		if x <= 0.0031308 {
			x *= 12.92
		} else {
			x = 1.055*math.Pow(x, 1/2.4) - 0.055
		}
		return uint8(math.Round(255 * x))
	}
	return color.NRGBA{
		gamma(4.0767416621*p - 3.3077115913*q + 0.2309699292*r),
		gamma(-1.2684380046*p + 2.6097574011*q - 0.3413193965*r),
		gamma(-0.0041960863*p - 0.7034186147*q + 1.7076147010*r),
		255,
	}
}

// mapIndex is the entry of the colour map for t in [0, 1].
func mapIndex(t float64) int {
	if math.IsNaN(t) {
		return 0
	}
	return int(min(1, max(0, t))*float64(mapColors-1) + 0.5)
}

// withAlpha fades a colour.
func withAlpha(c color.NRGBA, a float64) color.NRGBA {
	c.A = uint8(float64(c.A)*a + 0.5)
	return c
}

func nrgba(c color.Color) color.NRGBA {
	if c == nil {
		return ink
	}
	return color.NRGBAModel.Convert(c).(color.NRGBA)
}

func overWhite(c color.NRGBA) color.RGBA {
	f := func(v uint8) uint8 {
		return uint8((uint(v)*uint(c.A) + 255*uint(255-c.A) + 127) / 255)
	}
	return color.RGBA{f(c.R), f(c.G), f(c.B), 255}
}

// shade scales the brightness of a colour by f, of at most 4.
func shade(c color.NRGBA, f float64) (r, g, b uint8) {
	k := uint32(f * 256)
	return uint8(min(255, uint32(c.R)*k>>8)), uint8(min(255, uint32(c.G)*k>>8)), uint8(min(255, uint32(c.B)*k>>8))
}
