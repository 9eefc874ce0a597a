package render

import (
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/vg"
)

// Liberation Sans has the widths of Arial and Helvetica, so SVG text keeps its
// length where only those are installed.
const fontFamily = "'Liberation Sans',Arial,Helvetica,sans-serif"

const (
	capHeight = 0.71  // of the size: height of capitals and digits
	descent   = 0.21  // of the size: below the baseline
	subSize   = 0.72  // size of sub- and superscripts
	supShift  = 0.36  // their baselines
	subShift  = -0.16 //
)

// The typeface lacks some of the small digits, so all are drawn as small,
// shifted plain ones: x₁ and 10⁻³ then match in weight.
var (
	superscript = map[rune]rune{
		'⁰': '0', '¹': '1', '²': '2', '³': '3', '⁴': '4', '⁵': '5', '⁶': '6', '⁷': '7', '⁸': '8', '⁹': '9',
		'⁺': '+', '⁻': '−', '⁼': '=', '⁽': '(', '⁾': ')', 'ⁿ': 'n', 'ⁱ': 'i', 'ᵏ': 'k', 'ᵀ': 'T', 'ᵗ': 't', 'ᵃ': 'a', 'ᵇ': 'b',
	}
	subscript = map[rune]rune{
		'₀': '0', '₁': '1', '₂': '2', '₃': '3', '₄': '4', '₅': '5', '₆': '6', '₇': '7', '₈': '8', '₉': '9',
		'₊': '+', '₋': '−', '₌': '=', '₍': '(', '₎': ')', 'ₐ': 'a', 'ₑ': 'e', 'ᵢ': 'i', 'ⱼ': 'j', 'ₖ': 'k', 'ₗ': 'l',
		'ₘ': 'm', 'ₙ': 'n', 'ₒ': 'o', 'ₚ': 'p', 'ₛ': 's', 'ₜ': 't', 'ₓ': 'x',
	}
)

// A label is a line of text laid out: runs of one size on one baseline.
type label struct {
	size  float64
	bold  bool
	width float64
	runs  []run
}

type run struct {
	text  string
	x, dy float64 // from the left end of the baseline
	size  float64
}

// typeface caches what is read of a font: drawing asks for the same few dozen
// glyphs thousands of times.
type typeface struct {
	mu     sync.Mutex
	font   *sfnt.Font
	buf    sfnt.Buffer
	glyphs map[rune]glyph
}

// A glyph is an outline and an advance for a font of size 1.
type glyph struct {
	outline vg.Path
	advance float64
}

var (
	regular = sync.OnceValue(func() *typeface { return newTypeface(liberationsansregular.TTF) })
	bold    = sync.OnceValue(func() *typeface { return newTypeface(liberationsansbold.TTF) })
)

func newTypeface(ttf []byte) *typeface {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic("render: the embedded font is damaged: " + err.Error())
	}
	return &typeface{font: f, glyphs: map[rune]glyph{}}
}

func face(isBold bool) *typeface {
	if isBold {
		return bold()
	}
	return regular()
}

func (t *typeface) glyph(r rune) glyph {
	t.mu.Lock()
	defer t.mu.Unlock()
	if g, ok := t.glyphs[r]; ok {
		return g
	}
	g := t.load(r)
	t.glyphs[r] = g
	return g
}

// load reads one glyph at the size of its own units, so nothing is rounded.
func (t *typeface) load(r rune) glyph {
	// The typeface has no nabla; it is a delta upside down.
	if r == '∇' {
		g := t.load('Δ')
		m := affine{1, 0, 0, -1, 0, 0.69}
		return glyph{outline: m.path(g.outline), advance: g.advance}
	}
	em := fixed.I(int(t.font.UnitsPerEm()))
	scale := 1 / float64(em)
	index, _ := t.font.GlyphIndex(&t.buf, r) // 0, the box, if unknown
	var g glyph
	if a, err := t.font.GlyphAdvance(&t.buf, index, em, font.HintingNone); err == nil {
		g.advance = float64(a) * scale
	}
	segments, err := t.font.LoadGlyph(&t.buf, index, em, nil)
	if err != nil {
		return g
	}
	at := func(p fixed.Point26_6) vg.Point { return pt(float64(p.X)*scale, -float64(p.Y)*scale) }
	for i, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				g.outline.Close()
			}
			g.outline.Move(at(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			g.outline.Line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			g.outline.QuadTo(at(s.Args[0]), at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			g.outline.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if len(g.outline) > 0 {
		g.outline.Close()
	}
	return g
}

// maxRunes bounds a label: more would run off any sheet.
const maxRunes = 400

// layText lays out one line. Control characters, line breaks among them, become
// spaces, and invalid UTF-8 the replacement character.
func layText(text string, size float64, isBold bool) label {
	l := label{size: size, bold: isBold}
	f := face(isBold)
	var (
		x, start   float64
		part       strings.Builder
		level, now int
	)
	flush := func() {
		if part.Len() > 0 {
			s, dy := size, 0.0
			if level != 0 {
				s = size * subSize
				dy = size * supShift
				if level < 0 {
					dy = size * subShift
				}
			}
			l.runs = append(l.runs, run{text: part.String(), x: start, dy: dy, size: s})
			part.Reset()
		}
		start = x
	}
	n := 0
	for _, r := range strings.ToValidUTF8(text, "�") {
		if n++; n > maxRunes {
			r = '…'
		}
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= 0xFFFE && r <= 0xFFFF {
			r = ' '
		}
		now = 0
		if b, ok := superscript[r]; ok {
			r, now = b, 1
		} else if b, ok := subscript[r]; ok {
			r, now = b, -1
		}
		if now != level {
			flush()
			level = now
		}
		part.WriteRune(r)
		s := size
		if level != 0 {
			s *= subSize
		}
		x += f.glyph(r).advance * s
		if n > maxRunes {
			break
		}
	}
	flush()
	l.width = x
	return l
}

// fitText lays out text no wider than width: it shrinks it by up to a quarter,
// and then cuts it with an ellipsis.
func fitText(text string, size, width float64, isBold bool) label {
	l := layText(text, size, isBold)
	if l.width <= width || width <= 0 {
		return l
	}
	if l.width*0.75 <= width {
		return layText(text, size*width/l.width, isBold)
	}
	size *= 0.75
	runes := []rune(text)
	lo, hi := 0, min(len(runes), maxRunes)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if layText(string(runes[:mid])+"…", size, isBold).width <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return layText(strings.TrimRight(string(runes[:lo]), " ")+"…", size, isBold)
}

// wrapText lays out text in up to three lines no wider than width, broken
// between words. What does not fit so is shrunk or cut as fitText does.
func wrapText(text string, size, width float64, isBold bool) []label {
	const most = 3
	var lines []label
	words := strings.Fields(text)
	for len(words) > 0 {
		n := 1
		for n < len(words) && layText(strings.Join(words[:n+1], " "), size, isBold).width <= width {
			n++
		}
		if len(lines) == most-1 {
			n = len(words)
		}
		lines = append(lines, fitText(strings.Join(words[:n], " "), size, width, isBold))
		words = words[n:]
	}
	return lines
}

// outline is the label as one path, its baseline starting at the point and
// turned by the angle.
func (l label) outline(at vg.Point, angle float64) vg.Path {
	m := affine{1, 0, 0, 1, float64(at.X), float64(at.Y)}.rotate(angle)
	f := face(l.bold)
	var out vg.Path
	for _, r := range l.runs {
		x := r.x
		for _, c := range r.text {
			g := f.glyph(c)
			out = append(out, m.translate(x, r.dy).scale(r.size, r.size).path(g.outline)...)
			x += g.advance * r.size
		}
	}
	return out
}

// plain is the text of the label without its layout.
func (l label) plain() string {
	var b strings.Builder
	for _, r := range l.runs {
		b.WriteString(r.text)
	}
	return b.String()
}
