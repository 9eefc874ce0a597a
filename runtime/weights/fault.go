package weights

import (
	"fmt"
	"slices"
	"strings"

	"relief/runtime/datafile"
	"relief/runtime/network"
)

// unfit returns the error of a file that does not fit the network.
func (m *matching) unfit(summary, cure string) error {
	return datafile.At(datafile.BadShape, m.f.Path, -1, summary, cure)
}

// rename is the cure that always serves.
func (m *matching) rename() string {
	var names []string
	for _, p := range m.net.Params {
		names = append(names, p.Name)
	}
	return "give the arrays the names of the network: " + abridged(names)
}

// mismatch returns the error of an array that would have to be a parameter.
func (m *matching) mismatch(a *Array, p *network.Param) error {
	want := layoutOf(p).shape
	cure := "give the weights of a network with the same layers in the same order"
	switch len(want) {
	case 2:
		if slices.Equal(a.Shape, []int{want[1], want[0]}) {
			cure = "the file has inputs x outputs: save the transpose, outputs x inputs as PyTorch has it"
		}
	case 4:
		if slices.Equal(a.Shape, []int{want[2], want[3], want[1], want[0]}) {
			cure = "the file has height x width x inputs x outputs: save w.transpose(3, 2, 0, 1), outputs x inputs x height x width as PyTorch has it"
		}
	}
	return m.unfit(fmt.Sprintf("%s has the shape %s, the network's %s %s", a.Name, times(a.Shape), p.Name, times(want)), cure)
}

// unlike returns the error of a layer of the file that fits none of the
// network's, of which one is left.
func (m *matching) unlike(theirs, ours *unit) error {
	for i := range min(len(theirs.members), len(ours.members)) {
		a, p := m.arrays[theirs.members[i]], m.net.Params[ours.members[i]]
		if !slices.Equal(a.Shape, layoutOf(p).shape) {
			return m.mismatch(a, p)
		}
	}
	return m.unfit(fmt.Sprintf("%s has %s, the network's %s %s", theirs.name, theirs.signature, ours.name, ours.signature),
		"give the weights of a network with the same layers; bias = false leaves a bias out")
}

// different returns the error of a file with other arrays than the network has.
// taken has those whose names fit.
func (m *matching) different(taken []*Array) error {
	var missing, unexpected []string
	for i, p := range m.net.Params {
		if taken[i] == nil {
			missing = append(missing, p.Name)
		}
	}
	for _, a := range m.arrays {
		if !slices.Contains(taken, a) {
			unexpected = append(unexpected, a.Name)
		}
	}
	summary := fmt.Sprintf("the file has %s, the network %d", counted(len(m.arrays), "array"), len(m.net.Params))
	if len(m.arrays) == len(m.net.Params) {
		summary = "the file has other arrays than the network"
	}
	for i, a := range m.arrays[:min(len(m.arrays), len(m.net.Params))] {
		p := m.net.Params[i]
		if m.f.Format == NPZ && len(missing) == len(m.net.Params) && !slices.Equal(a.Shape, layoutOf(p).shape) {
			summary += fmt.Sprintf("; the first that differs, %s, has the shape %s, the network's %s %s", a.Name, times(a.Shape), p.Name, times(layoutOf(p).shape))
			break
		}
	}
	if len(missing) > 0 {
		summary += "; missing: " + abridged(missing)
	}
	if len(unexpected) > 0 {
		summary += "; unexpected: " + abridged(unexpected)
	}
	return m.unfit(summary, "give the weights of a network with the same layers; bias = false leaves a bias out")
}

// pairs says which layer was taken for which, if any name differs.
func (m *matching) pairs(taken []*Array) string {
	var out []string
	said := map[string]bool{}
	for i, p := range m.net.Params {
		from, _ := parts(taken[i].Name)
		to, _ := parts(p.Name)
		if from == "" {
			from, to = taken[i].Name, p.Name
		}
		if from == to || said[from+" "+to] {
			continue
		}
		said[from+" "+to] = true
		out = append(out, from+" is "+to)
	}
	if out == nil {
		return ""
	}
	return "by shape and order, " + strings.Join(out, ", ")
}

// abridged lists up to six names.
func abridged(names []string) string {
	if len(names) > 6 {
		return strings.Join(names[:6], ", ") + fmt.Sprintf(" and %d more", len(names)-6)
	}
	return strings.Join(names, ", ")
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
