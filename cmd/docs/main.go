// Command docs writes the pages of docs that are made from tables of the
// program: blocks, functions, diagnostics, the command line.
//
//	go run ./cmd/docs         # writes them
//	go run ./cmd/docs -check  # writes nothing; names those that are stale
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"relief/cmd/internal/reference"
	"relief/cmd/relief/command"
	"relief/lang/schema"
)

func main() {
	check := flag.Bool("check", false, "write nothing; exit with 1 and name the files that are stale")
	dir := flag.String("dir", "docs", "`folder` of the pages")
	flag.Parse()
	os.Exit(run(os.Stdout, os.Stderr, *dir, *check))
}

// page is one generated file.
type page struct {
	name string
	text string
}

func pages() []page {
	var blocks strings.Builder
	if err := schema.Markdown(&blocks); err != nil {
		panic(err) // a Builder takes everything
	}
	return []page{
		{"reference.md", blocks.String()},
		{"library.md", reference.Library()},
		{"diagnostics.md", reference.Diagnostics()},
		{"command-line.md", commandLine(command.Tree())},
	}
}

// run writes the pages that differ, or names them.
func run(out, errs io.Writer, dir string, check bool) int {
	stale := 0
	for _, p := range pages() {
		path := filepath.Join(dir, p.name)
		text := []byte(p.text)
		old, err := os.ReadFile(path)
		if err == nil && bytes.Equal(bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")), text) {
			continue
		}
		stale++
		if check {
			fmt.Fprintf(errs, "%s is stale: run go run ./cmd/docs\n", path)
			continue
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			fmt.Fprintln(errs, "docs:", err)
			return 2
		}
		fmt.Fprintln(out, path)
	}
	if check && stale > 0 {
		return 1
	}
	return 0
}
