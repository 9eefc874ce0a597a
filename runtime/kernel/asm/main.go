// Command asm writes the generated files of package kernel: the tables of the
// elementary functions, computed to 256 bits, the AVX-512 and AVX2 assembly,
// its Go declarations and the functions that choose between them.
//
// Usage: go run relief/runtime/kernel/asm [directory]
package main

import (
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"

	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := generate(dir); err != nil {
		fmt.Fprintln(os.Stderr, "asm:", err)
		os.Exit(1)
	}
}

func generate(dir string) error {
	c := compute()
	ops := append(arithmetic(), transcendental(&c)...)
	files := map[string][]byte{
		"tables.go":       c.source(),
		"vec_amd64.go":    dispatch(ops, true),
		"vec_portable.go": dispatch(ops, false),
	}
	var stubs []byte
	for _, wide := range []bool{true, false} {
		e := newEmitter(wide)
		for _, o := range ops {
			if o.weave && !wide { // 16 registers do not hold two bodies
				o.weave, o.unroll = false, 1
			}
			e.kernel(o)
		}
		e.firstNonFinite()
		asm, decl, err := e.print()
		if err != nil {
			return fmt.Errorf("%s: %w", e.suffix(), err)
		}
		files["kernel_"+strings.ToLower(e.suffix())+"_amd64.s"] = asm
		if stubs != nil { // the second set of declarations goes on without its own heading
			_, decl, _ = strings.Cut(decl, "package kernel\n")
		}
		stubs = append(stubs, decl...)
	}
	files["stubs_amd64.go"] = stubs
	for name, text := range files {
		if strings.HasSuffix(name, ".go") {
			formatted, err := format.Source(text)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			text = formatted
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// print returns the assembly and the Go declarations of what was emitted.
func (e *emitter) print() (asm []byte, decl string, err error) {
	f, err := e.Result()
	if err != nil {
		return nil, "", err
	}
	for _, fn := range f.Functions() {
		fn.Nodes = weave(fn.Nodes)
	}
	if err := pass.Compile.Execute(f); err != nil {
		return nil, "", err
	}
	cfg := printer.Config{Name: "relief/runtime/kernel/asm", Pkg: "kernel"}
	if asm, err = printer.NewGoAsm(cfg).Print(f); err != nil {
		return nil, "", err
	}
	d, err := printer.NewStubs(cfg).Print(f)
	return asm, string(d), err
}
