package dense

// place gives slots their scratch memory, which they share when their times do
// not overlap.
func (w *writer[T]) place() {
	g := w.g
	last := w.lastUses()
	var free []int
	release := func(i, s int) {
		if s >= 0 && last[s] == i && g.places[s].temp >= 0 {
			free = append(free, g.places[s].temp)
			last[s] = -1
		}
	}
	for i, o := range g.code {
		// What is computed element by element may take the place of an operand.
		if o.action == compute {
			for _, a := range o.args {
				release(i, a)
			}
		}
		if s := o.dst; s >= 0 && g.places[s] == (slotPlace{-1, -1}) && w.needsScratch(i) {
			if n := len(free); n > 0 {
				g.places[s].temp, free = free[n-1], free[:n-1]
			} else {
				g.places[s].temp = g.temps
				g.temps++
			}
		}
		for _, a := range o.args {
			release(i, a)
		}
		release(i, o.dst)
	}
}

// lastUses gives for each slot the last operation that has to do with it.
func (w *writer[T]) lastUses() []int {
	last := make([]int, len(w.g.places))
	for i, o := range w.g.code {
		for _, s := range append(o.args[:], o.dst) {
			if s >= 0 {
				last[s] = i
			}
		}
	}
	return last
}

// needsScratch reports whether the slot that operation i gives may lie in
// scratch memory: elements of a value are used where they are, if they have the
// element type and are beside each other.
func (w *writer[T]) needsScratch(i int) bool {
	switch o := &w.g.code[i]; o.action {
	case fetch, open, along:
		return o.value.image.Border > 0 || w.single && isSingle[T]() == o.value.wide
	case compute, expand, slice:
		return i == 0 || w.g.code[i-1].action != open
	}
	return true
}

// reuse finds which results may take the memory of an operand: one of the same
// layout that no later operation of a block reads.
func (w *writer[T]) reuse() {
	last := w.lastUses()
	read := map[*value]int{} // last operation of a block that reads memory
	for i, o := range w.g.code {
		switch o.action {
		case fetch, along, repeat:
			i = last[o.dst]
		case slice, paste, expand, pick:
		default:
			continue
		}
		for _, v := range []*value{o.value, o.pick} {
			if v != nil && o.value != nil {
				read[v.root()] = max(read[v.root()], i)
			}
		}
	}
	for i, o := range w.g.code {
		if o.action != keep && o.action != put {
			continue
		}
		for _, l := range w.g.code[:i] {
			if l.action != fetch || l.value.wide != o.value.wide || l.value.image.Border != o.value.image.Border {
				continue
			}
			if v := l.value.root(); v.size == o.value.size && v.length() == o.value.length() && read[v] < i {
				w.step.reuse = append(w.step.reuse, reuse{o.value, v})
			}
		}
	}
}
