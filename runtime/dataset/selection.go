package dataset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Selection says which labelled samples of a source are kept. Samples are kept
// in the source's order.
type Selection struct {
	// Classes are the classes kept, each a name or a label in decimal; they are
	// numbered anew in this order. Empty keeps all under their own numbers.
	Classes []string
	// PerClass and Limit are the largest numbers of samples per class and in
	// all; 0 is no limit.
	PerClass, Limit int
}

// keeper applies a Selection, one sample after another.
type keeper struct {
	Selection
	number []int // new label by old, -1 if not kept
	count  []int // kept so far, by new label
	kept   int
	names  []string
}

// keeper returns the state of a selection among the classes with the names.
func (s Selection) keeper(names []string) (*keeper, error) {
	if s.PerClass < 0 || s.Limit < 0 {
		return nil, option("a limit is negative", "give a limit of at least 1, or none")
	}
	k := &keeper{Selection: s, number: make([]int, len(names)), names: names}
	if len(s.Classes) == 0 {
		for i := range k.number {
			k.number[i] = i
		}
		k.count = make([]int, len(names))
		return k, nil
	}
	k.names = nil
	for i := range k.number {
		k.number[i] = -1
	}
	for i, c := range s.Classes {
		label := slices.Index(names, c)
		if label < 0 {
			n, err := strconv.Atoi(c)
			if err != nil || n < 0 || n >= len(names) {
				return nil, option(fmt.Sprintf("there is no class %q", c), "name some of "+abridge(names)+", or labels from 0 to "+strconv.Itoa(len(names)-1)).About("classes")
			}
			label = n
		}
		if k.number[label] >= 0 {
			return nil, option(fmt.Sprintf("class %q is named twice", c), "name each class once").About("classes")
		}
		k.number[label] = i
		k.names = append(k.names, names[label])
	}
	k.count = make([]int, len(s.Classes))
	return k, nil
}

// abridge lists up to twelve names.
func abridge(names []string) string {
	if len(names) > 12 {
		return strings.Join(names[:12], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// take reports whether the next sample, of the given old label, is kept, and
// its new label.
func (k *keeper) take(label int) (int, bool) {
	n := k.number[label]
	if n < 0 || k.Limit > 0 && k.kept == k.Limit || k.PerClass > 0 && k.count[n] == k.PerClass {
		return 0, false
	}
	k.count[n]++
	k.kept++
	return n, true
}

// full reports whether no further sample can be kept.
func (k *keeper) full() bool {
	return k.Limit > 0 && k.kept == k.Limit || k.PerClass > 0 && k.kept == k.PerClass*len(k.count)
}

// expect bounds the number of samples kept of n.
func (k *keeper) expect(n int) int {
	if k.Limit > 0 {
		n = min(n, k.Limit)
	}
	if k.PerClass > 0 {
		n = min(n, k.PerClass*len(k.count))
	}
	return n
}

// some returns an error if nothing was kept.
func (k *keeper) some(file string) error {
	if k.kept > 0 {
		return nil
	}
	return at(BadOption, file, -1, "no sample is of the classes asked for", "name other classes, or leave classes out").About("classes")
}

// numbered returns the names "0" to "n-1".
func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

// index returns which of the n samples of s are kept, and their new labels.
func (o Selection) index(s *Set, n int, file string) (index, labels []int, k *keeper, err error) {
	names := s.Names
	if s.Labels == nil {
		if len(o.Classes) > 0 || o.PerClass > 0 {
			return nil, nil, nil, at(BadOption, file, -1, "classes are selected but the samples have no labels", "name the labels, or leave the selection out").About("classes")
		}
		names = []string{""}
	}
	if k, err = o.keeper(names); err != nil {
		return nil, nil, nil, err
	}
	for i := range n {
		old := 0
		if s.Labels != nil {
			old = s.Labels[i]
		}
		if to, ok := k.take(old); ok {
			index, labels = append(index, i), append(labels, to)
		}
	}
	return index, labels, k, k.some(file)
}

// choose returns the selected samples of s.
func (o Selection) choose(s *Set, file string) (*Set, error) {
	index, labels, k, err := o.index(s, s.Len(), file)
	if err != nil {
		return nil, err
	}
	if len(index) == s.Len() && len(o.Classes) == 0 {
		s.seal()
		return s, nil
	}
	p := s.Pick(index)
	if s.Labels != nil {
		p.Labels, p.Names, p.Classes = labels, k.names, len(k.names)
		p.seal()
	}
	return p, nil
}
