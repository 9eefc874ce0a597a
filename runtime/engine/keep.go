package engine

import (
	"slices"
	"strconv"

	"relief/runtime/plan"
)

// keptSteps lists, for each run, the steps whose states others ask for: runs
// that resume it there, and references to run.a.at[k].
func keptSteps(s *plan.Study) map[plan.Address][]int {
	keep := map[plan.Address][]int{}
	for _, r := range s.Runs {
		if r.Resume != nil && !r.Resume.Final {
			keep[r.Resume.Run] = append(keep[r.Resume.Run], r.Resume.At)
		}
	}
	forEachRef(s, func(ref *plan.Ref) {
		if len(ref.Path) > 1 && ref.Path[0] == "at" {
			if k, err := strconv.Atoi(ref.Path[1]); err == nil && k >= 0 {
				keep[ref.Block] = append(keep[ref.Block], k)
			}
		}
	})
	for a, steps := range keep {
		slices.Sort(steps)
		keep[a] = slices.Compact(steps)
	}
	return keep
}

// forEachRef visits every reference of the study.
func forEachRef(s *plan.Study, visit func(*plan.Ref)) {
	var expr func(e *plan.Expr)
	exprs := func(list ...*plan.Expr) {
		for _, e := range list {
			expr(e)
		}
	}
	expr = func(e *plan.Expr) {
		if e == nil {
			return
		}
		for i := range e.Refs {
			visit(&e.Refs[i])
			exprs(e.Refs[i].Args...)
		}
	}
	axis := func(a *plan.Axis) {
		exprs(a.Direction...)
		exprs(a.From, a.To, a.Rate)
	}
	text := func(t plan.Text) {
		for _, p := range t {
			expr(p.Value)
			if p.Word != nil {
				visit(p.Word)
			}
		}
	}
	for _, d := range s.Datasets {
		expr(d.Norm)
	}
	for _, o := range s.Objectives {
		if expr(o.Value); o.Training != nil {
			expr(o.Regularizer)
		}
	}
	run := func(r *plan.Run) {
		if r.Optimizer != nil {
			for _, x := range r.Optimizer.Settings() {
				expr(x.Value)
			}
		}
		for _, st := range r.Start {
			exprs(st.Value, st.Args[0], st.Args[1])
		}
		expr(r.Stop)
		for _, p := range r.Probes {
			expr(p.Value)
			exprs(p.Point...)
			if p.Axis != nil {
				axis(p.Axis)
			}
		}
	}
	for _, r := range s.Runs {
		run(r)
	}
	for _, l := range s.Landscapes {
		exprs(l.Center...)
		for i := range l.Axes {
			axis(&l.Axes[i])
		}
	}
	for _, x := range s.Spectra {
		exprs(x.Point...)
	}
	for _, x := range s.Growths {
		exprs(x.Minimum...)
		expr(x.LearningRate)
		for i := range x.Axes {
			axis(&x.Axes[i])
		}
	}
	for _, o := range s.Orbits {
		run(o.Map)
		exprs(o.Near...)
		for _, x := range o.Box {
			exprs(x.From, x.To)
		}
		if o.Basin != nil {
			for i := range o.Basin.Axes {
				axis(&o.Basin.Axes[i])
			}
		}
	}
	for _, o := range s.Outputs {
		expr(o.Value)
	}
	for _, c := range s.Checks {
		for _, a := range c.Asserts {
			expr(a.Condition)
			text(a.Message)
		}
	}
	for _, t := range s.Tables {
		text(t.Title)
		for _, row := range t.Rows {
			for _, cell := range row {
				text(cell)
			}
		}
		for _, row := range t.Numbers {
			exprs(row...)
		}
	}
	for _, p := range s.Plots {
		text(p.Title)
		for _, panel := range p.Panels {
			text(panel.Title)
			exprs(panel.X.Min, panel.X.Max, panel.Y.Min, panel.Y.Max, panel.Z.Min, panel.Z.Max)
			for _, m := range panel.Marks {
				exprs(m.X, m.Y, m.Z, m.Lower, m.Upper)
				text(m.Label)
				text(m.Text)
			}
		}
	}
	if s.Report != nil {
		for _, item := range s.Report.Items {
			text(item.Markdown)
		}
	}
}
