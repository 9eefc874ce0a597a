package command

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"relief/lang"
	"relief/runtime/kernel"
)

func newVersion(std stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the platform and the kernels in use",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(std.out, "relief %s %s/%s, kernels: %s, %s\n", version(), runtime.GOOS, runtime.GOARCH, kernel.Level(), runtime.Version())
			return nil
		},
	}
}

// version is lang.Version, followed in a build that is no release by the
// revision that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "v"+lang.Version {
		return lang.Version
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if revision == "" {
		return lang.Version + "-devel"
	}
	return lang.Version + "-devel-" + revision + dirty
}
