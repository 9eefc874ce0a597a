package report

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"relief/runtime/array"
	"relief/runtime/diagram"
	"relief/runtime/engine"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// spectrumView is the eigenvalues of a spectrum, from both ends inwards.
type spectrumView struct {
	Name, Anchor string
	Summary      string
	Rows         []eigenvalueView
	More         string // "" if all are shown
}

type eigenvalueView struct{ Place, Value, Residual string }

// mostEigenvalues is how many of each end a report shows.
const mostEigenvalues = 20

// spectrumOf lays out a spectrum; nil if it has no results.
func spectrumOf(x *engine.AnalysisResult) *spectrumView {
	if x.Address.Noun != "spectrum" || len(x.Fields) == 0 {
		return nil
	}
	out := &spectrumView{Name: x.Address.String()}
	var parts []string
	if trace, off := x.Lookup("trace"), x.Lookup("trace_error"); trace != nil && off != nil {
		parts = append(parts, fmt.Sprintf("trace %.6g, standard error %.2g", trace.Number(), off.Number()))
	}
	if n := x.Lookup("products"); n != nil {
		parts = append(parts, fmt.Sprintf("%.0f Hessian-vector products", n.Number()))
	}
	out.Summary = strings.Join(parts, "; ")
	hidden := 0
	for _, end := range []struct{ field, word string }{{"top", "largest"}, {"bottom", "smallest"}} {
		values, residuals := x.Lookup(end.field), x.Lookup(end.field+"_residual")
		if values == nil || residuals == nil {
			continue
		}
		for i, v := range values.Data {
			if i >= mostEigenvalues {
				hidden += len(values.Data) - i
				break
			}
			place := end.word
			if i > 0 {
				place = ordinal(i+1) + " " + place
			}
			out.Rows = append(out.Rows, eigenvalueView{place, fmt.Sprintf("%.6g", v), fmt.Sprintf("%.2g", residuals.Data[i])})
		}
	}
	if hidden > 0 {
		out.More = fmt.Sprintf("and %d more in the data", hidden)
	}
	return out
}

func ordinal(n int) string {
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}

// probeView is what a probe recorded.
type probeView struct {
	Name, Anchor string
	Kind         string
	Times        int
	Last         string
	Others       string // the last of its further results
}

// probesOf lists the probes of a run that have records.
func (p *pageMaker) probesOf(r *engine.RunResult) []probeView {
	var out []probeView
	for _, q := range r.Plan.Probes {
		values := r.Lookup("probe", q.Name)
		if values == nil || values.Len() == 0 {
			continue
		}
		v := probeView{Name: r.Plan.Address.String() + ".probe." + q.Name, Kind: q.Kind, Times: values.Len(), Last: lastOf(values)}
		_, v.Anchor = p.place(q.Span)
		var others []string
		for _, s := range r.Series {
			if len(s.Path) == 3 && s.Path[0] == "probe" && s.Path[1] == q.Name && s.Values.Len() > 0 && !slices.Equal(s.Values.Data, values.Data) {
				others = append(others, s.Path[2]+" "+lastOf(s.Values))
			}
		}
		v.Others = strings.Join(others, "; ")
		out = append(out, v)
	}
	return out
}

// lastOf is the last element of a series in a few words.
func lastOf(a *array.Array) string {
	n := a.Type.Size()
	last := a.Data[len(a.Data)-n:]
	if n > 6 {
		return fmt.Sprintf("%d values", n)
	}
	parts := make([]string, n)
	for i, v := range last {
		parts[i] = fmt.Sprintf("%.5g", v)
	}
	return strings.Join(parts, ", ")
}

// networkView is the layers of a network.
type networkView struct {
	Name, Anchor string
	Summary      string
	Layers       []layerView
	Params       string
	Flops        string
	Long         bool // it is shown folded
}

type layerView struct {
	Name, What, Output string
	Depth              int // at most 4
	Params, Flops      string
}

// networksOf lists the networks that objectives train.
func (p *pageMaker) networksOf(s *plan.Study) []networkView {
	var out []networkView
	used := map[plan.Address]bool{}
	for _, o := range s.Objectives {
		if o.Training != nil {
			used[o.Network.Address] = true
		}
	}
	for _, n := range s.Networks {
		if !used[n.Address] {
			continue
		}
		v := networkView{Name: n.Address.String(), Summary: networkSummary(n.Network), Params: diagram.Thousands(n.Size), Flops: diagram.Short(n.Flops())}
		_, v.Anchor = p.place(n.Span)
		v.Layers = append(v.Layers, layerView{Name: "input", Output: n.Input.String()})
		for _, r := range diagram.Layers(n.Network) {
			row := layerView{Name: r.Name, What: r.What, Output: r.Output.String(), Depth: min(r.Depth, 4)}
			if r.Params > 0 {
				row.Params = diagram.Thousands(r.Params)
			}
			if r.Flops > 0 {
				row.Flops = diagram.Short(r.Flops)
			}
			v.Layers = append(v.Layers, row)
		}
		v.Long = len(v.Layers) > 24
		out = append(out, v)
	}
	return out
}

// networkSummary is a network in one line.
func networkSummary(n *network.Network) string {
	precision := "float64"
	if n.Single {
		precision = "float32"
	}
	return fmt.Sprintf("%s to %s, %s parameters, %s flops per sample forward, %s", n.Input, n.Output, diagram.Thousands(n.Size), diagram.Short(n.Flops()), precision)
}

// datasetView is what is known of data.
type datasetView struct{ Name, Anchor, Summary, Standardized, Digest string }

func (p *pageMaker) dataset(d *engine.DatasetResult) datasetView {
	_, anchor := p.place(d.Plan.Span)
	return datasetView{d.Plan.Address.String(), anchor, datasetSummary(d), standardized(d), hex.EncodeToString(d.Digest[:])}
}

// datasetSummary is data in one line.
func datasetSummary(d *engine.DatasetResult) string {
	h, w, c := d.Shape[0], d.Shape[1], d.Shape[2]
	shape := network.Shape{H: h, W: w, C: c, Flat: h == 1 && w == 1}
	text := fmt.Sprintf("%s, %s samples of %s", d.Plan.Kind, diagram.Thousands(d.Samples), shape)
	if d.Classes > 0 {
		return fmt.Sprintf("%s, %d classes", text, d.Classes)
	}
	return fmt.Sprintf("%s, %d targets", text, d.Outputs)
}

func standardized(d *engine.DatasetResult) string {
	if d.Stats == nil {
		return "not standardised"
	}
	return "standardised " + d.Stats.String()
}
