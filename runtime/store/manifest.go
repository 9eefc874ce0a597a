package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"relief/runtime/engine"
	"relief/runtime/plan"
	"relief/runtime/report"
)

// manifestFormat marks a folder as results of relief.
const manifestFormat = "relief-manifest/1"

// facts gathers what the report and the manifest say about how the results
// came about.
func facts(res *engine.Results, opts *Options) report.Facts {
	f := report.Facts{
		Tool:     "relief " + opts.Version,
		Go:       runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		CPUs:     runtime.NumCPU(),
		Started:  res.Started,
	}
	for name := range res.Study.Sources {
		f.Sources = append(f.Sources, report.Source{Name: name, Digest: digest(res.Study.Sources[name])})
	}
	slices.SortFunc(f.Sources, func(a, b report.Source) int { return strings.Compare(a.Name, b.Name) })
	f.Commit, f.Dirty = gitState(res.Study.File)
	return f
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// gitState returns the commit that the study's work tree stands at, and
// whether tracked files there, or the study itself, differ from it. The commit
// is "" without git or outside of a work tree.
func gitState(file string) (commit string, dirty bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.fsmonitor=false"}, args...)...)
		cmd.Dir = filepath.Dir(file)
		cmd.Env = append(cmd.Environ(), "GIT_OPTIONAL_LOCKS=0")
		out, err := cmd.Output()
		return string(bytes.TrimSpace(out)), err
	}
	commit, err := git("rev-parse", "--verify", "HEAD")
	if err != nil {
		return "", false
	}
	status, err := git("status", "--porcelain", "--untracked-files=no")
	dirty = err != nil || status != ""
	if _, err := git("ls-files", "--error-unmatch", "--", filepath.Base(file)); err != nil {
		dirty = true
	}
	return commit, dirty
}

// manifest is manifest.json: how the results came about, and the digests of
// the files that hold them.
func manifest(res *engine.Results, f report.Facts, written []written, names fileNames, leftOut map[plan.Address][]string) object {
	var o object
	o.set("format", manifestFormat)
	o.set("study", res.Study.Name)
	o.set("file", filepath.ToSlash(res.Study.File))
	o.set("status", string(res.Status))
	o.set("tool", f.Tool)
	o.set("go", f.Go)
	o.set("platform", f.Platform)
	o.set("cpus", f.CPUs)
	o.set("started", f.Started.UTC().Format(time.RFC3339))
	o.set("seconds", res.Seconds)
	if f.Commit != "" {
		o.set("git", object{{"commit", f.Commit}, {"dirty", f.Dirty}})
	}
	var sources, variables, seeds, datasets, precision, timings, digests object
	for _, s := range f.Sources {
		sources.set(filepath.ToSlash(s.Name), "sha256:"+s.Digest)
	}
	for _, v := range res.Study.Variables {
		variables.set(v.Name, v.Value)
	}
	seeds.set("study", seed(res.Study.Seed))
	for _, r := range res.Runs {
		seeds.set(r.Plan.Address.String(), seed(r.Seed))
	}
	for _, l := range res.Landscapes {
		for _, a := range l.Plan.Axes {
			if a.Word == "random" {
				seeds.set(l.Plan.Address.String()+" "+a.Label, seed(a.Seed))
			}
		}
	}
	for _, x := range res.Study.Spectra {
		if slices.ContainsFunc(res.Analyses, func(r *engine.AnalysisResult) bool { return r.Address == x.Address }) {
			seeds.set(x.Address.String(), seed(x.Seed))
		}
	}
	for _, o := range res.Study.Orbits {
		if slices.ContainsFunc(res.Analyses, func(r *engine.AnalysisResult) bool { return r.Address == o.Address }) {
			seeds.set(o.Address.String(), seed(o.Map.Seed))
		}
	}
	for _, x := range res.Study.Growths {
		if x.Objective.Training == nil && slices.ContainsFunc(res.Analyses, func(r *engine.AnalysisResult) bool { return r.Address == x.Address }) {
			seeds.set(x.Address.String(), seed(x.Seed))
		}
		for _, a := range x.Axes {
			if a.Word == "random" {
				seeds.set(x.Address.String()+" "+a.Label, seed(a.Seed))
			}
		}
	}
	for _, d := range res.Datasets {
		seeds.set(d.Plan.Address.String(), seed(d.Plan.Seed))
		datasets.set(d.Plan.Address.String(), "sha256:"+hex.EncodeToString(d.Digest[:]))
	}
	for _, n := range res.Study.Networks {
		of := "float64"
		if n.Single {
			of = "float32"
		}
		precision.set(n.Address.String(), of)
	}
	for _, t := range res.Timings {
		timings.set(t.Block.String(), object{{"start", t.Start}, {"end", t.End}, {"status", string(t.Status)}})
	}
	for _, w := range written {
		digests.set(w.name, object{{"bytes", w.size}, {"digest", "sha256:" + w.digest}})
	}
	o.set("sources", sources)
	o.set("variables", variables)
	o.set("seeds", seeds)
	if len(datasets) > 0 {
		o.set("datasets", datasets)
	}
	if len(precision) > 0 {
		o.set("precision", precision)
	}
	o.set("timings", timings)
	o.set("files", digests)
	var missing object
	for _, r := range res.Runs {
		for _, name := range names.data[r.Plan.Address] { // no other block has lists
			if columns := leftOut[r.Plan.Address]; len(columns) > 0 && strings.HasSuffix(name, ".csv") {
				missing.set(name, files(columns))
			}
		}
	}
	if len(missing) > 0 {
		o.set("not_in_csv", missing)
	}
	return o
}

// seed is text, since JSON readers round whole numbers above 2^53.
func seed(s uint64) string { return strconv.FormatUint(s, 10) }
