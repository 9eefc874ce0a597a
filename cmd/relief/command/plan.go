package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"relief/cmd/internal/reference"
	"relief/runtime/diagram"
	"relief/runtime/plan"
)

// planFlags are the flags of plan.
type planFlags struct {
	studyFlags
	view string
	to   string
}

func newPlan(std stdio) *cobra.Command {
	var flags planFlags
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Show what would run, in order, and what it would cost",
		Long: `plan lists the blocks of a study in the order in which they run, what each waits for, how often
it evaluates its objective, how many operations on numbers one evaluation takes, how much memory
the results take, and an estimate of the time. The estimate comes from a few hundred evaluations
made on the spot, of a network from a few on a small batch; nothing is run and no file is written.`,
		ValidArgsFunction: completeStudies,
		Args:              cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return showPlan(std, &flags, args[0])
		},
	}
	flags.addInputs(cmd)
	cmd.Flags().StringVar(&flags.view, "format", "text", "`format` of the plan: text or json")
	complete(cmd, "format", oneOf([]string{"text", "json"}))
	cmd.Flags().StringVar(&flags.to, "out", "", "write to a `file` and not to the terminal")
	return cmd
}

func showPlan(std stdio, flags *planFlags, path string) error {
	if flags.view != "text" && flags.view != "json" {
		return usageError(fmt.Errorf("unknown format %q: write one of text, json", flags.view))
	}
	study, err := flags.compile(path, std.err)
	if err != nil {
		return err
	}
	rows := planRows(study)
	var b bytes.Buffer
	if flags.view == "json" {
		err = planJSON(&b, study, rows)
	} else {
		planText(&b, study, rows)
	}
	if err != nil {
		return usageError(err)
	}
	return output(std, flags.to, b.Bytes())
}

// planRow is one block that runs.
type planRow struct {
	address   plan.Address
	what      string // it does, in a clause
	optimizer string // "" unless it is a run or an orbit
	objective string // "" for a projection
	lanes     int
	steps     int
	points    []int // of a landscape, of basins
	needs     []plan.Address
	cost      cost
}

func planRows(s *plan.Study) []planRow {
	e := newEstimator(s)
	rows := map[plan.Address]planRow{}
	for _, r := range s.Runs {
		row := planRow{address: r.Address, optimizer: r.Optimizer.Kind, objective: r.Objective.Address.String(), lanes: 1, steps: r.Steps, needs: r.Needs, cost: e.run(r)}
		for _, n := range r.Lanes() {
			row.lanes *= n
		}
		waits := row.needs
		if r.Resume != nil {
			if !slices.Contains(row.needs, r.Resume.Run) {
				row.needs = append(slices.Clone(row.needs), r.Resume.Run)
			}
			waits = slices.DeleteFunc(slices.Clone(waits), func(a plan.Address) bool { return a == r.Resume.Run })
		}
		row.what = runClause(r, row.lanes) + passesClause(row.cost) + waitsClause(waits)
		rows[r.Address] = row
	}
	for _, l := range s.Landscapes {
		row := planRow{address: l.Address, objective: l.Objective.Address.String(), lanes: 1, needs: l.Needs, cost: e.landscape(s, l)}
		points := make([]string, len(l.Axes))
		for i, a := range l.Axes {
			row.points = append(row.points, a.Points)
			points[i] = thousands(float64(a.Points))
		}
		row.what = fmt.Sprintf("%s at %s points", objectiveName(l.Objective), strings.Join(points, " x ")) + passesClause(row.cost) + waitsClause(row.needs)
		rows[l.Address] = row
	}
	for _, x := range s.Spectra {
		row := planRow{address: x.Address, objective: x.Objective.Address.String(), lanes: 1, needs: x.Needs, cost: e.spectrum(x)}
		row.what = spectrumClause(x) + passesClause(row.cost) + waitsClause(row.needs)
		rows[x.Address] = row
	}
	for _, p := range s.Projections {
		row := planRow{address: p.Address, lanes: 1, needs: p.Needs, cost: e.projection(s, p)}
		row.what = fmt.Sprintf("%s on the components of %s", counted(len(p.Runs), "run"), counted(len(p.Segments), "segment")) + waitsClause(row.needs)
		rows[p.Address] = row
	}
	for _, o := range s.Orbits {
		row := planRow{address: o.Address, optimizer: o.Map.Optimizer.Kind, objective: o.Map.Objective.Address.String(), lanes: 1, needs: o.Needs, cost: e.orbit(o)}
		for _, n := range o.Map.Lanes() {
			row.lanes *= n
		}
		if o.Basin != nil {
			for _, a := range o.Basin.Axes {
				row.points = append(row.points, a.Points)
			}
		}
		row.what = orbitClause(o, row) + passesClause(row.cost) + waitsClause(row.needs)
		rows[o.Address] = row
	}
	for _, x := range s.Growths {
		row := planRow{address: x.Address, objective: x.Objective.Address.String(), lanes: 1, points: []int{x.Rays(), x.Points}, needs: x.Needs, cost: e.growth(x)}
		row.what = fmt.Sprintf("%s in %s at %s radii", objectiveName(x.Objective), counted(x.Rays(), "direction"), thousands(float64(x.Points))) + passesClause(row.cost) + waitsClause(row.needs)
		rows[x.Address] = row
	}
	var out []planRow
	for _, a := range s.Order {
		out = append(out, rows[a])
	}
	return out
}

func objectiveName(o *plan.Objective) string {
	return strings.TrimPrefix(o.Address.String(), "objective.")
}

func runClause(r *plan.Run, lanes int) string {
	text := fmt.Sprintf("%s on %s, %s", r.Optimizer.Label(), objectiveName(r.Objective), counted(r.Steps, "step"))
	switch {
	case r.Resume == nil:
	case r.Resume.Final:
		text += fmt.Sprintf(" from the end of %s", r.Resume.Run)
	default:
		text += fmt.Sprintf(" from step %s of %s", thousands(float64(r.Resume.At)), r.Resume.Run)
	}
	if lanes > 1 {
		text += ", " + counted(lanes, "lane")
	}
	if x := r.Snapshots; x != nil {
		text += fmt.Sprintf(", snapshots of %s on disk", bytesText(4*float64(r.Objective.Size())*float64(plan.Rows(r.Steps, x.Every))))
	}
	return text
}

func spectrumClause(x *plan.Spectrum) string {
	var parts []string
	if x.Top > 0 {
		parts = append(parts, fmt.Sprintf("%d largest", x.Top))
	}
	if x.Bottom > 0 {
		parts = append(parts, fmt.Sprintf("%d smallest", x.Bottom))
	}
	text := objectiveName(x.Objective) + ": "
	if len(parts) > 0 {
		text += strings.Join(parts, " and ") + " eigenvalues"
	}
	if x.Samples > 0 {
		if len(parts) > 0 {
			text += ", "
		}
		text += fmt.Sprintf("trace and density by %s", counted(x.Samples, "random vector"))
	}
	return text
}

func orbitClause(o *plan.Orbit, row planRow) string {
	var parts []string
	cycle := "cycle"
	if o.Period > 0 {
		cycle = fmt.Sprintf("cycle of period %d", o.Period)
	}
	switch {
	case o.Along != nil:
		parts = append(parts, cycle+" along an eigenvector")
	case o.Near != nil:
		parts = append(parts, cycle+" near a point")
	case o.Box != nil:
		parts = append(parts, fmt.Sprintf("all cycles of period %d in a box", o.Period))
	}
	if d := o.Diagram; d != nil {
		parts = append(parts, fmt.Sprintf("diagram of %s after %s", counted(d.Keep, "state"), counted(d.Skip, "update")))
	}
	if l := o.Lyapunov; l != nil {
		parts = append(parts, fmt.Sprintf("%s over %s", counted(l.Exponents, "Lyapunov exponent"), counted(l.Steps, "update")))
	}
	if len(row.points) > 0 {
		points := make([]string, len(row.points))
		for i, n := range row.points {
			points[i] = thousands(float64(n))
		}
		parts = append(parts, fmt.Sprintf("basins at %s points", strings.Join(points, " x ")))
	}
	text := fmt.Sprintf("%s on %s: %s", row.optimizer, objectiveName(o.Map.Objective), strings.Join(parts, ", "))
	if row.lanes > 1 {
		text += "; " + counted(row.lanes, "lane")
	}
	return text
}

// passesClause says how often a block goes over the samples of a network.
func passesClause(c cost) string {
	var parts []string
	for _, p := range []struct {
		n    float64
		noun string
	}{{c.passes.gradients, "gradient"}, {c.passes.products, "Hessian-vector product"}, {c.passes.losses, "loss"}} {
		if n := math.Round(p.n); n > 0 {
			parts = append(parts, counted(int(n), p.noun))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	text := "; about " + strings.Join(parts, ", ")
	if !math.IsNaN(c.flops) {
		text += ", " + diagram.Short(c.flops) + "FLOP in all"
	}
	return text
}

func waitsClause(waits []plan.Address) string {
	if len(waits) == 0 {
		return ""
	}
	names := make([]string, len(waits))
	for i, a := range waits {
		names[i] = a.String()
	}
	return "; waits for " + strings.Join(names, ", ")
}

// afterwards lists what is evaluated when the blocks have run.
func afterwards(s *plan.Study) string {
	var parts []string
	for _, p := range []struct {
		n    int
		noun string
	}{{len(s.Outputs), "output"}, {len(s.Checks), "check"}, {len(s.Tables), "table"}, {len(s.Plots), "plot"}} {
		if p.n > 0 {
			parts = append(parts, counted(p.n, p.noun))
		}
	}
	return strings.Join(append(parts, "the report"), ", ")
}

// planText writes a table of 80 columns.
func planText(b *bytes.Buffer, s *plan.Study, rows []planRow) {
	if len(rows) == 0 {
		fmt.Fprintf(b, "%s has nothing to run.\n", s.Name)
	} else {
		const layout = "%2s  %-34s %11s %10s %9s %8s\n"
		fmt.Fprintf(b, layout, "", "block", "evaluations", "operations", "memory", "time")
		total := cost{}
		unknown := false
		for i, r := range rows {
			c := &r.cost
			name, operations := r.address.String(), thousands(c.operations)
			if c.flops > 0 {
				operations = diagram.Short(c.operations)
			}
			if number := strconv.Itoa(i + 1); utf8.RuneCountInString(name) > 34 {
				fmt.Fprintf(b, "%2s  %s\n", number, name)
				fmt.Fprintf(b, layout, "", "", thousands(c.evaluations), operations, bytesText(c.bytes+c.resident), timeText(c.seconds))
			} else {
				fmt.Fprintf(b, layout, number, name, thousands(c.evaluations), operations, bytesText(c.bytes+c.resident), timeText(c.seconds))
			}
			for _, line := range reference.Wrap(r.what, 74) {
				fmt.Fprintf(b, "      %s\n", line)
			}
			total.evaluations += c.evaluations
			total.bytes += c.bytes
			unknown = unknown || math.IsNaN(c.seconds)
		}
		fmt.Fprintf(b, layout, "", "all, side by side", thousands(total.evaluations), "", bytesText(total.bytes+resident(rows)), timeText(makespan(rows)))
		text := "Operations are those of one evaluation. Times are estimates from a few hundred evaluations on this machine"
		if slices.ContainsFunc(rows, func(r planRow) bool { return r.cost.flops > 0 }) {
			text = "Operations are those of one evaluation; of a network, whose evaluations are passes over all samples, those of a gradient. " +
				"Its memory is that of samples, parameters and activations. Times are estimates from a few evaluations on this machine, of a network on a small batch; blocks of networks run one after another"
		}
		if unknown {
			text += "; - stands for what is known only in the run"
		}
		if need, machine := resident(rows), machineMemory(); machine > 0 && need > 0.9*machine {
			text += fmt.Sprintf(". The networks need about %s of memory, and this machine has %s", bytesText(need), bytesText(machine))
		}
		b.WriteByte('\n')
		for _, line := range reference.Wrap(text+".", 80) {
			fmt.Fprintf(b, "%s\n", line)
		}
	}
	for _, line := range reference.Wrap("Then: "+afterwards(s)+".", 80) {
		fmt.Fprintf(b, "%s\n", line)
	}
}

// resident is the memory that networks take together: those of all objectives
// stay to the end.
func resident(rows []planRow) float64 {
	most := map[string]float64{}
	for _, r := range rows {
		if r.cost.resident > most[r.objective] {
			most[r.objective] = r.cost.resident
		}
	}
	total := 0.0
	for _, objective := range slices.Sorted(maps.Keys(most)) {
		total += most[objective]
	}
	return total
}

// planJSON writes the same as an object; its format is versioned. What is not
// known is null.
func planJSON(b *bytes.Buffer, s *plan.Study, rows []planRow) error {
	type block struct {
		Address     string   `json:"address"`
		Optimizer   string   `json:"optimizer,omitempty"`
		Objective   string   `json:"objective,omitempty"`
		Steps       *int     `json:"steps,omitempty"`
		Lanes       int      `json:"lanes"`
		Points      []int    `json:"points,omitempty"`
		WaitsFor    []string `json:"waits_for"`
		Evaluations float64  `json:"evaluations"`
		Operations  *float64 `json:"operations_per_evaluation"`
		Bytes       float64  `json:"recorded_bytes"`
		Gradients   float64  `json:"gradients,omitempty"`
		Products    float64  `json:"products,omitempty"`
		Losses      float64  `json:"losses,omitempty"`
		Flops       *float64 `json:"flops,omitempty"`
		Resident    *float64 `json:"network_bytes,omitempty"`
		Seconds     *float64 `json:"estimated_seconds"`
	}
	known := func(v float64) *float64 {
		if math.IsNaN(v) {
			return nil
		}
		return &v
	}
	out := struct {
		Format  string  `json:"format"`
		Study   string  `json:"study"`
		Blocks  []block `json:"blocks"`
		Outputs int     `json:"outputs"`
		Checks  int     `json:"checks"`
		Tables  int     `json:"tables"`
		Plots   int     `json:"plots"`
		Seconds float64 `json:"estimated_seconds"`
	}{"relief-plan/1", s.Name, []block{}, len(s.Outputs), len(s.Checks), len(s.Tables), len(s.Plots), makespan(rows)}
	for _, r := range rows {
		x := block{
			Address: r.address.String(), Optimizer: r.optimizer, Objective: r.objective, Lanes: r.lanes, Points: r.points, WaitsFor: []string{},
			Evaluations: r.cost.evaluations, Operations: known(r.cost.operations), Bytes: r.cost.bytes, Seconds: known(r.cost.seconds),
		}
		if r.address.Noun == "run" {
			x.Steps = &r.steps
		}
		if p := r.cost.passes; p != (passes{}) {
			x.Gradients, x.Products, x.Losses = math.Round(p.gradients), math.Round(p.products), math.Round(p.losses)
			x.Flops, x.Resident = known(r.cost.flops), known(r.cost.resident)
		}
		for _, a := range r.needs {
			x.WaitsFor = append(x.WaitsFor, a.String())
		}
		out.Blocks = append(out.Blocks, x)
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
