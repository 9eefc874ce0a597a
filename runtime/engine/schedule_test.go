package engine

import (
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// Each job runs once, after what it needs; one worker takes them in order.
func TestInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "jobs")
		workers := rapid.IntRange(1, 5).Draw(t, "workers")
		needs := make([][]int, n)
		for i := 1; i < n; i++ {
			needs[i] = rapid.SliceOfNDistinct(rapid.IntRange(0, i-1), 0, min(i, 3), rapid.ID[int]).Draw(t, "needs")
		}
		var mu sync.Mutex
		var began, ended []int
		most, now := 0, 0
		inOrder(workers, needs, func(i int) {
			mu.Lock()
			for _, k := range needs[i] {
				if !slices.Contains(ended, k) {
					t.Errorf("%d began before %d ended", i, k)
				}
			}
			began = append(began, i)
			now++
			most = max(most, now)
			mu.Unlock()
			mu.Lock()
			defer mu.Unlock()
			ended = append(ended, i)
			now--
		})
		if workers == 1 && !slices.IsSorted(began) {
			t.Errorf("one worker took %v", began)
		}
		slices.Sort(ended)
		if len(ended) != n || len(slices.Compact(ended)) != n || most > workers {
			t.Errorf("ended %v, %d at once", ended, most)
		}
	})
}
