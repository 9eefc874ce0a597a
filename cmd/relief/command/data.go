package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"relief/lang/diag"
	"relief/runtime/dataset"
	"relief/runtime/dataset/catalogue"
	"relief/runtime/dataset/fetch"
)

func newData(std stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Name, fetch and check public data sets",
		Long: `data is about the public data sets that studies are written for. Nothing else of relief uses the network,
and a study runs on made images without any of them.

    relief data list
    relief data get cifar10
    relief data check data/cifar10`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDataList(std), newDataGet(std), newDataCheck(std))
	return cmd
}

func newDataList(std stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "list [NAME]",
		Short: "List the data sets: what they are, their files and digests, how to cite and use them",
		Long:  "data list shows what each data set is, where its files are, how long they are and their digests,\nits licence, what to cite, and the lines of a study that use it.",
		Args:  cobra.MaximumNArgs(1), ValidArgsFunction: completeSets,
		RunE: func(_ *cobra.Command, args []string) error {
			shown := catalogue.All()
			if len(args) > 0 {
				set, err := findSet(args[0])
				if err != nil {
					return err
				}
				shown = []*catalogue.Set{set}
			}
			for i, s := range shown {
				if i > 0 {
					fmt.Fprintln(std.out)
				}
				describeSet(std.out, s)
			}
			return nil
		},
	}
}

func newDataGet(std stdio) *cobra.Command {
	var dir, from string
	cmd := &cobra.Command{
		Use:   "get NAME",
		Short: "Fetch a data set, or go on where an earlier try stopped",
		Long: `data get fetches the files of a data set from where they are published, compares their digests, and unpacks them.
What was interrupted goes on where it stopped. A file that is there already is never replaced. An archive
that is in the folder is used, so that it can be brought from a machine with a network to one without.

    relief data get cifar10
    relief data get mnist -out /data/mnist -from https://example.org/mirror

Exit codes: 0 the set is there, 1 what came is not what is published, 2 it cannot be fetched or written, 130 interrupted.`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: completeSets,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := findSet(args[0])
			if err != nil {
				return err
			}
			if dir == "" {
				dir = "data/" + set.Name
			}
			return getData(cmd.Context(), std, set, dir, from)
		},
	}
	cmd.Flags().StringVarP(&dir, "out", "o", "", "`folder` that the files are put into; without it data/NAME")
	cmd.Flags().StringVar(&from, "from", "", "`address` below which the files are, in place of the set's own")
	return cmd
}

func newDataCheck(std stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "check FOLDER",
		Short: "Check the data set in a folder: lengths, labels, classes, digests",
		Long: `data check tells which data set a folder holds, whole or in part, and reads every file: its length, the range of
its labels, the number of images of each class, and its digest where one is published.

Exit codes: 0 good, in part too; 1 a file is damaged or is not the published one; 2 there is no data set, or a file cannot be read.`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(_ *cobra.Command, args []string) error { return checkData(std, args[0]) },
	}
}

// completeSets completes the names of data sets.
func completeSets(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, s := range catalogue.All() {
		out = append(out, s.Name+"\t"+s.Title+": "+s.Summary)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func findSet(name string) (*catalogue.Set, error) {
	if s := catalogue.Find(name); s != nil {
		return s, nil
	}
	if near := diag.Suggest(name, catalogue.Names()); near != "" {
		return nil, usageError(fmt.Errorf("there is no data set %q; did you mean %q?", name, near))
	}
	return nil, usageError(fmt.Errorf("there is no data set %q; there are %s", name, strings.Join(catalogue.Names(), ", ")))
}

// describeSet shows all that is known of a set.
func describeSet(w io.Writer, s *catalogue.Set) {
	line := func(name, text string) { fmt.Fprintf(w, "  %-10s%s\n", name, text) }
	n := s.Images()
	fmt.Fprintf(w, "%s: %s\n", s.Name, s.Title)
	line("what", s.Summary)
	line("images", fmt.Sprintf("%s for training, %s for test", thousands(float64(n[0])), thousands(float64(n[1]))))
	line("from", s.Home)
	for i, f := range s.Files {
		name := ""
		if i == 0 {
			name = "files"
		}
		line(name, fmt.Sprintf("%s, %s bytes", f.Name, thousands(float64(f.Bytes))))
		line("", "  SHA-256 "+f.SHA256)
		line("", "  MD5 "+f.MD5)
	}
	line("licence", s.Licence)
	line("cite", s.Citation)
	for i, text := range strings.Split(s.Study, "\n") {
		name := ""
		if i == 0 {
			name = "study"
		}
		line(name, text)
	}
}

// getData fetches a set and says how it is used.
func getData(ctx context.Context, std stdio, set *catalogue.Set, dir, from string) error {
	view := newFetching(std.err)
	already, err := fetch.Get(ctx, set, dir, fetch.Options{From: from, Progress: view.progress})
	view.close(err)
	switch {
	case errors.Is(err, context.Canceled):
		return &exitError{exitInterrupted, err}
	case err != nil:
		return &exitError{dataCode(err), err}
	}
	w := visible{std.out}
	if already {
		fmt.Fprintf(w, "%s is in %s already.\n", set.Title, dir)
	} else {
		fmt.Fprintf(w, "%s is in %s.\n", set.Title, dir)
	}
	study := strings.Replace(set.Study, strconv.Quote("data/"+set.Name), strconv.Quote(filepath.ToSlash(dir)), 1)
	fmt.Fprintf(w, "A study uses it by:\n\n%s\n\nWhere results are published, cite %s.\n", indent(study), set.Citation)
	return nil
}

// dataCode is the exit code of an error of data: whether it could not be had, or
// is not what it should be.
func dataCode(err error) int {
	var e *dataset.Error
	if errors.As(err, &e) {
		switch e.Kind {
		case dataset.Truncated, dataset.BadSize, dataset.BadMagic, dataset.BadHeader, dataset.BadLabel, dataset.BadNumber, dataset.BadShape, dataset.BadDigest, dataset.TooLarge:
			return exitInvalid
		}
	}
	return exitUsage
}

// fetching shows how files come: bars on a terminal, a line per file elsewhere.
type fetching struct {
	w     io.Writer
	bars  *mpb.Progress // nil elsewhere
	bar   *mpb.Bar
	file  string
	begun time.Time
	had   int64 // bytes of the file that were there before
}

func newFetching(w io.Writer) *fetching {
	f := &fetching{w: visible{w}}
	if isTerminal(w) {
		f.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(40), mpb.WithRefreshRate(100*time.Millisecond))
	}
	return f
}

func (f *fetching) progress(file string, done, total int64) {
	if file != f.file {
		f.file, f.begun, f.had = file, time.Now(), done
		if f.bars != nil {
			f.bar = f.bars.AddBar(total,
				mpb.PrependDecorators(decor.Name(diag.Visible(file)+" ")),
				mpb.AppendDecorators(decor.CountersKibiByte("% .1f / % .1f"), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
			f.bar.SetRefill(done)
		}
	}
	switch {
	case f.bar != nil:
		f.bar.SetCurrent(done)
	case done == total:
		fmt.Fprintf(f.w, "%s: %s in %s\n", file, bytesText(float64(total)), duration(time.Since(f.begun).Seconds()))
	}
}

// close ends the display; a bar that is not full stays as it is.
func (f *fetching) close(err error) {
	if f.bars == nil {
		return
	}
	if err != nil && f.bar != nil {
		f.bar.Abort(false)
	}
	f.bars.Wait()
}

// checkData shows what a folder holds. The exit code is the worst.
func checkData(std stdio, dir string) error {
	found, err := catalogue.Inspect(dir)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	w, worst := visible{std.out}, exitOK
	for i, in := range found {
		if i > 0 {
			fmt.Fprintln(w)
		}
		showFiles(w, in)
		showClasses(w, in)
		fmt.Fprintln(w, verdict(in))
		for _, fault := range in.Faults {
			fmt.Fprintln(visible{std.err}, "relief:", fault)
			worst = max(worst, dataCode(fault))
		}
	}
	if worst != exitOK {
		return exit(worst)
	}
	return nil
}

func showFiles(w io.Writer, in *catalogue.Inspection) {
	fmt.Fprintf(w, "%s: %s\n\n", in.Folder, in.Set.Title)
	rows := [][]string{{"file", "images", "bytes", "content"}}
	for _, f := range in.Files {
		images := ""
		if f.Images > 0 {
			images = thousands(float64(f.Images))
		}
		rows = append(rows, []string{f.Name, images, thousands(float64(f.Bytes)), string(f.State)})
	}
	showTable(w, rows, 1, 2)
}

// showClasses shows the number of images of each class or, where classes are
// many, what the numbers are.
func showClasses(w io.Writer, in *catalogue.Inspection) {
	const few = 20
	parts := []string{"training", "test"}
	if len(in.Names) > few {
		for k, counts := range in.Counts {
			present := slices.DeleteFunc(slices.Clone(counts), func(n int) bool { return n == 0 })
			if len(present) == 0 {
				continue
			}
			each := thousands(float64(slices.Min(present)))
			if lo, hi := slices.Min(present), slices.Max(present); lo != hi {
				each += " to " + thousands(float64(hi))
			}
			fmt.Fprintf(w, "  %s: %d of %d classes, %s images of each\n", parts[k], len(present), len(in.Names), each)
		}
		fmt.Fprintln(w)
		return
	}
	if len(in.Names) == 0 {
		return
	}
	rows := [][]string{append([]string{"class"}, parts...)}
	for c, name := range in.Names {
		row := []string{name}
		for _, counts := range in.Counts {
			n := 0
			if c < len(counts) {
				n = counts[c]
			}
			row = append(row, thousands(float64(n)))
		}
		rows = append(rows, row)
	}
	showTable(w, rows, 1, 2)
}

// showTable writes rows of texts, the columns given by right set flush right.
func showTable(w io.Writer, rows [][]string, right ...int) {
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	for _, r := range rows {
		line := ""
		for i, cell := range r {
			pad := strings.Repeat(" ", width[i]-len([]rune(cell)))
			if slices.Contains(right, i) {
				cell = pad + cell
			} else {
				cell += pad
			}
			line += "  " + cell
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(w)
}

// verdict says in one sentence what a folder holds.
func verdict(in *catalogue.Inspection) string {
	whole := in.Set.Images()
	numbers := func(k int) string {
		have := thousands(float64(in.Images[k]))
		if whole[k] > 0 && in.Images[k] != whole[k] {
			have += " of " + thousands(float64(whole[k]))
		}
		return have
	}
	images := fmt.Sprintf("%s training and %s test images", numbers(0), numbers(1))
	switch {
	case len(in.Faults) > 0:
		return fmt.Sprintf("%s can be read, and something is wrong:", images)
	case in.Whole():
		return fmt.Sprintf("%s is whole: %s.", in.Set.Title, images)
	case whole == [2]int{}:
		return images + "."
	}
	return fmt.Sprintf("A part of %s: %s.", in.Set.Title, images)
}
