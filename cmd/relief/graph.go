package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"relief/runtime/graph"
)

func newGraph(std stdio) *cobra.Command {
	var flags studyFlags
	var objective string
	cmd := &cobra.Command{
		Use:   "graph FILE",
		Short: "Draw an objective's mathematics",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			study, err := flags.compile(args[0], flags.diagnosticsTo(std))
			if err != nil {
				return err
			}
			for _, o := range study.Objectives {
				if objective == "" || o.Address.Name == objective {
					fmt.Fprintln(std.out, o.Address)
					if err := o.Value.Graph.Print(std.out, []graph.ID{o.Value.Root}); err != nil {
						return usageError(err)
					}
				}
			}
			return nil
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&objective, "objective", "", "the `name` of an objective")
	return cmd
}
