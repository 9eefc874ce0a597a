package engine

import (
	"fmt"

	"relief/lang/diag"
	"relief/runtime/plan"
)

// Selected tells which blocks a run with Options.Only set to names would run or
// evaluate; all if names is nil.
func Selected(s *plan.Study, names []string) func(plan.Address) bool {
	want, _ := selection(s, names)
	return func(a plan.Address) bool { return want == nil || want[a] }
}

// addresses lists the selected blocks of a noun in the study's order.
func (r *runner) addresses(noun string) []plan.Address {
	var out []plan.Address
	for _, b := range allBlocks(r.study) {
		if b.Address.Noun == noun && r.selected(b.Address) {
			out = append(out, b.Address)
		}
	}
	return out
}

// allBlocks lists every block that can be run or evaluated.
func allBlocks(s *plan.Study) []plan.Block {
	var out []plan.Block
	for _, b := range s.Runs {
		block := b.Block
		block.Needs = needsOf(b)
		out = append(out, block)
	}
	for _, b := range s.Landscapes {
		out = append(out, b.Block)
	}
	for _, b := range s.Spectra {
		out = append(out, b.Block)
	}
	for _, b := range s.Projections {
		out = append(out, b.Block)
	}
	for _, b := range s.Orbits {
		out = append(out, b.Block)
	}
	for _, b := range s.Growths {
		out = append(out, b.Block)
	}
	for _, b := range s.Outputs {
		out = append(out, b.Block)
	}
	for _, b := range s.Checks {
		out = append(out, b.Block)
	}
	for _, b := range s.Tables {
		out = append(out, b.Block)
	}
	for _, b := range s.Plots {
		out = append(out, b.Block)
	}
	return out
}

// selection finds the blocks named and all that they need; nil for everything.
func selection(s *plan.Study, names []string) (map[plan.Address]bool, diag.List) {
	if names == nil {
		return nil, nil
	}
	var problems diag.List
	blocks := map[plan.Address]plan.Block{}
	var known []string
	var queue []plan.Address
	for _, b := range allBlocks(s) {
		blocks[b.Address] = b
		known = append(known, b.Address.String())
	}
	for _, name := range names {
		found := false
		for _, b := range allBlocks(s) {
			a := b.Address
			if name == a.String() || name == a.Noun || name == a.Noun+"."+a.Name {
				found = true
				queue = append(queue, a)
			}
		}
		if !found {
			d := problems.Errorf(codeNoBlock, diag.Span{}, "there is no block %q to run", name)
			if s := diag.Suggest(name, known); s != "" {
				d.Detail = fmt.Sprintf("Did you mean %q?", s)
			} else {
				d.Detail = "Name a block as noun.name, for instance run.gd, or all of a noun, for instance check."
			}
		}
	}
	want := map[plan.Address]bool{}
	for len(queue) > 0 {
		a := queue[0]
		queue = queue[1:]
		if !want[a] {
			want[a] = true
			queue = append(queue, blocks[a].Needs...)
		}
	}
	return want, problems
}
