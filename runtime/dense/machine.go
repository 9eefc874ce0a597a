package dense

import (
	"fmt"
	"unsafe"

	"relief/runtime/kernel/tensor"
)

// Machine is what programs run in: workers, an arena, scratch memory. Its
// programs share it, so one of them runs at a time.
type Machine struct {
	// Limit is how many bytes a program may need, with what it shares with the
	// others; 0 is no limit. Compile refuses one that needs more before it takes
	// any memory.
	Limit int64

	workers int
	ws32    *tensor.Workspace[float32]
	ws64    *tensor.Workspace[float64]
	need    needs
	built   int // how often memory was made anew

	arena    []float64
	blocks   []float64   // of elementwise groups: operands that are the same in all blocks
	scratch  [][]float64 // of each worker: results within a block
	partials []float64   // sums of chunks
}

// needs are the sizes of the memory of a machine: elements of scratch memory of
// the kernels, and words of the others.
type needs struct {
	single, double                   int
	arena, blocks, scratch, partials int
}

// with is what serves both.
func (n needs) with(o needs) needs {
	return needs{
		max(n.single, o.single), max(n.double, o.double), max(n.arena, o.arena),
		max(n.blocks, o.blocks), max(n.scratch, o.scratch), max(n.partials, o.partials),
	}
}

// TooLarge is the error of a program that needs more memory than its machine
// allows, in bytes.
type TooLarge struct{ Need, Limit int64 }

func (e *TooLarge) Error() string {
	return fmt.Sprintf("it needs %.3g GiB of memory, and %.3g GiB are allowed", float64(e.Need)/(1<<30), float64(e.Limit)/(1<<30))
}

// NewMachine returns a machine of at least one worker.
func NewMachine(workers int) *Machine {
	return &Machine{workers: max(workers, 1), built: 1}
}

// reserve makes memory for what another program needs.
func (m *Machine) reserve(n needs) {
	old := m.need
	m.need = old.with(n)
	if m.need.single > old.single || m.ws32 == nil {
		m.ws32 = tensor.NewWorkspace[float32](m.workers, m.need.single)
	}
	if m.need.double > old.double || m.ws64 == nil {
		m.ws64 = tensor.NewWorkspace[float64](m.workers, m.need.double)
	}
	if m.need == old {
		return
	}
	m.built++
	m.arena = grown(m.arena, m.need.arena)
	m.blocks = grown(m.blocks, m.need.blocks)
	m.partials = grown(m.partials, m.need.partials)
	if m.need.scratch > old.scratch {
		m.scratch = make([][]float64, m.workers)
		for w := range m.scratch {
			m.scratch[w] = words(m.need.scratch)
		}
	}
}

func grown(memory []float64, n int) []float64 {
	if n <= len(memory) {
		return memory
	}
	return words(n)
}

// words is memory that starts with a cache line.
func words(n int) []float64 {
	all := make([]float64, n+line)
	at := 0
	for uintptr(unsafe.Pointer(&all[at]))%(8*line) != 0 {
		at++
	}
	return all[at : at+n]
}

// workspace is the one for element type T.
func workspace[T tensor.Float](m *Machine) *tensor.Workspace[T] {
	if isSingle[T]() {
		return (*tensor.Workspace[T])(unsafe.Pointer(m.ws32))
	}
	return (*tensor.Workspace[T])(unsafe.Pointer(m.ws64))
}
