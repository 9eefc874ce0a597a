package study

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"

	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// field builds a heat map, contour or surface: of a landscape, or of values over
// two axes.
func (b *builder) field(m plan.Mark, body *body, s settings) []plan.Mark {
	of, z := body.attr("of"), body.attr("z")
	switch {
	case of == nil && z == nil:
		if !body.broken {
			b.errorAt("RL0403", body.header, "Write of = landscape.name, or z = the values with x and y, as in z = run.name.final.loss.", "%s has nothing to draw", m.Kind)
		}
		return nil
	case of != nil:
		for _, name := range []string{"x", "y", "z"} {
			if e := body.attr(name); e != nil {
				b.errorf("RL0407", e, "Leave it out: a landscape has its own. Or leave of out.", "%s stands beside of", name)
				return nil
			}
		}
	case body.attr("field") != nil:
		b.errorf("RL0407", body.attr("field"), "Leave it out: z says what is drawn.", "field stands beside z")
		return nil
	}
	m.Log = s.text("scale") == "log"
	switch m.Kind {
	case "contour":
		m.Filled = s.truth("filled")
		b.levels(&m, body, s)
	case "heatmap":
		b.categories(&m, body, s)
	}
	if of != nil {
		return b.fieldOfLandscape(m, body, s)
	}
	return b.fieldOfValues(m, body)
}

// categories reads what a heat map of whole numbers calls them.
func (b *builder) categories(m *plan.Mark, body *body, s settings) {
	m.Categories = s.truth("categories")
	e := body.attr("names")
	if m.Categories && m.Log {
		b.errorf("RL0407", body.attr("scale"), "Leave it out: kinds have no scale.", "the colours of categories are on a log scale")
	}
	if e == nil {
		return
	}
	if !m.Categories {
		b.errorf("RL0407", e, "Add categories = true.", "names are those of categories")
		return
	}
	v, ok := s.value("names")
	if !ok {
		b.in.bad = true
		return
	}
	fail := func() {
		b.errorf("RL0406", e, "Write names = { 0 = \"none\", 1 = \"left\" }.", "names must be a map of texts by whole number")
	}
	if v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType() {
		fail()
		return
	}
	m.Names = map[int]string{}
	for it := v.ElementIterator(); it.Next(); {
		key, name := it.Element()
		n, err := strconv.Atoi(key.AsString())
		if err != nil || name.IsNull() || name.Type() != cty.String {
			fail()
			return
		}
		m.Names[n] = name.AsString()
	}
}

// fieldOfLandscape draws a result of a landscape.
func (b *builder) fieldOfLandscape(m plan.Mark, body *body, s settings) []plan.Mark {
	in := b.named(body, "of", "landscape")
	if in == nil || !b.c.compile(in, spanOf(body.attr("of").Range())) {
		b.in.bad = true
		return nil
	}
	if n := len(in.landscape.Axes); n != 2 {
		b.errorf("RL0406", body.attr("of"), fmt.Sprintf("Draw it with a line block that has x = %s.axis.%s and y = %s.loss.", in.addr, in.landscape.Axes[0].Label, in.addr),
			"%s has one axis; %s %s needs two", in.addr, article(m.Kind), m.Kind)
		return nil
	}
	b.c.need(in.addr)
	m.Of = in.addr
	m.Field = s.text("field")
	return []plan.Mark{m}
}

// fieldOfValues draws values over two axes: those of a matrix, or the steps of a
// series and its lanes.
func (b *builder) fieldOfValues(m plan.Mark, body *body) []plan.Mark {
	l := b.lowerer()
	sc := b.scope(result)
	for _, c := range []struct {
		name string
		to   **plan.Expr
	}{{"z", &m.Z}, {"x", &m.X}, {"y", &m.Y}} {
		e := body.attr(c.name)
		if e == nil {
			continue
		}
		v := l.Lower(e, sc)
		if math.IsBad(v) {
			b.in.bad = true
			return nil
		}
		id, ok := l.AsNode(v, e.Range())
		if !ok {
			b.in.bad = true
			return nil
		}
		*c.to = b.checked(expr(l, id, spanOf(e.Range())))
		t := (*c.to).Type()
		if c.name == "z" {
			if axesOf(t) != 2 {
				b.errorf("RL0302", e, "Write values over two axes: of a run with two vary blocks, a basin, a matrix, or a series of lanes.", "z of %s is %s", m.Kind, t)
				return nil
			}
			continue
		}
		if !alongAxis(t, m.Z.Type()) {
			b.errorf("RL0302", e, "Write where the values stand along one axis of z: a list of that length, or an array of its shape such as run.name.vary.a.", "%s is %s, z is %s", c.name, t, m.Z.Type())
			return nil
		}
	}
	m.Source = sourceOf(m)
	return []plan.Mark{m}
}

// axesOf is the number of axes of a value; the steps of a series are one.
func axesOf(t graph.Type) int {
	if t.Series {
		return t.Rank() + 1
	}
	return t.Rank()
}

// alongAxis reports whether t can say where the values of z stand along one of its
// two axes.
func alongAxis(t, z graph.Type) bool {
	if t.AsNumber() == z.AsNumber() {
		return true
	}
	if axesOf(t) != 1 {
		return false
	}
	return t.Series && z.Series || !t.Series && slices.Contains(z.Dims(), t.Dim(0))
}

// cells reads how many cells a density has along its axes; 0 where they are chosen.
func (b *builder) cells(s settings, body *body) (columns, rows int) {
	e := body.attr("bins")
	if e == nil {
		return 0, 0
	}
	v, ok := s.value("bins")
	if !ok {
		b.in.bad = true
		return 0, 0
	}
	all := []cty.Value{v, v}
	if v.CanIterateElements() && !v.Type().IsObjectType() && !v.Type().IsMapType() {
		all = v.AsValueSlice()
	}
	var n [2]int
	ok = len(all) == 2
	for i := range all {
		if !ok {
			break
		}
		x := all[i]
		if ok = !x.IsNull() && x.Type() == cty.Number && x.AsBigFloat().IsInt(); ok {
			k, _ := x.AsBigFloat().Int64()
			n[i], ok = int(k), k >= 1 && k <= maxBins
		}
	}
	if !ok {
		b.errorf("RL0406", e, fmt.Sprintf("Write bins = 400, or bins = [400, 300]; at most %d.", maxBins), "bins must be a whole number, or [columns, rows], of 1 or more")
		return 0, 0
	}
	return n[0], n[1]
}

// maxBins bounds the cells of a density along an axis.
const maxBins = 4000

// repeats checks that the coordinates of a density go together: they have the
// same axes, or those of one are the steps or the first axes of the other's.
func (b *builder) repeats(m plan.Mark) bool {
	if m.X == nil || m.Y == nil {
		return true
	}
	x, y := m.X.Type(), m.Y.Type()
	few, many := x.Dims(), y.Dims()
	if len(few) > len(many) {
		few, many = many, few
	}
	if slices.Equal(few, many[:len(few)]) {
		return true
	}
	b.errorAt("RL0302", m.X.Span, "Let x and y be of one run; x may be the values of its lanes, as run.name.vary.eta.", "%s is drawn with %s", y, x)
	return false
}

// quantiles reads the fractions of a band, or checks that it has its lines.
func (b *builder) quantiles(s settings, body *body) []float64 {
	e := body.attr("quantiles")
	if e == nil {
		for _, name := range []string{"lower", "upper"} {
			if body.attr(name) == nil && !body.broken {
				b.errorAt("RL0403", body.header, fmt.Sprintf("Write %s = the line, or y = the values of lanes and quantiles = [0.1, 0.9].", name), "band needs %s", name)
				return nil
			}
		}
		return nil
	}
	for _, name := range []string{"lower", "upper"} {
		if given := body.attr(name); given != nil {
			b.errorf("RL0407", given, "Leave it out, or leave quantiles out.", "%s stands beside quantiles", name)
			return nil
		}
	}
	if body.attr("y") == nil {
		b.errorf("RL0403", e, "Write y = the values, as in y = run.name.path.x.", "band has quantiles of nothing")
		return nil
	}
	q, ok := s.numbers(e, "quantiles")
	if !ok {
		b.in.bad = true
		return nil
	}
	if len(q) != 2 || !(q[0] >= 0 && q[0] < q[1] && q[1] <= 1) {
		b.errorf("RL0406", e, "Write two fractions, the lower first: quantiles = [0.1, 0.9].", "quantiles cannot be %v", q)
		return nil
	}
	return q
}

// besideQuantiles checks that x stands along the first axis of y.
func (b *builder) besideQuantiles(m plan.Mark) bool {
	if m.X == nil {
		return true
	}
	x, y := m.X.Type(), m.Y.Type()
	switch {
	case x.AsNumber() == y.AsNumber():
		return true
	case axesOf(x) == 1 && x.Series == y.Series && (x.Series || x.Dim(0) == y.Dim(0)):
		return true
	}
	b.errorAt("RL0302", m.X.Span, "Leave it out for the steps, or write a value for each row of y.", "%s is drawn with quantiles of %s", x, y)
	return false
}

// colorsAgree checks that the colours of a panel mean one thing.
func (b *builder) colorsAgree(p plan.Panel, body *body) {
	var density, field, categories *plan.Mark
	for i := range p.Marks {
		m := &p.Marks[i]
		switch m.Kind {
		case "density":
			if d := density; d != nil && (d.Bins != m.Bins || d.Rows != m.Rows || d.ByColumn != m.ByColumn) {
				b.errorAt("RL0407", m.Span, "Give both the same bins and normalize, or put them into two panels.", "two densities of a panel count in different cells")
				return
			}
			density = m
		case "heatmap", "contour", "surface":
			if m.Categories {
				categories = m
			} else if field == nil {
				field = m
			}
		}
	}
	for _, f := range []*plan.Mark{field, categories} {
		if density != nil && f != nil {
			b.errorAt("RL0407", density.Span, "Put them into two panels.", "density and %s of one panel have colours that mean different things", f.Kind)
			return
		}
	}
	if categories != nil && field != nil && field.Kind == "heatmap" {
		b.errorAt("RL0407", categories.Span, "Put them into two panels.", "one heatmap of a panel hides the other")
	}
}

// levels reads a number of levels, or their heights.
func (b *builder) levels(m *plan.Mark, body *body, s settings) {
	e := body.attr("levels")
	if e == nil {
		n, _ := s.whole("levels")
		m.Levels = n
		return
	}
	v, ok := s.value("levels")
	if !ok {
		b.in.bad = true
		return
	}
	if v.Type() == cty.Number {
		n, acc := v.AsBigFloat().Int64()
		if !v.AsBigFloat().IsInt() || acc != 0 || n < 1 || n > 1000 {
			b.errorf("RL0406", e, "Write 1 to 1000, or a list of heights.", "there cannot be %s levels", shortest(v))
			return
		}
		m.Levels = int(n)
		return
	}
	list, ok := s.numbers(e, "levels")
	if !ok {
		b.in.bad = true
		return
	}
	if !slices.IsSorted(list) {
		b.errorf("RL0406", e, "Write the lowest first.", "the levels are not in order")
	}
	m.LevelList = list
}
