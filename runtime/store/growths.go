package store

import (
	"slices"

	"relief/runtime/engine"
	"relief/runtime/plan"
)

// growthTables lays out what a growth gave:
//
//	growth.NAME            one row per radius
//	growth.NAME.rays       one row per direction and radius
//	growth.NAME.directions one row per direction
//
// Names of columns are those of the results, elements of vectors with their number.
func growthTables(g *plan.Growth, fields []engine.Named) []*table {
	i := slices.IndexFunc(fields, func(f engine.Named) bool { return f.Name == "radius" })
	if i < 0 {
		return nil
	}
	radius := fields[i].Value.Data
	points, rays := len(radius), g.Rays()
	name := fileName(g.Address)
	byRadius := &table{name: name, rows: points}
	all := &table{name: name + ".rays", rows: rays * points}
	byRay := &table{name: name + ".directions", rows: rays}
	ray := func(each int) column {
		return column{name: "ray", whole: true, at: func(row int) (float64, bool) { return float64(row / each), true }}
	}
	all.add(ray(points), "")
	all.add(column{name: "radius", at: func(row int) (float64, bool) { return radius[row%points], true }}, "")
	byRay.add(ray(1), "")
	for _, f := range fields {
		switch f.Name {
		case "radius", "ratio", "cosine":
			byRadius.addField(f, points)
		case "loss", "loss_error", "exponent", "quadratic":
			all.addField(f, all.rows)
		case "curvature", "quadratic_radius", "direction", "shift":
			byRay.addField(f, rays)
		}
	}
	return []*table{byRadius, all, byRay}
}
