package orbit

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"relief/runtime/graph"
	"relief/runtime/program"
)

// diagram makes the orbit diagram: the states that are left of each lane after
// the first updates.
func (y *system) diagram(ctx context.Context) error {
	d := y.p.Diagram
	if d.Skip < 0 || d.Keep < 1 {
		return fail(y.p, codeNoValue, d.Span, "Write keep = 256, say, and skip = 1000.", "a diagram that skips %d updates and keeps %s", d.Skip, count(d.Keep, "state"))
	}
	if err := y.checkMemory(2*float64(d.Keep)*float64(y.lanes)*float64(y.flat+1), "Keep fewer states, or vary over fewer values."); err != nil {
		return err
	}
	start, err := y.starts(false)
	if err != nil {
		return err
	}
	p, err := y.stepProgram()
	if err != nil {
		return err
	}
	k := &keeper{y: y, p: p, start: start.State, kept: make([][]float64, y.params+1)}
	for i := range k.kept {
		k.kept[i] = make([]float64, d.Keep*y.lanes*k.elements(i))
		for j := range k.kept[i] {
			k.kept[i][j] = math.NaN()
		}
	}
	if d.Follow && len(y.axes) > 0 {
		err = k.follow(ctx)
	} else {
		err = k.all(ctx)
	}
	if err != nil {
		return err
	}
	for i, data := range k.kept {
		t, name := graph.Number, "loss"
		if i < y.params {
			t, name = y.m.Graph.Type(y.m.State[i].In), y.m.State[i].Name
		}
		full, err := y.typeOf(t)
		if err != nil {
			return err
		}
		y.put(series(full, data), "diagram", name)
	}
	y.warnDiverged(int(k.diverged.Load()), "the diagram has NaN there")
	return nil
}

func (y *system) warnDiverged(n int, what string) {
	if n > 0 {
		y.warn(y.p, codePartial, y.p.Map.Optimizer.Span, "Lower the learning rate, or begin elsewhere.", "%d of %s diverged: %s", n, count(y.lanes, "lane"), what)
	}
}

// keeper fills a diagram.
type keeper struct {
	y        *system
	p        *program.Program
	start    [][]float64 // by component, element by element
	kept     [][]float64 // by parameter, then the loss: state, lane, element
	diverged atomic.Int64
}

func (k *keeper) elements(i int) int {
	if i == k.y.params {
		return 1
	}
	return k.y.m.Graph.Type(k.y.m.State[i].In).Size()
}

// output is where the program gives what is kept.
func (k *keeper) output(i int) int {
	if i == k.y.params {
		return 2 * len(k.y.m.State)
	}
	return len(k.y.m.State) + i
}

// all runs all lanes side by side.
func (k *keeper) all(ctx context.Context) error {
	y, d := k.y, k.y.p.Diagram
	s := program.NewState(k.p, y.lanes)
	for c, values := range k.start {
		copy(s.Input(c), values)
	}
	y.setVary(s, len(y.m.State), 0)
	var recorders []program.Recorder
	for i, dst := range k.kept {
		recorders = append(recorders, program.Recorder{Output: k.output(i), Every: 1, First: d.Skip, Dst: dst})
	}
	l := y.loop(s, recorders...)
	if err := y.iterate(ctx, l, 0, d.Skip+d.Keep-1, 0, 1); err != nil {
		return err
	}
	if err := l.Observe(ctx, d.Skip+d.Keep-1, y.workers()); err != nil {
		return err
	}
	for lane := range y.lanes {
		if l.Lane(lane).Ending == program.NonFiniteEnding {
			k.drop(lane)
		}
	}
	return nil
}

// drop leaves nothing of a lane that diverged.
func (k *keeper) drop(lane int) {
	k.diverged.Add(1)
	for i, dst := range k.kept {
		n := k.elements(i)
		for row := range k.y.p.Diagram.Keep {
			at := (row*k.y.lanes + lane) * n
			for e := range n {
				dst[at+e] = math.NaN()
			}
		}
	}
}

// follow runs the lanes along the last axis of vary one after another, each from
// where the one before it ended; other axes side by side.
func (k *keeper) follow(ctx context.Context) error {
	y := k.y
	length := y.axes[len(y.axes)-1]
	rows := y.lanes / length
	workers := min(y.workers(), rows)
	errs := make([]error, rows)
	var next, done atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range workers {
		wg.Go(func() {
			for {
				row := int(next.Add(1)) - 1
				if row >= rows {
					return
				}
				errs[row] = k.followRow(ctx, row*length, length, func() {
					mu.Lock()
					defer mu.Unlock()
					y.progress(float64(done.Add(1)) / float64(y.lanes))
				})
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (k *keeper) followRow(ctx context.Context, first, length int, made func()) error {
	y, d := k.y, k.y.p.Diagram
	s := program.NewState(k.p, 1)
	begin := func(lane int) {
		for c, values := range k.start {
			in := s.Input(c)
			for e := range in {
				in[e] = values[e*y.lanes+lane]
			}
		}
	}
	begin(first)
	buffers := make([][]float64, len(k.kept))
	for i := range buffers {
		buffers[i] = make([]float64, d.Keep*k.elements(i))
	}
	for lane := first; lane < first+length; lane++ {
		for i, values := range y.vary {
			s.Input(len(y.m.State) + i)[0] = values[lane]
		}
		var recorders []program.Recorder
		for i, dst := range buffers {
			recorders = append(recorders, program.Recorder{Output: k.output(i), Every: 1, First: d.Skip, Dst: dst})
		}
		l := y.loop(s, recorders...)
		if err := l.Run(ctx, 0, d.Skip+d.Keep, 1); err != nil {
			return err
		}
		made()
		if l.Lane(0).Ending == program.NonFiniteEnding || !allFinite(slices.Concat(y.inputs(s)...)) {
			k.drop(lane)
			if lane+1 < first+length {
				begin(lane + 1)
			}
			continue
		}
		for i, dst := range k.kept {
			n := k.elements(i)
			for row := range d.Keep {
				copy(dst[(row*y.lanes+lane)*n:], buffers[i][row*n:(row+1)*n])
			}
		}
	}
	return nil
}

// inputs are the components of the state in a program's inputs.
func (y *system) inputs(s *program.State) (all [][]float64) {
	for c := range y.m.State {
		all = append(all, s.Input(c))
	}
	return all
}
