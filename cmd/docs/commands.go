package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const aboutCommands = `
Flags may be written with one dash or two, before or after the files.

## Exit codes

| code | |
|---|---|
| 0 | good |
| 1 | the study is invalid; of ` + "`data`" + `: a file is damaged, or not the published one |
| 2 | wrong use, or a file cannot be read or written |
| 3 | ` + "`fmt -check`" + ` found a difference |
| 4 | a check of the study failed; everything was written |
| 5 | a run diverged or failed where the study did not say it may; everything was written |
| 130 | interrupted; what was finished is written |

## Where output goes

Results, tables and drawings go to standard output, progress and diagnostics to
standard error, except that ` + "`validate`" + ` and diagnostics in a format for programs
(` + "`-format json`, `sarif`, `junit`" + `) use standard output. On a terminal progress is a
bar per block, elsewhere one line per block that ended. Under GitHub Actions
diagnostics are annotations by themselves. ` + "`NO_COLOR`" + ` switches colours off.

## Variables

` + "`-var eta=0.1`" + ` wins over ` + "`-var-file FILE`" + `, and both win over ` + "`RELIEF_VAR_eta`" + ` in the
environment. A file of variables holds lines such as ` + "`eta = 0.1`" + `. A value that the
study refuses is shown where it was given.

## Completion

` + "`relief completion bash`" + ` (or zsh, fish, powershell) prints a script that completes
commands, flags, studies, the blocks of the study on the line, and the names that
` + "`docs`" + ` knows; ` + "`relief completion bash -help`" + ` says where to put it.
`

// commandLine returns the page of commands.
func commandLine(root *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The command line\n\n%s\n\n| | |\n|---|---|\n", paragraphs(root.Long))
	var commands []*cobra.Command
	for _, c := range root.Commands() {
		switch {
		case c.Name() == "help" || c.Hidden:
		case c.HasSubCommands() && c.Name() != "completion":
			commands = append(append(commands, c), c.Commands()...)
		default:
			commands = append(commands, c)
		}
	}
	for _, c := range commands {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", use(c), strings.ReplaceAll(name(c), " ", "-"), c.Short)
	}
	b.WriteString(aboutCommands)
	for _, c := range commands {
		if c.Name() == "completion" {
			continue
		}
		text := c.Long
		if text == "" {
			text = c.Short + "."
		}
		fmt.Fprintf(&b, "\n## %s\n\n    %s\n\n%s\n", name(c), use(c), paragraphs(text))
		writeFlags(&b, c)
	}
	return b.String()
}

// name is the name of a command, with that of the one above it.
func name(c *cobra.Command) string { return strings.TrimPrefix(c.CommandPath(), "relief ") }

// use is a command with its arguments.
func use(c *cobra.Command) string { return c.Parent().CommandPath() + " " + c.Use }

// paragraphs turns the text of a terminal into Markdown, in which commands
// already stand indented.
func paragraphs(text string) string { return strings.TrimSpace(text) }

func writeFlags(b *strings.Builder, c *cobra.Command) {
	first := true
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Hidden {
			return
		}
		if first {
			b.WriteString("\n| flag | |\n|---|---|\n")
			first = false
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "-" + f.Name
		if value != "" {
			name += " " + strings.ToUpper(value)
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" {
			usage += "; by default `" + f.DefValue + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", name, strings.ReplaceAll(usage, "|", "\\|"))
	})
}
