package dense

// memory is what a program needs.
type memory struct {
	shared int // words of the arena
	kept   int // words of its own
	inputs int // words of inputs
}

// place gives every value its place: in the program's own memory if it is kept,
// else in the arena, in the smallest gap that fits among the values that live at
// the same time.
func place(steps []*step, values []*value, single bool) memory {
	for _, v := range values {
		if v != nil && v.base != nil && (v.kept || v.given) {
			v.root().kept = true
		}
	}
	for i, s := range steps {
		for _, v := range s.writes {
			v = v.root()
			if v.first < 0 {
				v.first = i
			}
			v.last = max(v.last, i)
		}
		for _, v := range s.reads {
			v = v.root()
			v.last = max(v.last, i)
		}
	}
	var m memory
	dying := make([][]*value, len(steps))
	for _, v := range values {
		switch {
		case v == nil || v.base != nil:
		case v.given:
			m.inputs += v.words(single)
		case v.kept:
			v.place = m.kept
			m.kept += v.words(single)
		case v.first >= 0:
			dying[v.last] = append(dying[v.last], v)
		}
	}
	var free gaps
	taken := map[*value]bool{}
	for i, s := range steps {
		for _, v := range s.writes {
			if v = v.root(); v.first != i || v.kept || v.given {
				continue
			}
			if u := s.operandFor(v, i, taken); u != nil {
				v.place, taken[u] = u.place, true
				continue
			}
			v.place = free.take(v.words(single))
			m.shared = max(m.shared, v.place+v.words(single))
		}
		for _, v := range dying[i] {
			if !taken[v] {
				free.give(v.place, v.words(single))
			}
		}
	}
	return m
}

// operandFor returns an operand of step number i that dies there and whose
// memory the result v may take.
func (s *step) operandFor(v *value, i int, taken map[*value]bool) *value {
	for _, r := range s.reuse {
		if u := r.operand; r.result == v && u.last == i && !u.kept && !u.given && !taken[u] {
			return u
		}
	}
	return nil
}

// gap is unused words of the arena, up to the place before end.
type gap struct{ at, end int }

// gaps are the gaps before the highest value in use, in order, with what lies
// beyond it.
type gaps struct {
	list []gap
	top  int
}

// take returns the place of n words: in the smallest gap that holds them, or at
// the top.
func (g *gaps) take(n int) int {
	best := -1
	for i, f := range g.list {
		if f.end-f.at >= n && (best < 0 || f.end-f.at < g.list[best].end-g.list[best].at) {
			best = i
		}
	}
	if best < 0 {
		at := g.top
		if last := len(g.list) - 1; last >= 0 && g.list[last].end == g.top {
			at = g.list[last].at // the gap at the top grows
			g.list = g.list[:last]
		}
		g.top = at + n
		return at
	}
	f := &g.list[best]
	at := f.at
	if f.at += n; f.at == f.end {
		g.list = append(g.list[:best], g.list[best+1:]...)
	}
	return at
}

// give returns words, joined with the gaps beside them.
func (g *gaps) give(at, n int) {
	if n == 0 {
		return
	}
	i := 0
	for i < len(g.list) && g.list[i].at < at {
		i++
	}
	g.list = append(g.list, gap{})
	copy(g.list[i+1:], g.list[i:])
	g.list[i] = gap{at, at + n}
	if i+1 < len(g.list) && g.list[i].end == g.list[i+1].at {
		g.list[i].end = g.list[i+1].end
		g.list = append(g.list[:i+1], g.list[i+2:]...)
	}
	if i > 0 && g.list[i-1].end == g.list[i].at {
		g.list[i-1].end = g.list[i].end
		g.list = append(g.list[:i], g.list[i+1:]...)
	}
}
