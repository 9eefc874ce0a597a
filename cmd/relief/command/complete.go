package command

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"relief/lang"
	"relief/lang/diag"
	"relief/runtime/plan"
)

// completeStudies completes files that end in .hcl.
func completeStudies(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"hcl"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeCodes completes codes of diagnostics.
func completeCodes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, e := range diag.Codes() {
		out = append(out, string(e.Code)+"\t"+e.Title)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeFrom completes names that a study gives, of the study that stands on
// the line.
func completeFrom(flags *studyFlags, names func(*plan.Study) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var out []string
		for _, path := range args {
			study, _ := lang.Compile(path, flags.options())
			out = append(out, names(study)...)
		}
		return slices.Compact(out), cobra.ShellCompDirectiveNoFileComp
	}
}

// blockNames lists what -only may name.
func blockNames(s *plan.Study) []string {
	var out []string
	add := func(a plan.Address) { out = append(out, a.String()) }
	for _, a := range s.Order {
		add(a)
	}
	for _, b := range s.Outputs {
		add(b.Address)
	}
	for _, b := range s.Checks {
		add(b.Address)
	}
	for _, b := range s.Tables {
		add(b.Address)
	}
	for _, b := range s.Plots {
		add(b.Address)
	}
	return out
}

func objectiveNames(s *plan.Study) []string {
	var out []string
	for _, o := range s.Objectives {
		out = append(out, strings.TrimPrefix(o.Address.String(), "objective."))
	}
	return out
}

func variableNames(s *plan.Study) []string {
	var out []string
	for _, v := range s.Variables {
		out = append(out, v.Name+"=\t"+v.Description)
	}
	return out
}

// oneOf completes the values of a flag.
func oneOf[S ~string](values []S) cobra.CompletionFunc {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return cobra.FixedCompletions(out, cobra.ShellCompDirectiveNoFileComp)
}

// complete attaches a completion to a flag that the command has.
func complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // the flag is declared a few lines above
	}
}
