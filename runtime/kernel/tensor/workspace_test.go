package tensor

import "testing"

// counter counts how often each item is done, and by whom.
type counter struct{ done, worker []int }

func (c *counter) Do(item, worker int) {
	c.done[item]++
	c.worker[item] = worker
}

func TestParallel(t *testing.T) {
	for workers := range 5 {
		ws := NewWorkspace[float32](workers, -1)
		if ws.Workers() != max(workers, 1) {
			t.Errorf("%d workers, want %d", ws.Workers(), workers)
		}
		for _, items := range []int{0, 1, 2, 3, 100} {
			c := &counter{make([]int, items), make([]int, items)}
			ws.Parallel(items, c)
			for i, n := range c.done {
				if n != 1 || c.worker[i] < 0 || c.worker[i] >= ws.Workers() {
					t.Fatalf("item %d of %d was done %d times, last by worker %d of %d", i, items, n, c.worker[i], workers)
				}
			}
			if a := testing.AllocsPerRun(3, func() { ws.Parallel(items, c) }); a != 0 {
				t.Errorf("%d items, %d workers: %v allocations", items, workers, a)
			}
		}
	}
}

// meeting is a task whose items wait for each other.
type meeting chan int

func (m meeting) Do(item, _ int) {
	if item == 0 {
		m <- 1
	} else {
		<-m
	}
}

func TestParallelWorkersRunTogether(*testing.T) {
	NewWorkspace[float64](2, 0).Parallel(2, make(meeting))
}
