package diag

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Format names one view of a List.
type Format string

// The formats that Write knows. Colour is Text with terminal colours, for a
// caller that has found a terminal at the other end.
const (
	Text   Format = "text"
	Colour Format = "colour"
	JSON   Format = "json"
	GitHub Format = "github"
	SARIF  Format = "sarif"
	JUnit  Format = "junit"
)

// Formats lists what a user may ask for.
var Formats = []Format{Text, JSON, GitHub, SARIF, JUnit}

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	if f := Format(name); slices.Contains(Formats, f) {
		return f, nil
	}
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = string(f)
	}
	return "", fmt.Errorf("unknown format %q: write one of %s", name, strings.Join(names, ", "))
}

// Sources gives the text that spans point into, and the names of all files
// that were looked at, those without a finding included.
type Sources interface {
	// Files returns the names in the order in which they should be listed.
	Files() []string
	// Text returns the bytes of a file and whether it is known.
	Text(file string) ([]byte, bool)
}

// SourceMap is Sources over a map from name to text.
type SourceMap map[string][]byte

// Files returns the names, sorted.
func (m SourceMap) Files() []string { return slices.Sorted(maps.Keys(m)) }

// Text returns the bytes of a file.
func (m SourceMap) Text(file string) ([]byte, bool) {
	b, ok := m[file]
	return b, ok
}

// Write writes the list in the given format, sorted by place and with
// repetitions folded. A nil sources means that no text is at hand: snippets
// are left out and columns count characters as they stand in the spans.
func Write(w io.Writer, format Format, list List, sources Sources) error {
	if sources == nil {
		sources = SourceMap(nil)
	}
	list = list.Sorted()
	var buf bytes.Buffer
	var err error
	switch format {
	case Text:
		writeText(&buf, list, sources, false)
	case Colour:
		writeText(&buf, list, sources, true)
	case JSON:
		err = writeJSON(&buf, list, sources)
	case GitHub:
		writeGitHub(&buf, list)
	case SARIF:
		err = writeSARIF(&buf, list, sources)
	case JUnit:
		err = writeJUnit(&buf, list, sources)
	default:
		_, err = ParseFormat(string(format))
	}
	if err != nil {
		return err
	}
	_, err = w.Write(buf.Bytes())
	return err
}
