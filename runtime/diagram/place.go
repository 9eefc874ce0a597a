package diagram

// gap is the least distance between the sides of neighbours in a layer.
const gap = 14

// manySites is where a layout begins to take its time: beyond it fewer sweeps
// must do, for a picture that nobody reads whole.
const manySites = 20000

// place puts the sites of each layer where their neighbours are, as far as the
// others leave room: sweeps in which each layer is the least-squares solution
// for the means of its neighbours, in order and without overlap.
func (l *layers) place() {
	for _, layer := range l.order {
		end := 0.0
		for _, i := range layer {
			s := &l.sites[i]
			s.at = end + s.length/2
			end += s.length + gap
		}
		for _, i := range layer {
			l.sites[i].at -= end / 2
		}
	}
	sweeps := 16
	if len(l.sites) > manySites {
		sweeps = 4
	}
	for sweep := range sweeps {
		if sweep%2 == 0 {
			for r := 1; r < len(l.order); r++ {
				l.settle(r, true, sweep >= sweeps/2)
			}
		} else {
			for r := len(l.order) - 2; r >= 0; r-- {
				l.settle(r, sweep < sweeps/2, true)
			}
		}
	}
	low := 0.0
	for i, s := range l.sites {
		if edge := s.at - s.length/2; i == 0 || edge < low {
			low = edge
		}
	}
	for i := range l.sites {
		l.sites[i].at -= low
	}
}

// settle moves one layer towards its neighbours before it, after it, or both.
func (l *layers) settle(r int, before, after bool) {
	layer := l.order[r]
	wish := make([]float64, len(layer))
	weight := make([]float64, len(layer))
	for k, i := range layer {
		s := &l.sites[i]
		sum, n := 0.0, 0.0
		add := func(near []int) {
			for _, j := range near {
				w := 1.0
				if s.node < 0 && l.sites[j].node < 0 {
					w = 8 // a passing edge wants to be straight
				}
				sum += w * l.sites[j].at
				n += w
			}
		}
		if before {
			add(s.before)
		}
		if after {
			add(s.after)
		}
		if n == 0 {
			wish[k], weight[k] = s.at, 0.1
			continue
		}
		wish[k], weight[k] = sum/n, n
	}
	// With the offsets of a packed layer taken off, order without overlap is
	// order without decrease: isotonic regression, by pooling.
	offset := make([]float64, len(layer))
	for k := 1; k < len(layer); k++ {
		offset[k] = offset[k-1] + (l.sites[layer[k-1]].length+l.sites[layer[k]].length)/2 + gap
	}
	type pool struct {
		mean, weight float64
		count        int
	}
	var pools []pool
	for k := range layer {
		p := pool{wish[k] - offset[k], weight[k], 1}
		for len(pools) > 0 && pools[len(pools)-1].mean >= p.mean {
			q := pools[len(pools)-1]
			pools = pools[:len(pools)-1]
			w := q.weight + p.weight
			p = pool{(q.mean*q.weight + p.mean*p.weight) / w, w, q.count + p.count}
		}
		pools = append(pools, p)
	}
	k := 0
	for _, p := range pools {
		for range p.count {
			l.sites[layer[k]].at = p.mean + offset[k]
			k++
		}
	}
}
