package source

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
	"relief/stdlib"
)

// packages are the names under which other languages keep their functions.
var packages = map[string]bool{
	"np": true, "numpy": true, "torch": true, "math": true, "Math": true, "cmath": true, "jnp": true, "jax": true,
	"F": true, "nn": true, "tf": true, "K": true, "scipy": true, "sp": true, "sympy": true, "random": true, "rng": true,
}

// elsewhere has functions of those packages by the names that they have here.
var elsewhere = map[string]string{
	"square": "sq", "power": "pow", "absolute": "abs", "fabs": "abs", "amax": "max", "amin": "min", "maximum": "max", "minimum": "min",
	"arange": "range", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "inner": "dot", "mm": "matmul", "mv": "matmul",
	"bmm": "matmul", "t": "transpose", "T": "transpose", "vdot": "dot", "average": "mean", "isfinite": "is_finite", "median": "quantile", "cov": "covariance",
	"item": "", "detach": "", "clone": "", "cpu": "", "numpy": "", "float": "", "double": "", "copy": "",
	"randn": "normal", "randn_like": "normal", "standard_normal": "normal", "gauss": "normal", "rand": "uniform", "rand_like": "uniform",
	"normal": "normal", "normal_": "normal", "uniform": "uniform", "uniform_": "uniform", "random": "uniform",
}

// functions are the names of all functions that the language brings, sorted.
var functions = sync.OnceValue(func() []string {
	var out []string
	for _, b := range stdlib.Builtins() {
		out = append(out, b.Name)
	}
	for _, f := range stdlib.Files() {
		for line := range bytes.Lines(f.Text) {
			if rest, ok := bytes.CutPrefix(line, []byte(`function "`)); ok {
				name, _, _ := bytes.Cut(rest, []byte(`"`))
				out = append(out, string(name))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
})

// dottedCall is about a call after a dot at token i, such as np.log(x) or
// x.pow(2): it says how the whole chain of calls is written.
func (c *checker) dottedCall(i, from int) *diag.Diagnostic {
	if c.typ(i+1) != hclsyntax.TokenIdent || c.typ(i+2) != hclsyntax.TokenOParen || c.match[i+2] < 0 {
		return nil
	}
	start := c.operandStart(i-1, from)
	end := c.match[i+2]
	chain := chain{c: c, at: start}
	chain.base()
	for chain.step() {
		end = chain.at - 1
	}
	d := c.fault(codeForeign, start, end, "a function is called by its name alone, not after a dot", chain.cure())
	if chain.library != "" {
		d.Summary = "a function of an imported file is called with ::, not after a dot"
	}
	return d
}

// chain turns a.b(x).c(y) into c(b(a, x), y), from its first token on.
type chain struct {
	c       *checker
	at      int    // the next token
	written string // what stands before it, as relief writes it
	library string // the import that it calls
	unknown string // a function that there is none of
	format  bool   // "...".format(x)
}

func (h *chain) cure() string {
	switch {
	case h.format:
		return `Write the value into the text: "loss ${x}", or "${format("%.3g", x)}".`
	case h.unknown != "":
		return fmt.Sprintf("There is no function %q; `relief list` shows those that there are, and a function block declares another.", h.unknown)
	case len(h.written) > 120:
		return "Write the name of the function, then its arguments in parentheses: pow(x, 2) for x.pow(2)."
	}
	return fmt.Sprintf("Write %s.", h.written)
}

// base reads what the chain begins with: a name with its dots, up to the first
// call, or any other operand.
func (h *chain) base() {
	c := h.c
	if c.typ(h.at) != hclsyntax.TokenIdent {
		last := max(h.at, c.match[h.at])
		h.written = c.text(h.at, last)
		h.format = c.typ(h.at) == hclsyntax.TokenOQuote
		h.at = last + 1
		return
	}
	root := c.word(h.at)
	last := h.at
	for c.typ(last+1) == hclsyntax.TokenDot && c.typ(last+2) == hclsyntax.TokenIdent && c.typ(last+3) != hclsyntax.TokenOParen && c.word(last+2) != "T" ||
		c.typ(last+1) == hclsyntax.TokenDoubleColon && c.typ(last+2) == hclsyntax.TokenIdent {
		last += 2
	}
	call := c.typ(last+1) == hclsyntax.TokenDot && c.typ(last+3) == hclsyntax.TokenOParen
	switch {
	case call && c.declaresBlock("import", root) && last == h.at:
		h.library = root
		name := last + 2
		h.written = root + "::" + c.word(name) + c.text(name+1, c.match[name+1])
		h.at = c.match[name+1] + 1
		return
	case call && packages[root] && !c.isParam(root):
		name := last + 2
		h.written = h.call(c.word(name), h.args(name+1), false)
		h.at = c.match[name+1] + 1
		return
	case c.typ(last+1) == hclsyntax.TokenOParen:
		last = c.match[last+1] // a plain call
	}
	h.written = c.text(h.at, last)
	h.at = last + 1
}

// step reads one more link: a call, a part, or an index. It returns false at
// the end of the chain.
func (h *chain) step() bool {
	c := h.c
	if len(h.written) > 400 {
		return false // more than will be quoted
	}
	switch c.typ(h.at) {
	case hclsyntax.TokenDot:
		if c.typ(h.at+1) != hclsyntax.TokenIdent {
			return false
		}
		name := c.word(h.at + 1)
		if c.typ(h.at+2) == hclsyntax.TokenOParen && c.match[h.at+2] > 0 {
			args := append([]string{bare(h.written)}, h.args(h.at+2)...)
			h.written = h.call(name, args, true)
			h.at = c.match[h.at+2] + 1
			return true
		}
		if name == "T" {
			h.written = "transpose(" + bare(h.written) + ")"
		} else {
			h.written += "." + name
		}
		h.at += 2
		return true
	case hclsyntax.TokenOBrack:
		if c.match[h.at] < 0 {
			return false
		}
		h.written += c.text(h.at, c.match[h.at])
		h.at = c.match[h.at] + 1
		return true
	}
	return false
}

// args quotes the arguments of the call whose parenthesis is token open, but
// for those that other languages pass by name, as in sum(x, dim=0).
func (h *chain) args(open int) []string {
	c := h.c
	var out []string
	start, named := open+1, false
	end := func(i int) {
		if i > start && !named {
			out = append(out, c.text(start, i-1))
		}
		start, named = i+1, false
	}
	for i := open + 1; i < c.match[open]; i++ {
		switch c.typ(i) {
		case hclsyntax.TokenComma:
			end(i)
		case hclsyntax.TokenEqual:
			named = true
		}
		i = max(i, c.match[i])
	}
	end(c.match[open])
	return out
}

// call writes a call by the name that the function has here.
func (h *chain) call(name string, args []string, method bool) string {
	if method && h.format && name == "format" {
		return ""
	}
	here, known := elsewhere[name]
	switch {
	case h.c.declaresBlock("function", name):
		here = name
	case known && here == "" && len(args) > 0:
		return args[0] // x.item() is x
	case here == "normal" || here == "uniform":
		if len(args) != 2 || method {
			args = []string{"0", "1"}
		}
	case name == "median" && len(args) > 0:
		args = []string{args[0], "0.5"}
	case known && here != "":
	default:
		here = name
		if s, ok := NameHint(name); ok {
			here = s
		}
		all := functions()
		if _, ok := slices.BinarySearch(all, here); !ok {
			if here = strings.ToLower(here); !slices.Contains(all, here) {
				if here = diag.Suggest(name, append(slices.Sorted(maps.Keys(elsewhere)), all...)); elsewhere[here] != "" {
					here = elsewhere[here]
				}
			}
		}
		if here == "" {
			h.unknown = name
			here = name
		}
	}
	return here + "(" + strings.Join(args, ", ") + ")"
}

// declaresBlock reports that the file has a block of that noun and name.
func (c *checker) declaresBlock(noun, name string) bool {
	for i := range c.toks {
		if c.word(i) == noun && c.typ(i) == hclsyntax.TokenIdent && c.startsLine(i) && c.typ(i+1) == hclsyntax.TokenOQuote && c.word(i+2) == name {
			return true
		}
	}
	return false
}

// isParam reports that some list params = [...] of the file has the name.
func (c *checker) isParam(name string) bool {
	if c.params != nil {
		return c.params[name]
	}
	c.params = map[string]bool{}
	for i := range c.toks {
		if c.typ(i) != hclsyntax.TokenIdent || c.word(i) != "params" || c.typ(i+1) != hclsyntax.TokenEqual || c.typ(i+2) != hclsyntax.TokenOBrack {
			continue
		}
		for j := i + 3; j < c.match[i+2]; j++ {
			if c.typ(j) == hclsyntax.TokenIdent {
				c.params[c.word(j)] = true
			}
		}
	}
	return c.params[name]
}
