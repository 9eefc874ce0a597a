package store

import (
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"relief/runtime/array"
	"relief/runtime/engine"
	"relief/runtime/plan"
)

// resultsFormat is the version of results.json, as docs/results.md has it.
const resultsFormat = "relief-results/1"

// resultsJSON is results.json. It holds nothing of time or place, so that the
// same study gives the same bytes.
func resultsJSON(res *engine.Results, names fileNames) object {
	var o object
	o.set("format", resultsFormat)
	o.set("study", res.Study.Name)
	o.set("title", res.Study.Title)
	o.set("status", string(res.Status))

	var outputs, runs, landscapes, spectra, projections, orbits, growths, datasets, tables, plots placed
	for _, x := range res.Outputs {
		var v any
		if x.Value != nil {
			v = x.Value
		}
		outputs.place(x.Plan.Address, v)
	}
	o.set("outputs", outputs.object)
	o.set("checks", checks(res))
	for _, r := range res.Runs {
		runs.place(r.Plan.Address, run(r, names))
	}
	o.set("runs", runs.object)
	for _, l := range res.Landscapes {
		landscapes.place(l.Plan.Address, landscape(l, names))
	}
	o.set("landscapes", landscapes.object)
	for _, x := range res.Analyses {
		to := &spectra
		switch x.Address.Noun {
		case "projection":
			to = &projections
		case "orbit":
			to = &orbits
		case "growth":
			to = &growths
		}
		to.place(x.Address, analysis(x, names))
	}
	o.set("spectra", spectra.object)
	o.set("projections", projections.object)
	o.set("orbits", orbits.object)
	o.set("growths", growths.object)
	for _, d := range res.Datasets {
		datasets.place(d.Plan.Address, samples(d))
	}
	o.set("datasets", datasets.object)
	for _, t := range res.Tables {
		tables.place(t.Plan.Address, tableRows(t))
	}
	o.set("tables", tables.object)
	for _, p := range res.Plots {
		var files []any
		for _, name := range names.plots[p.Plan.Address] {
			files = append(files, name)
		}
		plots.place(p.Plan.Address, object{{"title", p.Title}, {"files", files}})
	}
	o.set("plots", plots.object)
	o.set("diagnostics", diagnostics(res))
	return o
}

// placed is an object of blocks by name, those of a for_each by their key below
// it. All places of members are known, since there can be thousands.
type placed struct {
	object
	at map[string]int
}

func (p *placed) place(a plan.Address, v any) {
	if p.at == nil {
		p.at = map[string]int{}
	}
	i, ok := p.at[a.Name]
	if !ok {
		i = len(p.object)
		p.at[a.Name] = i
		p.object.set(a.Name, nil)
	}
	if !a.Keyed {
		p.object[i].value = v
		return
	}
	inner, _ := p.object[i].value.(object)
	inner.set(a.Key, v)
	p.object[i].value = inner
}

func checks(res *engine.Results) []any {
	out := []any{}
	for _, c := range res.Checks {
		for _, a := range c.Asserts {
			o := object{{"label", c.Plan.Label}}
			if c.Plan.Address.Keyed {
				o.set("key", c.Plan.Address.Key)
			}
			o.set("ok", a.OK)
			o.set("message", a.Message)
			o.set("condition", a.Condition)
			o.set("file", filepath.ToSlash(a.Plan.Span.File))
			o.set("line", a.Plan.Span.Start.Line)
			out = append(out, o)
		}
	}
	return out
}

func run(r *engine.RunResult, names fileNames) object {
	o := object{{"status", string(r.Status)}, {"steps", r.Steps}}
	if lanes := r.Plan.Lanes(); len(lanes) > 0 {
		var sizes, status, steps []any
		for _, n := range lanes {
			sizes = append(sizes, n)
		}
		for i := range r.LaneStatus {
			status = append(status, string(r.LaneStatus[i]))
			steps = append(steps, r.LaneSteps[i])
		}
		o.set("lanes", sizes)
		o.set("lane_status", status)
		o.set("lane_steps", steps)
	}
	a := r.Plan.Address
	var final any
	if r.Final != nil {
		final = stateOf(r.Final, names.weights[state{run: a, final: true}])
	}
	o.set("final", final)
	var kept object
	for _, s := range r.Kept {
		if file := names.weights[state{run: a, step: s.Step}]; file != "" {
			kept.set(strconv.Itoa(s.Step), stateOf(s, file))
		}
	}
	if len(kept) > 0 {
		o.set("at", kept)
	}
	o.set("data", files(names.data[a]))
	return o
}

// stateOf is a state with its parameters or, of a network, the file that they
// are in.
func stateOf(s *engine.State, weights string) object {
	o := object{{"loss", s.Loss}, {"grad_norm", s.GradNorm}}
	if weights != "" {
		o.set("weights", weights)
		return o
	}
	var params object
	for _, p := range s.Params {
		params.set(p.Name, p.Value)
	}
	o.set("params", params)
	return o
}

// inline is how many numbers of a vector stand in results.json; a longer one is
// in the block's data alone.
const inline = 4096

// analysis is a spectrum, a projection, an orbit or a growth with its texts, numbers
// and vectors; series are in its data, but for those of cycles that are short.
func analysis(x *engine.AnalysisResult, names fileNames) object {
	o := object{{"status", string(x.Status)}}
	for _, name := range slices.Sorted(maps.Keys(x.Words)) {
		o.set(name, x.Words[name])
	}
	for _, f := range x.Fields {
		short := len(f.Value.Data) <= inline
		ofCycle := x.Address.Noun == "orbit" && !strings.HasPrefix(f.Name, "diagram.")
		if short && (ofCycle || !f.Value.Type.Series) {
			o.set(f.Name, f.Value)
		}
	}
	o.set("data", files(names.data[x.Address]))
	return o
}

// samples is what is known of a dataset; the samples themselves are nowhere in
// the results, and their digest names them.
func samples(d *engine.DatasetResult) object {
	h, w, c := d.Shape[0], d.Shape[1], d.Shape[2]
	shape := []any{c, h, w}
	if h == 1 && w == 1 {
		shape = []any{c}
	}
	o := object{{"kind", d.Plan.Kind}, {"samples", d.Samples}, {"shape", shape}}
	if d.Classes > 0 {
		o.set("classes", d.Classes)
	} else {
		o.set("outputs", d.Outputs)
	}
	o.set("digest", "sha256:"+hex.EncodeToString(d.Digest[:]))
	var standardized any
	if s := d.Stats; s != nil {
		standardized = object{{"by", s.By.String()}, {"samples", s.Samples}, {"summary", s.String()}}
	}
	o.set("standardized", standardized)
	return o
}

func landscape(l *engine.LandscapeResult, names fileNames) object {
	o := object{{"status", string(l.Status)}}
	var axes []any
	for i, a := range l.Plan.Axes {
		axis := object{{"label", a.Label}, {"points", a.Points}}
		if i < len(l.Positions) && len(l.Positions[i]) > 0 {
			p := l.Positions[i]
			axis.set("from", p[0])
			axis.set("to", p[len(p)-1])
		}
		axes = append(axes, axis)
	}
	o.set("axes", axes)
	o.set("data", files(names.data[l.Plan.Address]))
	return o
}

func files(names []string) []any {
	out := []any{}
	for _, n := range names {
		out = append(out, n)
	}
	return out
}

// tableRows gives each cell as a number where it is one, else as its text.
func tableRows(t *engine.TableResult) object {
	var columns []any
	for _, c := range t.Plan.Columns {
		columns = append(columns, c)
	}
	rows := []any{}
	for i, cells := range t.Cells {
		row := []any{}
		for j, text := range cells {
			var number *array.Array
			if i < len(t.Numbers) && j < len(t.Numbers[i]) {
				number = t.Numbers[i][j]
			}
			if number != nil {
				row = append(row, number)
			} else {
				row = append(row, text)
			}
		}
		rows = append(rows, row)
	}
	return object{{"title", t.Title}, {"columns", columns}, {"rows", rows}}
}

func diagnostics(res *engine.Results) []any {
	out := []any{}
	for _, d := range res.Diagnostics {
		o := object{{"severity", d.Severity.String()}, {"code", string(d.Code)}, {"summary", d.Summary}}
		if d.Detail != "" {
			o.set("detail", d.Detail)
		}
		if !d.Span.IsZero() {
			o.set("file", filepath.ToSlash(d.Span.File))
			o.set("line", d.Span.Start.Line)
		}
		out = append(out, o)
	}
	return out
}

// fileName is the name of a block's files, without an ending: noun.name or
// noun.name.key. What may not stand in a file name everywhere is written %XX.
func fileName(a plan.Address) string {
	name := a.Noun + "." + a.Name
	if a.Keyed {
		name += "." + a.Key
	}
	return escape(name)
}

// plotName is the name of a plot's files: without the noun.
func plotName(a plan.Address) string {
	if a.Keyed {
		return escape(a.Name + "." + a.Key)
	}
	return escape(a.Name)
}

// escape makes a name that every file system takes: no separators, no dot at
// an end, and none of the words that Windows keeps for devices, whatever
// follows them after a dot.
func escape(name string) string {
	var b strings.Builder
	device := isDevice(name)
	for i := range len(name) {
		c := name[i]
		switch {
		case i == 0 && device:
			fmt.Fprintf(&b, "%%%02X", c)
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '+', c >= 0x80, c == '.' && i > 0 && i < len(name)-1:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// isDevice reports whether a name means a device on Windows.
func isDevice(name string) bool {
	base, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch base {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	port, ok := strings.CutPrefix(base, "com")
	if !ok {
		port, ok = strings.CutPrefix(base, "lpt")
	}
	return ok && utf8.RuneCountInString(port) == 1 && strings.Contains("0123456789¹²³", port)
}
