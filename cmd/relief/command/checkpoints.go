package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"relief/runtime/engine"
	"relief/runtime/plan"
	"relief/runtime/store"
)

// trainsNetworks reports whether a run on a network is among the blocks asked
// for.
func trainsNetworks(s *plan.Study, only []string) bool {
	want := engine.Selected(s, only)
	return slices.ContainsFunc(s.Runs, func(r *plan.Run) bool { return r.Objective.Training != nil && want(r.Address) })
}

// openCheckpoints takes the folder that runs are saved in; nil, with a word about
// it, if another process has it.
func openCheckpoints(std stdio, study *plan.Study, place store.Options, fresh bool) (*store.Checkpoints, error) {
	saved, err := store.OpenCheckpoints(study, place, fresh)
	switch {
	case errors.Is(err, store.ErrCheckpointsInUse):
		fmt.Fprintf(visible{std.err}, "Another process is running %s; this one will not be able to go on after an interruption.\n", study.Name)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("the folder of checkpoints cannot be used: %w", err)
	}
	return saved, nil
}

// goesOn says where runs that were interrupted will be taken up; "" if there are
// none.
func goesOn(r *engine.Results) string {
	var runs []string
	for _, x := range r.Runs {
		loss := x.Lookup("loss")
		if x.Plan.Objective.Training != nil && x.Status == engine.Interrupted && loss != nil && loss.Len() > 0 {
			runs = append(runs, fmt.Sprintf("%s from step %s", x.Plan.Address, thousands(float64(x.Steps+1))))
		}
	}
	if len(runs) == 0 {
		return ""
	}
	return "The same command goes on with " + strings.Join(runs, ", ") + "; -fresh begins anew."
}
