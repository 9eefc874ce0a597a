// Package stdlib is what a study may name without declaring it.
//
// Everything that the language can say itself is written in it, in the *.hcl
// files of this folder: libraries like those that a user writes, to be read and
// copied. What it cannot say is listed in Builtins: descriptions only. The
// operations themselves are bound by name elsewhere, so that a program that
// checks studies can read this package without reaching the engine.
//
// Every function of a library carries, beside params and value, a one-line
// description, its formula in plain mathematics, its source, and an example: an
// expression that is true. A network carries a description and its source.
package stdlib

import (
	"embed"
	"slices"
	"strings"
)

//go:embed *.hcl
var libraries embed.FS

// File is one library of the standard library.
type File struct {
	Name string // base name with extension: "growth.hcl"
	Text []byte // the source; the caller may change it
}

// Files returns the libraries, sorted by name.
func Files() []File {
	entries, err := libraries.ReadDir(".")
	if err != nil {
		panic("stdlib: " + err.Error()) // the files are part of the binary
	}
	files := make([]File, 0, len(entries))
	for _, e := range entries {
		text, err := libraries.ReadFile(e.Name())
		if err != nil {
			panic("stdlib: " + err.Error())
		}
		files = append(files, File{Name: e.Name(), Text: text})
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files
}
