package command

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"relief/cmd/internal/reference"
	"relief/lang/diag"
	"relief/runtime/diagram"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// graphFlags are the flags of graph.
type graphFlags struct {
	studyFlags
	objective string
	gradient  bool
	view      string
	to        string
}

func newGraph(std stdio) *cobra.Command {
	var flags graphFlags
	cmd := &cobra.Command{
		Use:   "graph FILE",
		Short: "Draw a study's blocks, or the mathematics or layers of an objective",
		Long: `graph draws which block refers to which. With -objective it draws the operations that
an objective is compiled to, and with -gradient those of its gradient too; of a network it draws
the layers with their shapes, parameters and floating-point operations.

    relief graph -format svg -out study.svg FILE
    relief graph -objective convex -gradient -format mermaid FILE`,
		ValidArgsFunction: completeStudies,
		Args:              cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return drawGraph(std, &flags, args[0])
		},
	}
	flags.addInputs(cmd)
	cmd.Flags().StringVar(&flags.objective, "objective", "", "draw the mathematics, or the layers, of the objective of this `name`")
	complete(cmd, "objective", completeFrom(&flags.studyFlags, objectiveNames))
	cmd.Flags().BoolVar(&flags.gradient, "gradient", false, "with its gradient")
	cmd.Flags().StringVar(&flags.view, "format", string(diagram.Text), "`format` of the drawing: text, dot, mermaid, json or svg")
	complete(cmd, "format", oneOf(diagram.Formats))
	cmd.Flags().StringVar(&flags.to, "out", "", "write to a `file` and not to the terminal")
	return cmd
}

func drawGraph(std stdio, flags *graphFlags, path string) error {
	format, err := diagram.ParseFormat(flags.view)
	if err != nil {
		return usageError(err)
	}
	study, err := flags.compile(path, std.err)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if flags.objective == "" && !flags.gradient {
		err = diagram.OfStudy(study).Write(&b, format)
	} else {
		err = drawObjective(&b, study, flags, format)
	}
	if err != nil {
		return usageError(err)
	}
	return output(std, flags.to, b.Bytes())
}

// output writes to a file, or to standard output if it has no name.
func output(std stdio, file string, text []byte) error {
	if file != "" {
		if err := writeFile(file, text); err != nil {
			return usageError(err)
		}
		return nil
	}
	w := std.out
	if isTerminal(w) {
		w = visible{w}
	}
	if _, err := w.Write(text); err != nil {
		return usageError(err)
	}
	return nil
}

// drawObjective draws the graph of an objective; as text it is a list of
// operations in an order of evaluation.
func drawObjective(w io.Writer, study *plan.Study, flags *graphFlags, format diagram.Format) error {
	o, err := objective(study, flags.objective)
	if err != nil {
		return err
	}
	if o.Training != nil {
		if flags.gradient {
			return fmt.Errorf("-gradient draws the mathematics of formulas; without it, the layers of %s are drawn", o.Address)
		}
		return drawNetwork(w, o, format)
	}
	g := graph.New()
	var params []graph.ID
	for _, p := range o.Params {
		params = append(params, g.Input(p.Name, p.Type))
	}
	roots := g.Import(o.Value.Graph, []graph.ID{o.Value.Root}, nil)
	names := map[graph.ID]string{roots[0]: "value"}
	title := o.Address.String()
	if flags.gradient {
		gradient, err := g.Gradient(roots[0], params)
		if err != nil {
			return err
		}
		for i, id := range gradient {
			d := "d/d" + o.Params[i].Name
			if names[id] != "" {
				d = names[id] + " = " + d
			}
			names[id] = d
		}
		roots = append(roots, gradient...)
		title += " with its gradient"
	}
	if format == diagram.Text {
		return g.Print(w, roots)
	}
	d := diagram.OfGraph(g, roots, names)
	d.Title = title
	return d.Write(w, format)
}

// drawNetwork draws the layers of an objective; as text it is a table of them.
func drawNetwork(w io.Writer, o *plan.Objective, format diagram.Format) error {
	n := o.Network
	precision := "float64"
	if n.Single {
		precision = "float32"
	}
	title := fmt.Sprintf("%s: %s in %s, %s on %s", o.Address, n.Address, precision, o.Loss, o.Data.Address)
	if format != diagram.Text {
		d := diagram.OfNetwork(n.Network)
		d.Title = title
		return d.Write(w, format)
	}
	if _, err := fmt.Fprintf(w, "%s\n\n", title); err != nil {
		return err
	}
	if err := diagram.WriteLayers(w, n.Network); err != nil {
		return err
	}
	text := fmt.Sprintf("Flops are those of one sample forward; what layers compute of it are %s numbers", thousands(float64(n.Activations())))
	if samples := o.Data.Samples(); samples > 0 {
		c := networkCost{samples: float64(samples), forward: n.Flops(), first: firstFlops(n.Layers)}
		text += fmt.Sprintf(". A gradient over all %s takes %sFLOP", counted(samples, "sample"), diagram.Short(c.gradient()))
	}
	_, err := fmt.Fprintf(w, "\n%s.\n", strings.Join(reference.Wrap(text, 80), "\n"))
	return err
}

// objective finds an objective by name, with or without its noun; the only one
// needs none.
func objective(study *plan.Study, name string) (*plan.Objective, error) {
	var known []string
	for _, o := range study.Objectives {
		address := o.Address.String()
		if name == address || "objective."+name == address || name == "" && len(study.Objectives) == 1 {
			return o, nil
		}
		known = append(known, strings.TrimPrefix(address, "objective."))
	}
	switch {
	case len(known) == 0:
		return nil, fmt.Errorf("the study has no objective")
	case name == "":
		return nil, fmt.Errorf("-gradient needs -objective: one of %s", strings.Join(known, ", "))
	}
	if s := diag.Suggest(name, known); s != "" {
		return nil, fmt.Errorf("there is no objective %q; did you mean %q?", name, s)
	}
	return nil, fmt.Errorf("there is no objective %q; there are %s", name, strings.Join(known, ", "))
}
