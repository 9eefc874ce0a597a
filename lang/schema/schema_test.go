package schema

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

var update = flag.Bool("update", false, "write docs/reference.md")

// TestReference holds docs/reference.md to the table.
func TestReference(t *testing.T) {
	const path = "../../docs/reference.md"
	var got bytes.Buffer
	if err := Markdown(&got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("docs/reference.md is stale: run go generate ./lang/schema")
	}
}

// walk visits every block of the table with its way from the top.
func walk(visit func(way string, b *Block)) {
	seen := map[*Block]bool{} // layers hold layers
	var down func(way string, b *Block)
	down = func(way string, b *Block) {
		if seen[b] {
			return
		}
		seen[b] = true
		visit(way+b.Noun, b)
		for _, n := range b.Blocks {
			down(way+b.Noun+".", n.Block)
		}
	}
	for i := range Blocks {
		down("", &Blocks[i])
	}
}

// TestTable: every entry is complete, every name stands once, and defaults
// and examples are HCL.
func TestTable(t *testing.T) {
	walk(func(way string, b *Block) {
		if !strings.HasSuffix(b.Description, ".") {
			t.Errorf("%s: the description is %q", way, b.Description)
		}
		kinds := []string{""}
		for _, k := range b.Kinds {
			kinds = append(kinds, k.Name)
			if k.Description == "" {
				t.Errorf("%s %q has no description", way, k.Name)
			}
		}
		for _, k := range kinds {
			seen := map[string]bool{}
			for _, a := range b.AttributesOf(k) {
				if seen[a.Name] {
					t.Errorf("%s: %q stands twice", way, a.Name)
				}
				seen[a.Name] = true
				if a.Description == "" || strings.HasSuffix(a.Description, ".") {
					t.Errorf("%s.%s: the description is %q", way, a.Name, a.Description)
				}
				if (a.Type == Reference) != (a.Noun != "") {
					t.Errorf("%s.%s: type %q, noun %q", way, a.Name, a.Type, a.Noun)
				}
				if _, ok := Lookup(a.Noun); a.Noun != "" && !ok {
					t.Errorf("%s.%s names the unknown noun %q", way, a.Name, a.Noun)
				}
				if a.Required && a.Default != "" {
					t.Errorf("%s.%s is required and has a default", way, a.Name)
				}
				if a.Default != "" {
					if _, diags := hclsyntax.ParseExpression([]byte(a.Default), "default", hcl.InitialPos); diags.HasErrors() {
						t.Errorf("%s.%s: the default %s: %v", way, a.Name, a.Default, diags)
					}
				}
			}
		}
		if b.Example == "" {
			return
		}
		file, diags := hclsyntax.ParseConfig([]byte(b.Example), way, hcl.InitialPos)
		if diags.HasErrors() {
			t.Errorf("%s: the example: %v", way, diags)
			return
		}
		blocks := file.Body.(*hclsyntax.Body).Blocks
		if len(blocks) == 0 || slices.ContainsFunc(blocks, func(x *hclsyntax.Block) bool { return x.Type != b.Noun }) {
			t.Errorf("%s: the example shows something else", way)
		}
	})
}

// TestExamples: every top-level block that is built shows how it is written.
func TestExamples(t *testing.T) {
	for _, b := range Blocks {
		if b.Example == "" {
			t.Errorf("%s has no example", b.Noun)
		}
	}
}

// TestLookup: nouns, kinds and attributes are found by name.
func TestLookup(t *testing.T) {
	run, ok := Lookup("run")
	if !ok || !run.HasName() {
		t.Fatal("no run")
	}
	if a, ok := run.Attribute("", "for_each"); !ok || a.Phase != Structural {
		t.Error("run has no for_each")
	}
	opt, _ := Lookup("optimizer")
	if _, ok := opt.Attribute("gd", "momentum"); ok {
		t.Error("gd has momentum")
	}
	if a, ok := opt.Attribute("nesterov", "momentum"); !ok || !a.Required {
		t.Error("nesterov has no momentum")
	}
	if _, ok := Lookup("orbits"); ok {
		t.Error("there is a noun orbits")
	}
	if a, ok := opt.Attribute("map", "learning_rate"); !ok || a.Required {
		t.Error("a map needs a learning rate")
	}
	if _, ok := opt.Attribute("sde", "learning_rate"); ok {
		t.Error("sde has learning_rate beside dt")
	}
	if n := len(opt.AttributesOf("map")); n != 3 { // learning_rate, threshold, for_each
		t.Errorf("a map has %d attributes", n)
	}
	if residual, ok := network.NestedBlock("residual"); !ok || residual.Block.Blocks[1].Block != residual.Block {
		t.Error("a residual holds no residuals")
	}
}
