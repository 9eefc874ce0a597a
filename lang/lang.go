// Package lang turns the text of a study into a plan that can be run.
//
//	path --(study.Load)--> *study.Files --(study.Declare)--> *study.Declarations --(Plan)--> *plan.Study
//
// It runs nothing and knows nothing of how a plan is run. Packages of lang, in
// the order of the way: source (files, limits, syntax), schema (the blocks as
// data), study (names, references, types), math (expressions to graphs), and
// diag (what is wrong, for all of them).
package lang

import (
	"relief/lang/diag"
	"relief/lang/study"
	"relief/runtime/plan"
)

// Options are what is given to a study from outside.
type Options struct {
	Vars     []string // name=value; they go before all else, later ones before earlier
	VarFiles []string // files of name = value lines, which go before the environment
	Env      []string // NAME=value, as of os.Environ; RELIEF_VAR_n gives the variable n
	Version  string   // that `requires` of a study is held against; "" is Version
	DataDir  string   // a folder that data may come from beside the study's own; "" for none
}

// Compile reads the study at path and checks all of it. The plan may be run
// if the list has no error; with errors it holds what was understood, and
// always the sources that diagnostics point into.
func Compile(path string, opts Options) (*plan.Study, diag.List) {
	result, diags := compile(path, opts)
	if !result.Library {
		return result.Study, diags
	}
	if !diags.HasErrors() {
		d := diags.Errorf("RL0403", diag.Span{File: result.Study.File}, "this file is a library: it has no study block, so there is nothing to run")
		d.Detail = "Add study { title = \"...\" } and what it runs, or import the file from a study."
	}
	return result.Study, diags
}

// Check is Compile for a file that may be a library.
func Check(path string, opts Options) (Result, diag.List) { return compile(path, opts) }

// Result is what a checked file is.
type Result struct {
	Study   *plan.Study // never nil
	Library bool        // the file has no study block and cannot be run
}

func compile(path string, opts Options) (Result, diag.List) {
	if opts.Version == "" {
		opts.Version = Version
	}
	given, texts, diags := opts.given() // flags, files, environment -> []study.Given
	files, faults := study.Load(path)   // path -> *study.Files: blocks held against the schema, imports followed
	diags = append(diags, faults...)
	for name, text := range texts {
		files.Sources[name] = text
	}
	if files.Main == nil {
		return Result{Study: &plan.Study{File: path, Sources: files.Sources}}, short(study.Fold(diags))
	}
	decls, faults := study.Declare(files, study.Outside{Given: given, Version: opts.Version, DataDir: opts.DataDir}) // -> *study.Declarations: names, variables, for_each
	diags = append(diags, faults...)
	out, faults := decls.Plan() // -> *plan.Study: references, types, mathematics as graphs
	diags = append(diags, faults...)
	return Result{Study: out, Library: files.Main.IsLibrary()}, short(study.Fold(diags))
}

// maxErrors is how many errors of one study are shown.
const maxErrors = 100

// short sorts the list. Of more errors than anyone reads it keeps the first,
// and says so at the next one.
func short(diags diag.List) diag.List {
	diags = diags.Sorted()
	errors := 0
	for i, d := range diags {
		if d.Severity != diag.Error {
			continue
		}
		if errors++; errors > maxErrors {
			diags = diags[:i:i]
			diags.Errorf("RL0414", d.Span, "more than %d errors: what follows from here on is not shown", maxErrors).Detail = "Mend those above, then check again."
			return diags
		}
	}
	return diags
}
