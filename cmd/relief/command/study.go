package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"relief/lang"
	"relief/lang/diag"
	"relief/runtime/plan"
)

// studyFlags are the flags of every command that reads a study.
type studyFlags struct {
	vars     []string
	varFiles []string
	dataDir  string // that data may come from
	format   string // of the diagnostics
	out      string // file that they are written to
}

// add declares all of them.
func (f *studyFlags) add(cmd *cobra.Command) {
	f.addInputs(cmd)
	cmd.Flags().StringVar(&f.format, "format", "", "`format` of diagnostics: text, json, github, sarif or junit (github by itself under GitHub Actions)")
	complete(cmd, "format", oneOf(diag.Formats))
	cmd.Flags().StringVar(&f.out, "out", "", "write diagnostics to a `file` and not to the terminal")
}

// addInputs declares those that give values to variables. A command whose
// -format is that of its own output has no others.
func (f *studyFlags) addInputs(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.vars, "var", nil, "set a variable: `name=value`")
	cmd.Flags().StringArrayVar(&f.varFiles, "var-file", nil, "read variables from a `file` of name = value lines")
	cmd.Flags().StringVar(&f.dataDir, "data-dir", "", "`folder` that data may come from, beside that of the study")
	complete(cmd, "var", completeFrom(f, variableNames))
}

func (f *studyFlags) options() lang.Options {
	return lang.Options{Vars: f.vars, VarFiles: f.varFiles, Env: os.Environ(), DataDir: f.dataDir}
}

// check finds a wrong flag before any work.
func (f *studyFlags) check() error {
	if f.format == "" {
		return nil
	}
	if _, err := diag.ParseFormat(f.format); err != nil {
		return usageError(err)
	}
	return nil
}

// compile reads and checks a study for a command with output of its own: the
// diagnostics are written to w. The error carries the exit code.
func (f *studyFlags) compile(path string, w io.Writer) (*plan.Study, error) {
	if err := readable(path); err != nil {
		return nil, err
	}
	study, list := lang.Compile(path, f.options())
	if len(list) > 0 {
		if err := f.write(w, list, diag.SourceMap(study.Sources)); err != nil {
			return nil, err
		}
	}
	if list.HasErrors() {
		return nil, exit(exitInvalid)
	}
	return study, nil
}

// readable tells a file that cannot be read, which is wrong use, from a study
// that is wrong.
func readable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case info.IsDir():
		return usageError(fmt.Errorf("%s is a folder; name a study, a file that ends in .hcl", path))
	case !info.Mode().IsRegular():
		return usageError(fmt.Errorf("%s is no regular file; write its content to a file first", path))
	default:
		var file *os.File
		if file, err = os.Open(path); err == nil {
			return file.Close()
		}
	}
	return usageError(fmt.Errorf("cannot read %s: %w", path, reason(err)))
}

// reason is an error of the file system without the path, which the message
// has already.
func reason(err error) error {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// machine reports whether the diagnostics are for a program, which expects
// them also when there are none.
func (f *studyFlags) machine() bool {
	return f.format != "" && f.format != string(diag.Text) && f.format != string(diag.GitHub)
}

// write writes diagnostics in the format asked for.
func (f *studyFlags) write(w io.Writer, list diag.List, sources diag.Sources) error {
	format := diag.Text
	switch {
	case f.format != "":
		var err error
		if format, err = diag.ParseFormat(f.format); err != nil {
			return usageError(err)
		}
	case os.Getenv("GITHUB_ACTIONS") == "true":
		format = diag.GitHub
	}
	if f.out != "" {
		var buf bytes.Buffer
		if err := diag.Write(&buf, format, list, sources); err != nil {
			return usageError(err)
		}
		if err := writeFile(f.out, buf.Bytes()); err != nil {
			return usageError(err)
		}
		return nil
	}
	if format == diag.Text && isTerminal(w) && os.Getenv("NO_COLOR") == "" {
		format = diag.Colour
	}
	if err := diag.Write(w, format, list, sources); err != nil {
		return usageError(err)
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
