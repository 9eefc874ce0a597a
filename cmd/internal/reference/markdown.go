package reference

import (
	"fmt"
	"slices"
	"strings"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/lang/study"
	"relief/stdlib"
)

// placeOf says where functions of a kind may be called.
var placeOf = map[stdlib.Kind]string{
	stdlib.Math:       "in any mathematics, on numbers, vectors and matrices element by element; on series step by step",
	stdlib.Reduction:  "in any mathematics, on vectors and matrices; with one argument that is a series of numbers, over its steps",
	stdlib.Series:     "on results of runs: in checks, plots, tables, outputs and texts",
	stdlib.Query:      "in checks, plots, tables, outputs and texts",
	stdlib.Structural: "where values are known when the file is loaded: counts, lists, for_each, texts",
	stdlib.Law:        "in the start of a run, alone or as the value of a parameter, and in the init of a layer",
}

// cell escapes what would end a cell of a table.
func cell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "|", "\\|"), "\n", " ")
}

// Library returns the page of functions.
func Library() string {
	var b strings.Builder
	std, _ := study.Standard()
	nets, _ := study.StandardNetworks()
	b.WriteString(`# Functions and networks

What a study may call or use without declaring it. The first part is written in the
language itself: its files are in ` + "[stdlib/](../stdlib)" + `, to be read and copied. The second
is built in. Every example is true, and a test holds it to that. A study's own
function of the same name goes first; ` + "`std::f(x)`" + ` always reaches the library's.

In a terminal: ` + "`relief list decay`, `relief docs cosine_decay`" + `.

`)
	files := stdlib.Files()
	var index []string
	byFile := map[string][]*math.Function{}
	for _, f := range std.Functions {
		byFile[f.Span.File] = append(byFile[f.Span.File], f)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name, ".hcl")
		index = append(index, fmt.Sprintf("[%s](#%s)", name, name))
	}
	index = append(index, "[built in](#built-in)")
	b.WriteString(strings.Join(index, " · ") + "\n")
	for _, f := range files {
		fns := byFile["std/"+f.Name]
		slices.SortFunc(fns, func(a, b *math.Function) int { return a.Span.Start.Byte - b.Span.Start.Byte })
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", strings.TrimSuffix(f.Name, ".hcl"), heading(string(f.Text)))
		for _, fn := range fns {
			writeFunction(&b, fn)
		}
		for _, n := range nets {
			if n.File == f.Name {
				writeNetwork(&b, &n)
			}
		}
	}
	b.WriteString("\n## Built in\n")
	titles := []struct {
		kind  stdlib.Kind
		title string
	}{{stdlib.Math, "Element by element"}, {stdlib.Reduction, "Of arrays"}, {stdlib.Series, "Along the steps of a run"}, {stdlib.Query, "Of an objective"}, {stdlib.Structural, "When the file is loaded"}}
	for _, t := range titles {
		fmt.Fprintf(&b, "\n### %s\n\nCalled %s.\n\n| | | |\n|---|---|---|\n", t.title, placeOf[t.kind])
		for _, f := range stdlib.Builtins() {
			if f.Kind != t.kind {
				continue
			}
			text := f.Description
			if f.Convention != "" {
				text += "; " + f.Convention
			}
			fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", cell(f.Signature), cell(text), cell(f.Example))
		}
	}
	fmt.Fprintf(&b, "\n### Laws of chance\n\nThey stand %s.\n\n| | | |\n|---|---|---|\n", placeOf[stdlib.Law])
	for _, f := range stdlib.Laws() {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", f.Signature, f.Description+"; "+f.Convention, f.Example)
	}
	return b.String()
}

// heading is the comment that a library begins with.
func heading(text string) string {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		comment, ok := strings.CutPrefix(l, "#")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(comment))
	}
	return strings.Join(lines, "\n")
}

func writeFunction(b *strings.Builder, f *math.Function) {
	d := f.Doc()
	fmt.Fprintf(b, "\n### %s(%s)\n\n%s.\n", f.Name, strings.Join(f.Params, ", "), d.Description)
	if d.Formula != "" {
		fmt.Fprintf(b, "\n    %s\n", strings.ReplaceAll(d.Formula, ";  ", "\n    "))
	}
	if d.Source != "" {
		fmt.Fprintf(b, "\nSource: %s.\n", strings.TrimSuffix(d.Source, "."))
	}
	if d.Example != "" {
		fmt.Fprintf(b, "\n```hcl\n%s\n```\n", strings.ReplaceAll(d.Example, " && ", "\n&& "))
	}
}

func writeNetwork(b *strings.Builder, n *study.StandardNetwork) {
	width := len("use")
	for _, p := range n.Params {
		width = max(width, len(p.Name))
	}
	fmt.Fprintf(b, "\n### std.%s\n\n%s.\n\nSource: %s.\n\n```hcl\nnetwork \"net\" {\n  %-*s = std.%s\n", n.Name, n.Description, n.Source, width, "use", n.Name)
	for _, p := range n.Params {
		fmt.Fprintf(b, "  %-*s = %s\n", width, p.Name, p.Default)
	}
	fmt.Fprintf(b, "}\n```\n\nThe arguments are its defaults, with which it is\n\n```\n%s\n```\n", strings.Join(table(n.Network), "\n"))
}

// areas names the hundreds of the codes.
var areas = []struct{ prefix, title string }{
	{"RL01", "Reading the file"},
	{"RL02", "Names"},
	{"RL03", "Mathematics"},
	{"RL04", "Blocks and arguments"},
	{"RL05", "Runs"},
	{"RL06", "Results"},
}

// Diagnostics returns the page of codes.
func Diagnostics() string {
	var b strings.Builder
	b.WriteString("# Diagnostics\n\nWhat each code means, an example, and the cure. `relief explain RL0203` shows one in a\nterminal.\n\n| code | |\n|---|---|\n")
	codes := diag.Codes()
	for _, e := range codes {
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", e.Code, strings.ToLower(string(e.Code)), cell(e.Title))
	}
	area := ""
	for _, e := range codes {
		if prefix := string(e.Code)[:4]; prefix != area {
			area = prefix
			title := "More"
			for _, a := range areas {
				if a.prefix == prefix {
					title = a.title
				}
			}
			fmt.Fprintf(&b, "\n## %s\n", title)
		}
		language := ""
		if strings.ContainsAny(e.Example, "{=") {
			language = "hcl"
		}
		fmt.Fprintf(&b, "\n### %s\n\n**%s.** %s\n\n```%s\n%s\n```\n\n%s\n", e.Code, strings.TrimSuffix(Capital(e.Title), "."), e.Meaning, language, strings.TrimRight(e.Example, "\n"), e.Cure)
	}
	return b.String()
}
