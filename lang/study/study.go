// Package study checks a parsed study and turns it into a plan.
//
//	path --(Load)--> *Files: blocks held against the schema, imports followed
//	     --(Declare)--> *Declarations: names, variables, functions, for_each
//	     --(Plan)--> *plan.Study: references, types, phases, mathematics lowered
//
// A block with an error becomes a block that is known but bad: what refers to
// it says nothing more, so that one fault gives one error.
//
// Blocks are built when a reference first needs them, so that types are known
// wherever they are asked for; a block that is asked for while it is being
// built closes a loop.
package study

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/lang/schema"
	"relief/runtime/plan"
)

// Declarations is a study whose names are known and whose blocks are not yet
// looked into.
type Declarations struct{ c *compiler }

// compiler holds what is known of a study while it is checked.
type compiler struct {
	diags     diag.List
	file      *File
	sources   map[string][]byte
	module    *math.Module
	phases    [numPhases]*math.Module // the module, with the blocks that a phase may name
	schedules map[*math.Function]bool // schedules of imported files
	blocks    map[string]map[string]*declared
	inOrder   []*declared
	failed    map[string]map[string]bool // names whose declaration is in error
	used      map[*instance]bool         // optimizers that a run names
	expanded  int                        // blocks that for_each has made
	functions []string                   // names of all functions, once they have been asked for
	drawn     int                        // marks that plots have made
	outside   map[string]bool            // variables whose value was given from outside
	dataDir   string                     // a folder that data may come from
	links     []link                     // blocks being built, and the references that led to them
	out       *plan.Study
}

// Outside is what a study gets from outside of its files.
type Outside struct {
	Given   []Given // values of variables
	Version string  // of the tool, "" for any
	DataDir string  // a folder that data may come from, "" for none
}

// Declare collects what the files declare and gives the variables their
// values.
func Declare(files *Files, from Outside) (*Declarations, diag.List) {
	c := &compiler{
		file: files.Main, sources: files.Sources, schedules: map[*math.Function]bool{},
		blocks: map[string]map[string]*declared{}, failed: files.Main.failed, used: map[*instance]bool{}, outside: map[string]bool{}, dataDir: from.DataDir,
		out: &plan.Study{Name: strings.TrimSuffix(filepath.Base(files.Main.Name), ".hcl"), File: files.Main.Name, Sources: files.Sources},
	}
	std, faults := standard()
	c.diags = append(c.diags, faults...)
	c.module = c.libraryModule(files.Main, std, map[*File]*math.Module{})
	c.openPhases()
	c.variables(from.Given)
	c.header(from.Version)
	for _, b := range files.Main.blocks {
		c.declare(b)
	}
	for _, d := range c.inOrder {
		c.expand(d)
	}
	c.localLoops()
	diags := c.diags
	c.diags = nil
	return &Declarations{c}, diags
}

// libraryModule makes the module of a file and of those that it imports.
func (c *compiler) libraryModule(f *File, std *math.Module, made map[*File]*math.Module) *math.Module {
	if m, ok := made[f]; ok {
		return m
	}
	m := &math.Module{
		File: f.Name, Functions: map[string]*math.Function{}, Locals: map[string]hclsyntax.Expression{},
		Vars: map[string]cty.Value{}, Imports: map[string]*math.Module{}, Std: std, Objects: map[string]math.Object{},
	}
	made[f] = m
	addFunctions(m, f, &c.diags)
	if f != c.file {
		addNetworks(m, f, strings.TrimSuffix(filepath.Base(f.Name), ".hcl"), &c.diags)
		m.Blocks = map[string]math.Object{"network": libraryNetworks{m}}
	}
	seen := map[string]diag.Span{}
	for _, b := range f.blocks {
		switch {
		case b.spec.Noun == "schedule" && f != c.file:
			c.importedSchedule(m, b)
		case b.spec.Noun == "import" && b.name != "":
			if first, twice := seen[b.name]; twice {
				twiceDeclared(&c.diags, b, first)
				continue
			}
			seen[b.name] = b.header
			if reserved(b.name) {
				report(&c.diags, "RL0202", b.src.LabelRanges[0], b.context, "Choose another name: it stands for something else in a study.", "%q cannot name an import", b.name)
				continue
			}
			if g := f.imports[b.name]; g != nil {
				m.Imports[b.name] = c.libraryModule(g, std, made)
			} else {
				c.missingImport(b.name)
				m.Imports[b.name] = nil
			}
		}
	}
	return m
}

// importedSchedule makes a schedule of another file callable as
// lib::s(t, steps), and nameable as lib.s in a learning rate.
func (c *compiler) importedSchedule(m *math.Module, b *body) {
	if b.name == "" || b.attr("value") == nil || b.attr("for_each") != nil {
		return
	}
	if first, twice := m.Functions[b.name]; twice {
		twiceDeclared(&c.diags, b, first.Span)
		return
	}
	f := &math.Function{Name: b.name, Params: []string{"t", "steps"}, Value: b.attr("value"), Module: m, Span: b.header}
	m.Functions[b.name] = f
	c.schedules[f] = true
}

// missingImport remembers an import whose file is in error.
func (c *compiler) missingImport(name string) {
	if c.failed["import"] == nil {
		c.failed["import"] = map[string]bool{}
	}
	c.failed["import"][name] = true
}

// openPhases gives each phase a module with the blocks as it sees them.
func (c *compiler) openPhases() {
	for p := range numPhases {
		m := c.module
		if p != formula {
			// Functions keep the module itself, which sees blocks as formulas do.
			copied := *c.module
			m = &copied
		}
		m.Blocks = map[string]math.Object{}
		for _, b := range schema.Blocks {
			if b.HasName() && b.Noun != "variable" && b.Noun != "import" && b.Noun != "function" {
				m.Blocks[b.Noun] = nounObject{c, b.Noun, p}
			}
		}
		c.phases[p] = m
	}
}

// header reads the study block.
func (c *compiler) header(version string) {
	if c.file.Study == nil {
		return
	}
	s := settings{body: c.file.Study, diags: &c.diags, scope: math.NewScope(c.phases[structural], nil)}
	c.out.Title, c.out.Description, c.out.Source = s.text("title"), s.text("description"), s.text("source")
	if n, ok := s.whole("seed"); ok {
		c.out.Seed = uint64(n)
	}
	if need := s.text("requires"); need != "" {
		e := c.file.Study.attr("requires")
		switch order, ok := compareVersions(need, version); {
		case !ok:
			s.errorf("RL0406", e, "Write the oldest version that will do: requires = \"0.1\".", "%q is no version", need)
		case version != "" && order > 0:
			s.errorf("RL0413", e, "Install that version or a later one.", "the study requires relief %s, and this is %s", need, version)
		}
	}
}

// compareVersions orders two versions such as 0.1 and 1.2.3; ok is false if
// the first is none. What does not begin with a number, as a development
// version, is newer than all.
func compareVersions(need, have string) (order int, ok bool) {
	var a, b [3]int
	if !readVersion(need, &a) {
		return 0, false
	}
	if !readVersion(have, &b) {
		return -1, true
	}
	return slices.Compare(a[:], b[:]), true
}

func readVersion(s string, v *[3]int) bool {
	s, _, _ = strings.Cut(strings.TrimPrefix(s, "v"), "-")
	parts := strings.Split(s, ".")
	if len(parts) > len(v) {
		return false
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 31)
		if err != nil {
			return false
		}
		v[i] = int(n)
	}
	return true
}

// declare enters a block under its name.
func (c *compiler) declare(b *body) {
	noun := b.spec.Noun
	if builders[noun] == nil || b.name == "" {
		return
	}
	if c.blocks[noun] == nil {
		c.blocks[noun] = map[string]*declared{}
	}
	if first, twice := c.blocks[noun][b.name]; twice {
		twiceDeclared(&c.diags, b, first.body.header)
		return
	}
	d := &declared{noun: noun, name: b.name, body: b}
	c.blocks[noun][b.name] = d
	c.inOrder = append(c.inOrder, d)
}

// namesOf returns the names of a noun's blocks in the order of the file.
func (c *compiler) namesOf(noun string) []string {
	var out []string
	for _, d := range c.inOrder {
		if d.noun == noun {
			out = append(out, d.name)
		}
	}
	return out
}

// fail marks the block being built as one that refers to a bad block.
func (c *compiler) fail() {
	if n := len(c.links); n > 0 {
		c.links[n-1].to.bad = true
	}
}

// order puts a run or landscape after all that it waits for.
func (c *compiler) order(in *instance) { c.out.Order = append(c.out.Order, in.addr) }

// Plan builds every block. The plan can be run if there is no error.
func (d *Declarations) Plan() (*plan.Study, diag.List) {
	c := d.c
	c.checkNames()
	errors := len(c.diags)
	for _, nouns := range [][]string{{"dataset", "network"}, {"objective", "schedule"}, {"run", "landscape", "spectrum", "projection", "orbit", "growth"}, {"optimizer"}, {"check", "plot", "table", "output"}} {
		for _, d := range c.inOrder {
			if !slices.Contains(nouns, d.noun) {
				continue
			}
			for _, in := range d.instances {
				if errors > maxErrors {
					break
				}
				c.compile(in, d.body.header)
				errors += len(in.diags)
			}
		}
	}
	for _, b := range c.file.blocks {
		if b.spec.Noun == "report" {
			c.report(b)
		}
	}
	c.plainReferences()
	for _, d := range c.inOrder {
		for _, in := range d.instances {
			c.diags = append(c.diags, in.diags...)
			switch {
			case in.dataset != nil && in.opened:
				c.out.Datasets = append(c.out.Datasets, in.dataset)
			case in.network != nil:
				c.out.Networks = append(c.out.Networks, in.network)
			case in.objective != nil:
				c.out.Objectives = append(c.out.Objectives, in.objective)
			case in.run != nil:
				c.out.Runs = append(c.out.Runs, in.run)
			case in.landscape != nil:
				c.out.Landscapes = append(c.out.Landscapes, in.landscape)
			case in.spectrum != nil:
				c.out.Spectra = append(c.out.Spectra, in.spectrum)
			case in.projection != nil:
				c.out.Projections = append(c.out.Projections, in.projection)
			case in.orbit != nil:
				c.out.Orbits = append(c.out.Orbits, in.orbit)
			case in.growth != nil:
				c.out.Growths = append(c.out.Growths, in.growth)
			}
		}
	}
	return c.out, Fold(c.diags)
}

// maxErrors ends the check of a file that has more errors than anyone reads.
const maxErrors = 100

// Fold keeps the first of several diagnostics with one place and code: the
// elements of a for_each and the calls of a function share their text, and
// one fault is one error.
func Fold(diags diag.List) diag.List {
	type key struct {
		span diag.Span
		code diag.Code
	}
	seen := map[key]bool{}
	var out diag.List
	for _, d := range diags {
		k := key{d.Span, d.Code}
		if d.Span.IsZero() || !seen[k] {
			out = append(out, d)
		}
		seen[k] = true
	}
	return out
}
