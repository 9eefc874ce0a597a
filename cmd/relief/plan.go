package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newPlan(std stdio) *cobra.Command {
	var flags studyFlags
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Show the blocks of a study in the order they run",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			study, err := flags.compile(args[0], flags.diagnosticsTo(std))
			if err != nil {
				return err
			}
			for _, a := range study.Order {
				fmt.Fprintln(std.out, a)
			}
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}
