package study

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"gonum.org/v1/gonum/mat"

	langmath "relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// diffusion reads the noise of sgd on a formula and of sde, and the drift of sde.
func (b *builder) diffusion(o *plan.Optimizer, f *plan.Objective, scope *langmath.Scope, varied []string, more symbols) bool {
	noise, covariance := b.body.attr("noise"), b.body.attr("covariance")
	if noise != nil && covariance != nil {
		b.errorf("RL0407", covariance, "Keep one of them: the covariance of noise is B B^T.", "%s has both noise and covariance", b.body.title())
		return false
	}
	if f == nil {
		return true // its shapes are those of the objective
	}
	good := true
	read := func(e hclsyntax.Expression, name string, fits func(l *langmath.Lowerer, id graph.ID) (graph.ID, bool)) *plan.Expr {
		if e == nil {
			return nil
		}
		x := b.inPoint(e, name, f, scope, varied, more, fits)
		good = good && x != nil
		return x
	}
	n := f.Size()
	o.Noise = read(noise, "noise", func(l *langmath.Lowerer, id graph.ID) (graph.ID, bool) {
		if t := l.Graph.Type(id); t != graph.Number && (t.Rank() == 0 || t.Rank() > 2 || t.Dim(0) != n) {
			b.errorf("RL0302", noise, fmt.Sprintf("Write a number, one for each element in a flat vector of %d or an object by parameter, or a matrix of %d rows.", n, n), "noise cannot be %s: %s has %s", t, f.Address, plural(n, "element"))
			return id, false
		}
		return id, true
	})
	o.Covariance = read(covariance, "covariance", func(l *langmath.Lowerer, id graph.ID) (graph.ID, bool) {
		t, square := l.Graph.Type(id), graph.Of(n, n)
		if t == graph.Number && n == 1 {
			return l.Graph.Broadcast(id, square), true
		}
		if t == square {
			return id, true
		}
		cure := fmt.Sprintf("Write a matrix of %d rows of %d.", n, n)
		if t.Rank() < 2 {
			cure = fmt.Sprintf("Write a matrix of %d rows; for independent elements write noise = ..., their standard deviations.", n)
		}
		b.errorf("RL0302", covariance, cure, "the covariance of the gradient of %s has %d rows of %d, and this is %s", f.Address, n, n, t)
		return id, false
	})
	drift := b.body.attr("drift")
	o.Drift = read(drift, "drift", func(l *langmath.Lowerer, id graph.ID) (graph.ID, bool) {
		t, flat := l.Graph.Type(id), graph.Of(n)
		if t == graph.Number && n == 1 {
			return l.Graph.Broadcast(id, flat), true
		}
		if t != flat {
			b.errorf("RL0302", drift, fmt.Sprintf("Write a flat vector of %d, or an object by parameter.", n), "the drift cannot be %s: %s has %s", t, f.Address, plural(n, "element"))
		}
		return id, t == flat
	})
	return good && b.positiveNoise(o, noise, covariance)
}

// inPoint lowers a formula in the parameters, which may be an object by parameter.
// fits judges its type, or makes it the one that is wanted.
func (b *builder) inPoint(e hclsyntax.Expression, name string, f *plan.Objective, scope *langmath.Scope, varied []string, more symbols, fits func(*langmath.Lowerer, graph.ID) (graph.ID, bool)) *plan.Expr {
	l := b.lowerer()
	l.Unknown = func(unknown, near string) string {
		switch {
		case unknown == "loss", unknown == "grad_norm", unknown == "gradient":
			return fmt.Sprintf("The %s is a formula in the parameters: write what %s is at them.", name, unknown)
		case near != "":
			return ""
		}
		return fmt.Sprintf("Here may stand %s, params, t, steps, and results of other runs.", list(append(paramNames(f), varied...)))
	}
	l.Meant = func(word string) string {
		if w, _ := strings.CutSuffix(strings.ToLower(word), "("); name == "noise" && (slices.Contains(asNoise, w) || w == "noise") {
			return "The noise is normal and new at each step already: write its standard deviation alone, noise = 0.1."
		}
		return ""
	}
	names := clock(l)
	if more != nil {
		maps.Copy(names, more(l))
	}
	maps.Copy(names, byParameter(f)(l))
	v := l.Lower(e, scope.With(names))
	if langmath.IsBad(v) {
		b.in.bad = true
		return nil
	}
	var id graph.ID
	var ok bool
	if isObject(v) {
		id, ok = b.flatten(l, v, e.Range(), f)
	} else {
		id, ok = l.AsNode(v, e.Range())
	}
	if !ok {
		b.in.bad = true
		return nil
	}
	if t := l.Graph.Type(id); t.Series || t.Bool {
		cure := "Take one step of it, as in last(s), s[100]."
		if t.Bool {
			cure = "Choose numbers by it: condition ? a : b."
		}
		b.errorf("RL0302", e, cure, "%s cannot be %s", name, t)
		return nil
	}
	if id, ok = fits(l, id); !ok {
		b.in.bad = true
		return nil
	}
	x := b.checked(expr(l, id, spanOf(e.Range())))
	values, known := constants(x)
	for _, c := range values {
		if known && (math.IsNaN(c) || math.IsInf(c, 0)) {
			b.errorf("RL0406", e, "Write finite numbers.", "%s has an element that is %v", name, c)
			return nil
		}
	}
	return x
}

// isObject reports an object by name.
func isObject(v langmath.Value) bool {
	switch v := v.(type) {
	case langmath.Record:
		return true
	case langmath.Static:
		return !v.V.IsNull() && (v.V.Type().IsObjectType() || v.V.Type().IsMapType()) && v.V.Type() != cty.DynamicPseudoType
	}
	return false
}

// constants are the elements of a formula that depends on nothing.
func constants(x *plan.Expr) ([]float64, bool) {
	for _, id := range reach(x.Graph, x.Root) {
		if x.Graph.Node(id).Op == graph.Input {
			return nil, false
		}
	}
	out, err := x.Graph.Interpret([]graph.ID{x.Root}, nil)
	if err != nil {
		return nil, false
	}
	return out[x.Root], true
}

// largestCovariance bounds the rows of a covariance that is looked at before the
// run: its eigenvalues take the third power of them.
const largestCovariance = 512

// positiveNoise refuses constant noise that is none: a standard deviation below 0,
// a covariance that is not symmetric and positive semidefinite.
func (b *builder) positiveNoise(o *plan.Optimizer, noise, covariance hclsyntax.Expression) bool {
	if o.Noise != nil {
		values, ok := constants(o.Noise)
		for _, v := range values {
			if ok && o.Noise.Type().Rank() < 2 && v < 0 {
				b.errorf("RL0406", noise, "Write a standard deviation, 0 or more.", "noise cannot be %v", v)
				return false
			}
		}
	}
	if o.Covariance == nil {
		return true
	}
	n := o.Covariance.Type().Dim(0)
	values, ok := constants(o.Covariance)
	if !ok || n > largestCovariance {
		return true
	}
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(v))
	}
	for i := range n {
		for j := range i {
			if u, v := values[i*n+j], values[j*n+i]; math.Abs(u-v) > 1e-12*largest {
				b.errorf("RL0406", covariance, "Make both the same.", "the covariance is not symmetric: its element [%d][%d] is %v, and [%d][%d] is %v", j, i, v, i, j, u)
				return false
			}
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(mat.NewSymDense(n, values), false) {
		return true // the run will say
	}
	if least := eigen.Values(nil)[0]; least < -1e-12*largest*float64(n) {
		b.errorf("RL0406", covariance, "Write a positive semidefinite matrix, such as B B^T of noise = B: between two elements at most the root of the product of their variances.", "the covariance is not positive semidefinite: its smallest eigenvalue is %.3g", least)
		return false
	}
	return true
}

// stochastic reads what sgd draws: mini-batches of a network, or samples and noise.
func (b *builder) stochastic(s settings, owner *instance, f *plan.Objective, o *plan.Optimizer, scope *langmath.Scope, varied []string, more symbols) bool {
	body := b.body
	o.Batch, _ = s.whole("batch")
	if o.Nesterov = s.truth("nesterov"); o.Nesterov && body.attr("momentum") == nil {
		b.errorf("RL0403", body.attr("nesterov"), "Add momentum = 0.9.", "nesterov needs momentum")
		return false
	}
	if f != nil && f.Training != nil || f == nil && body.attr("noise") == nil && body.attr("covariance") == nil && body.attr("samples") == nil {
		return b.miniBatches(f, o)
	}
	switch {
	case body.attr("label_noise") != nil:
		b.errorf("RL0407", body.attr("label_noise"), "Write noise = ..., which is added to the gradient.", "label_noise is for networks: a formula has no targets")
		return false
	case body.attr("samples") == nil && body.attr("batch") != nil && (body.attr("noise") != nil || body.attr("covariance") != nil):
		b.errorf("RL0407", body.attr("batch"), "Leave it out, or add samples = [objective.a, objective.b].", "batch counts samples, and there are none")
		return false
	case body.attr("samples") == nil && body.attr("noise") == nil && body.attr("covariance") == nil:
		b.errorAt("RL0403", body.header, fmt.Sprintf("Add noise = 0.1, covariance = ..., or samples = [objective.a, objective.b], the mean of which is %s; without any of them it is the optimizer \"gd\".", f.Address),
			"sgd on a formula needs noise or samples")
		return false
	}
	good := b.samples(owner, f, o)
	return b.diffusion(o, f, scope, varied, more) && good
}

// miniBatches checks what is drawn from the data of a network; f is nil where no
// run is known.
func (b *builder) miniBatches(f *plan.Objective, o *plan.Optimizer) bool {
	for _, name := range []string{"noise", "covariance", "samples"} {
		if e := b.body.attr(name); e != nil {
			b.errorf("RL0407", e, "Its noise is that of its mini-batches, batch = 50, and of label_noise.", "%s is for formulas, and %s is a network", name, f.Address)
			return false
		}
	}
	e := b.body.attr("batch")
	if e == nil {
		b.errorAt("RL0403", b.body.header, "Add batch = 50: samples per mini-batch; on a formula noise or samples.", "%s needs %q", b.body.title(), "batch")
		return false
	}
	if f == nil {
		return true
	}
	n := 0
	if f.Data.Outline != nil {
		n = f.Data.Samples()
	}
	if n > 0 && o.Batch > n {
		b.errorf("RL0420", e, fmt.Sprintf("Write at most %d.", n), "a mini-batch has %d samples, and %s has %d", o.Batch, f.Data.Address, n)
		return false
	}
	// What is left of an epoch is left out: only batches of one have one sample.
	return o.Batch == 0 || b.normalised(f.Training, o.Batch, 0, e, nil)
}

// samples resolves the objectives that a step draws from.
func (b *builder) samples(owner *instance, f *plan.Objective, o *plan.Optimizer) bool {
	e := b.body.attr("samples")
	if e == nil {
		return true
	}
	if b.body.attr("batch") == nil {
		o.Batch = 1
	}
	scope := b.scope(naming)
	if owner != nil {
		scope = langmath.NewScope(b.c.phases[naming], owner.each)
	}
	l := b.lowerer()
	all, ok := b.instancesOf(l.Lower(e, scope), e, "objective")
	if !ok || f == nil {
		return ok
	}
	if len(all) == 0 {
		b.errorf("RL0406", e, "Write samples = [objective.a, objective.b].", "there are no samples")
		return false
	}
	for _, in := range all {
		if !b.c.compile(in, spanOf(e.Range())) {
			b.in.bad = true
			return false
		}
		g := in.objective
		if g.Training != nil || !sameParams(f, g) {
			b.errorf("RL0409", e, "Samples are formulas in the parameters of the run's objective, with the same shapes in the same order.", "%s has other parameters than %s", g.Address, f.Address)
			return false
		}
		o.Samples = append(o.Samples, g)
	}
	return b.meanOfSamples(e, f, o.Samples)
}

// meanOfSamples refuses samples whose mean is another function than the objective,
// up to a constant, by how values change between a few points.
func (b *builder) meanOfSamples(e hclsyntax.Expression, f *plan.Objective, samples []*plan.Objective) bool {
	var offset float64
	for i, base := range []float64{0.3, -1.1, 0.7} {
		at := map[string][]float64{}
		k := 0
		for _, p := range f.Params {
			x := make([]float64, p.Type.Size())
			for i := range x {
				k++
				x[i] = base * (1 + 0.25*math.Sin(float64(k))) // no two alike
			}
			at[p.Name] = x
		}
		want, ok := valueAt(f, at)
		mean, size := 0.0, math.Abs(want)
		for _, g := range samples {
			v, known := valueAt(g, at)
			ok = ok && known
			mean += v / float64(len(samples))
			size = max(size, math.Abs(v))
		}
		switch {
		case !ok:
			return true // the run will say
		case i == 0:
			offset = mean - want
		case math.Abs(mean-want-offset) > 1e-9*max(size, math.Abs(offset)):
			b.errorf("RL0406", e, "Give the run the objective that is their mean, or leave the others out: a step follows the samples, and loss and grad_norm are those of the objective.",
				"%s is not the mean of the samples: between two points it changes by other than their mean does", f.Address)
			return false
		}
	}
	return true
}

// valueAt is a formula's finite value at a point, if it needs no results.
func valueAt(f *plan.Objective, at map[string][]float64) (float64, bool) {
	if f.Value == nil || len(f.Value.Refs) > 0 {
		return 0, false
	}
	out, err := f.Value.Graph.Interpret([]graph.ID{f.Value.Root}, at)
	if err != nil {
		return 0, false
	}
	v := out[f.Value.Root][0]
	return v, !math.IsNaN(v) && !math.IsInf(v, 0)
}
