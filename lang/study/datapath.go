package study

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// filePath is where an argument that names a file or folder of data leads.
type filePath struct {
	e     hclsyntax.Expression
	name  string // of the argument
	path  string // as the runtime opens it
	fault string // why it is refused, "" if it is not
	cure  string
}

const placesOfData = "Data are read from below the study's folder, from the folder of -data-dir, or from where a variable given by -var, -var-file or RELIEF_VAR_name says."

// dataPath finds the file or folder that text, the value of e, names. A study
// reaches what lies below its folder or that of -data-dir; what is given from
// outside, in a variable, reaches anything. A relative path is taken from the
// study's folder and then from that of -data-dir; one from outside first from
// the working folder, as a shell completes it. The first that exists counts.
func (c *compiler) dataPath(e hclsyntax.Expression, name, text string) filePath {
	p := filePath{e: e, name: name}
	refuse := func(cure, format string, args ...any) filePath {
		p.fault, p.cure = fmt.Sprintf(format, args...), cure
		return p
	}
	switch {
	case text == "":
		return refuse("Write the path of a file or folder in quotes.", "%s is empty", name)
	case strings.Contains(text, "://"):
		return refuse("Fetch it first, then name the file.", "%q is an address, not a file", text)
	}
	text = filepath.FromSlash(text)
	here := filepath.Dir(c.file.Name)
	if c.fromOutside(e, text) {
		places := []string{text}
		if !filepath.IsAbs(text) {
			places = append(places, filepath.Join(here, text), filepath.Join(c.dataDir, text))
		}
		p.path = firstThere(places)
		return p
	}
	var places []string
	for _, dir := range []string{here, c.dataDir} {
		if dir == "" {
			continue
		}
		at := text
		if !filepath.IsAbs(text) {
			at = filepath.Join(dir, text)
		}
		if below(dir, at) {
			places = append(places, at)
		}
	}
	if len(places) == 0 {
		return refuse(placesOfData, "%s %q leads out of the study's folder", name, text)
	}
	p.path = firstThere(places)
	return p
}

// fromOutside reports whether a path is, or lies below, the value of a variable
// that was given from outside of the study and that its expression names.
func (c *compiler) fromOutside(e hclsyntax.Expression, path string) bool {
	for name := range c.variablesIn(e, map[string]bool{}) {
		v := c.module.Vars[name]
		if !c.outside[name] || v == cty.NilVal || v.Type() != cty.String || v.AsString() == "" {
			continue
		}
		root := filepath.Clean(filepath.FromSlash(v.AsString()))
		if rel, err := filepath.Rel(root, filepath.Clean(path)); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}

// variablesIn collects the variables that an expression names, itself or through
// locals.
func (c *compiler) variablesIn(e hclsyntax.Expression, seen map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, t := range hclsyntax.Variables(e) {
		if len(t) < 2 {
			continue
		}
		a, ok := t[1].(hcl.TraverseAttr)
		if !ok {
			continue
		}
		switch t.RootName() {
		case "var":
			out[a.Name] = true
		case "local":
			if x := c.module.Locals[a.Name]; x != nil && !seen[a.Name] {
				seen[a.Name] = true
				for n := range c.variablesIn(x, seen) {
					out[n] = true
				}
			}
		}
	}
	return out
}

// below reports whether path is dir or lies in it, also when symbolic links are
// followed as far as they lead to something.
func below(dir, path string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	if path, err = filepath.Abs(path); err != nil || !inside(dir, path) {
		return false
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return os.IsNotExist(err)
	}
	realDir, err := filepath.EvalSymlinks(dir)
	return err == nil && inside(realDir, real)
}

func inside(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// firstThere is the first path that exists, or else the first.
func firstThere(paths []string) string {
	for _, p := range paths {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return paths[0]
}
