// Package render draws figures: plain numbers in, SVG, PNG or PDF out.
//
//	*Figure --(resolve)--> domains, colours, legends
//	        --(layout)--> rectangles in points
//	        --(marks)--> *sheet, a list of drawing operations
//	        --(svg | png | pdf)--> bytes
//
// A figure is drawn once, on a sheet; the three writers only spell out what
// the sheet holds. So the formats agree by construction. The sheet is a
// vg.Canvas of gonum/plot. Its bytes depend on the figure alone: nothing is
// stamped with a time, a name or an order of a map.
//
// No data make the package panic. What an axis cannot show (a NaN, an
// infinity, a zero on a log axis) is left out, and a panel that has nothing to
// show says so.
package render

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Figure is a title above a grid of panels.
type Figure struct {
	Title string
	// Width and Height are the size of the whole figure in centimetres. Zero
	// chooses: 9 cm for each panel across, and a height to suit.
	Width, Height float64
	// Columns is the number of panels in a row. Zero chooses at most three.
	Columns int
	Panels  []Panel
}

// Panel is one pair of axes and what is drawn between them.
type Panel struct {
	Title string
	// X and Y are the horizontal and vertical axes; Z is the colour of fields
	// and the height of surfaces and of paths in space.
	X, Y, Z Axis
	// Marks are drawn in order, fields (Heatmap, Contour, Density) beneath the others. A
	// Surface, or a Path with Z, makes the panel three-dimensional: then X and Y
	// span the floor.
	Marks  []Mark
	Legend Legend
	// Notes stand below the axes, with those of what could not be drawn.
	Notes []string
	View  View
}

// View is where a three-dimensional panel is seen from: Azimuth turns its box
// about the vertical axis and Elevation lifts the eye, both in degrees. Both zero
// chooses -60 and 30.
type View struct {
	Azimuth, Elevation float64
}

// Axis names a coordinate and says how it is scaled.
type Axis struct {
	Label, Unit string
	// Scale is "linear" (also when empty), "log" or "symlog".
	Scale string
	// Min and Max fix the ends of the axis; nil takes them from the data. An
	// end that the scale cannot show is ignored, and noted in the panel.
	Min, Max *float64
}

// Legend says where the names of the marks stand.
type Legend string

const (
	// LegendAuto takes the emptiest corner, or below the panel where no corner
	// is empty, and is left out where an earlier panel showed the same names.
	LegendAuto Legend = ""
	// LegendNone shows no names.
	LegendNone Legend = "none"
	// LegendBelow and LegendRight stand outside the axes.
	LegendBelow Legend = "below"
	LegendRight Legend = "right"
)

// Color is a colour in sRGB with alpha not multiplied in. The zero Color means
// the next one of the categorical palette.
type Color = color.NRGBA

// Dash is the pattern of a line.
type Dash uint8

const (
	Solid Dash = iota
	Dashed
	Dotted
	DashDot
)

// Mark is one thing drawn in a panel. The set of kinds is closed.
type Mark interface {
	mark()
}

// Line joins (X[i], Y[i]) in order. A value that cannot be drawn breaks it.
type Line struct {
	X, Y  []float64
	Label string
	Color Color
	Dash  Dash
	Width float64 // points; 0 chooses
}

// Scatter is a dot at each (X[i], Y[i]).
type Scatter struct {
	X, Y  []float64
	Label string
	Color Color
	Size  float64 // diameter in points; 0 chooses
}

// Path is a trajectory in the plane, on the surface of the same panel or, with Z,
// in space above its shadow.
type Path struct {
	X, Y  []float64
	Z     []float64 // nil: no third coordinate
	Label string
	Color Color
	Dash  Dash
	Width float64 // points; 0 chooses
	// ByStep colours the path along its steps, early to late, by the colour map.
	ByStep bool
	// Start and End mark the first point (a ring) and the last (a disc).
	Start, End bool
	// Arrows is the number of arrowheads along the path that show direction.
	Arrows int
}

// Grid is a function sampled on X times Y: Z[j*len(X)+i] = z(X[i], Y[j]). X and
// Y need not be evenly spaced, and may fall or rise.
type Grid struct {
	X, Y, Z []float64
}

// Contour draws the level sets of a grid.
type Contour struct {
	Grid
	// Levels are drawn at these heights; if nil, at Count of them, chosen.
	Levels []float64
	// Count is the number of levels to choose; 0 means 12.
	Count int
	// Log spaces the chosen levels, and the colours, evenly in the logarithm.
	Log bool
	// Filled colours the bands between the levels.
	Filled bool
}

// Heatmap colours a grid, one cell per sample, with a colour bar. A sample that is
// not finite is hatched.
type Heatmap struct {
	Grid
	Log bool
	// Categories takes the values for whole numbers that stand for kinds: each
	// has a colour of its own, named in the legend; 0 is light grey and negative
	// ones are dark. Names are the words for them.
	Categories bool
	Names      map[int]string
}

// Surface is a grid seen as a landscape.
type Surface struct {
	Grid
	// Log draws the logarithm of the height.
	Log bool
	// Floor draws level sets on the floor of the box.
	Floor bool
}

// Histogram counts Values in Bins cells of equal width on the axis, so that on
// a log axis they are equal in the logarithm.
type Histogram struct {
	Values []float64
	Bins   int // 0 chooses by the rule of Freedman and Diaconis (1981)
	Label  string
	Color  Color
	// Density divides the counts by their sum and the width of a cell.
	Density bool
}

// Density counts the points (X[i], Y[i]) in cells, equal on the axes, and colours
// each by its count on a log scale; a cell without points is white. The marks
// of this kind in a panel are counted together, in the cells of the first.
type Density struct {
	X, Y []float64
	// Columns and Rows are the numbers of cells. Zero makes them as fine as the
	// pixels of a PNG, and where X has values that come again and again, columns
	// about these: each holds equally many.
	Columns, Rows int
	// ByColumn colours a cell by its share of the points of its column.
	ByColumn bool
}

// Band fills between Lo and Hi along X and draws Mid, which may be nil.
type Band struct {
	X, Lo, Mid, Hi []float64
	Label          string
	Color          Color
}

// HLine is a horizontal line across the panel, named at its right end.
type HLine struct {
	Y     float64
	Label string
	Color Color
	Dash  Dash
}

// VLine is a vertical line across the panel, named at its upper end.
type VLine struct {
	X     float64
	Label string
	Color Color
	Dash  Dash
}

// Text stands at a point of the data.
type Text struct {
	X, Y  float64
	Text  string
	Color Color
}

func (Line) mark()      {}
func (Scatter) mark()   {}
func (Path) mark()      {}
func (Contour) mark()   {}
func (Heatmap) mark()   {}
func (Surface) mark()   {}
func (Histogram) mark() {}
func (Density) mark()   {}
func (Band) mark()      {}
func (HLine) mark()     {}
func (VLine) mark()     {}
func (Text) mark()      {}

// Formats are the names that Write and Drawing.Write know.
var Formats = []string{"svg", "png", "pdf"}

// Drawing is a figure laid out and drawn, ready for any format. It may be
// written from several goroutines at once.
type Drawing struct {
	sheet *sheet
}

// Draw lays the figure out. Writing one drawing in three formats costs less
// than calling Write three times.
func Draw(fig *Figure) *Drawing {
	return &Drawing{sheet: drawFigure(fig)}
}

// Write writes the drawing as "svg", "png" or "pdf". The error is that of w, or
// says that the format is unknown.
func (d *Drawing) Write(format string, w io.Writer) error {
	switch format {
	case "svg":
		return writeSVG(d.sheet, w)
	case "png":
		return writePNG(d.sheet, w)
	case "pdf":
		return writePDF(d.sheet, w)
	}
	return fmt.Errorf("unknown figure format %q: use %s", format, strings.Join(Formats, ", "))
}

// Write draws fig as "svg", "png" or "pdf".
func Write(fig *Figure, format string, w io.Writer) error {
	return Draw(fig).Write(format, w)
}

// WriteFile draws fig in the format that the path ends with. The file appears
// whole or not at all.
func WriteFile(fig *Figure, path string) error {
	return Draw(fig).WriteFile(path)
}

// WriteFile writes the drawing in the format that the path ends with. The file
// appears whole or not at all.
func (d *Drawing) WriteFile(path string) error {
	var buf bytes.Buffer
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
	if err := d.Write(format, &buf); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".figure-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(buf.Bytes())
	if e := tmp.Chmod(0o644); err == nil {
		err = e
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}
