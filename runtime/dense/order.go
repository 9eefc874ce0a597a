package dense

import (
	"cmp"
	"container/heap"
	"slices"
)

// order sorts the steps: the held ones first, each after those whose values it
// reads, and otherwise as the expressions stand, which is forward and then
// backward, each gradient of weights beside that of their layer's input.
func order(steps []*step) []*step {
	maker := map[*value]*step{}
	for _, s := range steps {
		for _, v := range s.writes {
			maker[v] = s
		}
	}
	waits := map[*step]int{}
	users := map[*step][]*step{}
	ready := &queue{}
	for _, s := range steps {
		for _, m := range s.sources(maker) {
			waits[s]++
			users[m] = append(users[m], s)
		}
		if waits[s] == 0 {
			heap.Push(ready, s)
		}
	}
	var sorted []*step
	for ready.Len() > 0 {
		s := heap.Pop(ready).(*step)
		sorted = append(sorted, s)
		for _, u := range users[s] {
			if waits[u]--; waits[u] == 0 {
				heap.Push(ready, u)
			}
		}
	}
	return sorted
}

// sources are the steps that make what s reads, each once.
func (s *step) sources(maker map[*value]*step) []*step {
	var list []*step
	for _, v := range s.reads {
		for ; v != nil; v = v.base {
			if m := maker[v]; m != nil && m != s && !slices.Contains(list, m) {
				list = append(list, m)
			}
		}
	}
	return list
}

// queue is the steps that can run, the first of them on top.
type queue []*step

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if q[i].held != q[j].held {
		return q[i].held
	}
	return cmp.Less(q[i].first(), q[j].first())
}

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q *queue) Push(s any) { *q = append(*q, s.(*step)) }

func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
