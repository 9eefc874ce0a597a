package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"relief/cmd/internal/reference"
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
made on the spot; nothing is run and no file is written.`,
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
	optimizer string // "" for a landscape
	objective string
	lanes     int
	steps     int
	points    []int // of a landscape
	resume    *plan.Resume
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
		if r.Resume != nil {
			row.resume = r.Resume
			if !slices.Contains(row.needs, r.Resume.Run) {
				row.needs = append(slices.Clone(row.needs), r.Resume.Run)
			}
		}
		rows[r.Address] = row
	}
	for _, l := range s.Landscapes {
		row := planRow{address: l.Address, objective: l.Objective.Address.String(), lanes: 1, needs: l.Needs, cost: e.landscape(l)}
		for _, a := range l.Axes {
			row.points = append(row.points, a.Points)
		}
		rows[l.Address] = row
	}
	var out []planRow
	for _, a := range s.Order {
		out = append(out, rows[a])
	}
	return out
}

// what says in a clause what a block does.
func (r *planRow) what() string {
	var b strings.Builder
	objective := strings.TrimPrefix(r.objective, "objective.")
	waits := r.needs
	if r.optimizer == "" {
		points := make([]string, len(r.points))
		for i, n := range r.points {
			points[i] = thousands(float64(n))
		}
		fmt.Fprintf(&b, "%s at %s points", objective, strings.Join(points, " x "))
	} else {
		fmt.Fprintf(&b, "%s on %s, %s", r.optimizer, objective, counted(r.steps, "step"))
		if r.resume != nil {
			if r.resume.Final {
				fmt.Fprintf(&b, " from the end of %s", r.resume.Run)
			} else {
				fmt.Fprintf(&b, " from step %s of %s", thousands(float64(r.resume.At)), r.resume.Run)
			}
			waits = slices.DeleteFunc(slices.Clone(waits), func(a plan.Address) bool { return a == r.resume.Run })
		}
		if r.lanes > 1 {
			b.WriteString(", " + counted(r.lanes, "lane"))
		}
	}
	if len(waits) > 0 {
		names := make([]string, len(waits))
		for i, a := range waits {
			names[i] = a.String()
		}
		fmt.Fprintf(&b, "; waits for %s", strings.Join(names, ", "))
	}
	return b.String()
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
			name := r.address.String()
			if utf8.RuneCountInString(name) > 34 {
				fmt.Fprintf(b, "%2d  %s\n", i+1, name)
				fmt.Fprintf(b, layout, "", "", thousands(r.cost.evaluations), thousands(r.cost.operations), bytesText(r.cost.bytes), timeText(r.cost.seconds))
			} else {
				fmt.Fprintf(b, layout, strconv.Itoa(i+1), name, thousands(r.cost.evaluations), thousands(r.cost.operations), bytesText(r.cost.bytes), timeText(r.cost.seconds))
			}
			for _, line := range reference.Wrap(r.what(), 74) {
				fmt.Fprintf(b, "      %s\n", line)
			}
			total.evaluations += r.cost.evaluations
			total.bytes += r.cost.bytes
			unknown = unknown || math.IsNaN(r.cost.seconds)
		}
		fmt.Fprintf(b, layout, "", "all, side by side", thousands(total.evaluations), "", bytesText(total.bytes), timeText(makespan(rows)))
		b.WriteString("\nOperations are those of one evaluation. Times are estimates from a few hundred\nevaluations on this machine")
		if unknown {
			b.WriteString("; - stands for what is known only in the run")
		}
		b.WriteString(".\n")
	}
	for _, line := range reference.Wrap("Then: "+afterwards(s)+".", 80) {
		fmt.Fprintf(b, "%s\n", line)
	}
}

// planJSON writes the same as an object; its format is versioned. What is not
// known is null.
func planJSON(b *bytes.Buffer, s *plan.Study, rows []planRow) error {
	type block struct {
		Address     string   `json:"address"`
		Optimizer   string   `json:"optimizer,omitempty"`
		Objective   string   `json:"objective"`
		Steps       *int     `json:"steps,omitempty"`
		Lanes       int      `json:"lanes"`
		Points      []int    `json:"points,omitempty"`
		WaitsFor    []string `json:"waits_for"`
		Evaluations float64  `json:"evaluations"`
		Operations  *float64 `json:"operations_per_evaluation"`
		Bytes       float64  `json:"recorded_bytes"`
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
		if r.optimizer != "" {
			x.Steps = &r.steps
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
