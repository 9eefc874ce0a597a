package engine

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

// curveKinds are the marks that a legend names.
var curveKinds = map[string]bool{"line": true, "scatter": true, "path": true, "band": true, "histogram": true}

// givenLabel is the label that the study writes.
func (f *panelFiller) givenLabel(m *plan.Mark) string {
	label, _ := f.text(m.Label) // a part without a value says so in its place
	return label
}

// label names a curve: as the study says; or by its run, of a for_each by the
// key; or, where a run is drawn several times or there is none, by the
// quantity. A panel with a single curve needs no name: the axis has it. A label
// that is written as "" takes the curve out of the legend.
func (f *panelFiller) label(m *plan.Mark) string {
	if m.Label != nil {
		return f.givenLabel(m)
	}
	curves, ofRun := 0, 0
	for i := range f.panel.Marks {
		o := &f.panel.Marks[i]
		if !curveKinds[o.Kind] {
			continue
		}
		curves++
		if o.Source == m.Source && m.Source != (plan.Address{}) {
			ofRun++
		}
	}
	run := m.Source.String()
	if m.Source.Keyed {
		run = m.Source.Key
	}
	switch {
	case curves <= 1:
		return ""
	case m.Source == (plan.Address{}):
		return f.quantity(m)
	case ofRun > 1:
		if ofRun < curves {
			return run + ": " + f.quantity(m)
		}
		return f.quantity(m)
	}
	return run
}

// curveName names one of several curves of a mark: of lanes by the values that
// are varied, else by its index.
func (f *panelFiller) curveName(m *plan.Mark, i, n int) string {
	if run := f.runOf(m.Source); run != nil && len(run.LaneStatus) == n {
		var words []string
		inner := n
		for _, v := range run.Plan.Vary {
			count := len(v.Values[0])
			inner /= count
			for k, name := range v.Names {
				words = append(words, name+" = "+FormatNumber(v.Values[k][i/inner%count]))
			}
		}
		return strings.Join(words, ", ")
	}
	return "[" + strconv.Itoa(i) + "]"
}

// quantity names what a curve shows.
func (f *panelFiller) quantity(m *plan.Mark) string {
	switch {
	case m.Kind == "path":
		return f.name(m.X) + ", " + f.name(m.Y)
	case m.Kind == "histogram":
		return f.name(m.X)
	case m.Y == nil:
		return f.curve(m.Lower)
	}
	return f.curve(m.Y)
}

// curve is the name of an expression beside others: a part of a probe has that of
// the probe before it, since several probes have parts of one name.
func (f *panelFiller) curve(e *plan.Expr) string {
	if n := e.Graph.Node(e.Root); n.Op == graph.Input {
		for _, ref := range e.Refs {
			if p := ref.Path; ref.Input == n.Name && len(p) == 3 && p[0] == "probe" {
				return spaced(p[1]) + ": " + spaced(p[2])
			}
		}
	}
	return f.name(e)
}

// name is what an expression is called: the last word of a plain reference
// (loss, x1), else its text in the study.
func (f *panelFiller) name(e *plan.Expr) string {
	if e == nil {
		return ""
	}
	if n := e.Graph.Node(e.Root); n.Op == graph.Input {
		for _, ref := range e.Refs {
			if ref.Input == n.Name && len(ref.Path) > 0 {
				return spaced(ref.Path[len(ref.Path)-1])
			}
		}
	}
	text := f.source(e.Span)
	if m := plainReference.FindStringSubmatch(text); m != nil { // to values of vary, which are constants
		return spaced(m[1])
	}
	return text
}

var plainReference = regexp.MustCompile(`^[a-z]\w*(?:\.\w+|\[[^\[\]]*\])*\.([A-Za-z_]\w*)$`)

func spaced(word string) string { return strings.ReplaceAll(word, "_", " ") }

// shared is the name that all curves of the panel have for one of their
// attributes; "" if they differ. A density or histogram speaks for what is drawn over
// it.
func (f *panelFiller) shared(of func(m *plan.Mark) string) string {
	name, first := "", true
	counts := func(m plan.Mark) bool { return m.Kind == "density" || m.Kind == "histogram" }
	counted := slices.ContainsFunc(f.panel.Marks, counts)
	for i := range f.panel.Marks {
		m := &f.panel.Marks[i]
		if counted && !counts(*m) || !counted && !curveKinds[m.Kind] {
			continue
		}
		if n := of(m); first {
			name, first = n, false
		} else if n != name {
			return ""
		}
	}
	return name
}

func (f *panelFiller) defaultX() string {
	if l := f.fieldDrawn(); l != nil {
		return l.Plan.Axes[0].Label
	}
	if m := f.valuesDrawn(); m != nil {
		return f.name(m.X)
	}
	return f.shared(func(m *plan.Mark) string {
		if m.X == nil && m.Kind != "histogram" {
			return "step"
		}
		return f.name(m.X)
	})
}

func (f *panelFiller) defaultY() string {
	if l := f.fieldDrawn(); l != nil {
		return l.Plan.Axes[1].Label
	}
	if m := f.valuesDrawn(); m != nil {
		return f.name(m.Y)
	}
	return f.shared(func(m *plan.Mark) string {
		switch {
		case m.Kind == "histogram" && m.Density:
			return "density"
		case m.Kind == "histogram":
			return "count"
		case m.Y == nil:
			return f.name(m.Lower)
		}
		return f.name(m.Y)
	})
}

func (f *panelFiller) defaultZ() string {
	for i := range f.panel.Marks {
		m := &f.panel.Marks[i]
		switch {
		case m.Kind == "density" && m.ByColumn:
			return "share of the column"
		case m.Kind == "density":
			return "points in a cell"
		case m.Z != nil && fieldKinds[m.Kind]:
			return f.name(m.Z)
		case m.Z != nil:
			return f.shared(func(m *plan.Mark) string { return f.name(m.Z) })
		case m.Of == (plan.Address{}):
		case m.Field == "":
			return "loss"
		default:
			return spaced(m.Field)
		}
	}
	return ""
}

// valuesDrawn is the mark of values over two axes that gives the panel its axes.
func (f *panelFiller) valuesDrawn() *plan.Mark {
	for i := range f.panel.Marks {
		if m := &f.panel.Marks[i]; fieldKinds[m.Kind] && m.Z != nil {
			return m
		}
	}
	return nil
}

// fieldDrawn is the two-dimensional landscape that gives the panel its axes.
func (f *panelFiller) fieldDrawn() *LandscapeResult {
	for _, m := range f.panel.Marks {
		if m.Of != (plan.Address{}) {
			if l := f.landscapeOf(m.Of); l != nil && len(l.Plan.Axes) == 2 {
				return l
			}
		}
	}
	return nil
}
