package source

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"relief/lang/diag"
)

// Root returns the project's folder, as an absolute path: the nearest parent
// of the file at path that holds .git, or else the file's own folder.
func Root(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.Dir(path)
	}
	own := filepath.Dir(abs)
	for dir := own; ; {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return own
		}
		dir = parent
	}
}

// Resolve returns the path of the file that a study at from names by rel, a
// relative path with forward slashes. It must stay inside Root(from), its
// symbolic links followed. The diagnostic, nil when all is well, has no place:
// the caller knows the argument. With RL0101 (no such file) the path is given
// too, for callers that can do without the file.
func Resolve(from, rel string) (string, *diag.Diagnostic) {
	refuse := func(format string, args ...any) (string, *diag.Diagnostic) {
		return "", &diag.Diagnostic{
			Code:    codePath,
			Summary: fmt.Sprintf(format, args...),
			Detail:  `Write a relative path inside the project, such as "./lib/shapes.hcl".`,
		}
	}
	slashed := filepath.FromSlash(rel)
	switch {
	case rel == "":
		return refuse("path is empty")
	case strings.ContainsRune(rel, 0):
		return refuse("path contains a NUL character")
	case strings.Contains(rel, `\`):
		return refuse("path %q contains a backslash", rel)
	case filepath.IsAbs(slashed), strings.HasPrefix(rel, "/"), filepath.VolumeName(slashed) != "":
		return refuse("path %q is absolute", rel)
	case strings.HasPrefix(rel, "~"):
		return refuse("path %q begins in a home folder", rel)
	case strings.Contains(rel, "://"):
		return refuse("%q is an address, not a file", rel)
	}
	root := Root(from)
	base, err := filepath.Abs(filepath.Dir(from))
	if err != nil {
		return refuse("folder of %s is not known: %v", from, err)
	}
	joined := filepath.Join(base, slashed)
	if !within(root, joined) {
		return refuse("path %q leaves the project", rel)
	}
	path := filepath.Join(filepath.Dir(from), slashed)
	realRoot, err := filepath.EvalSymlinks(root)
	if err != nil {
		return refuse("project folder cannot be read: %v", err)
	}
	real, err := filepath.EvalSymlinks(joined)
	switch {
	case os.IsNotExist(err):
		return path, &diag.Diagnostic{
			Code:    codeUnreadable,
			Summary: fmt.Sprintf("no file %q", rel),
			Detail:  fmt.Sprintf("The path is taken from the folder of %s.", from),
		}
	case err != nil:
		return refuse("path %q cannot be followed: %v", rel, err)
	case !within(realRoot, real):
		return refuse("path %q leaves the project through a symbolic link", rel)
	}
	return path, nil
}

// within reports that path is dir or below it; both are absolute and clean.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
