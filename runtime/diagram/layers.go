package diagram

import (
	"cmp"
	"slices"
)

// A site is a place in a layer: of a box, or of an edge that passes through.
type site struct {
	node          int // of the diagram; -1 for a passing edge
	layer         int
	length        float64 // along the layer
	before, after []int   // sites of the layers next to it
	at            float64 // centre, along the layer
}

// layers is a layered diagram: sites, and by layer their order.
type layers struct {
	sites []site
	order [][]int // sites of a layer, in order
	ways  [][]int // by edge, the sites it runs through; nil for an edge left out
}

// layered assigns layers and orders them. lengths are those of the boxes along
// their layer.
func layered(d *Diagram, lengths []float64) *layers {
	at := d.index()
	n := len(d.Nodes)
	from, to := make([]int, len(d.Edges)), make([]int, len(d.Edges))
	succ := make([][]int, n)
	for i, e := range d.Edges {
		from[i], to[i] = at[e.From], at[e.To]
		succ[from[i]] = append(succ[from[i]], to[i])
	}
	rank := ranks(succ)
	l := &layers{sites: make([]site, 0, n), ways: make([][]int, len(d.Edges))}
	for i := range n {
		l.sites = append(l.sites, site{node: i, layer: rank[i], length: lengths[i]})
	}
	for i := range d.Edges {
		a, b := from[i], to[i]
		if rank[a] >= rank[b] {
			continue // it closes a loop
		}
		way := []int{a}
		for r := rank[a] + 1; r < rank[b]; r++ {
			l.sites = append(l.sites, site{node: -1, layer: r, length: wireWidth})
			way = append(way, len(l.sites)-1)
		}
		way = append(way, b)
		for k := 1; k < len(way); k++ {
			l.sites[way[k-1]].after = append(l.sites[way[k-1]].after, way[k])
			l.sites[way[k]].before = append(l.sites[way[k]].before, way[k-1])
		}
		l.ways[i] = way
	}
	height := 0
	for _, r := range rank {
		height = max(height, r+1)
	}
	l.order = make([][]int, height)
	for i := range l.sites {
		r := l.sites[i].layer
		l.order[r] = append(l.order[r], i)
	}
	l.sortLayers()
	return l
}

const wireWidth = 10 // room for an edge that passes a layer

// ranks gives each node the length of the longest way to it, and then moves
// what nothing precedes next to what first needs it. Edges that close a loop
// are left out of account.
func ranks(succ [][]int) []int {
	n := len(succ)
	state := make([]int, n) // 0 new, 1 on the way, 2 done
	var post []int
	forward := make([][]int, n)
	var visit func(i int)
	visit = func(i int) {
		state[i] = 1
		for _, j := range succ[i] {
			if state[j] == 1 {
				continue
			}
			forward[i] = append(forward[i], j)
			if state[j] == 0 {
				visit(j)
			}
		}
		state[i] = 2
		post = append(post, i)
	}
	for i := range n {
		if state[i] == 0 {
			visit(i)
		}
	}
	rank := make([]int, n)
	first := make([]bool, n)
	for i := range first {
		first[i] = true
	}
	for _, i := range slices.Backward(post) {
		for _, j := range forward[i] {
			rank[j] = max(rank[j], rank[i]+1)
			first[j] = false
		}
	}
	for i := range n {
		if !first[i] || len(forward[i]) == 0 {
			continue
		}
		least := rank[forward[i][0]]
		for _, j := range forward[i] {
			least = min(least, rank[j])
		}
		rank[i] = least - 1
	}
	return rank
}

// sortLayers orders the layers so that few edges cross: sweeps down and up, in
// which each site goes to the mean of its neighbours, and swaps of neighbours
// that help. The best order met is kept.
func (l *layers) sortLayers() {
	best, fewest := l.snapshot(), l.crossings()
	sweeps := 24
	if len(l.sites) > manySites {
		sweeps = 4
	}
	for sweep := 0; sweep < sweeps && fewest > 0; sweep++ {
		if sweep%2 == 0 {
			for r := 1; r < len(l.order); r++ {
				l.byMean(r, func(s *site) []int { return s.before })
			}
		} else {
			for r := len(l.order) - 2; r >= 0; r-- {
				l.byMean(r, func(s *site) []int { return s.after })
			}
		}
		l.swap()
		if c := l.crossings(); c < fewest {
			best, fewest = l.snapshot(), c
		}
	}
	l.order = best
}

func (l *layers) snapshot() [][]int {
	out := make([][]int, len(l.order))
	for r := range out {
		out[r] = slices.Clone(l.order[r])
	}
	return out
}

// places gives the rank of each site within its layer.
func (l *layers) places() []int {
	p := make([]int, len(l.sites))
	for _, layer := range l.order {
		for k, i := range layer {
			p[i] = k
		}
	}
	return p
}

func (l *layers) byMean(r int, neighbours func(*site) []int) {
	p := l.places()
	mean := map[int]float64{}
	for _, i := range l.order[r] {
		near := neighbours(&l.sites[i])
		if len(near) == 0 {
			mean[i] = float64(p[i])
			continue
		}
		sum := 0
		for _, j := range near {
			sum += p[j]
		}
		mean[i] = float64(sum) / float64(len(near))
	}
	slices.SortStableFunc(l.order[r], func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
}

// swap exchanges neighbours within a layer while that removes crossings.
func (l *layers) swap() {
	p := l.places()
	for range 8 {
		better := false
		for _, layer := range l.order {
			for k := 1; k < len(layer); k++ {
				a, b := &l.sites[layer[k-1]], &l.sites[layer[k]]
				now := pairCrossings(p, a.before, b.before) + pairCrossings(p, a.after, b.after)
				then := pairCrossings(p, b.before, a.before) + pairCrossings(p, b.after, a.after)
				if then < now {
					layer[k-1], layer[k] = layer[k], layer[k-1]
					p[layer[k-1]], p[layer[k]] = k-1, k
					better = true
				}
			}
		}
		if !better {
			return
		}
	}
}

// pairCrossings counts the crossings of the edges of two sites, the first of
// which stands before the second.
func pairCrossings(p, first, second []int) int {
	n := 0
	for _, a := range first {
		for _, b := range second {
			if p[a] > p[b] {
				n++
			}
		}
	}
	return n
}

// crossings counts the crossings between all neighbouring layers: the
// inversions among the ends of the edges in the order of their beginnings,
// counted with a tree of partial sums.
func (l *layers) crossings() int {
	p := l.places()
	total := 0
	for r := 0; r+1 < len(l.order); r++ {
		tree := make([]int, len(l.order[r+1])+1)
		edges := 0
		for _, i := range l.order[r] {
			ends := make([]int, 0, len(l.sites[i].after))
			for _, j := range l.sites[i].after {
				ends = append(ends, p[j])
			}
			for _, e := range ends {
				total += edges - prefix(tree, e)
			}
			for _, e := range ends {
				for k := e + 1; k < len(tree); k += k & -k {
					tree[k]++
				}
			}
			edges += len(ends)
		}
	}
	return total
}

// prefix counts the ends at place e or before it.
func prefix(tree []int, e int) int {
	n := 0
	for k := e + 1; k > 0; k -= k & -k {
		n += tree[k]
	}
	return n
}
