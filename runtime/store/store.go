// Package store writes results to disk.
//
//	engine.Results --(render, encode)--> files in a hidden folder --(swap)--> results/STUDY/
//
// The folder holds results.json, report.html, report.md, manifest.json,
// plots/*.svg|png|pdf and data/*.parquet (and *.csv), *.safetensors;
// docs/results.md describes them. All appear at once or not at all: until the new results are whole and
// on the disk, the old ones stay where they are.
package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"

	"relief/lang/diag"
	"relief/runtime/engine"
	"relief/runtime/plan"
	"relief/runtime/render"
	"relief/runtime/report"
)

// Options says what to write.
type Options struct {
	Dir     string // folder of all results; the study's own folder is made in it
	Version string // of the tool
	CSV     bool   // also write data as CSV
	Workers int    // how many files to make at once; 0 means one per processor
	// Part says that the results are of a selection of blocks: they go to a
	// folder of their own, STUDY.part, and leave those of the whole study alone.
	Part bool
}

// folder is the name of the folder that a study's results go to.
func (o *Options) folder(study string) string {
	name := studyFolder(study)
	if o.Part {
		name += ".part"
	}
	return name
}

// Written is what was written.
type Written struct {
	Dir   string   // the study's folder
	Files []string // in it, sorted, with slashes
}

// Write writes all results and puts them in the place of earlier ones. On an
// error, a diag.List, the earlier ones are as they were, and nothing else is
// left behind. So it is when the context is cancelled; then the error is that
// of the context.
func Write(ctx context.Context, res *engine.Results, opts Options) (*Written, error) {
	return writeTo(ctx, osDisk{}, res, opts)
}

// Check finds out, before a long run, whether the results of a study could be
// written: it prepares the folder, writes a byte and removes both again. The
// error is that of Write.
func Check(study *plan.Study, opts Options) error {
	name := opts.folder(study.Name)
	dir := filepath.Join(opts.Dir, name)
	f, err := begin(osDisk{}, opts.Dir, name)
	if err != nil {
		return problem(dir, err)
	}
	err = f.write("check", func(w io.Writer) error {
		_, err := w.Write([]byte{'\n'})
		return err
	})
	f.giveUp(err)
	if err != nil {
		return problem(dir, err)
	}
	return nil
}

func writeTo(ctx context.Context, d disk, res *engine.Results, opts Options) (*Written, error) {
	name := opts.folder(res.Study.Name)
	dir := filepath.Join(opts.Dir, name)
	f, err := begin(d, opts.Dir, name)
	if err != nil {
		return nil, problem(dir, err)
	}
	w := &writer{folder: f, ctx: ctx, res: res, opts: &opts}
	err = w.all()
	switch cancelled := ctx.Err(); {
	case cancelled != nil:
		f.giveUp(cancelled)
		return nil, cancelled
	case err != nil:
		return nil, problem(dir, f.giveUp(err))
	}
	if err := f.commit(); err != nil {
		return nil, problem(dir, err)
	}
	out := &Written{Dir: dir}
	for _, x := range w.written {
		out.Files = append(out.Files, x.name)
	}
	return out, nil
}

// studyFolder is the name of a study's folder, which is that of its file.
func studyFolder(name string) string {
	if name = escape(name); name == "" {
		name = "study"
	}
	return name
}

// problem makes the one diagnostic of results that could not be written.
func problem(dir string, err error) diag.List {
	d := &diag.Diagnostic{
		Code:    "RL0602",
		Summary: fmt.Sprintf("the results cannot be written to %s: %s", dir, reason(err)),
		Detail:  "Choose another folder with -results DIR. Earlier results are left as they were.",
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		d.Detail = "Free some space, or choose another folder with -results DIR. Earlier results are left as they were."
	}
	return diag.List{d}
}

// reason says in plain words what the system said.
func reason(err error) string {
	var where string
	var at *fs.PathError
	if errors.As(err, &at) {
		where = at.Path
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full"
	case errors.Is(err, syscall.EDQUOT):
		return "the disk quota is used up"
	case errors.Is(err, syscall.EROFS):
		return "the file system is read-only"
	case errors.Is(err, fs.ErrPermission):
		return "no permission to write there"
	case errors.Is(err, syscall.ENOTDIR) && where != "":
		if info, err := os.Lstat(where); err == nil && !info.IsDir() {
			return where + " is a file, not a folder"
		}
		return where + " lies below a file, not a folder"
	case errors.Is(err, syscall.ENAMETOOLONG):
		return "the name is too long for the file system"
	case at != nil && (errors.Is(err, errForeign) || errors.Is(err, errFile)):
		return at.Err.Error() // the path is that of the results
	case at != nil:
		return fmt.Sprintf("%s: %v", where, at.Err)
	}
	return err.Error()
}

// written is a file that is in the folder.
type written struct {
	name   string
	size   int
	digest string
}

// fileNames are the files of each block, relative to the study's folder.
type fileNames struct {
	plots, data map[plan.Address][]string
	weights     map[state]string // parameters of networks
}

// state is one state of a run: after some updates or, with final, the last one.
type state struct {
	run   plan.Address
	step  int
	final bool
}

// blockData is what a block leaves in the folder data.
type blockData struct {
	at     plan.Address
	tables []*table
}

// blocks lists the blocks that have data, in the order of the results.
func (w *writer) blocks() []blockData {
	var out []blockData
	add := func(at plan.Address, tables ...*table) {
		tables = slices.DeleteFunc(tables, func(t *table) bool { return t == nil })
		if len(tables) > 0 {
			out = append(out, blockData{at, tables})
		}
	}
	for _, r := range w.res.Runs {
		if len(r.Series) > 0 {
			add(r.Plan.Address, runTable(r))
		}
	}
	for _, l := range w.res.Landscapes {
		if a := l.Plan.Address; len(l.Fields) > 0 {
			add(a, landscapeTable(l), pathTable(fileName(a)+".paths", l.Fields, "path"))
		}
	}
	for _, x := range w.res.Analyses {
		if i := slices.IndexFunc(w.res.Study.Orbits, func(o *plan.Orbit) bool { return o.Address == x.Address }); i >= 0 {
			add(x.Address, orbitTables(w.res.Study.Orbits[i], x.Fields)...)
			continue
		}
		if i := slices.IndexFunc(w.res.Study.Growths, func(g *plan.Growth) bool { return g.Address == x.Address }); i >= 0 {
			add(x.Address, growthTables(w.res.Study.Growths[i], x.Fields)...)
			continue
		}
		name := fileName(x.Address)
		add(x.Address, vectorTable(name, x.Fields))
		add(x.Address, pathTable(name+".paths", x.Fields, "run"))
	}
	return out
}

// writer makes the files of one study.
type writer struct {
	*folder
	ctx  context.Context // of the one call that a writer is made for
	res  *engine.Results
	opts *Options

	mu      sync.Mutex
	written []written
}

// add writes a file and keeps its digest.
func (w *writer) add(name string, data []byte) error {
	return w.stream(name, func(to io.Writer) error {
		_, err := to.Write(data)
		return err
	})
}

// stream writes a file piece by piece and keeps its digest.
func (w *writer) stream(name string, fill func(io.Writer) error) error {
	sum := &summing{ctx: w.ctx, hash: sha256.New()}
	err := w.write(name, func(to io.Writer) error {
		sum.to = to
		return fill(sum)
	})
	if err != nil {
		return err
	}
	entry := written{name, sum.size, hex.EncodeToString(sum.hash.Sum(nil))}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.written = append(w.written, entry)
	return nil
}

// summing counts and digests what it passes on, until its context ends.
type summing struct {
	ctx  context.Context
	to   io.Writer
	hash hash.Hash
	size int
}

func (s *summing) Write(data []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.to.Write(data)
	s.hash.Write(data[:n])
	s.size += n
	return n, err
}

// all writes every file: the data and plots side by side, then what refers to
// them, the manifest last.
func (w *writer) all() error {
	blocks := w.blocks()
	names := w.names(blocks)
	pictures := make([][]byte, len(w.res.Plots)) // as SVG
	var known report.Facts

	jobs := &errgroup.Group{}
	jobs.SetLimit(workers(w.opts.Workers))
	jobs.Go(func() error { known = facts(w.res, w.opts); return nil })
	for i, p := range w.res.Plots {
		if p.Figure == nil {
			continue
		}
		jobs.Go(func() error { return w.plot(p, names, &pictures[i]) })
	}
	leftOut := map[plan.Address][]string{} // columns, of the CSV file of a block
	for _, b := range blocks {
		for _, t := range b.tables {
			if lists := t.lists(); w.opts.CSV && len(lists) > 0 {
				leftOut[b.at] = append(leftOut[b.at], lists...)
			}
			jobs.Go(func() error { return w.data(t) })
		}
	}
	w.eachState(func(r *engine.RunResult, s *engine.State, which state) {
		jobs.Go(func() error { return w.weights(names.weights[which], r, s) })
	})
	if err := jobs.Wait(); err != nil {
		return err
	}

	input := &report.Input{Results: w.res, Facts: known, Pictures: map[plan.Address]report.Picture{}, Data: maps.Clone(names.data), LeftOut: leftOut}
	for which, file := range names.weights {
		if which.final {
			input.Data[which.run] = append(slices.Clone(names.data[which.run]), file)
		}
	}
	for i, p := range w.res.Plots {
		if p.Figure != nil {
			input.Pictures[p.Plan.Address] = report.Picture{SVG: pictures[i], Files: names.plots[p.Plan.Address]}
		}
	}
	html, err := report.HTML(input)
	if err != nil {
		return err
	}
	if err := w.json("results.json", resultsJSON(w.res, names)); err != nil {
		return err
	}
	if err := w.add("report.md", report.Markdown(input)); err != nil {
		return err
	}
	if err := w.add("report.html", html); err != nil {
		return err
	}
	slices.SortFunc(w.written, func(a, b written) int { return strings.Compare(a.name, b.name) })
	return w.json("manifest.json", manifest(w.res, known, w.written, names, leftOut))
}

func (w *writer) json(name string, v object) error {
	return w.stream(name, func(to io.Writer) error { return writeJSON(to, v) })
}

func workers(n int) int {
	if n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// names gives every block its files, no two of which are the same where a file
// system does not tell a from A.
func (w *writer) names(blocks []blockData) fileNames {
	used := map[string]bool{}
	unique := func(name string) string {
		const longest = 120 // leaves room for endings below the usual limit of 255 bytes
		if len(name) > longest {
			name = strings.ToValidUTF8(name[:longest-9], "") + "~" + digest([]byte(name))[:8]
		}
		for base, n := name, 2; used[strings.ToLower(name)]; n++ {
			name = base + "~" + strconv.Itoa(n)
		}
		used[strings.ToLower(name)] = true
		return name
	}
	out := fileNames{plots: map[plan.Address][]string{}, data: map[plan.Address][]string{}, weights: map[state]string{}}
	for _, p := range w.res.Plots {
		if p.Figure == nil {
			continue
		}
		base := unique("plots/" + plotName(p.Plan.Address))
		for _, format := range formats(p.Plan) {
			out.plots[p.Plan.Address] = append(out.plots[p.Plan.Address], base+"."+format)
		}
	}
	bases := map[plan.Address]string{}
	for _, b := range blocks {
		for _, t := range b.tables {
			base := unique("data/" + t.name)
			if bases[b.at] == "" {
				bases[b.at] = base
			}
			t.files = []string{base + ".parquet"}
			if w.opts.CSV {
				t.files = append(t.files, base+".csv")
			}
			out.data[b.at] = append(out.data[b.at], t.files...)
		}
	}
	w.eachState(func(r *engine.RunResult, _ *engine.State, which state) {
		base := bases[which.run]
		switch {
		case !which.final:
			base = unique("data/" + fileName(which.run) + ".at." + strconv.Itoa(which.step))
		case base == "":
			base = unique("data/" + fileName(which.run))
		}
		out.weights[which] = base + ".safetensors"
	})
	return out
}

// formats are the formats of a plot: all of them unless the study chooses.
func formats(p *plan.Plot) []string {
	var out []string
	for _, f := range render.Formats {
		if len(p.Formats) == 0 || slices.Contains(p.Formats, f) {
			out = append(out, f)
		}
	}
	return out
}

// plot draws a figure once and writes it in its formats, and returns it as SVG
// for the report in any case.
func (w *writer) plot(p *engine.PlotResult, names fileNames, svg *[]byte) error {
	drawing := render.Draw(p.Figure)
	encode := func(format string) ([]byte, error) {
		var b bytes.Buffer
		err := drawing.Write(format, &b)
		return b.Bytes(), err
	}
	var err error
	if *svg, err = encode("svg"); err != nil {
		return fmt.Errorf("plot %q: %w", p.Plan.Address.Name, err)
	}
	for _, name := range names.plots[p.Plan.Address] {
		data := *svg
		if format := strings.TrimPrefix(filepath.Ext(name), "."); format != "svg" {
			if data, err = encode(format); err != nil {
				return fmt.Errorf("plot %q: %w", p.Plan.Address.Name, err)
			}
		}
		if err := w.add(name, data); err != nil {
			return err
		}
	}
	return nil
}

// data writes a table as its files.
func (w *writer) data(t *table) error {
	for _, name := range t.files {
		fill := t.parquet
		if strings.HasSuffix(name, ".csv") {
			fill = t.csv
		}
		if err := w.stream(name, func(to io.Writer) error { return fill(w.ctx, to) }); err != nil {
			return err
		}
	}
	return nil
}

var _ disk = osDisk{}
