package engine

import (
	"slices"
	"sync"

	"relief/runtime/plan"
)

// dependencies lists, for each block of order, the indices of those before it
// that it needs. What does not come before it is not waited for, so that
// nothing waits in a circle.
func dependencies(order []plan.Address, blocks map[plan.Address]block) [][]int {
	at := map[plan.Address]int{}
	needs := make([][]int, len(order))
	for i, a := range order {
		for _, need := range blocks[a].needs {
			if k, ok := at[need]; ok && !slices.Contains(needs[i], k) {
				needs[i] = append(needs[i], k)
			}
		}
		at[a] = i
	}
	return needs
}

// inOrder calls run for each job, on so many goroutines, each job after those
// that it needs. Of the jobs that could begin, the first one does.
func inOrder(workers int, needs [][]int, run func(job int)) {
	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	begun, done := make([]bool, len(needs)), make([]bool, len(needs))
	left := len(needs) // not begun
	next := func() int {
		for {
			for i := range needs {
				if !begun[i] && !slices.ContainsFunc(needs[i], func(k int) bool { return !done[k] }) {
					begun[i] = true
					left--
					return i
				}
			}
			if left == 0 {
				return -1
			}
			changed.Wait()
		}
	}
	var all sync.WaitGroup
	for range min(workers, len(needs)) {
		all.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for i := next(); i >= 0; i = next() {
				mu.Unlock()
				run(i)
				mu.Lock()
				done[i] = true
				changed.Broadcast()
			}
		})
	}
	all.Wait()
}
