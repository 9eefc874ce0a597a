package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relief/cmd/relief/command"
)

// TestNetworksPage runs what docs/networks.md shows: its first study, then that
// with all that the page adds to it. Every block is in canonical layout.
func TestNetworksPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/networks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range strings.Split(string(text), "](")[1:] {
		link, _, _ = strings.Cut(link, ")")
		if _, err := os.Stat(filepath.Join(repository, "docs", link)); err != nil {
			t.Errorf("the page links to %s: %v", link, err)
		}
	}
	var blocks []string
	for _, b := range strings.Split(string(text), "```hcl\n")[1:] {
		b, _, _ = strings.Cut(b, "```")
		blocks = append(blocks, b)
	}
	if len(blocks) < 6 {
		t.Fatalf("the page has %d blocks", len(blocks))
	}
	t.Chdir(t.TempDir())
	write := func(name string, text []byte) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	relief := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := command.Execute(context.Background(), args, strings.NewReader(""), &out, &errs); code != 0 {
			t.Fatalf("%v exits with %d: %s%s", args, code, out.String(), errs.String())
		}
		return out.String() + errs.String()
	}
	write("first.hcl", []byte(blocks[0]))
	relief("fmt", "-check", "first.hcl")
	if said := relief("run", "-quiet", "first.hcl"); !strings.Contains(said, "1 check holds") {
		t.Errorf("the first study says %s", said)
	}

	write("data/flowers.csv", []byte("width,species\n1,iris\n2,rose\n3,iris\n"))
	write("data/x.npy", array("<f4", "(2, 3, 4, 4)", make([]float32, 2*3*4*4)))
	write("data/y.npy", array("<i8", "(2,)", []int64{0, 1}))
	use := `
output "features" { value = dataset.flowers.features + dataset.flowers.classes + dataset.arrays.features + network.residual.parameters }

output "residual" { value = value(objective.residual, run.of_residual.final) }

run "of_residual" {
  objective = objective.residual
  steps     = 1
  optimizer "gd" { learning_rate = 0.1 }
}
`
	write("all.hcl", []byte(strings.Join(blocks, "\n")+use))
	relief("fmt", "-check", "all.hcl")
	said := relief("run", "-quiet", "all.hcl")
	for _, want := range []string{"2 of 2 checks hold", "output.features"} {
		if !strings.Contains(said, want) {
			t.Errorf("all of it does not say %q: %s", want, said)
		}
	}
}

// TestNetworksPageNames: what the page's table calls by name is there.
func TestNetworksPageNames(t *testing.T) {
	text, err := os.ReadFile("../../docs/networks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"probe.sharpness", "layer.conv", "nn.Linear", "epochs"} {
		if !strings.Contains(string(text), "`relief docs "+name+"`") {
			t.Errorf("the page does not name relief docs %s", name)
		}
		var out, errs bytes.Buffer
		if code := command.Execute(context.Background(), []string{"docs", name}, strings.NewReader(""), &out, &errs); code != 0 {
			t.Errorf("docs %s exits with %d: %s", name, code, errs.String())
		}
	}
}

// array is a .npy file.
func array(kind, shape string, data any) []byte {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", kind, shape)
	header += strings.Repeat(" ", 64-(10+len(header)+1)%64) + "\n"
	var b bytes.Buffer
	b.WriteString("\x93NUMPY\x01\x00")
	_ = binary.Write(&b, binary.LittleEndian, uint16(min(len(header), math.MaxUint16)))
	b.WriteString(header)
	_ = binary.Write(&b, binary.LittleEndian, data)
	return b.Bytes()
}
