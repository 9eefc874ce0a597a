package flow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"relief/runtime/kernel/tensor"
	"relief/runtime/model"
	"relief/runtime/spectral"
)

// Central is the field of the central flow (Cohen, Damian, Talwalkar, Kolter and
// Lee 2024, "Understanding optimization in deep learning with central flows"): how
// an optimizer moves on average while it oscillates at the edge of stability. For
// gradient descent with the learning rate eta,
//
//	dw/dt = -(grad L(w) + 1/2 grad <H(w), S>),
//
// in the time t in which one update is eta. The covariance S of the oscillation is
// positive semidefinite and lives where the Hessian H has reached 2/eta: at all
// times
//
//	0 <= S,  H <= 2/eta,  <S, 2/eta - H> = 0.
//
// With the eigenvectors u_i near the edge, S = sum X_ij u_i u_j^T and
// g_ij = D^3L[u_i, u_j, .], the gap G_ij = u_i^T (2/eta - H) u_j changes by
// alpha + beta X, where alpha_ij = <g_ij, grad L> and beta_ij,kl = 1/2 <g_ij, g_kl>.
// X is the solution of
//
//	0 <= X,  G/tau + alpha + beta X >= 0,  <X, G/tau + alpha + beta X> = 0.
//
// With tau to 0 that is the differential condition of the paper. Here tau is half
// an update: the sharpness comes to the edge as exp(-t/tau), from below or from
// above, instead of meeting it with a kink. So the field is continuous, no error of
// the solver adds up to a drift across the edge, and eigenvalues reach and leave it
// without any event to be found. Away from the edge X is 0 and the flow is the
// gradient flow.
//
// For rmsprop, x' = x - eta grad L / D with D = sqrt(nu) + epsilon, the point is w
// followed by nu, and
//
//	dw/dt  = -(grad L + 1/2 grad <H, S>) / D
//	dnu/dt = (1-beta2)/(beta2 eta) ((grad L)^2 + diag(H S H) - nu)
//
// under 0 <= S, H <= 2/eta D, <S, 2/eta D - H> = 0: the Hessian is that of the
// metric D. Where S is not 0, H S H = 4/eta^2 D S D, which is put for it.
type Central struct {
	o       model.Objective
	n       int
	options CentralOptions
	tracker *spectral.Tracker

	gradient, divisor, sum []float64
	s                      CentralState
}

// CentralOptions say which central flow it is.
type CentralOptions struct {
	RMSProp bool // else gradient descent
	Top     int  // eigenvalues that may oscillate at once; below 1 is 1
	// Tolerance of the eigenvalues: see spectral.Options. 0: 1e-8.
	Tolerance float64
	Seed      uint64
}

// Reading is what is known of the oscillation at a point.
type Reading struct {
	Sharpness float64 // the largest eigenvalue, for rmsprop in the metric D
	Trace     float64 // of S: the mean square of the distance from the flow
	// Complementarity is how far the condition is from holding, as a share of 2/eta:
	// the mean gap <S, 2/eta - H>/tr S (for rmsprop both in the metric D), or what the
	// sharpness is above 2/eta, or the residual of the equations for S, whichever is
	// largest.
	Complementarity float64
}

// CentralState is all that a Central carries from one call to the next.
type CentralState struct {
	Rate, Beta2, Epsilon float64 // see Set

	Tracker     spectral.State
	Eigenvalues int       // that the tracker follows
	At          []float64 // where the field was last evaluated; empty: nowhere
	Slope       []float64 // its value there
	Reading     Reading   // there
}

const (
	// vicinity is the share of the edge from which on an eigenvalue can have a part
	// in S: below, it would have to rise by the rest within half an update.
	vicinity = 0.8
	// relaxation is tau in updates. The solver's steps may then be one update long.
	relaxation = 0.5
)

// NewCentral returns the central flow of an objective. Set gives it the settings
// of an update.
func NewCentral(o model.Objective, options CentralOptions) *Central {
	n := o.Size()
	options.Top = max(1, options.Top)
	if options.Tolerance == 0 {
		options.Tolerance = 1e-8
	}
	c := &Central{o: o, n: n, options: options, gradient: make([]float64, n), divisor: make([]float64, n), sum: make([]float64, n)}
	c.tracker = c.tracking(1)
	for i := range c.divisor {
		c.divisor[i] = 1
	}
	return c
}

// tracking is a tracker of so many eigenvalues.
func (c *Central) tracking(k int) *spectral.Tracker {
	c.s.Eigenvalues = k
	return spectral.NewTracker(k, spectral.Options{Tolerance: c.options.Tolerance, Seed: c.options.Seed})
}

// Sizes are the sizes of the parts of a point: the parameters, and for rmsprop nu.
func (c *Central) Sizes() []int {
	if c.options.RMSProp {
		return []int{c.n, c.n}
	}
	return []int{c.n}
}

// Set gives the settings from now on, and reports whether they are others than
// before, so that a solver has to Forget. beta2 and epsilon are those of rmsprop.
func (c *Central) Set(rate, beta2, epsilon float64) (changed bool) {
	if rate == c.s.Rate && beta2 == c.s.Beta2 && epsilon == c.s.Epsilon {
		return false
	}
	c.s.Rate, c.s.Beta2, c.s.Epsilon = rate, beta2, epsilon
	c.Forget()
	return true
}

// Forget makes the field evaluate itself anew where it was last: for an objective
// that has changed.
func (c *Central) Forget() { c.s.At = nil }

// State returns what Restore needs to go on from here. It shares no memory with
// the field.
func (c *Central) State() CentralState {
	s := c.s
	s.Tracker = c.tracker.State()
	s.At, s.Slope = slices.Clone(s.At), slices.Clone(s.Slope)
	return s
}

// Restore puts the field where the one was that State was called on.
func (c *Central) Restore(s CentralState) error {
	c.tracker = c.tracking(s.Eigenvalues)
	err := c.tracker.Restore(s.Tracker)
	s.Tracker = spectral.State{}
	s.At, s.Slope = slices.Clone(s.At), slices.Clone(s.Slope)
	c.s = s
	return err
}

// Read returns what is known of the oscillation at x.
func (c *Central) Read(ctx context.Context, x []float64) (Reading, error) {
	err := c.evaluate(ctx, x)
	return c.s.Reading, err
}

// Field is the velocity at x.
func (c *Central) Field(ctx context.Context, dst, x []float64) error {
	if err := c.evaluate(ctx, x); err != nil {
		return err
	}
	copy(dst, c.s.Slope)
	return nil
}

// HoldError says that the sharpness is at the edge and nothing keeps it from
// rising on: the flow ends there, and the optimizer diverges.
type HoldError struct{ Sharpness, Edge float64 }

func (e *HoldError) Error() string {
	return fmt.Sprintf("the sharpness is %.4g, 2 over the learning rate is %.4g, and no oscillation brings it down", e.Sharpness, e.Edge)
}

// TopError says that more eigenvalues have reached the edge than may oscillate.
type TopError struct{ Top int }

func (e *TopError) Error() string {
	return fmt.Sprintf("more than %d eigenvalues of the Hessian have reached 2 over the learning rate", e.Top)
}

// evaluate brings the state to x.
func (c *Central) evaluate(ctx context.Context, x []float64) error {
	if slices.Equal(c.s.At, x) {
		return nil
	}
	c.s.At = c.s.At[:0]
	w := x[:c.n]
	if _, err := c.o.Gradient(ctx, c.gradient, w); err != nil {
		return err
	}
	h, err := c.o.Hessian(ctx, w)
	if err != nil {
		return err
	}
	if c.options.RMSProp {
		for i, v := range x[c.n:] {
			c.divisor[i] = math.Sqrt(max(v, 0)) + c.s.Epsilon
		}
		if h, err = spectral.Precondition(h, c.divisor); err != nil {
			return err
		}
	}
	edge := 2 / c.s.Rate
	top, near, err := c.critical(ctx, h, vicinity*edge)
	if err != nil {
		return err
	}
	if near > c.options.Top {
		if top.Values[c.options.Top] > edge {
			return &TopError{c.options.Top}
		}
		near = c.options.Top
	}
	c.s.Reading = Reading{Sharpness: top.Values[0], Complementarity: max(0, top.Values[0]/edge-1)}
	clear(c.sum)
	var covariance [][]float64
	for _, u := range top.Vectors[:near] {
		if c.options.RMSProp { // to vectors with u^T D u = 1
			for i, d := range c.divisor {
				u[i] /= math.Sqrt(d)
			}
		}
	}
	if near > 0 {
		if covariance, err = c.oscillation(ctx, x, top.Values[:near], top.Vectors[:near]); err != nil {
			return err
		}
	}
	c.s.Slope = append(c.s.Slope[:0], x...)
	for i, g := range c.gradient {
		c.s.Slope[i] = -(g + 0.5*c.sum[i]) / c.divisor[i]
	}
	if c.options.RMSProp {
		speed := (1 - c.s.Beta2) / (c.s.Beta2 * c.s.Rate)
		for i, nu := range x[c.n:] {
			g := c.gradient[i]
			spread := 0.0 // element i of the diagonal of S
			for j, row := range covariance {
				for k, v := range row {
					spread += float64(float64(v*top.Vectors[j][i]) * top.Vectors[k][i])
				}
			}
			d := edge * c.divisor[i]
			c.s.Slope[c.n+i] = speed * (float64(g*g) + float64(float64(d*d)*spread) - nu)
		}
	}
	c.s.At = append(c.s.At, x...)
	return nil
}

// critical finds the eigenpairs above a level, near of them, and the next one, which
// says that there are no more. From one call to the next hardly any comes or goes:
// the others, which would have to be found as exactly, are left alone.
func (c *Central) critical(ctx context.Context, h spectral.Operator, level float64) (top *spectral.Result, near int, err error) {
	most := min(c.options.Top+1, c.n)
	for {
		if top, err = c.tracker.Top(ctx, h, c.gradient); err != nil {
			return nil, 0, err
		}
		for near = 0; near < len(top.Values) && top.Values[near] > level; near++ {
		}
		k := min(near+1, most)
		if k == c.s.Eigenvalues {
			return top, near, nil
		}
		more := k > c.s.Eigenvalues
		state := c.tracker.State()
		c.tracker = c.tracking(k)
		if err := c.tracker.Restore(state); err != nil || !more {
			return top, near, err
		}
	}
}

// oscillation finds X for the eigenpairs near the edge, sets sum to grad <H, S> and
// completes the reading.
func (c *Central) oscillation(ctx context.Context, x []float64, values []float64, u [][]float64) ([][]float64, error) {
	m := len(values)
	edge, tau := 2/c.s.Rate, relaxation*c.s.Rate
	third, err := c.o.Third(ctx, x[:c.n])
	if err != nil {
		return nil, err
	}
	var bends, bendsOver [][]float64 // g_ij packed: times sqrt 2 off the diagonal; and over D
	a := make([]float64, 0, packed(m))
	for i := range m {
		for j := i; j < m; j++ {
			g := make([]float64, c.n)
			if err := third(g, u[i], u[j]); err != nil {
				return nil, err
			}
			gap := 0.0
			if i == j {
				gap = (edge - values[i]) / tau
			} else {
				tensor.Scale(g, g, math.Sqrt2)
			}
			over := g
			if c.options.RMSProp {
				over = make([]float64, c.n)
				for k, d := range c.divisor {
					over[k] = g[k] / d
				}
			}
			bends, bendsOver = append(bends, g), append(bendsOver, over)
			a = append(a, gap+tensor.Dot(over, c.gradient))
		}
	}
	b := square(len(a))
	for p := range b {
		for q := range b[p] {
			b[p][q] = 0.5 * tensor.Dot(bends[p], bendsOver[q])
		}
	}
	if c.options.RMSProp {
		c.stretch(x, u, a, b)
	}
	packedX, residual, err := complementarity(m, a, b)
	if errors.Is(err, errUnbounded) {
		return nil, &HoldError{values[0], edge}
	}
	if err != nil {
		return nil, err
	}
	for p, v := range packedX {
		tensor.AddScaled(c.sum, c.sum, v, bends[p])
	}
	covariance := unpack(m, packedX)
	r := &c.s.Reading
	gap, within := 0.0, 0.0
	for i := range m {
		gap += covariance[i][i] * (edge - values[i])
		within += covariance[i][i]
		for j := range m {
			r.Trace += covariance[i][j] * tensor.Dot(u[i], u[j])
		}
	}
	if within > 0 {
		r.Complementarity = max(r.Complementarity, math.Abs(gap)/within/edge, residual)
	}
	return covariance, nil
}

// stretch adds what the motion of nu does to the gap 2/eta D - H of rmsprop: D
// grows by nu'/(2 sqrt nu), of which a takes the part without oscillation.
func (c *Central) stretch(x []float64, u [][]float64, a []float64, b [][]float64) {
	edge := 2 / c.s.Rate
	speed := (1 - c.s.Beta2) / (c.s.Beta2 * c.s.Rate)
	pairs := make([]float64, len(a)) // element k of u_i u_j, packed
	for k, nu := range x[c.n:] {
		if !(nu > 0) {
			continue // a parameter without a gradient, which has no part in the oscillation
		}
		grows := edge * speed / (2 * math.Sqrt(nu))
		p := 0
		for i := range u {
			for j := i; j < len(u); j++ {
				if pairs[p] = u[i][k] * u[j][k]; i != j {
					pairs[p] *= math.Sqrt2
				}
				p++
			}
		}
		d := edge * c.divisor[k]
		g := c.gradient[k]
		for p, v := range pairs {
			a[p] += float64(float64(v*grows) * (float64(g*g) - nu))
			for q, w := range pairs {
				b[p][q] += float64(float64(float64(v*grows)*float64(d*d)) * w)
			}
		}
	}
}
