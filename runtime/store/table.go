package store

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"relief/runtime/engine"
	"relief/runtime/plan"
)

// A table is results as columns: what Parquet and CSV files hold.
type table struct {
	name    string   // of the file, without its ending
	files   []string // that it is written to
	rows    int
	columns []column
	taken   map[string]bool // names of columns
}

// widest is how many elements of one value get a column each. A value with
// more is one column of lists, which only Parquet can hold: readers of tables
// stand some hundreds of columns, but not a million.
const widest = 64

// A column gives numbers, row by row; it does not hold them, since the columns
// of a long run are larger than its series. Whole columns are step labels and
// lanes; an optional one has rows without a value. A column of lists has list
// instead of at, which gives nil where there is no value.
type column struct {
	name     string
	whole    bool
	optional bool
	at       func(row int) (v float64, there bool)
	list     func(row int) []float64
	dims     []int // of each list, the last axis changing fastest
}

func (t *table) add(c column, prefix string) {
	if t.taken == nil {
		t.taken = map[string]bool{}
	}
	if t.taken[c.name] {
		c.name = prefix + "_" + c.name
	}
	for base, n := c.name, 2; t.taken[c.name]; n++ {
		c.name = base + "_" + strconv.Itoa(n)
	}
	t.taken[c.name] = true
	t.columns = append(t.columns, c)
}

// lists names the columns of lists, which a CSV file leaves out.
func (t *table) lists() []string {
	var names []string
	for _, c := range t.columns {
		if c.list != nil {
			names = append(names, c.name)
		}
	}
	return names
}

// runTable lays out the series of a run, one row per step or, with lanes, one
// per step and lane, the lanes of one step together. The columns are t; lane
// and the values of vary; loss, grad_norm, learning_rate and the others; each
// parameter, x, w_0 or W_0_1 by element, a wide one as lists; and the probes. A
// step at which one series was recorded and another was not leaves the other
// absent.
func runTable(r *engine.RunResult) *table {
	steps := allSteps(r.Series)
	lanes := 1
	for _, n := range r.Plan.Lanes() {
		lanes *= n
	}
	t := &table{name: fileName(r.Plan.Address), rows: len(steps) * lanes}
	t.add(column{name: "t", whole: true, at: func(row int) (float64, bool) { return float64(steps[row/lanes]), true }}, "")
	if len(r.Plan.Vary) > 0 {
		t.addLanes(r.Plan, lanes)
	}
	for _, s := range r.Series {
		if len(s.Path) == 1 && s.Path[0] == "t" {
			continue
		}
		t.addSeries(s, steps, lanes)
	}
	return t
}

// allSteps are the steps at which any of the series was recorded. Most share
// their steps.
func allSteps(series []engine.Series) []int {
	var all []int
	for i, s := range series {
		switch steps := s.Values.Steps; {
		case i == 0:
			all = steps
		case !slices.Equal(all, steps):
			all = slices.Concat(all, steps)
			slices.Sort(all)
			all = slices.Compact(all)
		}
	}
	return all
}

func (t *table) addLanes(r *plan.Run, lanes int) {
	t.add(column{name: "lane", whole: true, at: func(row int) (float64, bool) { return float64(row % lanes), true }}, "")
	inner := lanes
	for _, v := range r.Vary {
		n := len(v.Values[0])
		if n == 0 {
			return
		}
		inner /= n
		each := inner
		for k, name := range v.Names {
			values := v.Values[k]
			t.add(column{name: name, at: func(row int) (float64, bool) { return values[row%lanes/each%n], true }}, "vary")
		}
	}
}

func (t *table) addSeries(s engine.Series, steps []int, lanes int) {
	name, prefix := s.Path[0], s.Path[0]
	if len(s.Path) > 1 { // a probe's further results are lambda.residual
		name = strings.Join(s.Path[1:], ".")
	}
	size := s.Values.Type.Size()
	each := size / lanes
	perLane := each*lanes == size // else it is the same for all lanes
	if !perLane {
		each = size
	}
	dims := s.Values.Type.Dims()
	if len(dims) > 0 && each < size {
		dims = dims[len(dims)-elementAxes(dims, each):]
	}
	own, data := s.Values.Steps, s.Values.Data
	optional := len(own) < len(steps)
	// value is all that the series has in a row; nil if that is nothing.
	value := func(row int) []float64 {
		i := row / lanes
		if optional {
			var there bool
			if i, there = slices.BinarySearch(own, steps[i]); !there {
				return nil
			}
		}
		at := i * size
		if perLane {
			at += row % lanes * each
		}
		return data[at : at+each]
	}
	if each > widest {
		t.add(column{name: name, optional: optional, list: value, dims: dims}, prefix)
		return
	}
	for e := range each {
		t.add(column{name: name + subscript(dims, e), optional: optional, at: func(row int) (float64, bool) {
			if v := value(row); v != nil {
				return v[e], true
			}
			return 0, false
		}}, prefix)
	}
}

// elementAxes is how many of the last axes hold the elements of one lane.
func elementAxes(dims []int, each int) int {
	n := 0
	for size := 1; size < each && n < len(dims); n++ {
		size *= dims[len(dims)-1-n]
	}
	return n
}

// subscript names element e of an array with the given axes: _0, _1_2.
func subscript(dims []int, e int) string {
	s := ""
	for i := len(dims) - 1; i >= 0; i-- {
		s = "_" + strconv.Itoa(e%dims[i]) + s
		e /= dims[i]
	}
	return s
}

// landscapeTable lays out a landscape, one row per point, the last axis
// changing fastest: the positions on each axis, then the fields.
func landscapeTable(l *engine.LandscapeResult) *table {
	t := &table{name: fileName(l.Plan.Address), rows: 1}
	for _, p := range l.Positions {
		t.rows *= len(p)
	}
	inner := t.rows
	for i, p := range l.Positions {
		if len(p) == 0 {
			continue
		}
		inner /= len(p)
		each := inner
		t.add(column{name: l.Plan.Axes[i].Label, at: func(row int) (float64, bool) { return p[row/each%len(p)], true }}, "axis")
	}
	for _, f := range l.Fields {
		if !f.Value.Type.Series {
			t.addField(f, t.rows)
		}
	}
	return t
}

// pathTable lays out the series among the fields of a block, one row per step:
// coordinates of runs, by run and label. It is nil if there are none.
func pathTable(name string, fields []engine.Named, prefix string) *table {
	var series []engine.Series
	for _, f := range fields {
		if label, ok := strings.CutPrefix(f.Name, prefix+"."); ok && f.Value.Type.Series {
			series = append(series, engine.Series{Path: []string{prefix, label}, Values: f.Value})
		}
	}
	if len(series) == 0 {
		return nil
	}
	steps := allSteps(series)
	t := &table{name: name, rows: len(steps)}
	t.add(column{name: "t", whole: true, at: func(row int) (float64, bool) { return float64(steps[row]), true }}, "")
	for _, s := range series {
		t.addSeries(s, steps, 1)
	}
	return t
}

// vectorTable lays out the vectors among the fields of a block, one row per
// element: i is its number from 0, and vectors that are shorter than others have
// no values at the end. It is nil if there are none.
func vectorTable(name string, fields []engine.Named) *table {
	t := &table{name: name}
	for _, f := range fields {
		if !f.Value.Type.Series && f.Value.Type.Rank() == 1 {
			t.rows = max(t.rows, len(f.Value.Data))
		}
	}
	if t.rows == 0 {
		return nil
	}
	t.add(column{name: "i", whole: true, at: func(row int) (float64, bool) { return float64(row), true }}, "")
	for _, f := range fields {
		if f.Value.Type.Series || f.Value.Type.Rank() != 1 {
			continue
		}
		v := f.Value.Data
		t.add(column{name: f.Name, optional: len(v) < t.rows, at: func(row int) (float64, bool) {
			if row < len(v) {
				return v[row], true
			}
			return 0, false
		}}, "field")
	}
	return t
}

func (t *table) addField(f engine.Named, rows int) {
	data := f.Value.Data
	each := len(data) / max(rows, 1)
	for e := range each {
		name := f.Name
		if each > 1 {
			name += "_" + strconv.Itoa(e)
		}
		t.add(column{name: name, at: func(row int) (float64, bool) { return data[row*each+e], true }}, "field")
	}
}

// csv writes the table with a line of names, without the columns of lists.
// Numbers have the fewest digits that read back as themselves; what is not
// finite is NaN, Infinity or -Infinity, and what is absent is empty.
func (t *table) csv(ctx context.Context, to io.Writer) error {
	columns := slices.DeleteFunc(slices.Clone(t.columns), func(c column) bool { return c.list != nil })
	var b []byte
	for i, c := range columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, csvField(c.name)...)
	}
	b = append(b, '\n')
	for row := range t.rows {
		for i := range columns {
			c := &columns[i]
			if i > 0 {
				b = append(b, ',')
			}
			switch v, there := c.at(row); {
			case !there:
			case c.whole:
				b = strconv.AppendInt(b, int64(v), 10)
			default:
				b = appendNumber(b, v)
			}
		}
		b = append(b, '\n')
		if len(b) > 1<<15 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if _, err := to.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := to.Write(b)
	return err
}

func csvField(s string) string {
	if strings.ContainsAny(s, ",\"\r\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}
