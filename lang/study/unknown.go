package study

import (
	"fmt"
	"slices"

	"relief/runtime/plan"
)

// amongResults says what to write for a name that means something, but not
// alone among results.
func (b *builder) amongResults(name, near string) string {
	run := b.c.anyRun()
	switch {
	case slices.Contains(runResults, name), slices.Contains(ofKinds, name):
		return fmt.Sprintf("A result is named with its run, as in run.%s.%s.", run, afterRun(name))
	case b.c.isParam(name):
		return fmt.Sprintf("A parameter is named with its run: run.%s.path.%s, or run.%s.final.params.%s.", run, name, run, name)
	case near == "":
		return fmt.Sprintf("Results are named with their block, as in run.%s.final.loss; `relief list` shows the functions.", run)
	}
	return ""
}

// afterRun completes results that have parts.
func afterRun(name string) string {
	switch name {
	case "final":
		return "final.loss"
	case "path", "probe", "bias", "bias_error":
		return name + ".NAME"
	case "at":
		return "at[10].loss"
	}
	return name
}

// anyRun is the name of the first run, for examples.
func (c *compiler) anyRun() string {
	for _, d := range c.inOrder {
		if d.noun != "run" {
			continue
		}
		if d.keyed {
			return d.name + "[KEY]"
		}
		return d.name
	}
	return "NAME"
}

// isParam reports whether an objective that has been built has a parameter of
// that name.
func (c *compiler) isParam(name string) bool {
	for _, d := range c.inOrder {
		for _, in := range d.instances {
			if in.objective != nil {
				if _, ok := param(in.objective, name); ok {
					return true
				}
			}
		}
	}
	return false
}

// inObjective says what the value of an objective may name.
func inObjective(f *plan.Objective) func(name, near string) string {
	return func(name, near string) string {
		switch {
		case slices.Contains(symbolNames, name):
			return fmt.Sprintf("An objective is a formula in its parameters (%s) alone; %s has a meaning in a run.", list(paramNames(f)), name)
		case near == "":
			return fmt.Sprintf("It may name its parameters (%s), variables, locals, and functions: `relief list` shows them.", list(paramNames(f)))
		}
		return ""
	}
}

// inLaw says what a setting of an optimizer may name; f may be nil.
func (b *builder) inLaw(what string, f *plan.Objective, varied []string) func(name, near string) string {
	return func(name, near string) string {
		isParam := f == nil && b.c.isParam(name)
		if f != nil {
			_, isParam = param(f, name)
		}
		switch {
		case isParam, name == "loss", name == "grad_norm":
			return fmt.Sprintf("A %s depends on t only, not on where the run is; probe and stop see the parameters, loss and grad_norm.", what)
		case near == "" && what == "schedule":
			return "A schedule may name t, steps, variables, locals and functions: `relief list` shows them."
		case near == "" && b.in.addr.Noun == "orbit" && len(varied) == 0:
			return fmt.Sprintf("Write a number, or let the orbit have a lane for each value: vary { %s = [0.1, 0.2] }.", name)
		case near == "" && b.in.addr.Noun == "orbit":
			return fmt.Sprintf("A %s may name what the orbit varies (%s), and results of runs.", what, list(varied))
		case near == "":
			return fmt.Sprintf("A %s may name %s, and results of other runs.", what, list(append([]string{"t", "steps"}, varied...)))
		}
		return ""
	}
}

// inStart says what a start may name.
func inStart(varied []string) func(name, near string) string {
	return func(name, near string) string {
		switch {
		case near != "":
			return ""
		case len(varied) == 0:
			return fmt.Sprintf("A start may name results of other runs, variables and locals; vary { %s = [0, 1] } in the run makes a lane for each value.", name)
		}
		return fmt.Sprintf("A start may name what the run varies (%s), and results of other runs.", list(varied))
	}
}

// inObserved says what stop and probes may name.
func inObserved(f *plan.Objective, varied []string) func(name, near string) string {
	return func(name, near string) string {
		if near != "" {
			return ""
		}
		if f.Training != nil {
			return fmt.Sprintf("On a network here may stand %s, and results of other runs; its parameters have no names in formulas.", list(symbolNames))
		}
		return fmt.Sprintf("Here may stand %s, and results of other runs.", list(slices.Concat(paramNames(f), symbolNames, varied)))
	}
}

// variedNames are the names of vary.
func variedNames(r *plan.Run) []string {
	var names []string
	for _, v := range r.Vary {
		names = append(names, v.Names...)
	}
	return names
}
