package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"relief/lang"
	"relief/lang/diag"
)

func newValidate(std stdio) *cobra.Command {
	var flags studyFlags
	cmd := &cobra.Command{
		Use:   "validate PATH...",
		Short: "Check studies without running them",
		Long: `validate does everything short of running: syntax, names, references, types, shapes, phases.
Folders are walked. No file is written and nothing is fetched.`,
		ValidArgsFunction: completeStudies,
		Args:              cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return validate(std, &flags, args)
		},
	}
	flags.add(cmd)
	return cmd
}

func validate(std stdio, flags *studyFlags, paths []string) error {
	if err := flags.check(); err != nil {
		return err
	}
	files, err := studies(paths)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return usageError(fmt.Errorf("there is no .hcl file in %s", strings.Join(paths, ", ")))
	}
	var all diag.List
	sources := diag.SourceMap{}
	for _, path := range files {
		if err := readable(path); err != nil {
			return err
		}
		checked, list := lang.Check(path, flags.options())
		all = append(all, list...)
		for name, text := range checked.Study.Sources {
			sources[name] = text
		}
	}
	if err := flags.write(std.out, all, sources); err != nil {
		return err
	}
	errors, warnings := all.Sorted().Counts()
	if !flags.machine() && flags.out == "" {
		switch {
		case errors > 0:
			fmt.Fprintf(std.err, "%s in %s.\n", plural(errors, "error"), plural(len(files), "file"))
		case warnings > 0:
			fmt.Fprintf(std.err, "%s valid, %s.\n", plural(len(files), "file"), plural(warnings, "warning"))
		default:
			fmt.Fprintf(std.err, "%s valid.\n", plural(len(files), "file"))
		}
	}
	if errors > 0 {
		return exit(exitInvalid)
	}
	return nil
}
