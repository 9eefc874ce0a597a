package program

import (
	"context"
	"sync"
	"sync/atomic"
)

// State holds the inputs and outputs of a program for a number of lanes, and
// the registers that the work needs. One state is for one goroutine at a time;
// it may itself use several.
type State struct {
	p     *Program
	width int
	in    [][]float64 // by input: value[element][lane]
	out   [][]float64

	one    *bank    // the registers of one lane, where the program fits
	blocks []*block // the registers of one block of lanes, per worker
}

// NewState allocates all that executing p on width lanes needs; one worker's
// registers are allocated now, those of further workers when they first run.
// It panics if width is below 1.
func NewState(p *Program, width int) *State {
	if width < 1 {
		panic("program: a state needs a lane")
	}
	s := &State{p: p, width: width, in: make([][]float64, len(p.inputs)), out: make([][]float64, len(p.outputs))}
	for i, port := range p.inputs {
		s.in[i] = make([]float64, port.Type.Size()*width)
	}
	for i, port := range p.outputs {
		s.out[i] = make([]float64, port.Type.Size()*width)
	}
	if width == 1 && p.narrow != nil {
		s.one = new(bank)
		for _, c := range p.one.consts {
			s.one[c.row] = c.value
		}
		return s
	}
	s.blocks = []*block{newBlock(&p.wide, s.blockLanes())}
	return s
}

// A block of lanes has at most cacheBudget numbers, those of a second-level
// cache, unless that would leave it fewer than cacheLanes lanes; and never more
// than registerBudget.
const (
	cacheBudget    = 1 << 17
	cacheLanes     = 32
	registerBudget = 1 << 22
)

// blockLanes is the number of lanes of a full block: fewer for programs with
// many registers. Results do not depend on it.
func (s *State) blockLanes() int {
	lanes := blockWidth
	for rows := s.p.wide.rows; lanes > 1 && (lanes*rows > registerBudget || lanes > cacheLanes && lanes*rows > cacheBudget); {
		lanes /= 2
	}
	return min(lanes, s.width)
}

// code is the code that the state executes.
func (s *State) code() *code {
	if s.one != nil {
		return &s.p.one
	}
	return &s.p.wide
}

// Program is the program that the state executes.
func (s *State) Program() *Program { return s.p }

// Width is the number of lanes.
func (s *State) Width() int { return s.width }

// Input is the elements of input i, to be set by the caller: element e of lane
// l is at e*Width + l.
func (s *State) Input(i int) []float64 { return s.in[i] }

// Output is the elements of output i after Run, in the layout of Input.
func (s *State) Output(i int) []float64 { return s.out[i] }

// Run computes the outputs from the inputs on all lanes. It allocates nothing.
func (s *State) Run() {
	if s.one != nil {
		s.loadOne()
		execute(s.p.narrow, s.one)
		s.storeOne()
		return
	}
	b := s.blocks[0]
	for from := 0; from < s.width; from += s.blockLanes() {
		s.runBlock(b, from)
	}
}

// RunParallel is Run on several goroutines, which stops between blocks when
// ctx is cancelled and returns its error.
func (s *State) RunParallel(ctx context.Context, workers int) error {
	return s.each(ctx, workers, s.runBlock)
}

func (s *State) runBlock(b *block, from int) {
	s.load(b, from)
	b.execute(b.code.list)
	s.store(b, from)
}

// each calls f for each block of lanes, from its first lane on, with registers
// of its own.
func (s *State) each(ctx context.Context, workers int, f func(b *block, from int)) error {
	if s.one != nil {
		s.Run()
		return ctx.Err()
	}
	lanes := s.blockLanes()
	workers = max(1, min(workers, (s.width+lanes-1)/lanes))
	for len(s.blocks) < workers {
		s.blocks = append(s.blocks, newBlock(&s.p.wide, lanes))
	}
	var next atomic.Int64
	work := func(b *block) {
		for ctx.Err() == nil {
			from := int(next.Add(int64(lanes))) - lanes
			if from >= s.width {
				return
			}
			f(b, from)
		}
	}
	if workers == 1 {
		work(s.blocks[0])
		return ctx.Err()
	}
	var wg sync.WaitGroup
	for _, b := range s.blocks[:workers] {
		wg.Go(func() { work(b) })
	}
	wg.Wait()
	return ctx.Err()
}

func (s *State) loadOne() {
	for i, rows := range s.p.one.in {
		for e, r := range rows {
			s.one[uint16(r)] = s.in[i][e]
		}
	}
}

func (s *State) storeOne() {
	for i, rows := range s.p.one.out {
		for e, r := range rows {
			s.out[i][e] = s.one[uint16(r)]
		}
	}
}

// load copies the inputs of the lanes of a block to its registers.
func (s *State) load(b *block, from int) {
	b.resize(min(s.blockLanes(), s.width-from))
	for i, rows := range s.p.wide.in {
		for e, r := range rows {
			copy(b.row(r), s.in[i][e*s.width+from:])
		}
	}
}

func (s *State) store(b *block, from int) {
	for i, rows := range s.p.wide.out {
		for e, r := range rows {
			copy(s.out[i][e*s.width+from:][:b.width], b.row(r))
		}
	}
}
