package dynamics

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"fmt"
	"hash"
	"math"
	"os"
	"path/filepath"
	"time"

	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/plan"
	"relief/runtime/spectral"
)

// checkpointEvery is the time between two checkpoints of a run.
const checkpointEvery = 20 * time.Second

// checkpointVersion changes when what runs compute changes.
const checkpointVersion = "relief checkpoint 1"

// saved is what a checkpoint holds: all that the rest of a run depends on, and
// what was recorded. Of one format, never read by another version.
type saved struct {
	Key       [32]byte // of the run: see fingerprint
	K         int
	X         []float64
	Memory    [][]float64
	Rows      map[string][]float64
	Kept      map[int]savedState
	Probes    []savedProbe
	Snapshots []int // their steps; the rows are beside it
	Looked    bool  // at index K
	Flow      *streamState
}

type savedState struct {
	Loss, GradNorm float64
	X              []float64
	Memory         [][]float64
}

type savedProbe struct {
	Steps   []int
	Rows    map[string][]float64
	Average average
	Tracker spectral.State
	Origin  []float64
	Windows map[int]window
}

// checkpoint writes the state before index k is looked at, or before a flow goes
// on from it. The file is written
// beside the old one and put in its place, so that there is always a whole one.
func (t *trainer) checkpoint() error {
	if t.opt.Checkpoint == "" {
		return nil
	}
	s := saved{Key: t.key, K: t.k, X: t.x, Memory: t.memory, Rows: t.rows, Kept: map[int]savedState{}, Looked: t.looked}
	if t.flow != nil {
		state := t.flow.mark()
		s.Flow = &state
	}
	for k, state := range t.kept {
		c := savedState{Loss: state.Loss.Data[0], GradNorm: state.GradNorm.Data[0], X: make([]float64, len(t.x))}
		flatten(c.X, t.run.Objective.Params, state.Params)
		for _, b := range t.m.State[1:] {
			c.Memory = append(c.Memory, state.Buffers[b.Key()].Data)
		}
		s.Kept[k] = c
	}
	for _, o := range t.probes {
		p := savedProbe{Steps: o.steps, Rows: o.rows, Origin: o.origin, Windows: o.windows}
		if o.average != nil {
			p.Average = *o.average
		}
		if o.tracker != nil {
			p.Tracker = o.tracker.State()
		}
		s.Probes = append(s.Probes, p)
	}
	if t.snapshots != nil {
		if err := t.snapshots.sync(); err != nil {
			return err
		}
		s.Snapshots = t.snapshots.Steps
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(&s); err != nil {
		return err
	}
	sum := sha256.Sum256(b.Bytes())
	b.Write(sum[:])
	if err := replaceFile(t.opt.Checkpoint, b.Bytes()); err != nil {
		return fmt.Errorf("the checkpoint cannot be written: %w", err)
	}
	return nil
}

// replaceFile writes a file that is there whole or not at all.
func replaceFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// restore takes up a run where its checkpoint left it, and reports whether it
// did. One that is of another run, or not whole, is passed over: the run is then
// made from its start.
func (t *trainer) restore() bool {
	s, ok := readCheckpoint(t.opt.Checkpoint)
	if !ok || s.Key != t.key || (s.Flow == nil) != (t.flow == nil) || len(s.Probes) != len(t.probes) || t.snapshots != nil && !t.snapshots.takeUp(s.Snapshots) {
		return false
	}
	if t.flow != nil && t.flow.restore(*s.Flow) != nil {
		return false
	}
	for i, o := range t.probes {
		p := s.Probes[i]
		if o.tracker != nil && o.tracker.Restore(p.Tracker) != nil {
			return false
		}
		if o.average != nil {
			copy(o.average.X, p.Average.X)
			o.average.Count, o.average.Loss = p.Average.Count, p.Average.Loss
		}
		if o.origin = p.Origin; p.Windows != nil {
			o.windows = p.Windows
		}
		if o.steps = p.Steps; p.Rows != nil {
			o.rows = p.Rows
		}
	}
	t.k, t.looked = s.K, s.Looked
	if s.Rows != nil {
		t.rows = s.Rows
	}
	copy(t.x, s.X)
	for i := range t.memory {
		copy(t.memory[i], s.Memory[i])
	}
	for k, c := range s.Kept {
		then := &trainer{m: t.m, run: t.run, opt: t.opt, k: k, x: c.X, memory: c.Memory, loss: c.Loss, gradNorm: c.GradNorm}
		t.kept[k] = then.state()
	}
	return true
}

// readCheckpoint reads a checkpoint; ok is false if there is none or it is
// damaged.
func readCheckpoint(path string) (s saved, ok bool) {
	if path == "" {
		return s, false
	}
	data, err := os.ReadFile(path)
	if err != nil || len(data) < sha256.Size {
		return s, false
	}
	body := data[:len(data)-sha256.Size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], data[len(body):]) {
		return s, false
	}
	err = gob.NewDecoder(bytes.NewReader(body)).Decode(&s)
	return s, err == nil
}

// fingerprint names all that decides what a run gives: the map and the probes
// that are formulas as graphs, the network, the data, the seed, the start, and
// what is recorded when.
func (t *trainer) fingerprint() [32]byte {
	h := sha256.New()
	run := t.run
	roots := make([]graph.ID, 0, len(t.m.State))
	for _, c := range t.m.State {
		roots = append(roots, c.Out)
	}
	roots = append(roots, t.m.GradNorm, t.m.LearningRate)
	if t.m.Radius != graph.None {
		roots = append(roots, t.m.Radius)
	}
	for _, c := range t.m.State {
		if c.start != graph.None {
			roots = append(roots, c.start)
		}
	}
	if t.m.Stop != graph.None {
		roots = append(roots, t.m.Stop)
	}
	for _, id := range t.m.Probes {
		if id != graph.None {
			roots = append(roots, id)
		}
	}
	step := t.m.Graph.Hash(roots)
	f := run.Objective.Training
	fmt.Fprintln(h, checkpointVersion, step, t.net.Set.Digest, f.Loss, f.Batch, f.Network.Single, f.Network.Input, run.Seed, run.Steps, run.Every, run.RecordPath, t.opt.Keep)
	fmt.Fprintln(h, t.net.Identity())
	hashLayers(h, f.Network.Layers)
	o := run.Optimizer
	fmt.Fprintln(h, o.Of, o.Top, o.Tolerance, t.m.Graph.Hash(t.m.moments))
	fmt.Fprintln(h, o.Kind, o.Batch, o.Nesterov, f.Data.Flip, f.Data.Crop)
	if t.batches != nil && t.batches.spread != nil {
		fmt.Fprintln(h, t.batches.spread.Hash([]graph.ID{t.batches.root}))
	}
	if run.Snapshots != nil {
		fmt.Fprintln(h, "snapshots", run.Snapshots.Every)
	}
	for _, p := range run.Probes {
		fmt.Fprintln(h, p.Name, p.Kind, p.Every, p.Top, p.Tolerance, p.Products, p.Layers, p.Over, p.From, p.Average, p.Preconditioned)
		for d := p.Data; d != nil; d = d.Like {
			fmt.Fprintf(h, "%s %+v %d %d %s\n", d.Address, d.Source, d.Skip, d.Limit, d.Standardize)
			formulas(h, d.Norm)
		}
		if a := p.Axis; a != nil {
			fmt.Fprintln(h, a.Word, a.Normalize, a.Seed, a.Index, a.Points, a.Log, a.Of, a.FromStep, a.ToStep)
			formulas(h, a.Rate)
			formulas(h, a.Direction...)
		}
	}
	for _, o := range t.probes {
		numbers(h, o.origin)
		numbers(h, o.places)
		for _, row := range o.ends {
			numbers(h, row)
		}
	}
	numbers(h, t.x)
	for _, m := range t.memory {
		numbers(h, m)
	}
	return [32]byte(h.Sum(nil))
}

// formulas writes expressions, of which some may be nil.
func formulas(h hash.Hash, list ...*plan.Expr) {
	for _, e := range list {
		if e != nil {
			fmt.Fprintln(h, e.Graph.Hash([]graph.ID{e.Root}))
		}
	}
}

func numbers(h hash.Hash, x []float64) {
	var b [8]byte
	for _, v := range x {
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(v))
		h.Write(b[:])
	}
}

func hashLayers(h hash.Hash, layers []*network.Layer) {
	for _, l := range layers {
		fmt.Fprintln(h, l.Kind, l.Name, l.Units, l.Channels, l.Kernel, l.Stride, l.Padding, l.Groups, l.Bias, l.Function, l.Slope, l.Epsilon, l.Rate, len(l.Branches))
		for _, b := range l.Branches {
			fmt.Fprintln(h, "branch")
			hashLayers(h, b)
		}
	}
}
