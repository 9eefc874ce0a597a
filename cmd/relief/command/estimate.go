package command

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"relief/runtime/analysis"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/dynamics"
	"relief/runtime/engine"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/program"
)

// cost is what a block takes. Operations and seconds are NaN where they cannot
// be known before the run.
type cost struct {
	evaluations float64 // of the objective with its gradient or curvature, over all lanes
	operations  float64 // on numbers, of one evaluation; of a network, of one gradient
	bytes       float64 // of what is recorded
	seconds     float64 // estimated
	// Of a network:
	passes   passes
	flops    float64 // operations of all passes
	resident float64 // bytes of samples, parameters and activations
}

// calibration is how long all measuring together may take.
const calibration = 40 * time.Millisecond

// estimator finds out what blocks cost. Blocks with equal mathematics are
// measured once.
type estimator struct {
	share    time.Duration // for one measurement
	speeds   map[speedKey]float64
	networks map[plan.Address]*networkCost // by objective
}

type speedKey struct {
	hash  [32]byte
	width int
}

func newEstimator(s *plan.Study) *estimator {
	return &estimator{share: calibration / time.Duration(max(1, len(s.Order))), speeds: map[speedKey]float64{}, networks: map[plan.Address]*networkCost{}}
}

// stand gives results of other blocks, which are not known yet, some value: the
// work does not depend on it.
func stand(ref *plan.Ref) (*array.Array, error) {
	if ref.Type.Series {
		return nil, errors.New("known when it has run")
	}
	data := make([]float64, ref.Type.Size())
	for i := range data {
		data[i] = 0.5
		if ref.Type.Bool {
			data[i] = 1
		}
	}
	return array.New(ref.Type, data), nil
}

var _ bind.Results = stand

func (e *estimator) run(r *plan.Run) cost {
	if r.Objective.Training != nil {
		return e.networkRun(r)
	}
	lanes := 1
	for _, n := range r.Lanes() {
		lanes *= n
	}
	c := cost{
		evaluations: float64(lanes) * float64(r.Steps+1),
		bytes:       r.RecordedBytes(lanes),
		operations:  math.NaN(), seconds: math.NaN(),
	}
	if strings.HasSuffix(r.Optimizer.Kind, "_flow") {
		c.evaluations += flowGradients * float64(lanes) * float64(r.Steps)
	}
	m, err := dynamics.NewMap(r, stand)
	if err != nil || r.Optimizer.Kind == "central_flow" { // whose eigenvectors and third derivatives no graph of an update has
		return c
	}
	if r.Optimizer.Kind == "quasistatic" {
		c.seconds = c.evaluations * e.quasistatic(r)
		return c
	}
	var each float64
	c.operations, each = e.update(m, lanes)
	c.seconds = c.evaluations * each / parallel(lanes)
	return c
}

// flowGradients is how many gradients a flow takes for each step of a run, beside that
// which is recorded: at the edge of stability the solver makes about one step of its
// own, which costs six. On a stiffer objective it makes more.
const flowGradients = 6

// update measures one update of a map on so many lanes: the operations of one lane,
// and the seconds that it takes.
func (e *estimator) update(m *dynamics.Map, lanes int) (count, seconds float64) {
	var inputs []string
	var loop program.Loop
	outputs := []graph.ID{m.Loss, m.GradNorm}
	for i, s := range m.State {
		inputs = append(inputs, s.Key())
		loop.Feedback = append(loop.Feedback, program.Feedback{Output: len(outputs), Input: i})
		outputs = append(outputs, s.Out)
	}
	loop.T, loop.Stop = len(inputs), -1
	inputs = append(inputs, "t")
	for _, v := range m.Vary {
		inputs = append(inputs, m.Graph.Node(v.In).Name)
	}
	for _, n := range m.Noise {
		loop.Noise = append(loop.Noise, program.Noise{Input: len(inputs), Uniform: n.Kind == "uniform"})
		inputs = append(inputs, m.Graph.Node(n.In).Name)
	}
	for _, id := range m.Probes {
		if id != graph.None { // others are no part of the step
			outputs = append(outputs, id)
		}
	}
	if m.Stop != graph.None {
		outputs = append(outputs, m.Stop)
	}
	return operations(m.Graph, outputs), e.speed(m.Graph, inputs, outputs, loop, lanes)
}

// orbit is the cost of an orbit: of the updates that are known. How many a search
// of cycles makes is not.
func (e *estimator) orbit(o *plan.Orbit) cost {
	if o.Map.Objective.Training != nil {
		return e.networkOrbit(o)
	}
	c := cost{evaluations: orbitUpdates(o), bytes: o.RecordedBytes(), operations: math.NaN(), seconds: math.NaN()}
	m, err := dynamics.NewSteadyMap(o.Map, stand)
	if err != nil {
		return c
	}
	width := 1
	for _, n := range o.Map.Lanes() {
		width *= n
	}
	if o.Basin != nil {
		width = plan.Samples(o.Basin.Axes)
	}
	width = min(width, 1<<16)
	var each float64
	if c.operations, each = e.update(m, width); c.evaluations > 0 {
		c.seconds = c.evaluations * each / parallel(width)
	}
	return c
}

// growth is the cost of a growth. What its searches take is not known, and so that
// of a formula is not measured.
func (e *estimator) growth(x *plan.Growth) cost {
	if x.Objective.Training != nil {
		return e.networkGrowth(x)
	}
	return cost{evaluations: growthSamples(x), bytes: growthBytes(x), operations: math.NaN(), seconds: math.NaN()}
}

// growthSamples is at how many points a growth looks before it searches.
func growthSamples(x *plan.Growth) float64 { return float64(x.Rays()) * float64(x.Points) }

func growthBytes(x *plan.Growth) float64 {
	n := 4*growthSamples(x) + 3*float64(x.Points) + 2*float64(x.Rays())
	if x.Objective.Training == nil {
		n += float64(x.Rays()+1) * float64(x.Objective.Size())
	}
	return 8 * n
}

// orbitUpdates is how many updates an orbit makes on all lanes, those that carry a
// direction along counted once more for each. What a search of cycles takes is known
// in the run only.
func orbitUpdates(o *plan.Orbit) float64 {
	lanes, n := 1.0, 0.0
	for _, k := range o.Map.Lanes() {
		lanes *= float64(k)
	}
	if o.Near != nil {
		n += lanes * float64(o.Settle)
	}
	if d := o.Diagram; d != nil {
		n += lanes * float64(d.Skip+d.Keep)
	}
	if l := o.Lyapunov; l != nil {
		n += lanes * float64(l.Skip+l.Steps) * float64(1+l.Exponents)
	}
	if b := o.Basin; b != nil {
		n += float64(plan.Samples(b.Axes)) * float64(b.Steps)
	}
	return n
}

func (e *estimator) landscape(s *plan.Study, l *plan.Landscape) cost {
	if l.Objective.Training != nil {
		return e.networkLandscape(l, engine.AsksCurvature(s, l.Address))
	}
	samples := 1.0
	for _, a := range l.Axes {
		samples *= float64(a.Points)
	}
	arrays := float64(1 + 2*len(l.Axes)) // loss, and along each axis second difference and curvature
	c := cost{evaluations: samples, bytes: 8 * arrays * samples, operations: math.NaN(), seconds: math.NaN()}
	g, inputs, outputs, err := analysis.Graph(l, stand)
	if err != nil {
		return c
	}
	c.operations = operations(g, outputs)
	width := int(min(samples, 1<<16))
	c.seconds = samples * e.speed(g, inputs, outputs, program.Loop{T: -1, Stop: -1}, width) / parallel(width)
	return c
}

// spectrum is the cost of a spectrum; that of a formula is not measured.
func (e *estimator) spectrum(x *plan.Spectrum) cost {
	if x.Objective.Training != nil {
		return e.networkSpectrum(x)
	}
	return cost{evaluations: spectrumProducts(x), bytes: spectrumBytes(x), operations: math.NaN(), seconds: math.NaN()}
}

// projection is the cost of a projection, which goes over paths that are kept.
func (e *estimator) projection(s *plan.Study, p *plan.Projection) cost {
	c := cost{operations: math.NaN(), seconds: math.NaN()}
	for _, a := range p.Runs {
		for _, r := range s.Runs {
			every := r.Every
			if r.Snapshots != nil {
				every = r.Snapshots.Every
			}
			if r.Address == a {
				c.bytes += 8 * float64(len(p.Segments)) * float64(plan.Rows(r.Steps, every))
			}
		}
	}
	return c
}

// parallel is how many processors lanes can be spread over: each takes blocks
// of 256.
func parallel(lanes int) float64 {
	return float64(min(runtime.GOMAXPROCS(0), (lanes+255)/256))
}

// speed measures the seconds that one evaluation on one lane takes, with as
// many lanes at once as the block has, in the program that the run executes.
func (e *estimator) speed(g *graph.Graph, inputs []string, outputs []graph.ID, loop program.Loop, lanes int) float64 {
	width := min(lanes, 256)
	key := speedKey{g.Hash(outputs), width}
	if s, ok := e.speeds[key]; ok {
		return s
	}
	p, err := program.Compile(g, inputs, outputs, program.Options{})
	if err != nil {
		return math.NaN()
	}
	loop.State = program.NewState(p, width)
	for i := range p.Inputs() {
		in := loop.State.Input(i)
		for k := range in {
			in[k] = 0.5
		}
	}
	best := math.Inf(1)
	begin := time.Now()
	for n, from := 1, 0; ; n = min(2*n, 256) {
		start := time.Now()
		if err := loop.Run(context.Background(), from, from+n, 1); err != nil {
			return math.NaN()
		}
		best = min(best, time.Since(start).Seconds()/float64(n*width))
		if from += n; from > 600 || time.Since(begin) > e.share/2 {
			break
		}
	}
	e.speeds[key] = best
	return best
}

// quasistatic measures the dynamics whose steps each solve an equation, by its
// first steps; where they need what is not known yet, the answer is NaN.
func (e *estimator) quasistatic(r *plan.Run) float64 {
	short := *r
	if short.Steps = min(r.Steps, 16); short.Resume != nil {
		return math.NaN()
	}
	ctx, cancel := context.WithTimeout(context.Background(), e.share)
	defer cancel()
	start := time.Now()
	if _, err := dynamics.Run(ctx, &short, dynamics.Options{}); err != nil || ctx.Err() != nil {
		return math.NaN()
	}
	return time.Since(start).Seconds() / float64(short.Steps+1)
}

// operations counts the operations on numbers that the roots need.
func operations(g *graph.Graph, roots []graph.ID) float64 {
	total := 0.0
	for i, need := range g.Reach(roots) {
		if !need {
			continue
		}
		n := g.Node(graph.ID(i))
		switch {
		case n.Op.IsElementwise(), n.Op == graph.Outer:
			total += float64(n.Type.Size())
		case n.Op.IsReduction():
			total += float64(g.Type(n.Args[0]).Size())
		case n.Op == graph.MatMul:
			a := g.Type(n.Args[0])
			total += 2 * float64(n.Type.Size()) * float64(a.Dim(a.Rank()-1))
		}
	}
	return total
}

// long is the time in seconds from which on a run is announced.
const long = 30

// longRun says, before it begins, what of a study takes long and about how
// long; "" if nothing does. It costs nothing where little is to be done.
func longRun(s *plan.Study, only []string) string {
	want := engine.Selected(s, only)
	study := *s
	study.Runs = slices.DeleteFunc(slices.Clone(s.Runs), func(r *plan.Run) bool { return !want(r.Address) })
	study.Landscapes = slices.DeleteFunc(slices.Clone(s.Landscapes), func(l *plan.Landscape) bool { return !want(l.Address) })
	study.Spectra = slices.DeleteFunc(slices.Clone(s.Spectra), func(x *plan.Spectrum) bool { return !want(x.Address) })
	study.Projections = slices.DeleteFunc(slices.Clone(s.Projections), func(p *plan.Projection) bool { return !want(p.Address) })
	study.Orbits = slices.DeleteFunc(slices.Clone(s.Orbits), func(o *plan.Orbit) bool { return !want(o.Address) })
	study.Growths = slices.DeleteFunc(slices.Clone(s.Growths), func(x *plan.Growth) bool { return !want(x.Address) })
	study.Order = slices.DeleteFunc(slices.Clone(s.Order), func(a plan.Address) bool { return !want(a) })
	const little = 1e8 // operations on values alone
	work := 0.0
	for _, r := range study.Runs {
		lanes := 1.0
		for _, n := range r.Lanes() {
			lanes *= float64(n)
		}
		work += lanes * float64(r.Steps) * evaluation(r.Objective)
	}
	for _, l := range study.Landscapes {
		points := 1.0
		for _, a := range l.Axes {
			points *= float64(a.Points)
		}
		work += points * evaluation(l.Objective)
	}
	for _, x := range study.Spectra {
		work += spectrumProducts(x) * evaluation(x.Objective)
	}
	for _, o := range study.Orbits {
		work += orbitUpdates(o) * evaluation(o.Map.Objective)
	}
	for _, x := range study.Growths {
		work += 3 * growthSamples(x) * evaluation(x.Objective)
	}
	if work < little {
		return ""
	}
	rows := planRows(&study)
	total := makespan(rows)
	if !(total > long) {
		return ""
	}
	longest := &rows[0]
	for i := range rows {
		if c := rows[i].cost.seconds; c > longest.cost.seconds || math.IsNaN(longest.cost.seconds) {
			longest = &rows[i]
		}
	}
	return fmt.Sprintf("This takes about %s, the longest part %s: %s. Ctrl-C stops it and keeps what is finished.",
		roughly(total), longest.address, longest.what)
}

// roughly is a time as an estimate tells it.
func roughly(seconds float64) string {
	switch {
	case seconds < 100:
		return fmt.Sprintf("%.0f s", 10*math.Round(seconds/10))
	case seconds < 100*60:
		return fmt.Sprintf("%.0f min", seconds/60)
	case seconds < 100*3600:
		return fmt.Sprintf("%.0f h", seconds/3600)
	}
	return fmt.Sprintf("%s days", thousands(math.Round(seconds/86400)))
}

// evaluation is how many operations the value of an objective takes, at least
// one.
func evaluation(o *plan.Objective) float64 {
	if t := o.Training; t != nil {
		return 1 + 3*t.Network.Flops()*float64(t.Data.Samples())
	}
	return 1 + operations(o.Value.Graph, []graph.ID{o.Value.Root})
}

// makespan estimates how long blocks take side by side: each begins when what
// it waits for is done and a processor is free. Those of networks use all
// processors, one after another.
func makespan(rows []planRow) float64 {
	free := make([]float64, runtime.GOMAXPROCS(0))
	done := map[plan.Address]float64{}
	end, networks := 0.0, 0.0
	for _, r := range rows {
		start := 0.0
		for _, a := range r.needs {
			start = max(start, done[a])
		}
		s := r.cost.seconds
		if math.IsNaN(s) {
			s = 0
		}
		if r.cost.flops > 0 {
			networks = max(start, networks) + s
			done[r.address] = networks
		} else {
			slot := 0
			for i, t := range free {
				if t < free[slot] {
					slot = i
				}
			}
			free[slot] = max(start, free[slot]) + s
			done[r.address] = free[slot]
		}
		end = max(end, done[r.address])
	}
	return end
}
