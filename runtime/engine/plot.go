package engine

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/plan"
	"relief/runtime/render"
)

// palette gives runs their colours: Okabe and Ito (2008), whose hues readers
// with any common colour blindness can tell apart.
var palette = []render.Color{
	{R: 0x00, G: 0x72, B: 0xB2, A: 0xFF},
	{R: 0xD5, G: 0x5E, B: 0x00, A: 0xFF},
	{R: 0x00, G: 0x9E, B: 0x73, A: 0xFF},
	{R: 0xCC, G: 0x79, B: 0xA7, A: 0xFF},
	{R: 0x56, G: 0xB4, B: 0xE9, A: 0xFF},
	{R: 0xE6, G: 0x9F, B: 0x00, A: 0xFF},
	{R: 0x44, G: 0x44, B: 0x44, A: 0xFF},
	{R: 0xF0, G: 0xE4, B: 0x42, A: 0xFF},
}

// namedColors are the words that a study may use besides #rrggbb.
var namedColors = map[string]render.Color{
	"blue": palette[0], "orange": palette[1], "green": palette[2], "purple": palette[3],
	"sky": palette[4], "amber": palette[5], "gray": palette[6], "grey": palette[6], "yellow": palette[7],
	"black": {A: 0xFF}, "white": {R: 0xFF, G: 0xFF, B: 0xFF, A: 0xFF}, "red": {R: 0xC4, G: 0x1E, B: 0x3A, A: 0xFF},
}

// runColors gives each run that is drawn a colour of its own, in the order in
// which the plots name them, so that a run looks the same in every plot.
func (r *runner) runColors() map[plan.Address]int {
	colors := map[plan.Address]int{}
	for _, p := range r.study.Plots {
		for _, panel := range p.Panels {
			for _, m := range panel.Marks {
				if m.Source == (plan.Address{}) || m.Kind == "density" || fieldKinds[m.Kind] {
					continue
				}
				if _, ok := colors[m.Source]; !ok {
					colors[m.Source] = len(colors)
				}
			}
		}
	}
	return colors
}

// runColor is the colour of the i-th run that is drawn: yellow, which is faint
// on white, is left to crowded panels.
func runColor(i int) render.Color { return palette[i%(len(palette)-1)] }

// plot fills a plot with its data. One that lacks a result is not drawn; its
// diagnostic says why.
func (r *runner) plot(p *plan.Plot, colors map[plan.Address]int) *PlotResult {
	out := &PlotResult{Plan: p}
	fig := &render.Figure{Width: p.Width, Height: p.Height, Columns: p.Columns}
	title, err := r.text(p.Title)
	out.Title, fig.Title = title, title
	for i := range p.Panels {
		if err != nil {
			break
		}
		f := panelFiller{runner: r, panel: &p.Panels[i], colors: colors, used: map[render.Color]bool{}}
		var panel render.Panel
		if panel, err = f.fill(); err == nil {
			fig.Panels = append(fig.Panels, panel)
		}
	}
	if err != nil {
		out.Error = r.noValue(fmt.Sprintf("plot %q", p.Address.Name), p.Block, nil, err)
		out.Error.Summary = fmt.Sprintf("plot %q cannot be drawn: %v", p.Address.Name, err)
		if out.Error.Span.IsZero() {
			out.Error.Span = p.Span
		}
		r.fail(out.Error)
		return out
	}
	out.Figure = fig
	return out
}

// panelFiller makes one panel.
type panelFiller struct {
	*runner
	panel  *plan.Panel
	colors map[plan.Address]int
	used   map[render.Color]bool
	taken  map[plan.Address]bool // runs whose own colour is drawn here
	out    render.Panel
}

func (f *panelFiller) fill() (render.Panel, error) {
	f.taken = map[plan.Address]bool{}
	f.out.View = render.View(f.panel.View)
	var err error
	if f.out.Title, err = f.text(f.panel.Title); err != nil {
		return f.out, err
	}
	for i := range f.panel.Marks {
		m := &f.panel.Marks[i]
		if err := f.mark(m); err != nil {
			return f.out, at(m.Span, err)
		}
	}
	for _, a := range []struct {
		to        *render.Axis
		from      *plan.PlotAxis
		otherwise string
	}{
		{&f.out.X, &f.panel.X, f.defaultX()},
		{&f.out.Y, &f.panel.Y, f.defaultY()},
		{&f.out.Z, &f.panel.Z, f.defaultZ()},
	} {
		if *a.to, err = f.axis(a.from, a.otherwise); err != nil {
			return f.out, err
		}
	}
	return f.out, nil
}

// at gives an error a place if it has none yet.
func at(span diag.Span, err error) error {
	if innermost(nil, err).IsZero() {
		return &bind.Error{Span: span, Err: err}
	}
	return err
}

func (f *panelFiller) axis(p *plan.PlotAxis, label string) (render.Axis, error) {
	a := render.Axis{Label: p.Label, Unit: p.Unit, Scale: p.Scale}
	if a.Label == "" {
		a.Label = label
	}
	for _, end := range []struct {
		e  *plan.Expr
		to **float64
	}{{p.Min, &a.Min}, {p.Max, &a.Max}} {
		if end.e == nil {
			continue
		}
		v, err := f.number(end.e)
		if err != nil {
			return a, err
		}
		*end.to = &v
	}
	return a, nil
}

func (f *panelFiller) mark(m *plan.Mark) error {
	switch m.Kind {
	case "scatter":
		if m.X != nil && m.X.Type().Series != m.Y.Type().Series {
			return f.dots(m)
		}
		return f.curves(m)
	case "band":
		if m.Quantiles != nil {
			return f.quantiles(m)
		}
		return f.curves(m)
	case "line", "path":
		return f.curves(m)
	case "histogram":
		a, err := f.value(m.X)
		if err != nil {
			return err
		}
		f.add(render.Histogram{Values: a.Data, Bins: m.Bins, Density: m.Density, Label: f.label(m), Color: f.color(m)})
		return nil
	case "density":
		return f.density(m)
	case "heatmap", "contour", "surface":
		return f.field(m)
	case "hline", "vline":
		return f.rule(m)
	case "text":
		x, err := f.number(m.X)
		if err != nil {
			return err
		}
		y, err := f.number(m.Y)
		if err != nil {
			return err
		}
		text, err := f.text(m.Text)
		if err != nil {
			return err
		}
		f.add(render.Text{X: x, Y: y, Text: text, Color: f.givenColor(m)})
		return nil
	}
	return fmt.Errorf("a mark %q cannot be drawn", m.Kind)
}

func (f *panelFiller) add(m render.Mark) { f.out.Marks = append(f.out.Marks, m) }

// rule draws a line across the panel for each value.
func (f *panelFiller) rule(m *plan.Mark) error {
	e := m.Y
	if m.Kind == "vline" {
		e = m.X
	}
	a, err := f.value(e)
	if err != nil {
		return err
	}
	label := f.givenLabel(m)
	for i, v := range a.Data {
		if i > 0 {
			label = ""
		}
		if m.Kind == "hline" {
			f.add(render.HLine{Y: v, Label: label, Color: f.givenColor(m), Dash: dash(m.Dash, render.Dashed)})
		} else {
			f.add(render.VLine{X: v, Label: label, Color: f.givenColor(m), Dash: dash(m.Dash, render.Dashed)})
		}
	}
	return nil
}

// curves draws a line, dots, a path or a band; of lanes or vectors, one for
// each.
func (f *panelFiller) curves(m *plan.Mark) error {
	x, err := f.column(m, m.X)
	if err != nil {
		return err
	}
	y, err := f.column(m, m.Y)
	if err != nil {
		return err
	}
	z, err := f.column(m, m.Z)
	if err != nil {
		return err
	}
	lower, err := f.column(m, m.Lower)
	if err != nil {
		return err
	}
	upper, err := f.column(m, m.Upper)
	if err != nil {
		return err
	}
	lead := y
	if lead == nil {
		lead = lower
	}
	if lead == nil {
		return fmt.Errorf("a %s needs y", m.Kind)
	}
	if x == nil {
		x = f.positionsOf(lead)
	}
	label, width := f.label(m), m.Width
	many := lead.curves > len(palette) // one colour then: more cannot be told apart
	c := f.color(m)
	if many && m.Kind == "scatter" {
		return f.cloud(m, x, lead, c)
	}
	for k, i := range f.chosen(lead.curves, m.Kind) {
		if i > 0 && !many {
			c = f.color(m)
		}
		name := label
		if lead.curves > 1 {
			name = ""
			if silent := m.Label != nil && label == ""; !silent && lead.curves <= len(palette) {
				name = strings.TrimPrefix(label+", "+f.curveName(m, i, lead.curves), ", ")
			} else if k == 0 && m.Label != nil {
				name = label
			}
		}
		if err := x.fits("x", lead, "y", i); err != nil {
			return err
		}
		xs, ys := x.curve(i), lead.curve(i)
		switch m.Kind {
		case "line":
			f.add(render.Line{X: xs, Y: ys, Label: name, Color: c, Dash: dash(m.Dash, render.Solid), Width: width})
		case "scatter":
			f.add(render.Scatter{X: xs, Y: ys, Label: name, Color: c, Size: width})
		case "path":
			path := render.Path{X: xs, Y: ys, Label: name, Color: c, Dash: dash(m.Dash, render.Solid), Width: width, Start: true, End: true, Arrows: 3}
			if z != nil {
				if err := z.fits("z", lead, "y", i); err != nil {
					return err
				}
				path.Z = z.curve(i)
			}
			f.add(path)
		case "band":
			if lower == nil || upper == nil {
				return fmt.Errorf("a band needs lower and upper")
			}
			for _, edge := range []*column{lower, upper} {
				if err := x.fits("x", edge, "y", i); err != nil {
					return err
				}
			}
			band := render.Band{X: xs, Lo: lower.curve(i), Hi: upper.curve(i), Label: name, Color: c}
			if y != nil {
				band.Mid = ys
			}
			f.add(band)
		}
	}
	return nil
}

// maxCurves bounds the curves that one mark draws: more hide each other.
const maxCurves = 200

// chosen are the curves that are drawn: all, or of very many some at equal
// distances, the first and the last among them, which the panel notes.
func (f *panelFiller) chosen(n int, kind string) []int {
	drawn := make([]int, min(n, maxCurves))
	for k := range drawn {
		drawn[k] = k
		if n > maxCurves {
			drawn[k] = k * (n - 1) / (maxCurves - 1)
		}
	}
	if n > maxCurves {
		f.out.Notes = append(f.out.Notes, fmt.Sprintf("%d of %d %ss drawn: a density or a band of quantiles shows all", maxCurves, n, kind))
	}
	return drawn
}

// cloud draws the points of many curves as those of one.
func (f *panelFiller) cloud(m *plan.Mark, x, y *column, c render.Color) error {
	if err := x.fits("x", y, "y", y.curves-1); err != nil {
		return err
	}
	xs := x.data
	if x.curves != y.curves {
		xs = make([]float64, 0, len(y.data))
		for _, v := range x.data {
			for range y.curves {
				xs = append(xs, v)
			}
		}
	}
	f.add(render.Scatter{X: xs, Y: y.data, Label: f.givenLabel(m), Color: c, Size: m.Width})
	return nil
}

// A column is the data of one attribute: one curve, or several that run along
// the same steps.
type column struct {
	steps  []int // nil if it is no series
	n      int   // points of a curve
	curves int
	data   []float64 // point by point, the curves' values side by side
}

// column evaluates e and keeps the steps that the mark asks for.
func (f *panelFiller) column(m *plan.Mark, e *plan.Expr) (*column, error) {
	if e == nil {
		return nil, nil
	}
	a, err := f.value(e)
	if err != nil {
		return nil, err
	}
	if !a.Type.Series {
		switch a.Type.Rank() {
		case 0:
			return &column{n: 1, curves: 1, data: a.Data}, nil
		case 1:
			return &column{n: len(a.Data), curves: 1, data: a.Data}, nil
		}
		return nil, &bind.Error{Span: e.Span, Err: fmt.Errorf("a %s cannot draw %s", m.Kind, a.Type)}
	}
	a = between(a, m.From, m.To)
	return &column{steps: a.Steps, n: a.Len(), curves: a.Type.Size(), data: a.Data}, nil
}

// between keeps the steps from one label to another, as far as they exist.
func between(a *array.Array, from, to *int) *array.Array {
	lo, hi := 0, a.Len()
	for from != nil && lo < hi && a.Steps[lo] < *from {
		lo++
	}
	for to != nil && hi > lo && a.Steps[hi-1] > *to {
		hi--
	}
	size := a.Type.Size()
	return array.Series(a.Type.PerStep(), a.Steps[lo:hi], a.Data[lo*size:hi*size])
}

// positionsOf gives the steps of a column, or 0, 1, 2 and so on.
func (r *runner) positionsOf(c *column) *column {
	out := &column{n: c.n, curves: 1, steps: c.steps}
	if len(c.steps) > 0 {
		if data := r.positions[&c.steps[0]]; len(data) >= c.n {
			out.data = data[:c.n]
			return out
		}
	}
	out.data = make([]float64, c.n)
	for i := range out.data {
		out.data[i] = float64(i)
		if c.steps != nil {
			out.data[i] = float64(c.steps[i])
		}
	}
	if len(c.steps) > 0 {
		r.positions[&c.steps[0]] = out.data
	}
	return out
}

// fits checks that c, named name, has a place for each point of curve i of d.
func (c *column) fits(name string, d *column, other string, i int) error {
	switch {
	case c.n != d.n:
		return fmt.Errorf("%s has %d points, %s has %d", name, c.n, other, d.n)
	case c.curves > 1 && i >= c.curves:
		return fmt.Errorf("%s has %d curves, %s has %d", name, c.curves, other, d.curves)
	}
	for k := range c.steps {
		if d.steps != nil && c.steps[k] != d.steps[k] {
			return fmt.Errorf("%s and %s are recorded at different steps", name, other)
		}
	}
	return nil
}

func (c *column) curve(i int) []float64 {
	if c.curves == 1 {
		return c.data
	}
	out := make([]float64, c.n)
	for k := range out {
		out[k] = c.data[k*c.curves+i]
	}
	return out
}

var dashes = map[string]render.Dash{
	"solid": render.Solid, "dashed": render.Dashed, "dash": render.Dashed, "dotted": render.Dotted, "dot": render.Dotted,
	"dashdot": render.DashDot, "dash-dot": render.DashDot,
}

func dash(name string, otherwise render.Dash) render.Dash {
	if d, ok := dashes[name]; ok {
		return d
	}
	return otherwise
}

// givenColor is the colour that the study writes, the zero colour if none.
func (f *panelFiller) givenColor(m *plan.Mark) render.Color {
	if c, ok := namedColors[m.Color]; ok {
		return c
	}
	if hex, ok := strings.CutPrefix(m.Color, "#"); ok && len(hex) == 6 {
		if v, err := strconv.ParseUint(hex, 16, 32); err == nil {
			return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
		}
	}
	return render.Color{}
}

// color is the colour that the study writes, or that of the run; the second
// quantity of one run in a panel, and what is of no run, takes the next colour
// that no run of the panel has.
func (f *panelFiller) color(m *plan.Mark) render.Color {
	if c := f.givenColor(m); c != (render.Color{}) {
		f.used[c] = true
		return c
	}
	if i, ok := f.colors[m.Source]; ok && !f.taken[m.Source] {
		f.taken[m.Source] = true
		if c := runColor(i); !f.used[c] {
			f.used[c] = true
			return c
		}
	}
	reserved := map[render.Color]bool{}
	for _, other := range f.panel.Marks {
		if i, ok := f.colors[other.Source]; ok {
			reserved[runColor(i)] = true
		}
	}
	for _, avoid := range []map[render.Color]bool{reserved, nil} {
		for _, c := range palette {
			if !f.used[c] && !avoid[c] {
				f.used[c] = true
				return c
			}
		}
	}
	return palette[len(f.out.Marks)%len(palette)]
}
