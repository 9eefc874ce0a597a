package study

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/schema"
	"relief/lang/source"
)

// Files is a study's file with those that it imports, parsed and held against
// the schema.
type Files struct {
	Main    *File
	Sources map[string][]byte // every file read, by the name that diagnostics show
}

// File is one parsed file.
type File struct {
	Name    string
	Study   *body   // nil in a library
	blocks  []*body // in order
	imports map[string]*File
	failed  map[string]map[string]bool // by noun: names of blocks that could not be read
}

// IsLibrary reports whether the file has no study block: others may import
// it, and it cannot be run.
func (f *File) IsLibrary() bool { return f.Study == nil }

// Load reads the file at path and, through its import blocks, every other
// that it needs.
func Load(path string) (*Files, diag.List) {
	go standard() // will be needed, and takes as long as a study
	l := &loader{files: &Files{Sources: map[string][]byte{}}, byPath: map[string]*File{}}
	src, diags := source.Load(path)
	if src != nil {
		l.files.Sources[src.Name] = src.Bytes
	}
	if src == nil || src.Body == nil {
		return l.files, diags
	}
	l.diags = diags
	l.files.Main = l.file(src, path)
	return l.files, l.diags
}

// loader follows imports.
type loader struct {
	files  *Files
	diags  diag.List
	byPath map[string]*File
	stack  []string // files being read, outermost first
}

func (l *loader) file(src *source.File, path string) *File {
	f := &File{Name: src.Name, imports: map[string]*File{}, failed: map[string]map[string]bool{}}
	l.byPath[canonical(path)] = f
	l.stack = append(l.stack, canonical(path))
	defer func() { l.stack = l.stack[:len(l.stack)-1] }()
	f.decode(src.Body, &l.diags)
	for _, b := range f.blocks {
		if b.spec.Noun == "import" && b.name != "" {
			l.follow(f, b, path)
		}
	}
	return f
}

func canonical(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	return abs
}

// decode holds the blocks of a file against the schema.
func (f *File) decode(body *hclsyntax.Body, diags *diag.List) {
	d := decoder{diags}
	for _, a := range inOrder(body.Attributes) {
		if len(*diags) > maxErrors {
			return
		}
		cure := "Shorthands stand in a block: locals { " + a.Name + " = ... }."
		if spec, ok := schema.Lookup(a.Name); ok {
			cure = "It is a block: " + spec.Form() + " { ... }, without the equals sign."
		}
		report(diags, "RL0402", a.NameRange, "", cure, "%q stands outside of any block", a.Name)
	}
	hasStudy := slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == "study" })
	told := hasStudy
	single := map[string]bool{}
	for _, src := range body.Blocks {
		if len(*diags) > maxErrors {
			return
		}
		spec, ok := schema.Lookup(src.Type)
		if !ok {
			unknownNoun(diags, src)
			if n := diag.Suggest(src.Type, schema.Nouns()); n == "study" {
				told = true
			} else if n != "" && len(src.Labels) > 0 {
				f.miss(n, src.Labels[len(src.Labels)-1])
			}
			continue
		}
		if spec.Single && single[src.Type] {
			report(diags, "RL0201", src.DefRange(), src.Type, "Keep one of them.", "the file has a second %s block", src.Type)
			continue
		}
		single[src.Type] = true
		b := d.block(spec, src, "")
		if len(src.Labels) != len(spec.Labels) {
			f.miss(src.Type, "") // whatever its name was meant to be
		} else if n := len(src.Labels); n > 0 && b.name == "" {
			f.miss(src.Type, src.Labels[n-1])
		}
		if src.Type == "study" {
			f.Study = b
		}
		if !hasStudy && !spec.Library && !told {
			told = true
			report(diags, "RL0403", src.DefRange(), b.context, "Add study { title = \"...\" } at the top; a file without it is a library of functions, networks, schedules and locals.",
				"the file has no study block, so it cannot have %s %s", article(src.Type), src.Type)
		}
		f.blocks = append(f.blocks, b)
	}
}

// miss records a name whose declaration is in error, so that references to it
// say nothing more; "" is a name that is not known.
func (f *File) miss(noun, name string) {
	if f.failed[noun] == nil {
		f.failed[noun] = map[string]bool{}
	}
	f.failed[noun][name] = true
}

func unknownNoun(diags *diag.List, src *hclsyntax.Block) {
	cure := didYouMean(src.Type, schema.Nouns(), "")
	if cure == "" {
		cure = "A study holds " + strings.Join(schema.Nouns(), ", ") + "."
		for _, b := range schema.Blocks {
			if _, ok := b.NestedBlock(src.Type); ok {
				cure = "It stands inside " + article(b.Noun) + " " + b.Noun + " block."
				break
			}
		}
	}
	report(diags, "RL0401", src.TypeRange, "", cure, "unknown block %q", src.Type)
}

// follow reads the file that an import block names.
func (l *loader) follow(f *File, b *body, from string) {
	e := b.attr("source")
	if e == nil {
		f.imports[b.name] = nil
		return
	}
	f.imports[b.name] = nil // until it is read: references to it are silent
	fail := func(code diag.Code, cure, format string, args ...any) {
		report(&l.diags, code, e.Range(), b.context, cure, format, args...)
	}
	if len(hclsyntax.Variables(e)) > 0 {
		fail("RL0205", "Write the path in quotes.", "the path of an import is known before anything else")
		return
	}
	v, diags := e.Value(&hcl.EvalContext{})
	if diags.HasErrors() || v.IsNull() || v.Type() != cty.String {
		fail("RL0406", "Write source = \"./lib.hcl\".", "source must be text")
		return
	}
	path, d := source.Resolve(from, v.AsString())
	if d != nil {
		d.Span, d.Context = spanOf(e.Range()), b.context
		l.diags.Add(d)
		return
	}
	key := canonical(path)
	if i := slices.Index(l.stack, key); i >= 0 {
		var loop []string
		for _, p := range append(l.stack[i:len(l.stack):len(l.stack)], key) {
			loop = append(loop, filepath.Base(p))
		}
		fail("RL0204", "Move what both need into a third file.", "files import each other in a loop: %s", strings.Join(loop, " -> "))
		return
	}
	if g, ok := l.byPath[key]; ok {
		f.imports[b.name] = g
		return
	}
	if len(l.byPath) > maxFiles {
		fail("RL0412", "Put functions that belong together into one file.", "the study imports more than %d files", maxFiles)
		return
	}
	src, list := source.Load(path)
	if src == nil {
		for _, d := range list {
			d.Span, d.Context = spanOf(e.Range()), b.context
		}
		l.diags = append(l.diags, list...)
		return
	}
	l.diags = append(l.diags, list...)
	l.files.Sources[src.Name] = src.Bytes
	if src.Body == nil {
		return
	}
	g := l.file(src, path)
	if g.Study != nil {
		fail("RL0407", "Move the functions that both need into a file without a study block.", "%s is a study, not a library", v.AsString())
		return
	}
	f.imports[b.name] = g
}

// maxFiles bounds the imports of a study.
const maxFiles = 200
