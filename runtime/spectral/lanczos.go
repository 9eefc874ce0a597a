package spectral

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"relief/runtime/kernel/tensor"
	"relief/runtime/random"
)

// Options say how eigenvalues are looked for. The zero value is good.
type Options struct {
	// Tolerance is the norm of the residual H v - lambda v of a unit vector at
	// which a pair is done, as a share of |lambda|, or of a hundredth of the norm
	// of H where that is greater; 1e-3 if 0. The error of the eigenvalue is the
	// residual at most, and its square over the gap to the next eigenvalue once
	// that gap is resolved (Parlett, The Symmetric Eigenvalue Problem, 11.7).
	Tolerance float64
	// MaxProducts is the most products; 500 if 0. Less than 3, or than the number
	// of eigenvalues, counts as that.
	MaxProducts int
	// Basis is the most vectors that are kept between two products; 40 if 0. Less
	// than twice the number of eigenvalues and of Start, and 8 more, counts as
	// that.
	Basis int
	Seed  uint64 // of the random start
	// Start is approximate eigenvectors, such as Next of a result at a point
	// nearby. They are not changed.
	Start [][]float64
	// Hint is a vector that is rich in the eigenvectors wanted, such as the
	// gradient for the largest eigenvalues. It is mixed with a random one, and
	// means nothing where there is a Start.
	Hint []float64
	// Spare is the number of vectors of Next beyond those of the eigenvalues.
	// Next is nil if it is 0.
	Spare int
}

// Result is eigenvalues from an end of the spectrum inwards.
type Result struct {
	Values    []float64
	Vectors   [][]float64 // of length 1, the element of largest magnitude positive
	Residuals []float64   // |H v - lambda v|
	Products  int
	Converged bool // every residual is within the tolerance
	// Next is what to start from at a point nearby: for each vector v, and Spare
	// more, about the direction of H v. It takes no further product, since the
	// residual is at hand, and works like a step of subspace iteration.
	Next [][]float64
}

const (
	// least is the number of products before which a residual is not believed:
	// a start that happens to be near another eigenvector shows itself later.
	least = 3
	// whole is the size up to which an operator is multiplied into a whole basis:
	// then nothing can be missed.
	whole = 16
	// small is the share of the norm of H below which eigenvalues are held to
	// the residual of one of that size.
	small = 0.01
	// surprise is the share of a random vector of length 1 in a hint.
	surprise = 0.3
)

// Top returns the k largest eigenvalues of H, all of them if there are fewer,
// the largest first: the algebraically largest, not those of the largest
// magnitude. Of a multiple eigenvalue the copies are found where the Krylov
// space ends, and for an operator of size 16 or less; elsewhere one of them is.
func Top(ctx context.Context, op Operator, k int, o Options) (*Result, error) {
	return solve(ctx, op, k, o, 1)
}

// Bottom returns the k smallest eigenvalues, the smallest first. A Hint or
// Start is for them.
func Bottom(ctx context.Context, op Operator, k int, o Options) (*Result, error) {
	return solve(ctx, op, k, o, -1)
}

// solver looks for the k largest eigenvalues of sign H.
//
// The space grows by one product at a time. The vectors of a start are
// multiplied first. From then on it is the direction of the largest residual of
// a wanted pair: for one starting vector that is Lanczos's method, for several
// it is that of Davidson without a preconditioner, which loses nothing to a
// block Krylov space where only some of the block are wanted.
//
// A space that is invariant may miss copies of a multiple eigenvalue, and all
// that is orthogonal to its start. Then the best k pairs are locked, and a
// random vector orthogonal to them begins the next round. The largest
// eigenvalue of a round begun at random is the largest of all that is left.
// When it is not above the k best so far, nothing is missing.
type solver struct {
	space
	k, basis   int
	whole      bool // go on to a whole basis
	tolerance  float64
	numbers    random.Stream
	rounds     uint64 // begun at random
	starts     int    // vectors of this round to multiply first
	roundStart int    // products before this round
}

func solve(ctx context.Context, op Operator, k int, o Options, sign float64) (*Result, error) {
	n := op.Size()
	if err := o.check(n, k); err != nil {
		return nil, err
	}
	k = min(k, n)
	s := &solver{
		space:     space{h: product{op: op, sign: sign}},
		k:         k,
		basis:     max(cmp.Or(o.Basis, 40), 2*k+2*len(o.Start)+8),
		tolerance: cmp.Or(o.Tolerance, 1e-3),
		numbers:   random.New(o.Seed, "lanczos"),
	}
	most := max(cmp.Or(o.MaxProducts, 500), least, k)
	s.whole = n <= min(whole, most)
	s.begin(o.Start, o.Hint)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.expand(); err != nil {
			return nil, err
		}
		r := s.ritz()
		best := s.best(r, k)
		target, finished := s.judge(r, best)
		if finished || s.h.count >= most {
			return s.result(r, k+o.Spare, finished), nil
		}
		switch {
		case s.whole && s.waiting() == 0:
			s.begin(nil, nil)
		case target < 0:
			s.lock(r, best)
			s.begin(nil, nil)
		case s.done < s.starts:
		case len(s.q) >= s.basis:
			s.shrink(r, target)
		default:
			s.aim(r.left[target])
		}
	}
}

func (o *Options) check(n, k int) error {
	if n < 1 {
		return fmt.Errorf("spectral: an operator of size %d has no eigenvalues", n)
	}
	if k < 1 {
		return fmt.Errorf("spectral: %d eigenvalues asked for; ask for at least 1", k)
	}
	if !(o.Tolerance >= 0 && finite(o.Tolerance)) {
		return fmt.Errorf("spectral: the tolerance is %v; give a positive number", o.Tolerance)
	}
	if o.MaxProducts < 0 || o.Basis < 0 || o.Spare < 0 {
		return fmt.Errorf("spectral: %d products at most, a basis of %d vectors, %d spare ones; none can be negative", o.MaxProducts, o.Basis, o.Spare)
	}
	for i, v := range o.Start {
		if err := checkVector(fmt.Sprintf("starting vector %d", i), v, n); err != nil {
			return err
		}
	}
	if o.Hint != nil {
		return checkVector("the hint", o.Hint, n)
	}
	return nil
}

func checkVector(what string, v []float64, n int) error {
	if len(v) != n {
		return fmt.Errorf("spectral: %s has %d elements, the operator %d", what, len(v), n)
	}
	if !finite(tensor.Norm(v)) {
		return fmt.Errorf("spectral: %s has elements that are not finite or too large to be squared", what)
	}
	return nil
}

// begin starts a round from the vectors that are given, from the hint mixed
// with a random vector, or from a random vector alone.
func (s *solver) begin(start [][]float64, hint []float64) {
	s.starts = 0
	s.roundStart = s.h.count
	for _, x := range start {
		v := s.vector()
		copy(v, x)
		if s.admit(v) {
			s.starts++
		}
	}
	for s.starts == 0 {
		v := s.vector()
		fill(v, s.numbers, s.rounds)
		s.rounds++
		if hint != nil {
			mix(v, hint, surprise)
			hint = nil
		}
		// A random vector lies in the space with probability 0.
		if s.admit(v) {
			s.starts++
		}
	}
}

// mix sets v to x of length 1 plus the given share of v of length 1. If x is 0,
// v stays.
func mix(v, x []float64, share float64) {
	norm, length := tensor.Norm(v), tensor.Norm(x)
	if length > 0 && norm > 0 {
		tensor.Scale(v, v, share/norm)
		tensor.AddScaled(v, v, 1/length, x)
	}
}

// best returns the places of the k largest values among the locked pairs, at i,
// and those of r, at len(s.locked)+i.
func (s *solver) best(r ritz, k int) []int {
	l := len(s.locked)
	value := func(at int) float64 {
		if at < l {
			return s.locked[at].value
		}
		return r.values[at-l]
	}
	places := make([]int, l+len(r.values))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(value(b), value(a)) })
	return places[:min(k, len(places))]
}

func (s *solver) within(residual, value float64) bool {
	return residual <= s.tolerance*max(math.Abs(value), small*s.scale)
}

// judge returns whether the best pairs are those wanted and done, and otherwise
// which pair of r has the residual that the space should grow along: -1 if the
// round has nothing more to give.
func (s *solver) judge(r ritz, best []int) (target int, finished bool) {
	l := len(s.locked)
	lowest := math.Inf(1)
	worst := 0.0
	target = -1
	consider := func(i int) {
		if !s.within(r.size[i], r.values[i]) {
			if x := r.size[i] / max(math.Abs(r.values[i]), small*s.scale); x > worst {
				target, worst = i, x
			}
		}
	}
	for _, at := range best {
		if at >= l {
			consider(at - l)
			lowest = min(lowest, r.values[at-l])
		} else {
			lowest = min(lowest, s.locked[at].value)
		}
	}
	if l > 0 {
		consider(0)
	}
	closed := s.waiting() == 0
	if s.whole {
		return max(target, 0), s.done == s.h.op.Size()
	}
	if !closed {
		early := s.h.count-s.roundStart < least || len(best) < s.k
		return max(target, 0), !early && target < 0
	}
	if l+len(s.q) == s.h.op.Size() {
		return -1, true
	}
	drawn := s.rounds > 0
	return -1, drawn && len(best) == s.k && r.values[0] <= lowest+negligible*s.scale
}

// lock ends a round: of all pairs it keeps the best as eigenvectors.
func (s *solver) lock(r ritz, best []int) {
	pairs := s.take(r, best)
	s.drop(s.q...)
	s.locked, s.q, s.a, s.leak, s.done = pairs, nil, nil, nil, 0
}

// take returns the pairs at the given places, and takes their vectors out of
// the space, whose relation ends with that.
func (s *solver) take(r ritz, places []int) []pair {
	l := len(s.locked)
	var keep []int
	for _, at := range places {
		if at >= l {
			keep = append(keep, at-l)
		}
	}
	s.restart(r, keep)
	pairs := make([]pair, len(places))
	used := make([]bool, l)
	next := 0
	for i, at := range places {
		if at < l {
			pairs[i] = s.locked[at]
			used[at] = true
			continue
		}
		pairs[i] = pair{r.values[at-l], r.size[at-l], s.q[next]}
		next++
	}
	for i, u := range used {
		if !u {
			s.drop(s.locked[i].vector)
		}
	}
	s.q = s.q[next:]
	return pairs
}

// shrink restarts with the best half of the section.
func (s *solver) shrink(r ritz, target int) {
	room := s.basis - s.waiting()
	keep := make([]int, max(target+1, s.k+(room-s.k)/2))
	for i := range keep {
		keep[i] = i
	}
	s.restart(r, keep)
	s.aim(r.left[target])
}

// result hands over the best pairs.
func (s *solver) result(r ritz, n int, finished bool) *Result {
	best := s.best(r, n)
	out := &Result{Products: s.h.count, Converged: finished}
	if n > s.k {
		var next, c [][]float64
		for _, at := range best {
			v := s.vector()
			if l := len(s.locked); at >= l {
				next, c = append(next, v), append(c, s.ahead(r, at-l))
			} else {
				copy(v, s.locked[at].vector)
			}
			out.Next = append(out.Next, v)
		}
		turn(next, s.q, c)
	}
	best = best[:min(s.k, len(best))]
	for _, p := range s.take(r, best) {
		if largestElement(p.vector) < 0 {
			tensor.Scale(p.vector, p.vector, -1)
		}
		out.Converged = out.Converged && s.within(p.residual, p.value)
		out.Values = append(out.Values, s.h.value(p.value))
		out.Residuals = append(out.Residuals, math.Abs(s.h.value(p.residual)))
		out.Vectors = append(out.Vectors, p.vector)
	}
	return out
}

// ahead returns the coefficients in Q of the direction of (H - sigma) v for pair
// i of r, where sigma is the least of 0 and of the Ritz values. Its part along v
// is no smaller than what is added to it, so that v is not lost where it is near
// sigma itself.
func (s *solver) ahead(r ritz, i int) []float64 {
	left := length(r.left[i])
	along := max(r.values[i]-min(0, r.values[len(r.values)-1]), left)
	if along == 0 {
		along = 1
	}
	norm := hypot(along, left)
	c := make([]float64, len(s.q))
	addScaled(c, along/norm, r.z[i])
	addScaled(c[s.done:], 1/norm, r.left[i])
	return c
}
