package schema

var landscape = Block{
	Noun: "landscape", Labels: []string{"name"}, ForEach: true,
	Description: "An objective sampled along one axis or two. An axis labelled by a scalar parameter runs over its values; any other axis names its `coordinate` or `direction`.",
	Example: `landscape "basin" {
  objective = objective.two_valleys
  axis "x1" {
    from   = -20
    to     = 20
    points = 401
  }
  axis "x2" {
    from   = -3
    to     = 3
    points = 401
  }
}`,
	Attributes: []Attribute{
		{Name: "objective", Phase: Name, Type: Reference, Noun: "objective", Required: true, Description: "what is sampled"},
		{Name: "center", Phase: Result, Type: Point, Description: "the point that the axes go through: the values of the parameters that no axis replaces, a run's state, or a flat vector"},
		{Name: "paths", Phase: Name, Type: References, Description: "runs, with `snapshots` or a recorded path, whose coordinates in the plane and distance from it are wanted"},
	},
	Blocks: []Nested{{Min: 1, Max: 2, Block: &Block{
		Noun: "axis", Labels: []string{"label"},
		Description: "One direction.",
		Example: `axis "x1" {
  from   = -20
  to     = 20
  points = 401
}

axis "s" {
  direction = "gradient"
  from      = -2
  to        = 2
  points    = 81
}`,
		Attributes: append([]Attribute{
			{Name: "from", Phase: Result, Type: Scalar, Required: true, Description: "the first position"},
			{Name: "to", Phase: Result, Type: Scalar, Required: true, Description: "the last position"},
			{Name: "points", Phase: Structural, Type: Count, Required: true, Description: "how many positions, both ends included"},
			{Name: "scale", Phase: Structural, Type: String, Default: `"linear"`, Allowed: []string{"linear", "log"}, Description: "how the positions are spaced"},
			{Name: "coordinate", Phase: Name, Type: Element, Description: "the parameter, or element of one, that the axis runs over"},
		}, directions()...),
	}}},
	Results: []Output{
		{"loss", "array", "the objective, by position along each axis"},
		{"second_difference", "array", "the second difference of the loss along its axis, NaN at both ends; with two axes `second_difference.label`"},
		{"curvature", "array", "the exact second derivative along the axis, v^T H v for its direction v; with two axes `curvature.label` for each, and `curvature` alone in a mark is that of the first"},
		{"axis.label", "vector", "the positions of an axis"},
		{"path.a.label", "series", "of run.a in `paths`, its coordinate along an axis; of a run with for_each `path.a[key].label`"},
		{"path.a.distance", "series", "its distance from the line or plane"},
	},
}

// directions are the arguments that say which way an axis or a probe looks.
func directions() []Attribute {
	return []Attribute{
		{Name: "direction", Phase: Result, Type: Direction, Allowed: []string{"gradient", "random", "eigenvector", "component"},
			Description: "position s is the center plus s times this: `\"gradient\"` (the learning rate times the gradient, so that -1 is one step of gradient descent), `\"random\"` (independent normal numbers), `\"eigenvector\"` (of the Hessian at the center), `\"component\"` (a principal component of a run's path), a vector, or a point or state (the way to it)"},
		{Name: "learning_rate", Phase: Result, Type: Scalar, Description: "of the direction \"gradient\"; by default that of the run that the center comes from"},
		{Name: "normalize", Phase: Structural, Type: String, Allowed: []string{"unit", "layer", "filter"}, Description: "`\"unit\"` scales the direction to length 1; of a network, `\"layer\"` gives each parameter array the length that it has at the center, `\"filter\"` each output channel or unit (Li, Xu, Taylor, Studer, Goldstein 2018)"},
		{Name: "seed", Phase: Structural, Type: Index, Max: 1 << 53, Description: "of the direction \"random\"; by default derived from the study's seed, the block's name and the label"},
		{Name: "index", Phase: Structural, Type: Index, Default: "0", Description: "of \"eigenvector\" and \"component\": which, from the largest down"},
		{Name: "of", Phase: Name, Type: Reference, Noun: "run", Description: "of \"component\": the run, with `snapshots` or a recorded path"},
		{Name: "from_step", Phase: Structural, Type: Index, Default: "0", Description: "of \"component\": the first step of the run that counts"},
		{Name: "to_step", Phase: Structural, Type: Index, Description: "of \"component\": the last one; by default that of the run"},
	}
}

var check = Block{
	Noun: "check", Labels: []string{"name"}, FreeLabel: true, ForEach: true,
	Description: "A claim of the study. A failed one is reported and makes `relief run` exit with 4 after everything is written.",
	Example: `check "settles on the two-cycle" {
  assert {
    condition = close(abs(run.decayed.path.x[100]), 4.04697, 1e-5)
    message   = "at step 100, |x| = ${abs(run.decayed.path.x[100])}"
  }
}`,
	Blocks: []Nested{{Min: 1, Block: &Block{
		Noun:        "assert",
		Description: "One condition; every assert is reported on its own.",
		Attributes: []Attribute{
			{Name: "condition", Phase: Result, Type: Truth, Required: true, Description: "true if the claim holds"},
			{Name: "message", Phase: Text, Type: Words, Required: true, Description: "what was found instead"},
		},
	}}},
}

var plotAxis = []Attribute{
	{Name: "label", Phase: Structural, Type: String, Description: "what is along it"},
	{Name: "unit", Phase: Structural, Type: String, Description: "shown after the label; nothing is converted"},
	{Name: "scale", Phase: Structural, Type: String, Default: `"linear"`, Allowed: []string{"linear", "log", "symlog"}, Description: "how values are spaced"},
	{Name: "range", Phase: Result, Type: Range, Description: "the first and last value shown; by default from what is drawn"},
}

func look(attributes ...Attribute) []Attribute {
	return append(attributes,
		Attribute{Name: "label", Phase: Text, Type: Words, Description: "its name in the legend; by default the key of the block it draws"},
		Attribute{Name: "color", Phase: Structural, Type: String, Description: "`\"#rrggbb\"` or a word, such as \"orange\"; by default one per run, the same in every panel"},
		Attribute{Name: "width", Phase: Structural, Type: Number, Unit: "points", Description: "thickness of the line or size of the symbol"},
		Attribute{Name: "dash", Phase: Structural, Type: String, Default: `"solid"`, Allowed: []string{"solid", "dashed", "dotted", "dashdot"}, Description: "how the line is broken"},
	)
}

func series(attributes ...Attribute) []Attribute {
	return look(append(attributes,
		Attribute{Name: "run", Phase: Name, Type: Reference, Noun: "run", Description: "the run whose results the other arguments name without its address: `y = path.x`; `run.r[*]` draws one per key"},
		Attribute{Name: "from", Phase: Structural, Type: Index, Default: "0", Description: "the first step drawn"},
		Attribute{Name: "to", Phase: Structural, Type: Index, Description: "the last step drawn"},
	)...)
}

// field are the arguments of marks that draw values over two axes.
func field(attributes ...Attribute) []Attribute {
	return append([]Attribute{
		{Name: "of", Phase: Name, Type: Reference, Noun: "landscape", Description: "a landscape with two axes, in place of `x`, `y` and `z`"},
		{Name: "field", Phase: Structural, Type: String, Default: `"loss"`, Allowed: []string{"loss", "curvature", "second_difference"}, Description: "which of its results is drawn"},
		values("z", "values over two axes: of a run with two vary blocks, as `run.r.final.loss`, a basin, or a matrix", false),
		values("x", "where they stand along the horizontal axis: a vector, or an array like `z` that is the same along the other axis, as `run.r.vary.a`; by default 0, 1, 2", false),
		values("y", "where they stand along the vertical axis, likewise", false),
		{Name: "scale", Phase: Structural, Type: String, Default: `"linear"`, Allowed: []string{"linear", "log"}, Description: "of colours, levels or heights"},
	}, attributes...)
}

var values = func(name, description string, required bool) Attribute {
	return Attribute{Name: name, Phase: Result, Type: Values, Required: required, Description: description}
}

// marks are the blocks that draw, in a panel or in a plot without panels.
var marks = []Nested{
	{Block: &Block{Noun: "line", Description: "A line through values.",
		Attributes: series(values("y", "the values", true), values("x", "where they stand; by default the steps of `y`, of a landscape along one axis, or of one step of a probe of it, the positions, of a density the eigenvalues", false))}},
	{Block: &Block{Noun: "scatter", Description: "A symbol at each value.",
		Attributes: series(values("y", "the values", true), values("x", "where they stand; by default the steps of `y`, of a landscape along one axis, or of one step of a probe of it, the positions, of a density the eigenvalues", false))}},
	{Block: &Block{Noun: "path", Description: "A trajectory in the plane, or with `z` in space, with its direction, start and end.",
		Attributes: series(values("x", "first coordinate", true), values("y", "second coordinate", true), values("z", "third coordinate", false))}},
	{Block: &Block{Noun: "band", Description: "The area between two lines, or between two quantiles of many.",
		Attributes: series(values("lower", "the lower line", false), values("upper", "the upper line", false), values("y", "a line between; with `quantiles` the values, whose median is drawn", false), values("x", "where they stand; by default as of a line", false),
			Attribute{Name: "quantiles", Phase: Structural, Type: Scalars, Description: "in place of `lower` and `upper`: two fractions of the values of `y` at each step, over its lanes, or of a matrix in each row, as in `[0.1, 0.9]`; linear between order statistics"})}},
	{Block: &Block{Noun: "histogram", Description: "How often values occur.",
		Attributes: series(values("x", "the values", true), Attribute{Name: "bins", Phase: Structural, Type: Count, Description: "how many intervals; by default chosen from the values"},
			Attribute{Name: "density", Phase: Structural, Type: Bool, Default: "false", Description: "divides the counts by their sum and the width of an interval, so that the area is 1: a law drawn as a line may lie over it"})}},
	{Block: &Block{Noun: "density", Description: "How often points occur: each cell of the plane in a colour for its count, on a log scale, white where there is none. Values of lanes and steps count as points one by one; values of the lanes alone, or of the steps alone, are repeated beside them. What is not finite is left out.",
		Attributes: []Attribute{
			values("y", "the second coordinate of the points, such as `path.x` of a run with lanes", true),
			values("x", "the first coordinate, such as `vary.eta`; by default the steps of `y`", false),
			{Name: "run", Phase: Name, Type: Reference, Noun: "run", Description: "the run whose results the other arguments name without its address: `y = path.x`"},
			{Name: "from", Phase: Structural, Type: Index, Default: "0", Description: "the first step drawn"},
			{Name: "to", Phase: Structural, Type: Index, Description: "the last step drawn"},
			{Name: "bins", Phase: Structural, Type: Bins, Description: "how many cells along both axes, or along each; by default as fine as pixels, and where `x` has values that come again and again, columns about these"},
			{Name: "normalize", Phase: Structural, Type: String, Allowed: []string{"column"}, Description: "`\"column\"` colours each cell by its share of the points of its column, as orbit diagrams need"},
		}}},
	{Block: &Block{Noun: "heatmap", Description: "Values over two axes in colours, hatched where they are not finite.", Attributes: field(
		Attribute{Name: "categories", Phase: Structural, Type: Bool, Default: "false", Description: "the values are whole numbers that stand for kinds, such as the attractors of a basin: one colour each and a legend, 0 light gray, -1 dark"},
		Attribute{Name: "names", Phase: Structural, Type: Named, Description: "of categories: what the legend calls them, as in `{ 0 = \"none\", 1 = \"the two-cycle\" }`"})}},
	{Block: &Block{Noun: "contour", Description: "Lines of equal height.", Attributes: field(
		Attribute{Name: "levels", Phase: Structural, Type: Levels, Default: "12", Description: "how many lines, or their heights"},
		Attribute{Name: "filled", Phase: Structural, Type: Bool, Default: "false", Description: "colours the areas between"})}},
	{Block: &Block{Noun: "surface", Description: "Values over two axes in perspective.", Attributes: field()}},
	{Block: &Block{Noun: "hline", Description: "A horizontal line.", Attributes: look(values("y", "its height", true))}},
	{Block: &Block{Noun: "vline", Description: "A vertical line.", Attributes: look(values("x", "its place", true))}},
	{Block: &Block{Noun: "text", Description: "Words at a place.", Attributes: []Attribute{
		{Name: "x", Phase: Result, Type: Scalar, Required: true, Description: "first coordinate"},
		{Name: "y", Phase: Result, Type: Scalar, Required: true, Description: "second coordinate"},
		{Name: "text", Phase: Text, Type: Words, Required: true, Description: "the words"},
		{Name: "color", Phase: Structural, Type: String, Description: "`\"#rrggbb\"` or a word, such as \"orange\""},
	}}},
}

// The types of arguments that only marks and tables have.
const (
	Bins   Type = "whole number, or [columns, rows]"
	Digits Type = "whole number or list of whole numbers"
	Named  Type = "map of texts by whole number"
)

// axes are the blocks that describe the frame of a panel.
var axes = []Nested{
	{Max: 1, Block: &Block{Noun: "axis_x", Description: "The horizontal axis.", Attributes: plotAxis}},
	{Max: 1, Block: &Block{Noun: "axis_y", Description: "The vertical axis.", Attributes: plotAxis}},
	{Max: 1, Block: &Block{Noun: "axis_z", Description: "The third axis of a surface or path.", Attributes: plotAxis}},
	{Max: 1, Block: &Block{Noun: "view", Description: "Where a surface or a path in space is seen from.", Attributes: []Attribute{
		{Name: "azimuth", Phase: Structural, Type: Number, Unit: "degrees", Description: "direction of the viewer, round the vertical axis"},
		{Name: "elevation", Phase: Structural, Type: Number, Unit: "degrees", Description: "height of the viewer above the plane"},
	}}},
}

func inPanel() []Nested { return append(append([]Nested(nil), marks...), axes...) }

var plot = Block{
	Noun: "plot", Labels: []string{"name"}, ForEach: true,
	Description: "A figure of one panel or several. A plot without `panel` blocks has one, and its marks and axes stand in the plot itself.",
	Example: `plot "trajectory" {
  line { y = run.decayed.path.x }
  hline {
    y     = 4.04697
    label = "two-cycle"
  }
  axis_y { label = "x" }
}`,
	Attributes: []Attribute{
		{Name: "title", Phase: Text, Type: Words, Description: "above the figure"},
		{Name: "width", Phase: Structural, Type: Number, Unit: "cm", Description: "by default chosen"},
		{Name: "height", Phase: Structural, Type: Number, Unit: "cm", Description: "by default chosen"},
		{Name: "columns", Phase: Structural, Type: Count, Description: "panels in a row; by default chosen"},
		{Name: "formats", Phase: Structural, Type: Strings, Default: `["svg", "png", "pdf"]`, Allowed: []string{"svg", "png", "pdf"}, Description: "files that are written"},
	},
	Blocks: append([]Nested{{Block: &Block{
		Noun:        "panel",
		Description: "One frame with its marks and axes.",
		Attributes:  []Attribute{{Name: "title", Phase: Text, Type: Words, Description: "above the panel"}},
		Blocks:      inPanel(),
	}}}, inPanel()...),
}

var table = Block{
	Noun: "table", Labels: []string{"name"}, ForEach: true,
	Description: "Rows of results under headings.",
	Example: `table "forks" {
  columns = ["fork", "final loss"]
  rows    = [for k in [650, 700, 750] : [k, run.after[k].final.loss]]
}`,
	Attributes: []Attribute{
		{Name: "title", Phase: Text, Type: Words, Description: "above the table"},
		{Name: "columns", Phase: Structural, Type: Strings, Required: true, Description: "the headings"},
		{Name: "rows", Phase: Result, Type: Cells, Required: true, Description: "a list of rows, each a list of numbers and texts"},
		{Name: "digits", Phase: Structural, Type: Digits, Default: "6", Description: "significant digits of numbers, in all columns or in each, where a cell has no `format`; whole numbers are shown whole, and `results.json` has all digits"},
	},
}

var output = Block{
	Noun: "output", Labels: []string{"name"}, ForEach: true,
	Description: "A named value, printed at the end and written to `results.json`.",
	Example: `output "crossing" {
  value       = first(run.before.path.x1 > -4)
  description = "the step at which x1 first exceeds -4"
}`,
	Attributes: []Attribute{
		{Name: "value", Phase: Result, Type: Values, Required: true, Description: "a number, truth value, vector, matrix or series"},
		{Name: "description", Phase: Structural, Type: String, Description: "what it is"},
		{Name: "unit", Phase: Structural, Type: String, Description: "shown beside the value"},
	},
}

var report = Block{
	Noun: "report", Single: true,
	Description: "What the report shows, in order. Without it every plot, table, check and output is shown.",
	Example: `report {
  text { markdown = "With eta above 2/f''(0) GD settles on a cycle." }
  show = [plot.trajectory, check]
}`,
	Attributes: []Attribute{{Name: "show", Phase: Name, Type: References, Description: "blocks to show; a bare noun stands for all of that kind"}},
	Blocks: []Nested{{Block: &Block{
		Noun: "text", Description: "A piece of text, and what to show after it.",
		Attributes: []Attribute{
			{Name: "markdown", Phase: Text, Type: Words, Description: "Markdown, in which results may stand: `${run.a.final.loss}`"},
			{Name: "show", Phase: Name, Type: References, Description: "blocks to show after the text"},
		},
	}}},
}
