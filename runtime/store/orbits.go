package store

import (
	"slices"
	"strings"

	"relief/runtime/engine"
	"relief/runtime/plan"
)

// orbitTables lays out what an orbit gave:
//
//	orbit.NAME            one row per lane: the cycle near a point, exponents
//	orbit.NAME.cycles     one row per cycle in a box
//	orbit.NAME.cycle      one row per step of the cycle and lane
//	orbit.NAME.diagram    one row per state kept and lane
//	orbit.NAME.basin      one row per point of the grid
//	orbit.NAME.attractors one row per attractor
//
// Names of columns are those of the results, elements of vectors with their number.
func orbitTables(o *plan.Orbit, fields []engine.Named) []*table {
	var perLane, grid []engine.Named
	var cycle, found, diagram, attractors []engine.Series
	for _, f := range fields {
		series := engine.Series{Path: []string{"", f.Name}, Values: f.Value}
		rest, inBasin := strings.CutPrefix(f.Name, "basin.")
		switch {
		case inBasin && f.Value.Type.Series:
			attractors = append(attractors, engine.Series{Path: []string{"basin", rest}, Values: f.Value})
		case rest == "label" || rest == "steps":
			grid = append(grid, engine.Named{Name: rest, Value: f.Value})
		case inBasin || f.Name == "count":
		case !f.Value.Type.Series:
			perLane = append(perLane, f)
		case strings.HasPrefix(f.Name, "diagram."):
			diagram = append(diagram, engine.Series{Path: []string{"diagram", strings.TrimPrefix(f.Name, "diagram.")}, Values: f.Value})
		case o.Box != nil:
			found = append(found, series)
		default:
			cycle = append(cycle, engine.Series{Path: []string{"cycle", strings.TrimPrefix(f.Name, "cycle.")}, Values: f.Value})
		}
	}
	name := fileName(o.Address)
	lanes := 1
	for _, n := range o.Map.Lanes() {
		lanes *= n
	}
	var out []*table
	if len(perLane) > 0 {
		t := &table{name: name, rows: lanes}
		if lanes > 1 {
			t.addLanes(o.Map, lanes)
		}
		for _, f := range perLane {
			t.addField(f, lanes)
		}
		out = append(out, t)
	}
	for _, part := range []struct {
		ending, label string
		series        []engine.Series
		lanes         int
	}{
		{"cycles", "cycle", found, 1}, {"cycle", "step", cycle, lanes}, {"diagram", "step", diagram, lanes}, {"attractors", "attractor", attractors, 1},
	} {
		if len(part.series) == 0 {
			continue
		}
		steps := allSteps(part.series)
		t := &table{name: name + "." + part.ending, rows: len(steps) * part.lanes}
		first := 0
		if part.ending == "attractors" {
			first = 1 // as in the labels of the grid
		}
		t.add(column{name: part.label, whole: true, at: func(row int) (float64, bool) { return float64(steps[row/part.lanes] + first), true }}, "")
		if part.lanes > 1 {
			t.addLanes(o.Map, part.lanes)
		}
		for _, s := range part.series {
			t.addSeries(s, steps, part.lanes)
		}
		out = append(out, t)
	}
	if len(grid) > 0 {
		out = append(out, gridTable(name+".basin", o.Basin.Axes, grid, fields))
	}
	return slices.Clip(out)
}

// gridTable lays out the basins, the last axis changing fastest.
func gridTable(name string, axes []plan.Axis, grid, fields []engine.Named) *table {
	t := &table{name: name, rows: len(grid[0].Value.Data)}
	inner := t.rows
	for _, a := range axes {
		i := slices.IndexFunc(fields, func(f engine.Named) bool { return f.Name == "basin.axis."+a.Label })
		if i < 0 || a.Points == 0 {
			continue
		}
		p := fields[i].Value.Data
		inner /= len(p)
		each := inner
		t.add(column{name: a.Label, at: func(row int) (float64, bool) { return p[row/each%len(p)], true }}, "axis")
	}
	for _, f := range grid {
		t.addField(f, t.rows)
	}
	return t
}
