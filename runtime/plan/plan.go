// Package plan is a checked study as the runtime sees it: blocks with their
// mathematics lowered to graphs, and the order in which they can run. It is
// data only. lang/study makes it, runtime/engine runs it, and neither knows
// the other.
//
//	lang/study --(Study)--> runtime/engine
package plan

import (
	"relief/lang/diag"
	"relief/runtime/dataset"
	"relief/runtime/graph"
	"relief/runtime/network"
)

// Address names a block: `run.after[650]`.
type Address struct {
	Noun, Name string
	Key        string // of for_each, its shortest text; meaningful when Keyed
	Keyed      bool
}

// String is the address as a study writes it.
func (a Address) String() string {
	if a.Keyed {
		return a.Noun + "." + a.Name + "[" + a.Key + "]"
	}
	return a.Noun + "." + a.Name
}

// Study is a whole study. Blocks of each kind are in the order of the file,
// those of one for_each in the order of its keys.
type Study struct {
	Name        string // the file's name without .hcl
	File        string
	Title       string
	Description string // Markdown
	Source      string // citation
	Seed        uint64
	Sources     map[string][]byte // every file read, by name

	Variables   []*Variable
	Datasets    []*Dataset
	Networks    []*Network
	Objectives  []*Objective
	Runs        []*Run
	Landscapes  []*Landscape
	Spectra     []*Spectrum
	Projections []*Projection
	Orbits      []*Orbit
	Growths     []*Growth
	Checks      []*Check
	Plots       []*Plot
	Tables      []*Table
	Outputs     []*Output
	Report      *Report // nil: everything is shown, in order

	// Order lists the runs, landscapes, spectra, projections, orbits and growths
	// so that each comes after what it refers to.
	Order []Address
}

// Block is what every block has.
type Block struct {
	Address Address
	Span    diag.Span // the block's header
	Needs   []Address // blocks whose results it refers to, each once, in order of appearance
}

// Variable is an input of the study with the value it has in this run.
type Variable struct {
	Name, Description, Unit string
	Value                   string // as HCL text
	Default                 bool   // the value is the default
}

// Expr is one lowered expression: a root of a graph. Inputs of the graph that
// are results of other blocks are listed in Refs by input name; the meaning
// of the other inputs (parameters, "t", "steps", "loss", "grad_norm", names
// of vary) is that of the attribute.
type Expr struct {
	Graph *graph.Graph
	Root  graph.ID
	Refs  []Ref
	Span  diag.Span
}

// Type is the type of the expression's value.
func (e *Expr) Type() graph.Type { return e.Graph.Type(e.Root) }

// Ref is a result of another block that an expression waits for.
//
// Path says which result, without the block's address. Of a run: "t", "loss",
// "grad_norm", "learning_rate", "stability"; "path", P; "probe", NAME;
// "final" or "at", K, then "loss", "grad_norm" or "params", P; "steps" (the
// number of steps made); "status". Of a landscape: "loss",
// "second_difference", "curvature"; "axis", LABEL. Of an objective:
// "value", "gradient", "hessian", "hvp": then Args are the flattened point
// and, for hvp, the vector. Results of probes and of the other blocks are listed
// with Probe, Spectrum, Projection and Dataset.
type Ref struct {
	Input string // name of the graph's input
	Block Address
	Path  []string
	Args  []*Expr
	Type  graph.Type
	Span  diag.Span
}

// Text is text with results in it: the parts are written one after another.
type Text []TextPart

// TextPart is either literal or a formatted value.
type TextPart struct {
	Literal string
	Verb    string // of format(), such as "%.3g"; "" prints the shortest text
	Value   *Expr  // nil for a literal
	Word    *Ref   // a result that is text, such as a status
}

// Param is a parameter of an objective, in the order of `params`.
type Param struct {
	Name string
	Type graph.Type
}

// Objective is a function to be minimised. The inputs of its graph are its
// parameters by name. That of a network has no Value: its parameters are those
// of the network, in its order.
type Objective struct {
	Block
	Params []Param
	Value  *Expr // nil for a network
	*Training
}

// Training is the objective of a network on data: the mean over the samples of
// the loss of each, plus the regularizer.
type Training struct {
	Network *Network
	Data    *Dataset
	Loss    string // "mse": half the sum of squares over the outputs; "cross_entropy"
	// Regularizer is a number in the inputs "params", the flat vector of all
	// parameters, and "weights", that of the weights of dense and conv layers
	// alone; nil: none.
	Regularizer *Expr
	// Batch is the number of samples that are computed together. With batch norm
	// it is part of the loss: statistics are those of each batch, samples in the
	// order of the data, the rest a smaller batch. 0: all samples with batch norm,
	// without it a number that the shapes decide.
	Batch int
}

// Network is a network as a block: several objectives may share it.
type Network struct {
	Block
	*network.Network
}

// Dataset is samples. Results: "samples", "features", "classes", "norms" (a
// vector, one Euclidean norm per sample, as trained on), "mean" and "deviation"
// (of the standardisation: by feature or channel).
type Dataset struct {
	Block
	Kind        string
	Source      dataset.Source
	Skip, Limit int      // samples of the source left out at the beginning, then the largest number kept; 0: none, all
	Standardize string   // "": none; "pixel", "channel"
	Like        *Dataset // whose statistics standardise this one: the training set of a test set; nil: its own
	Norm        *Expr    // law of the norm of each sample in the inputs "i" (from 0) and "n"; nil: as it is
	Flip        bool     // augmentation in mini-batches: mirrored half the time
	Crop        int      // augmentation: shifted by up to so many pixels
	Seed        uint64
	Outline     *dataset.Outline // of Source; nil if the file is not there
}

// Samples is the number of samples, 0 if it is not known yet.
func (d *Dataset) Samples() int {
	if d.Outline == nil {
		return 0
	}
	n := max(0, d.Outline.Samples-d.Skip)
	if d.Limit > 0 {
		n = min(n, d.Limit)
	}
	return n
}

// Size is the number of parameters, all elements counted.
func (o *Objective) Size() int {
	n := 0
	for _, p := range o.Params {
		n += p.Type.Size()
	}
	return n
}

// Law is a probability law that a start is drawn from, or none.
type Law uint8

const (
	NoLaw   Law = iota
	Normal      // mean, standard deviation
	Uniform     // lower and upper end
)

// Start is how one parameter begins: a value that has the parameter's type or
// is a scalar that fills it, or a law with its two arguments.
type Start struct {
	Param string
	Law   Law
	Value *Expr
	Args  [2]*Expr
	Span  diag.Span
}

// Run is one trajectory, or one per lane, of an optimizer on an objective.
type Run struct {
	Block
	Objective   *Objective
	Optimizer   *Optimizer
	Start       []Start   // by parameter, in the objective's order; nil in a resumed run, and for a network that starts by its inits
	Weights     string    // file of weights that a network starts from, .safetensors or .npz; "": none
	WeightsSpan diag.Span // of what names it
	Resume      *Resume
	Steps       int
	Stop        *Expr // over parameters, "t", "loss", "grad_norm"; nil: never
	Every       int   // record every n-th step
	RecordPath  bool
	Probes      []Probe
	Snapshots   *Snapshots // parameters kept on disk; nil: none
	Vary        []Vary     // the product of these, the last changing fastest
	MayDiverge  bool
	Seed        uint64
}

// Lanes is the number of lanes along each axis of vary.
func (r *Run) Lanes() []int {
	var n []int
	for _, v := range r.Vary {
		n = append(n, len(v.Values[0]))
	}
	return n
}

// Resume continues another run from its state after At updates, or from its
// last one.
type Resume struct {
	Run   Address
	At    int
	Final bool
	Span  diag.Span
}

// Snapshots are parameters kept along a run, in binary32, for projections and
// for the distance of a path from a plane.
type Snapshots struct {
	Every  int
	Budget int64 // bytes at most
	Span   diag.Span
}

// Probe records values along the run every n-th step. Results beside the probe
// itself ("probe", NAME) are ("probe", NAME, WHICH). By kind:
//
//	value                  Value; a number, vector or matrix
//	sharpness              Top eigenvalues of the Hessian, the largest first; a number if Top is 0, else a vector.
//	                       WHICH: "residual" (of each, |H v - l v|), "products" (Hessian-vector products used)
//	average                over the last Over steps: the mean of the loss. WHICH: "loss" (the same), "at_mean" (the loss
//	                       at the mean iterate), "sharpness" (there)
//	test                   the accuracy on Data, in [0, 1], with population statistics. WHICH: "accuracy" (the same), "loss"
//	distance               the Euclidean distance from Point, or from the state of run From after as many updates, of
//	                       which both record the path or keep snapshots; both means over Average steps (1: the states)
//	landscape              the loss at Axis.Points positions along Axis through the iterate. WHICH: "position"
//	directional_curvature  v^T H v / v^T v for the direction of Axis
//
// Preconditioned, of sharpness: the Hessian in the metric of the optimizer's second moment at that step.
type Probe struct {
	Name  string
	Kind  string
	Every int
	Value *Expr // value: over parameters, "t", "loss", "grad_norm"
	Span  diag.Span

	Top            int
	Tolerance      float64  // sharpness: residual over eigenvalue at which the iteration ends
	Products       int      // sharpness: the most products
	Layers         []string // sharpness: names of layers or blocks whose parameters alone count; nil: all
	Over           int      // average
	Data           *Dataset // test
	Point          Point    // distance; one Expr alone is the whole flat vector
	From           Address  // distance: a run; zero if none
	Average        int      // distance
	Preconditioned bool     // sharpness
	Axis           *Axis    // landscape, directional_curvature
}

// Vary gives names their values lane by lane; the names of one Vary go
// together, so their lists are equally long.
type Vary struct {
	Names  []string
	Values [][]float64 // by name, then by lane
}

// Point is a value for each parameter of an objective, in its order.
type Point []*Expr

// Landscape samples an objective along one or two axes through a center.
type Landscape struct {
	Block
	Objective *Objective
	Center    Point // values of the parameters that no coordinate axis replaces
	Axes      []Axis
	Paths     []Address // runs whose distance from the plane is asked for: results "path", RUN, KEY, then a label of an axis or "distance": series
}

// Spectrum is what is known of the Hessian at a point. Results: "top" and
// "bottom" (vectors, from the outermost inwards), "top_residual",
// "bottom_residual", "products", "trace", "trace_error" (standard error),
// "density" and "density_error" (vectors, at "eigenvalue").
type Spectrum struct {
	Block
	Objective   *Objective
	Point       Point
	FromStart   bool
	Seed        uint64
	Top, Bottom int
	Tolerance   float64
	Products    int     // the most products for the eigenvalues
	Samples     int     // random vectors for trace and density; 0: neither
	Steps       int     // of Lanczos per vector, for the density
	Points      int     // of the density
	Width       float64 // of the Gaussian that smooths the density, as a share of the range of the eigenvalues
	// Preconditioner divides by the root of the second moment of an adaptive
	// optimizer's state at the point; its run.
	Preconditioner Address
}

// Projection gives coordinates of runs along the principal components of
// segments of paths, orthogonalised in order (the paper's Fig. 3.2, right).
// Results: "run", NAME, KEY, LABEL: series of coordinates, relative to the first
// snapshot of the first segment; "variance": vector, the share of each segment's
// variance that its component has before it is orthogonalised.
type Projection struct {
	Block
	Segments []Segment
	Runs     []Address
}

// Segment is the steps From to To (-1: the last) of a run.
type Segment struct {
	Label    string
	Run      Address
	From, To int
	Span     diag.Span
}

// Axis is one direction of a landscape. A coordinate axis sets element
// Coordinate of the flat parameters to the position; any other adds position
// times direction to the center. The direction is Direction or, where that is
// nil, what Word names:
//
//	gradient     Rate times the gradient at the center (Normalize "": one unit is one step of gradient descent)
//	random       standard normal by Seed
//	eigenvector  number Index of the Hessian at the center, from the largest eigenvalue down; length 1
//	component    principal component number Index of the Snapshots, or path, of run Of, steps FromStep to ToStep; length 1
//
// Normalize is "", "unit" (length 1), "layer" (each parameter array of the length
// that it has at the center) or "filter" (each output channel or unit so; arrays
// of biases and norms as in "layer"; Li, Xu, Taylor, Studer, Goldstein 2018).
type Axis struct {
	Label      string
	Coordinate int   // -1 for a direction
	Direction  Point // nil for a coordinate or a Word
	Word       string
	Normalize  string
	Rate       *Expr
	Seed       uint64
	Index      int
	Of         Address
	FromStep   int
	ToStep     int // -1: the last
	From, To   *Expr
	Points     int
	Log        bool // positions spaced evenly in the logarithm
	Span       diag.Span
}

// Samples is the number of points of the grid that axes span.
func Samples(axes []Axis) int {
	n := 1
	for _, a := range axes {
		n *= a.Points
	}
	return n
}

// Check is a claim of the study.
type Check struct {
	Block
	Label   string
	Asserts []Assert
}

// Assert holds when Condition is true.
type Assert struct {
	Condition *Expr
	Message   Text
	Span      diag.Span
}

// Plot is one figure.
type Plot struct {
	Block
	Title         Text
	Width, Height float64 // centimetres; 0: chosen
	Columns       int     // panels in a row; 0: chosen
	Formats       []string
	Panels        []Panel
}

// Panel is one set of axes with its marks.
type Panel struct {
	Title   Text
	X, Y, Z PlotAxis
	Marks   []Mark
	View    View
}

// View is the direction from which a surface is seen, in degrees; zero values
// mean the default.
type View struct{ Azimuth, Elevation float64 }

// PlotAxis is an axis of a panel.
type PlotAxis struct {
	Label, Unit string
	Scale       string // "linear", "log", "symlog"; "" is linear
	Min, Max    *Expr  // nil: from the data
}

// ColorNames are the words for colours of marks, besides #rrggbb.
var ColorNames = []string{"amber", "black", "blue", "gray", "green", "grey", "orange", "purple", "red", "sky", "white", "yellow"}

// Mark is one thing drawn in a panel. Which fields count depends on Kind:
//
//	line, scatter   X (nil: the steps of Y), Y, From, To
//	path            X, Y, Z, From, To: a trajectory with its direction
//	band            X, Lower, Y (middle, may be nil), Upper; or Y and Quantiles
//	histogram       X, Bins, Density
//	density         X (nil: the steps of Y), Y, From, To, Bins (columns), Rows, ByColumn
//	heatmap, contour, surface   Of (a landscape with two axes) and Field, or Z (values over two
//	                axes), X and Y (vectors along these, or of the shape of Z; nil: indices);
//	                Levels, LevelList, Log; of a heatmap Categories and Names
//	hline, vline    Y or X
//	text            X, Y, Text
type Mark struct {
	Kind         string
	Span         diag.Span
	X, Y, Z      *Expr
	Lower, Upper *Expr
	From, To     *int // steps
	Of           Address
	Field        string // of the landscape: "loss" (default), "curvature", "second_difference"
	Levels       int
	LevelList    []float64
	Filled       bool
	Log          bool
	Quantiles    []float64 // of a band: two fractions of Y, over its last axes; nil: Lower and Upper
	Bins, Rows   int
	ByColumn     bool           // of a density: shares of each column
	Density      bool           // of a histogram: its area is 1
	Categories   bool           // whole numbers that are names, one colour each
	Names        map[int]string // of categories, in the legend
	Label        Text           // nil: named by what it draws; empty: not in the legend
	Text         Text
	Color, Dash  string
	Width        float64
	Source       Address // the run drawn, for stable colours; zero if none
}

// Table is rows of results under headings.
type Table struct {
	Block
	Title   Text
	Columns []string
	Digits  []int // significant ones of the numbers shown, by column
	Rows    [][]Text
	Numbers [][]*Expr // beside Rows: the number in a cell, nil where it is text
}

// Output is a named value.
type Output struct {
	Block
	Description, Unit string
	Value             *Expr
}

// Report is the order of the report.
type Report struct {
	Span  diag.Span
	Items []ReportItem
}

// ReportItem is a piece of Markdown or a block to show.
type ReportItem struct {
	Markdown Text
	Show     *Address // Name "" stands for all blocks of the noun
}
