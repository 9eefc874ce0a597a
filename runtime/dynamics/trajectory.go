package dynamics

import (
	"relief/lang/diag"
	"relief/runtime/array"
)

// Status says how a run ended.
type Status string

// The ways a run ends. With lanes, a run is Diverged if any lane is, else
// Stopped if any lane was stopped.
const (
	OK          Status = "ok"          // all steps were made
	Stopped     Status = "stopped"     // the stop condition held
	Diverged    Status = "diverged"    // the loss or a parameter left the finite numbers
	Interrupted Status = "interrupted" // the context was cancelled
)

// Trajectory is what a run gives. Series have the axes step, lanes (one axis
// for each vary), then the parameter's own. Their steps are 0, every, 2 every
// and so on, and the last one.
//
// A lane that stops keeps its values from then on. A lane that diverges is NaN
// from the first step whose loss or parameters are not finite; a run without
// lanes ends before it.
type Trajectory struct {
	Status Status
	Lanes  []int // lengths of the axes of vary; none for one trajectory
	Steps  int   // the last index; -1 if the start itself is not finite
	T0     int   // updates made before index 0, in the runs that this one resumes

	Loss         *array.Array
	GradNorm     *array.Array // Euclidean norm of the objective's gradient
	LearningRate *array.Array // that update k+1 uses, also where it is not made
	Stability    *array.Array // largest stable curvature at that rate; see NewMap
	Path         map[string]*array.Array
	Probes       map[string]*array.Array // by name; what a probe gives beside itself as name.which
	Snapshots    *Snapshots              // nil: none

	// Bias, of an sde that asks for it, is by parameter how far the mean over the
	// lanes is from that of steps without end short, to first order: the mean of a
	// twin with steps twice as long less it. BiasError is its standard error. Both
	// are series at the steps at which the twin ends a step of its own.
	Bias, BiasError map[string]*array.Array

	Final *State         // nil if a run without lanes diverged or never began
	Kept  map[int]*State // by step; a step that the run did not reach is missing

	LaneSteps  []int    // by lane: its last index; -1 if its start is not finite
	LaneStatus []Status // by lane
	// Divergence explains the first lane that diverged, with the step, the
	// place and the values; nil if none did.
	Divergence *diag.Diagnostic

	// Residual is how exactly a quasistatic run's points exchange under the map,
	// relative to their distance; WorstResidual is the largest one. The others
	// have none.
	Residual      *array.Array
	WorstResidual float64

	// Error, of a flow, is the solver's estimate of its error so far: see
	// flow.Solver. Oscillation and Complementarity, of a central flow, are the trace
	// of the covariance and how far its condition is from holding: see flow.Reading.
	Error, Oscillation, Complementarity *array.Array
}

// own is the series of that name that only some kinds of runs have.
func (t *Trajectory) own(name string) **array.Array {
	switch name {
	case "residual":
		return &t.Residual
	case "error":
		return &t.Error
	case "oscillation":
		return &t.Oscillation
	}
	return &t.Complementarity
}

// DivergedLanes counts the lanes that diverged; a run without lanes is one.
func (t *Trajectory) DivergedLanes() int {
	n := 0
	for _, s := range t.LaneStatus {
		if s == Diverged {
			n++
		}
	}
	return n
}

// State is a point of a trajectory from which it can go on. Arrays have the
// axes of the lanes, then the parameter's own.
type State struct {
	Kind     string // of the optimizer
	Lanes    []int
	Total    int // updates made since the first start
	Loss     *array.Array
	GradNorm *array.Array
	Params   map[string]*array.Array
	Buffers  map[string]*array.Array // the optimizer's memory, by Component.Key
}

// Key names a component among all of an optimizer's.
func (c Component) Key() string {
	if c.Buffer == "" {
		return c.Name
	}
	return inputName(c.Buffer, c.Name)
}
