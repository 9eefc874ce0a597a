package orbit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"relief/runtime/graph"
	"relief/runtime/program"
)

// maxUnknowns bounds the dense linear systems of Newton's method.
const maxUnknowns = 2048

// separation is how far apart, relative to the size of the states, two points
// of a cycle are at least. At a bifurcation the points of a cycle that is none
// lie at about the third root of the rounding.
const separation = 1e-6

// solver finds cycles for one set of values of vary. It serves one goroutine.
type solver struct {
	y       *system
	tangent *program.Program
	wide    map[int]*program.State // by period: a lane per point and coordinate
	one     *program.State         // a single step
	vary    []float64              // by name
}

// programs of cycles, shared by solvers.
type programs struct{ step, tangent *program.Program }

func (y *system) programs() (*programs, error) {
	step, err := y.stepProgram()
	if err != nil {
		return nil, err
	}
	tangents, names, err := y.tangents(1)
	if err != nil {
		return nil, err
	}
	outputs := append(append(y.outs(), tangents[0]...), y.m.Loss)
	tangent, err := program.Compile(y.m.Graph, y.inputNames(names...), outputs, program.Options{})
	return &programs{step, tangent}, err
}

// tangents adds the derivative of the step along k directions, which are inputs
// of the names returned, component by component.
func (y *system) tangents(k int) (derivatives [][]graph.ID, names []string, err error) {
	for j := range k {
		seeds := make(map[graph.ID]graph.ID)
		for _, c := range y.m.State {
			name := fmt.Sprintf("tangent %d %s", j, c.Key())
			names = append(names, name)
			seeds[c.In] = y.m.Graph.Input(name, y.m.Graph.Type(c.In))
		}
		d, err := y.m.Graph.Tangent(y.outs(), seeds)
		if err != nil {
			return nil, nil, err
		}
		derivatives = append(derivatives, d)
	}
	return derivatives, names, nil
}

func (y *system) newSolver(p *programs) *solver {
	return &solver{y: y, tangent: p.tangent, wide: map[int]*program.State{}, one: program.NewState(p.step, 1), vary: make([]float64, len(y.vary))}
}

// setLane takes the values of vary of a lane.
func (s *solver) setLane(lane int) {
	for i, values := range s.y.vary {
		s.vary[i] = values[lane]
	}
}

// orbit returns the states after skip, skip+1, ... updates of x, n of them, or
// nil if one of them is not finite.
func (s *solver) orbit(ctx context.Context, x []float64, skip, n int) ([][]float64, error) {
	y := s.y
	y.setState(s.one, 0, x)
	for i, v := range s.vary {
		s.one.Input(len(y.m.State) + i)[0] = v
	}
	var recorders []program.Recorder
	var rows [][]float64
	for c := range y.m.State {
		rows = append(rows, make([]float64, n*len(s.one.Input(c))))
		recorders = append(recorders, program.Recorder{Output: len(y.m.State) + c, Every: 1, First: skip, Dst: rows[c]})
	}
	l := y.loop(s.one, recorders...)
	if err := l.Run(ctx, 0, skip+n-1, 1); err != nil {
		return nil, err
	}
	if err := l.Observe(ctx, skip+n-1, 1); err != nil {
		return nil, err
	}
	points := make([][]float64, n)
	for k := range points {
		for c := range rows {
			size := len(rows[c]) / n
			points[k] = append(points[k], rows[c][k*size:(k+1)*size]...)
		}
		if l.Lane(0).Ending != program.Going || !allFinite(points[k]) {
			return nil, nil
		}
	}
	return points, nil
}

// image is what one step makes of the points of a cycle.
type image struct {
	next     [][]float64
	jacobian []*mat.Dense
	loss     []float64
}

// linearise makes a step from each point, with its Jacobian: a lane for each
// point and coordinate.
func (s *solver) linearise(points [][]float64) *image {
	y, n, p := s.y, s.y.size, len(points)
	w := s.wide[p]
	components := len(y.m.State)
	if w == nil {
		w = program.NewState(s.tangent, p*n)
		for j := range n {
			e := make([]float64, n)
			e[j] = 1
			for i := range p {
				for c, from := range y.offset {
					in := w.Input(components + c)
					for k := range len(in) / (p * n) {
						in[k*p*n+i*n+j] = e[from+k]
					}
				}
			}
		}
		s.wide[p] = w
	}
	for i, x := range points {
		for j := range n {
			y.setState(w, i*n+j, x)
		}
	}
	for i, v := range s.vary {
		in := w.Input(2*components + i)
		for k := range in {
			in[k] = v
		}
	}
	w.Run()
	im := &image{}
	column := make([]float64, n)
	for i := range p {
		next := make([]float64, n)
		y.read(w.Output, 0, p*n, i*n, next)
		im.next = append(im.next, next)
		im.loss = append(im.loss, w.Output(2 * components)[i*n])
		j := mat.NewDense(n, n, nil)
		for k := range n {
			y.read(w.Output, components, p*n, i*n+k, column)
			j.SetCol(k, column)
		}
		im.jacobian = append(im.jacobian, j)
	}
	return im
}

// cycle is a periodic orbit.
type cycle struct {
	points      [][]float64
	loss        []float64
	residual    float64 // the largest |M(s_i) - s_i+1| over the size of the states
	size        float64
	multipliers []complex128 // of the map composed over one period, by falling modulus
	half        []complex128 // of half of it, where the cycle is symmetric; else nil
}

// noCycle says in a clause why Newton's method found no cycle.
type noCycle struct {
	reason string
	period int // of the cycle found instead, a divisor; 0 if none
}

func (e *noCycle) Error() string { return e.reason }

// find returns a cycle of exactly the period len(guess) near the guess. floor
// is the least size of the states that errors are relative to. Cycles of a
// shorter period that Newton's method comes to are divided out. The error is a
// *noCycle, or that of the context.
func (s *solver) find(ctx context.Context, guess [][]float64, floor float64) (*cycle, error) {
	var found [][]float64 // all points in one vector, in every phase
	shorter := 0
	for range 4 {
		c, err := s.newton(ctx, s.avoid(guess, found, floor), floor, found)
		if err != nil {
			if no := (*noCycle)(nil); errors.As(err, &no) && shorter > 0 {
				no.period = shorter
				no.reason = fmt.Sprintf("Newton's method finds a cycle of period %d there, and besides it nothing: %s", shorter, no.reason)
			}
			return nil, err
		}
		d := c.minimalPeriod()
		if d == len(guess) {
			return c, nil
		}
		shorter = d
		for shift := range d {
			all := slices.Concat(append(slices.Clone(c.points[shift:]), c.points[:shift]...)...)
			found = append(found, all)
		}
	}
	return nil, &noCycle{fmt.Sprintf("Newton's method finds cycles of period %d only", shorter), shorter}
}

// avoid moves a guess off the cycles that are divided out, where the equations
// divided have a pole.
func (s *solver) avoid(guess, found [][]float64, floor float64) [][]float64 {
	x := slices.Concat(guess...)
	size := max(floor, sizeOf(guess))
	for _, f := range found {
		if floats.Distance(x, f, 2) > 0.01*size {
			continue
		}
		moved := make([][]float64, len(guess))
		for i := range guess {
			moved[i] = slices.Clone(guess[i])
			turn := 0.05 * size * math.Cos(2*math.Pi*float64(i)/float64(len(guess))+0.1)
			for j := range moved[i] {
				moved[i][j] += turn / float64(1+j)
			}
		}
		return moved
	}
	return guess
}

// newton solves M(s_i) = s_i+1 for all points at once. Roots in found are
// divided out: the equations are multiplied by the product of 1 + (size over
// the distance to each) squared.
func (s *solver) newton(ctx context.Context, guess [][]float64, floor float64, found [][]float64) (*cycle, error) {
	n, p := s.y.size, len(guess)
	x := slices.Concat(guess...)
	size := max(floor, sizeOf(guess))
	if size == 0 {
		size = 1
	}
	tolerance := s.y.p.Tolerance
	if tolerance <= 0 {
		tolerance = 1e-10
	}
	at := func(x []float64) (*image, []float64, float64) {
		points := split(x, n)
		im := s.linearise(points)
		f := make([]float64, 0, len(x))
		worst := 0.0
		for i, next := range im.next {
			d := floats.SubTo(make([]float64, n), next, points[(i+1)%p])
			worst = max(worst, floats.Norm(d, 2))
			f = append(f, d...)
		}
		if !allFinite(f) {
			worst = math.Inf(1)
		}
		return im, f, worst / max(size, sizeOf(points))
	}
	im, f, residual := at(x)
	best, bestImage, bestResidual := x, im, residual
	for range 200 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if residual == 0 {
			break
		}
		if math.IsInf(residual, 1) {
			return nil, &noCycle{reason: "the map is not finite there"}
		}
		step := solve(im.jacobian, f)
		if step == nil {
			return nil, &noCycle{reason: "the Jacobian is not finite there"}
		}
		if len(found) > 0 {
			floats.Scale(1/(1-deflate(x, step, found, size)), step)
		}
		if l := floats.Norm(step, 2); l > 4*size*math.Sqrt(float64(p)) {
			floats.Scale(4*size*math.Sqrt(float64(p))/l, step)
		}
		merit := floats.Norm(f, 2) * deflation(x, found, size)
		moved := false
		for t := 1.0; t > 1e-4; t /= 2 {
			y := make([]float64, len(x))
			for i := range y {
				y[i] = x[i] + t*step[i]
			}
			nextImage, nextF, r := at(y)
			if !math.IsInf(r, 1) && floats.Norm(nextF, 2)*deflation(y, found, size) < (1-1e-4*t)*merit {
				x, im, f, residual, moved = y, nextImage, nextF, r, true
				break
			}
		}
		if !moved {
			break
		}
		stop := residual <= tolerance && residual > bestResidual/2
		if residual < bestResidual {
			best, bestImage, bestResidual = x, im, residual
		}
		if stop {
			break
		}
	}
	if !(bestResidual <= tolerance) {
		return nil, &noCycle{reason: fmt.Sprintf("Newton's method comes to a residual of %.2g and no further", bestResidual)}
	}
	points := split(best, n)
	return &cycle{points: points, loss: bestImage.loss, residual: bestResidual, size: max(size, sizeOf(points))}, nil
}

// deflation is the factor that divides out the roots found.
func deflation(x []float64, found [][]float64, size float64) float64 {
	m := 1.0
	for _, f := range found {
		d := floats.Distance(x, f, 2) / size
		m *= 1 + 1/(d*d)
	}
	return m
}

// deflate is the derivative of the logarithm of the factor along a step.
func deflate(x, step []float64, found [][]float64, size float64) float64 {
	total := 0.0
	for _, f := range found {
		d2, along := 0.0, 0.0
		for i := range x {
			e := (x[i] - f[i]) / size
			d2 += e * e
			along += e * step[i] / size
		}
		total += -2 * along / (d2 * (d2 + 1))
	}
	return total
}

// solve returns the solution of the linearised equations
//
//	J_i d_i - d_i+1 = -f_i
//
// the shortest where there are many. It is nil if a number is not finite.
func solve(jacobian []*mat.Dense, f []float64) []float64 {
	p := len(jacobian)
	n, _ := jacobian[0].Dims()
	a := mat.NewDense(p*n, p*n, nil)
	for i, j := range jacobian {
		a.Slice(i*n, (i+1)*n, i*n, (i+1)*n).(*mat.Dense).Copy(j)
		next := (i + 1) % p
		for k := range n {
			a.Set(i*n+k, next*n+k, a.At(i*n+k, next*n+k)-1)
		}
	}
	if !allFinite(a.RawMatrix().Data) {
		return nil
	}
	b := mat.NewVecDense(p*n, nil)
	for i, v := range f {
		b.SetVec(i, -v)
	}
	var lu mat.LU
	lu.Factorize(a)
	d := mat.NewVecDense(p*n, nil)
	if cond := lu.Cond(); cond < 1e14 {
		if err := lu.SolveVecTo(d, false, b); err == nil {
			return d.RawVector().Data
		}
	}
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		return nil
	}
	rank := svd.Rank(1e-13)
	if rank == 0 {
		return make([]float64, p*n)
	}
	svd.SolveVecTo(d, b, rank)
	return d.RawVector().Data
}

func split(x []float64, n int) [][]float64 {
	var points [][]float64
	for ; len(x) > 0; x = x[n:] {
		points = append(points, x[:n:n])
	}
	return points
}

// sizeOf is the largest norm of the points.
func sizeOf(points [][]float64) float64 {
	size := 0.0
	for _, x := range points {
		size = max(size, floats.Norm(x, 2))
	}
	return size
}
