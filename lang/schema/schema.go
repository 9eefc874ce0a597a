// Package schema holds the language as data: every block, its labels,
// attributes and nested blocks, with types, defaults and a sentence each.
//
//	schema.Blocks --(lang/study)--> decoding, validation, suggestions
//	              --(Markdown)--> docs/reference.md
//	              --(relief list, relief docs)--> text
package schema

import "slices"

// Phase says when the value of an attribute is known, and with that which
// names it may use.
type Phase uint8

const (
	// Name: a block or parameter is named; nothing is computed.
	Name Phase = iota
	// Structural: known when the file is loaded.
	Structural
	// Math: a formula of the run, lowered to the graph.
	Math
	// Result: a formula over what other blocks give.
	Result
	// Text: text in which results may stand.
	Text
)

// String names the phase as the reference does.
func (p Phase) String() string {
	return [...]string{"name", "structural", "math", "result", "text"}[p]
}

// Type is what the value of an attribute must be, in the reference's words.
type Type string

// Types of attributes.
const (
	String     Type = "text"
	Bool       Type = "true or false"
	Number     Type = "number"
	Count      Type = "whole number, 1 or more"
	Index      Type = "whole number, 0 or more"
	Strings    Type = "list of texts"
	Names      Type = "list of names"
	Params     Type = "list of parameters"
	Identifier Type = "name of a parameter"
	Elements   Type = "list of parameters or their elements"
	Element    Type = "parameter or an element of one"
	Reference  Type = "block"
	References Type = "list of blocks"
	Collection Type = "list, set or map"
	TypeName   Type = "type"
	Constant   Type = "value"
	Scalar     Type = "number"
	Scalars    Type = "list of numbers"
	Truth      Type = "truth value"
	Formula    Type = "formula"
	Values     Type = "number, vector or series"
	Point      Type = "point"
	Direction  Type = "text, vector or point"
	Range      Type = "two numbers"
	Levels     Type = "whole number or list of numbers"
	Cells      Type = "list of rows"
	Words      Type = "text with results"
	Wholes     Type = "list of whole numbers"
	Rows       Type = "list of numbers or of lists of numbers"
	List       Type = "list"
	Window     Type = "whole number, or [height, width]"
	Padding    Type = "whole number or \"same\""
	Init       Type = "text, law or number"
	Standards  Type = "text or dataset"
	Choices    Type = "list of names or numbers"
	Digest     Type = "text, or a map of texts"
	Settings   Type = "object of default values"
	File       Type = "point, law or path of a file"
)

// Attribute is one argument of a block.
type Attribute struct {
	Name        string
	Phase       Phase
	Type        Type
	Noun        string // of the block that a Reference names
	Required    bool
	Default     string   // as HCL; "" if there is none or the description says it
	Allowed     []string // of a text
	Unit        string
	Max         int64 // of a whole number; 0: a billion
	Description string
}

// Nested is a block inside another.
type Nested struct {
	Block    *Block
	Min, Max int    // how many; Max 0: any number
	Kind     string // of the block that holds it; "": of any kind
}

// Output is something that references to a block may name.
type Output struct {
	Name, Type, Description string
}

// Kind is one value of a kind label, with what it adds to the block.
type Kind struct {
	Name        string
	Description string
	Attributes  []Attribute // one that the block has as well stands in its place
	Without     []string    // attributes of the block that this kind does not have
}

// Block describes a block.
type Block struct {
	Noun        string
	Labels      []string // what each label is: "kind", "name"
	Optional    int      // how many labels, from the end, may be missing
	FreeLabel   bool     // the last label may be any text
	Kinds       []Kind   // values of the label "kind"
	Description string
	Example     string
	Attributes  []Attribute
	Blocks      []Nested
	Open        string // what an attribute of any name is; "" if none
	OpenWith    string // the attribute with which others of any name may stand; "" if none
	ForEach     bool
	Library     bool // may stand in a file without a study block
	Single      bool // at most once per file
	Results     []Output
}

// ForEach is the attribute of every block that can be repeated.
var ForEach = Attribute{
	Name: "for_each", Phase: Structural, Type: Collection,
	Description: "makes one block per element, reached as `noun.name[key]`; `each.key` and `each.value` stand for the element",
}

// Lookup returns the top-level block called noun.
func Lookup(noun string) (*Block, bool) {
	for i := range Blocks {
		if Blocks[i].Noun == noun {
			return &Blocks[i], true
		}
	}
	return nil, false
}

// Nouns returns the words that top-level blocks begin with, in the order of
// the table.
func Nouns() []string {
	n := make([]string, len(Blocks))
	for i := range Blocks {
		n[i] = Blocks[i].Noun
	}
	return n
}

// HasName reports whether blocks of this kind are reached as noun.name.
func (b *Block) HasName() bool { return slices.Contains(b.Labels, "name") }

// Kind returns the entry of a kind label.
func (b *Block) Kind(name string) (*Kind, bool) {
	for i := range b.Kinds {
		if b.Kinds[i].Name == name {
			return &b.Kinds[i], true
		}
	}
	return nil, false
}

// AttributesOf returns the attributes of a block of the given kind: the
// common ones, the kind's own, and for_each where it may stand.
func (b *Block) AttributesOf(kind string) []Attribute {
	k, ok := b.Kind(kind)
	if !ok {
		k = &Kind{}
	}
	var out []Attribute
	for _, a := range b.Attributes {
		if !k.replaces(a.Name) {
			out = append(out, a)
		}
	}
	out = append(out, k.Attributes...)
	if b.ForEach {
		out = append(out, ForEach)
	}
	return out
}

// replaces reports whether a kind does without an attribute of its block, or has
// its own of that name.
func (k *Kind) replaces(name string) bool {
	return slices.Contains(k.Without, name) || slices.ContainsFunc(k.Attributes, func(a Attribute) bool { return a.Name == name })
}

// Attribute returns an attribute of a block of the given kind.
func (b *Block) Attribute(kind, name string) (Attribute, bool) {
	attributes := b.AttributesOf(kind)
	if i := slices.IndexFunc(attributes, func(a Attribute) bool { return a.Name == name }); i >= 0 {
		return attributes[i], true
	}
	return Attribute{}, false
}

// NestedBlock returns the nested block called noun.
func (b *Block) NestedBlock(noun string) (Nested, bool) {
	for _, n := range b.Blocks {
		if n.Block.Noun == noun {
			return n, true
		}
	}
	return Nested{}, false
}
