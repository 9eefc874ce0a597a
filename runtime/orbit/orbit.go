package orbit

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"relief/lang/diag"
	"relief/runtime/analysis"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/dense"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
)

// Options is what an orbit needs beside its plan.
type Options struct {
	Results bind.Results // values of references
	// Objective is that of a network, a *model.Network, or what a direction
	// needs; a formula needs none. Machine is the one that it computes on.
	Objective model.Objective
	Machine   *dense.Machine
	Rows      func(plan.Address) (analysis.Rows, error) // recorded paths, for directions along their components
	Weights   func(path string, x []float64) error      // reads the weights that a network starts from
	Workers   int                                       // goroutines; below 1 is 1. Results do not depend on it
	Memory    int64                                     // largest size of the results in bytes; 0 is plan.MaxMemory
	// Progress, if not nil, is told now and then how much of the work is done.
	Progress func(done, total int)
}

// Result is what an orbit gave.
type Result struct {
	Fields   []analysis.Named // see plan.Orbit; the parts of a name are joined by dots
	Warnings diag.List
}

// Codes of the diagnostics of orbits; their texts are in the table of package
// diag.
const (
	codeTooLarge diag.Code = "RL0504"
	codeNoValue  diag.Code = "RL0506"
	codeNoCycle  diag.Code = "RL0511"
	codeNoMap    diag.Code = "RL0512"
	codePartial  diag.Code = "RL0513"
)

// Compute answers what a plan asks for. The error is a diag.List, or that of
// the context if it was cancelled.
func Compute(ctx context.Context, p *plan.Orbit, opt Options) (*Result, error) {
	out, err := compute(ctx, p, &opt)
	if err == nil || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return out, err
	}
	var list diag.List
	if errors.As(err, &list) {
		return nil, list
	}
	d := &diag.Diagnostic{Code: codeNoValue, Span: p.Span, Summary: err.Error(), Context: contextOf(p)}
	if at := (*bind.Error)(nil); errors.As(err, &at) && !at.Span.IsZero() {
		d.Span = at.Span
	}
	return nil, diag.List{d}
}

func compute(ctx context.Context, p *plan.Orbit, opt *Options) (*Result, error) {
	if p.Map.Objective.Training != nil {
		return nil, fail(p, codeNoMap, p.Span, "Ask for the orbit of a formula; for a network record a probe \"sharpness\" of a run.", "orbits of networks are not built yet")
	}
	y, err := newSystem(p, opt)
	if err != nil {
		return nil, err
	}
	switch {
	case p.Box != nil:
		return nil, y.unbuilt(p.Span, "all cycles in a box")
	case p.Basin != nil:
		return nil, y.unbuilt(p.Basin.Span, "basins of attraction")
	}
	var parts []func(context.Context) error
	add := func(asked bool, part func(context.Context) error) {
		if asked {
			parts = append(parts, part)
		}
	}
	add(p.Near != nil, y.near)
	add(p.Diagram != nil, y.diagram)
	add(p.Lyapunov != nil, y.lyapunov)
	for i, part := range parts {
		y.part, y.parts = i, len(parts)
		if err := part(ctx); err != nil {
			return nil, err
		}
		y.progress(1)
	}
	return &y.Result, nil
}

// unbuilt refuses what orbits do not answer yet.
func (y *system) unbuilt(span diag.Span, what string) error {
	return fail(y.p, codeNoMap, span, "Ask for cycles by near, for a diagram or for Lyapunov exponents.", "%s are not built yet", what)
}

// fail makes an error about an orbit.
func fail(p *plan.Orbit, code diag.Code, span diag.Span, detail, format string, args ...any) diag.List {
	if span.IsZero() {
		span = p.Span
	}
	return diag.List{{Code: code, Span: span, Summary: fmt.Sprintf(format, args...), Detail: detail, Context: contextOf(p)}}
}

func contextOf(p *plan.Orbit) string {
	s := "orbit " + strconv.Quote(p.Address.Name)
	if p.Address.Keyed {
		s += " [" + p.Address.Key + "]"
	}
	return s
}

// warn adds a warning about an orbit.
func (r *Result) warn(p *plan.Orbit, code diag.Code, span diag.Span, detail, format string, args ...any) {
	d := fail(p, code, span, detail, format, args...)[0]
	d.Severity = diag.Warning
	r.Warnings.Add(d)
}

// put adds a field; name is its parts.
func (r *Result) put(a *array.Array, name ...string) {
	r.Fields = append(r.Fields, analysis.Named{Name: strings.Join(name, "."), Value: a})
}

// series is an array whose steps are counted from 0.
func series(perStep graph.Type, data []float64) *array.Array {
	steps := make([]int, len(data)/max(1, perStep.Size()))
	for i := range steps {
		steps[i] = i
	}
	return array.Series(perStep, steps, data)
}

// count writes a number with its noun: "1 lane", "3 lanes".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
