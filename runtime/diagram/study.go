package diagram

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"relief/runtime/network"
	"relief/runtime/plan"
)

// maxKeys is how many blocks of one for_each are drawn each by itself; more
// are one box.
const maxKeys = 6

// OfStudy draws the blocks of a study and what refers to what.
func OfStudy(s *plan.Study) *Diagram {
	b := &studyBuilder{
		d:    &Diagram{Title: s.Title},
		keys: map[string]int{},
		at:   map[string]int{},
		seen: map[Edge]bool{},

		minimises: map[plan.Address]plan.Address{},
	}
	if s.Title == "" {
		b.d.Title = s.Name
	}
	b.count(s)
	for _, d := range s.Datasets {
		b.block(d.Block, d.Address.String(), datasetDetail(d))
		if d.Like != nil {
			b.edge(d.Like.Address, d.Address, "statistics")
		}
		b.needs(d.Block, asked(d.Norm)...)
	}
	for _, n := range s.Networks {
		b.block(n.Block, n.Address.String(), fmt.Sprintf("%s, %s parameters", n.Input, Thousands(n.Size)))
		b.needs(n.Block)
	}
	for _, o := range s.Objectives {
		if t := o.Training; t != nil {
			b.block(o.Block, o.Address.String(), "loss "+t.Loss)
			b.needs(o.Block, append([]plan.Address{t.Network.Address, t.Data.Address}, asked(t.Regularizer)...)...)
			continue
		}
		b.block(o.Block, o.Address.String(), "params "+paramsText(o.Params))
		b.needs(o.Block, asked(o.Value)...)
	}
	for _, r := range s.Runs {
		b.block(r.Block, r.Address.String(), runDetail(r))
		if r.Resume != nil {
			label := "final"
			if !r.Resume.Final {
				label = "at " + strconv.Itoa(r.Resume.At)
			}
			b.edge(r.Resume.Run, r.Address, label)
		}
		if r.Resume == nil || b.minimises[r.Resume.Run] != r.Objective.Address {
			b.edge(r.Objective.Address, r.Address, "") // what a resumed run takes from its source is not written
		}
		b.minimises[r.Address] = r.Objective.Address
		for _, p := range r.Probes {
			if p.Data != nil {
				b.edge(p.Data.Address, r.Address, "test")
			}
			if p.Axis != nil {
				b.edge(p.Axis.Of, r.Address, "components")
			}
		}
		b.needs(r.Block)
	}
	for _, l := range s.Landscapes {
		var points []string
		for _, a := range l.Axes {
			points = append(points, strconv.Itoa(a.Points))
		}
		b.block(l.Block, l.Address.String(), strings.Join(points, " x ")+" points")
		b.needs(l.Block, l.Objective.Address)
		for _, a := range l.Axes {
			b.edge(a.Of, l.Address, "components")
		}
		for _, a := range l.Paths {
			b.edge(a, l.Address, "path")
		}
	}
	for _, x := range s.Spectra {
		b.block(x.Block, x.Address.String(), spectrumDetail(x))
		b.needs(x.Block, x.Objective.Address)
		b.edge(x.Preconditioner, x.Address, "preconditioner")
	}
	for _, p := range s.Projections {
		b.block(p.Block, p.Address.String(), count(len(p.Segments), "segment"))
		for _, x := range p.Segments {
			b.edge(x.Run, p.Address, "segment")
		}
		b.needs(p.Block, p.Runs...)
	}
	for _, o := range s.Orbits {
		b.block(o.Block, o.Address.String(), orbitDetail(o))
		b.needs(o.Block, o.Map.Objective.Address)
	}
	for _, x := range s.Growths {
		b.block(x.Block, x.Address.String(), count(x.Rays(), "direction"))
		b.needs(x.Block, x.Objective.Address)
		for _, a := range x.Axes {
			b.edge(a.Of, x.Address, "components")
		}
	}
	for _, o := range s.Outputs {
		b.block(o.Block, o.Address.String(), "")
		b.needs(o.Block, asked(o.Value)...)
	}
	for _, c := range s.Checks {
		var all []plan.Address
		for _, a := range c.Asserts {
			all = append(append(all, asked(a.Condition)...), askedIn(a.Message)...)
		}
		b.block(c.Block, "check: "+c.Label, "")
		b.needs(c.Block, all...)
	}
	for _, t := range s.Tables {
		var all []plan.Address
		for _, row := range t.Rows {
			for _, cell := range row {
				all = append(all, askedIn(cell)...)
			}
		}
		b.block(t.Block, t.Address.String(), "")
		b.needs(t.Block, all...)
	}
	for _, p := range s.Plots {
		b.block(p.Block, p.Address.String(), count(len(p.Panels), "panel"))
		var all []plan.Address
		for _, panel := range p.Panels {
			for _, m := range panel.Marks {
				all = append(all, asked(m.X, m.Y, m.Z, m.Lower, m.Upper)...)
			}
		}
		b.needs(p.Block, all...)
	}
	return b.finish()
}

func paramsText(params []plan.Param) string {
	var all []string
	for _, p := range params {
		text := p.Name
		for _, n := range p.Type.Dims() {
			text += "[" + strconv.Itoa(n) + "]"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// datasetDetail says what is known of samples before they are read.
func datasetDetail(d *plan.Dataset) string {
	text := d.Kind
	if d.Outline == nil {
		return text
	}
	o := d.Outline
	shape := network.Shape{H: o.Shape[0], W: o.Shape[1], C: o.Shape[2], Flat: o.Shape[0] == 1 && o.Shape[1] == 1}
	text += ", " + Thousands(d.Samples()) + " x " + shape.String()
	if o.Classes > 0 {
		text += ", " + count(o.Classes, "class")
	}
	return text
}

func spectrumDetail(x *plan.Spectrum) string {
	var parts []string
	for _, p := range []struct {
		name string
		n    int
	}{{"top", x.Top}, {"bottom", x.Bottom}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", p.name, p.n))
		}
	}
	if x.Samples > 0 {
		parts = append(parts, "trace, density")
	}
	return strings.Join(parts, ", ")
}

// orbitDetail is what an orbit asks of its map.
func orbitDetail(o *plan.Orbit) string {
	parts := []string{o.Map.Optimizer.Label()}
	switch {
	case o.Period > 0:
		parts = append(parts, fmt.Sprintf("period %d", o.Period))
	case o.Near != nil:
		parts = append(parts, "cycle")
	}
	if o.Diagram != nil {
		parts = append(parts, "diagram")
	}
	if l := o.Lyapunov; l != nil {
		parts = append(parts, count(l.Exponents, "exponent"))
	}
	if o.Basin != nil {
		parts = append(parts, "basins")
	}
	lanes := 1
	for _, n := range o.Map.Lanes() {
		lanes *= n
	}
	if lanes > 1 {
		parts = append(parts, count(lanes, "lane"))
	}
	return strings.Join(parts, ", ")
}

func runDetail(r *plan.Run) string {
	lanes := 1
	for _, n := range r.Lanes() {
		lanes *= n
	}
	text := r.Optimizer.Label() + ", " + count(r.Steps, "step")
	if lanes > 1 {
		text += ", " + count(lanes, "lane")
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "s") {
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

type studyBuilder struct {
	d    *Diagram
	keys map[string]int // blocks of a for_each, by noun and name
	at   map[string]int // node by id
	seen map[Edge]bool

	minimises map[plan.Address]plan.Address // objective by run
}

// count finds out how many keys each for_each has.
func (b *studyBuilder) count(s *plan.Study) {
	add := func(a plan.Address) { b.keys[a.Noun+"."+a.Name]++ }
	for _, d := range s.Datasets {
		add(d.Address)
	}
	for _, n := range s.Networks {
		add(n.Address)
	}
	for _, o := range s.Objectives {
		add(o.Address)
	}
	for _, r := range s.Runs {
		add(r.Address)
	}
	for _, l := range s.Landscapes {
		add(l.Address)
	}
	for _, x := range s.Spectra {
		add(x.Address)
	}
	for _, p := range s.Projections {
		add(p.Address)
	}
	for _, o := range s.Orbits {
		add(o.Address)
	}
	for _, x := range s.Growths {
		add(x.Address)
	}
	for _, o := range s.Outputs {
		add(o.Address)
	}
	for _, c := range s.Checks {
		add(c.Address)
	}
	for _, t := range s.Tables {
		add(t.Address)
	}
	for _, p := range s.Plots {
		add(p.Address)
	}
}

// id is the name of the box that a block is drawn in.
func (b *studyBuilder) id(a plan.Address) string {
	if name := a.Noun + "." + a.Name; a.Keyed && b.keys[name] > maxKeys {
		return name + "[*]"
	}
	return a.String()
}

func (b *studyBuilder) block(p plan.Block, label, detail string) {
	id := b.id(p.Address)
	if _, drawn := b.at[id]; drawn {
		return
	}
	if id != p.Address.String() {
		label = id
		if detail != "" {
			detail += ", "
		}
		detail += count(b.keys[p.Address.Noun+"."+p.Address.Name], "key")
	}
	b.at[id] = len(b.d.Nodes)
	b.d.Nodes = append(b.d.Nodes, Node{ID: id, Label: label, Detail: detail, Kind: p.Address.Noun})
}

// needs draws arrows from the others and from what the block itself waits for.
func (b *studyBuilder) needs(p plan.Block, others ...plan.Address) {
	for _, a := range append(others, p.Needs...) {
		b.edge(a, p.Address, "")
	}
}

// edge draws an arrow once; the first label stays, unless it would be that of
// one key among several.
func (b *studyBuilder) edge(from, to plan.Address, label string) {
	e := Edge{From: b.id(from), To: b.id(to)}
	if e.From == e.To || b.seen[e] {
		return
	}
	b.seen[e] = true
	if e.To == to.String() && e.From == from.String() {
		e.Label = label
	}
	b.d.Edges = append(b.d.Edges, e)
}

// finish leaves out arrows from what has no box.
func (b *studyBuilder) finish() *Diagram {
	b.d.Edges = slices.DeleteFunc(b.d.Edges, func(e Edge) bool {
		_, from := b.at[e.From]
		_, to := b.at[e.To]
		return !from || !to
	})
	return b.d
}

// asked lists the blocks that expressions refer to.
func asked(exprs ...*plan.Expr) []plan.Address {
	var out []plan.Address
	for _, e := range exprs {
		if e == nil {
			continue
		}
		for _, r := range e.Refs {
			out = append(out, r.Block)
			out = append(out, asked(r.Args...)...)
		}
	}
	return out
}

func askedIn(t plan.Text) []plan.Address {
	var out []plan.Address
	for _, part := range t {
		out = append(out, asked(part.Value)...)
		if part.Word != nil {
			out = append(out, part.Word.Block)
		}
	}
	return out
}
