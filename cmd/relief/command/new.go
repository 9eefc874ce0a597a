package command

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed template.hcl
var template string

//go:embed template_network.hcl
var networkTemplate string

func newNew(std stdio) *cobra.Command {
	network := false
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Write a commented study that runs",
		Long: `new writes NAME.hcl, a small study with every part explained: of a formula, or with -network of
a network on images, at the edge of stability. It never overwrites a file.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			text := template
			if network {
				text = networkTemplate
			}
			path, err := writeTemplate(args[0], text)
			if err != nil {
				return usageError(err)
			}
			fmt.Fprintf(std.out, "Wrote %s. Run it with: relief run %s\n", path, path)
			return nil
		},
	}
	cmd.Flags().BoolVar(&network, "network", false, "a study of a network")
	return cmd
}

var studyName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func writeTemplate(name, text string) (string, error) {
	name = strings.TrimSuffix(name, ".hcl")
	if !studyName.MatchString(filepath.Base(name)) {
		return "", fmt.Errorf("%q cannot name a study: use letters, digits, - and _", name)
	}
	path := name + ".hcl"
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s exists already; choose another name", path)
	}
	if err != nil {
		return "", fmt.Errorf("cannot write %s: %w", path, reason(err))
	}
	title := strings.ReplaceAll(filepath.Base(name), "-", " ")
	_, err = f.WriteString(strings.Replace(text, "TITLE", title, 1))
	if err := errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path) // nothing half-written stays
		return "", err
	}
	return path, nil
}
