package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFresh holds the committed pages to the program.
func TestFresh(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(&out, &errs, filepath.Join("..", "..", "docs"), true); code != 0 {
		t.Errorf("exit code %d\n%s", code, errs.String())
	}
}

// TestStale: -check names what differs and writes nothing; without it the pages
// are written, and are fresh afterwards.
func TestStale(t *testing.T) {
	dir := t.TempDir()
	var out, errs bytes.Buffer
	if code := run(&out, &errs, dir, true); code != 1 {
		t.Errorf("an empty folder: exit code %d", code)
	}
	for _, p := range pages() {
		if !strings.Contains(errs.String(), p.name) {
			t.Errorf("%s is not named in %q", p.name, errs.String())
		}
		if _, err := os.Stat(filepath.Join(dir, p.name)); err == nil {
			t.Errorf("-check wrote %s", p.name)
		}
	}
	if code := run(&out, &errs, dir, false); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	if code := run(&out, &errs, dir, true); code != 0 {
		t.Errorf("fresh pages: exit code %d", code)
	}
	if err := os.WriteFile(filepath.Join(dir, "library.md"), []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	errs.Reset()
	if code := run(&out, &errs, dir, true); code != 1 || strings.Count(errs.String(), "\n") != 1 || !strings.Contains(errs.String(), "library.md") {
		t.Errorf("exit code %d, %q", code, errs.String())
	}
}

// TestWritten: every page is text without leftovers of formatting, and its
// links within the page have their headings.
func TestWritten(t *testing.T) {
	for _, p := range pages() {
		if strings.Contains(p.text, "%!") || strings.Contains(p.text, "\n\n\n") || !strings.HasSuffix(p.text, "\n") {
			t.Errorf("%s is not clean", p.name)
		}
		headings := map[string]bool{}
		for _, line := range strings.Split(p.text, "\n") {
			if strings.HasPrefix(line, "#") {
				h := strings.ToLower(strings.TrimSpace(strings.TrimLeft(line, "#")))
				headings[strings.ReplaceAll(h, " ", "-")] = true
			}
		}
		for rest := p.text; ; {
			_, after, ok := strings.Cut(rest, "](#")
			if !ok {
				break
			}
			link, _, _ := strings.Cut(after, ")")
			if !headings[link] {
				t.Errorf("%s: no heading for the link #%s", p.name, link)
			}
			rest = after
		}
	}
}
