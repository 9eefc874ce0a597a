package reference

import (
	"fmt"
	"strconv"
	"strings"

	"relief/lang/study"
	"relief/runtime/network"
)

// network writes a network of the standard library: what it takes, its layers
// with their shapes, and its text.
func (p *printer) network(n *study.StandardNetwork) {
	p.line("network \"name\" { use = std.%s }\n", n.Name)
	p.paragraph("", Capital(n.Description)+".")
	p.line("")
	p.paragraph("", "Source: "+n.Source+".")
	p.line("\nArguments, with their defaults, beside those of every network:\n")
	for _, a := range n.Params {
		p.line("  %s = %s", a.Name, a.Default)
	}
	p.line("\nWith the defaults:\n")
	for _, l := range table(n.Network) {
		p.line("  %s", l)
	}
	p.line("\nIts text, to be copied:\n")
	p.code(n.Text)
}

// most is how many rows of a table are shown one by one.
const most = 40

// table is a line for each layer of a network or, if there are many, for those
// that begin with one name, and a last line for all.
func table(n *network.Network) []string {
	type row struct {
		name, out string
		params    int
		flops     float64
	}
	join := func(key func(l *network.Layer) string) []row {
		var rows []row
		for _, r := range n.Summary() {
			if r.Depth > 0 {
				last := &rows[len(rows)-1]
				last.params += r.Params
				last.flops += r.Flops
				continue
			}
			name := key(r.Layer)
			if k := len(rows) - 1; k < 0 || rows[k].name != name {
				rows = append(rows, row{name: name})
			}
			last := &rows[len(rows)-1]
			last.out = r.Out.String()
			last.params += r.Params
			last.flops += r.Flops
		}
		return rows
	}
	rows := join(func(l *network.Layer) string { return l.Name })
	if len(rows) > most {
		rows = join(func(l *network.Layer) string { first, _, _ := strings.Cut(l.Name, "."); return first })
	}
	const layout = "%-34s %15s %11s %11s"
	out := []string{fmt.Sprintf(layout, "layer", "output", "parameters", "flops")}
	for _, r := range rows {
		out = append(out, fmt.Sprintf(layout, r.name, r.out, count(float64(r.params)), count(r.flops)))
	}
	return append(out, fmt.Sprintf(layout, "all", n.Output.String(), count(float64(n.Size)), count(n.Flops())))
}

// count is a number of things with three digits: 11.2 M.
func count(x float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}} {
		if x >= u.size {
			return strconv.FormatFloat(x/u.size, 'g', 3, 64) + u.name
		}
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
