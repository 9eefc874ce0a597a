package tensor

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Task is work in independent items. Do does one of them; worker is a number
// below Workers that no other running call has.
type Task interface{ Do(item, worker int) }

// Workspace is what kernels run in: a number of workers, scratch memory, and
// the state of one call. It serves one call at a time.
type Workspace[T Float] struct {
	scratch []T
	start   []func() // of the workers from the second on
	task    Task
	items   int
	next    atomic.Int64
	wait    sync.WaitGroup

	product product[T]
	sweep   sweep[T]
	weights weightGrad[T]
	moments moments[T]
	pool    pooling[T]
}

// NewWorkspace returns a workspace of at least one worker with scratch memory
// for size elements, the most that any of the kernels to run asks for.
func NewWorkspace[T Float](workers, size int) *Workspace[T] {
	workers, size = max(workers, 1), max(size, 0)
	ws := &Workspace[T]{start: make([]func(), workers)}
	for w := 1; w < workers; w++ {
		ws.start[w] = func() {
			ws.work(w)
			ws.wait.Done()
		}
	}
	// Panels that start with a cache line are read without crossing one.
	const line = 64
	var x T
	each := line / int(unsafe.Sizeof(x))
	all := make([]T, size+each)
	at := 0
	for uintptr(unsafe.Pointer(&all[at]))%line != 0 {
		at++
	}
	ws.scratch = all[at : at+size]
	return ws
}

// Workers is the number of workers.
func (ws *Workspace[T]) Workers() int { return len(ws.start) }

// Parallel runs the items of a task, in any order, on as many workers as there
// are, and returns when all are done. It allocates nothing.
func (ws *Workspace[T]) Parallel(items int, t Task) {
	ws.run(len(ws.start), items, t)
}

// run is Parallel on at most the given number of workers.
func (ws *Workspace[T]) run(workers, items int, t Task) {
	workers = min(workers, items, len(ws.start))
	if workers <= 1 {
		for i := range items {
			t.Do(i, 0)
		}
		return
	}
	ws.task, ws.items = t, items
	ws.next.Store(0)
	ws.wait.Add(workers - 1)
	for w := 1; w < workers; w++ {
		go ws.start[w]()
	}
	ws.work(0)
	ws.wait.Wait()
	ws.task = nil
}

func (ws *Workspace[T]) work(w int) {
	for {
		i := int(ws.next.Add(1)) - 1
		if i >= ws.items {
			return
		}
		ws.task.Do(i, w)
	}
}

// take returns the first n elements of the scratch memory and the rest.
func (ws *Workspace[T]) take(n int) []T {
	if n > len(ws.scratch) {
		panic(fmt.Sprintf("tensor: %d elements of scratch memory, need %d", len(ws.scratch), n))
	}
	return ws.scratch[:n]
}
