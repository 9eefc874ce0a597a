package store

import (
	"slices"
	"strconv"
	"strings"

	"relief/runtime/engine"
)

// A table is results as columns: what Parquet and CSV files hold.
type table struct {
	name    string // of the file, without its ending
	rows    int
	columns []column
}

// A column holds numbers. Whole columns are step labels and lanes; absent
// marks the rows that have no value, nil if all do.
type column struct {
	name   string
	whole  bool
	data   []float64
	absent []bool
}

func (t *table) add(c column, prefix string) {
	taken := func(name string) bool {
		return slices.ContainsFunc(t.columns, func(d column) bool { return d.name == name })
	}
	if taken(c.name) {
		c.name = prefix + "_" + c.name
	}
	for base, n := c.name, 2; taken(c.name); n++ {
		c.name = base + "_" + strconv.Itoa(n)
	}
	t.columns = append(t.columns, c)
}

// runTable lays out the series of a run, one row per step or, with lanes, one
// per step and lane, the lanes of one step together. The columns are t; lane
// and the values of vary; loss, grad_norm, learning_rate and the others; each
// parameter, x, w_0 or W_0_1 by element; and the probes. A step at which one
// series was recorded and another was not leaves the other absent.
func runTable(r *engine.RunResult) *table {
	var steps []int
	for _, s := range r.Series {
		steps = append(steps, s.Values.Steps...)
	}
	slices.Sort(steps)
	steps = slices.Compact(steps)
	lanes := 1
	for _, n := range r.Plan.Lanes() {
		lanes *= n
	}
	t := &table{name: fileName(r.Plan.Address), rows: len(steps) * lanes}
	label := column{name: "t", whole: true, data: make([]float64, t.rows)}
	for i := range label.data {
		label.data[i] = float64(steps[i/lanes])
	}
	t.add(label, "")
	if len(r.Plan.Vary) > 0 {
		t.addLanes(r, lanes)
	}
	for _, s := range r.Series {
		if len(s.Path) == 1 && s.Path[0] == "t" {
			continue
		}
		t.addSeries(s, steps, lanes)
	}
	return t
}

func (t *table) addLanes(r *engine.RunResult, lanes int) {
	lane := column{name: "lane", whole: true, data: make([]float64, t.rows)}
	for i := range lane.data {
		lane.data[i] = float64(i % lanes)
	}
	t.add(lane, "")
	inner := lanes
	for _, v := range r.Plan.Vary {
		n := len(v.Values[0])
		if n == 0 {
			return
		}
		inner /= n
		for k, name := range v.Names {
			c := column{name: name, data: make([]float64, t.rows)}
			for i := range c.data {
				c.data[i] = v.Values[k][i%lanes/inner%n]
			}
			t.add(c, "vary")
		}
	}
}

func (t *table) addSeries(s engine.Series, steps []int, lanes int) {
	name, prefix := s.Path[len(s.Path)-1], s.Path[0]
	size := s.Values.Type.Size()
	each := size / lanes
	if each*lanes != size { // the same for all lanes
		each = size
	}
	rowOf := make([]int, len(s.Values.Steps)) // of the table, for each step of the series
	for i, k := range s.Values.Steps {
		rowOf[i], _ = slices.BinarySearch(steps, k)
	}
	dims := s.Values.Type.Dims()
	if len(dims) > 0 && each < size {
		dims = dims[len(dims)-elementAxes(dims, each):]
	}
	for e := range each {
		c := column{name: name + subscript(dims, e), data: make([]float64, t.rows)}
		if len(s.Values.Steps) < len(steps) {
			c.absent = make([]bool, t.rows)
			for i := range c.absent {
				c.absent[i] = true
			}
		}
		for i, row := range rowOf {
			for lane := range lanes {
				at := i*size + e
				if each < size {
					at += lane * each
				}
				c.data[row*lanes+lane] = s.Values.Data[at]
				if c.absent != nil {
					c.absent[row*lanes+lane] = false
				}
			}
		}
		t.add(c, prefix)
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
		c := column{name: l.Plan.Axes[i].Label, data: make([]float64, t.rows)}
		for k := range c.data {
			c.data[k] = p[k/inner%len(p)]
		}
		t.add(c, "axis")
	}
	for _, f := range l.Fields {
		t.addField(f, t.rows)
	}
	return t
}

func (t *table) addField(f engine.Named, rows int) {
	if len(f.Value.Data) == rows {
		t.add(column{name: f.Name, data: f.Value.Data}, "field")
		return
	}
	each := len(f.Value.Data) / max(rows, 1)
	for e := range each {
		c := column{name: f.Name + "_" + strconv.Itoa(e), data: make([]float64, rows)}
		for i := range c.data {
			c.data[i] = f.Value.Data[i*each+e]
		}
		t.add(c, "field")
	}
}

// csv writes the table with a line of names. Numbers have the fewest digits
// that read back as themselves; what is not finite is NaN, Infinity or
// -Infinity, and what is absent is empty.
func (t *table) csv() []byte {
	var b []byte
	for i, c := range t.columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, csvField(c.name)...)
	}
	b = append(b, '\n')
	for row := range t.rows {
		for i, c := range t.columns {
			if i > 0 {
				b = append(b, ',')
			}
			switch {
			case c.absent != nil && c.absent[row]:
			case c.whole:
				b = strconv.AppendInt(b, int64(c.data[row]), 10)
			default:
				b = appendNumber(b, c.data[row])
			}
		}
		b = append(b, '\n')
	}
	return b
}

func csvField(s string) string {
	if strings.ContainsAny(s, ",\"\r\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}
