package model

import (
	"context"
	"math"

	"relief/runtime/dataset"
	"relief/runtime/graph"
	"relief/runtime/network"
)

// Score is what a network achieves on samples.
type Score struct {
	Loss     float64 // mean over the samples, without the regularizer
	Accuracy float64 // share of samples whose largest output is that of their class; NaN without labels
}

// Test returns the score at x of samples that need not be those of training,
// without dropout and with the population statistics of batch normalisation:
// over the batches of training, the mean of the means, and the variance of all
// of them together, at x itself ("precise" statistics: Wu and Johnson,
// "Rethinking Batch in BatchNorm", 2021, section 3). Nothing lags behind.
func (n *Network) Test(ctx context.Context, x []float64, set *dataset.Set) (Score, error) {
	y, outputs := targets(set)
	if err := n.fits(set, outputs); err != nil {
		return Score{}, err
	}
	if n.eval == nil {
		n.moments = n.newPass((*batch).moments)
		n.eval = n.newPass(func(b *batch) ([]graph.ID, error) { return []graph.ID{b.loss, b.built.Logits}, nil })
		n.eval.train, n.eval.scale = false, 1
		n.eval.layers = normalisers(n.net)
	}
	population, err := n.population(ctx, x)
	if err != nil {
		return Score{}, err
	}
	count := set.Len()
	size := min(count, max(1, maxBatch/4/max(1, n.net.Activations())))
	logits := make([]float64, size*outputs)
	var score Score
	hits := 0
	for from := 0; from < count; from += size {
		to := min(from+size, count)
		p, err := n.eval.program(to-from, n.machine)
		if err != nil {
			return Score{}, err
		}
		f := set.Features()
		p.SetFloat32("x", set.X[from*f:to*f])
		p.Set("y", y[from*outputs:to*outputs])
		n.setPoint(p, x)
		for i, l := range n.eval.layers {
			p.Set(meanName(l), population[i].mean)
			p.Set(varianceName(l), population[i].variance)
		}
		if err := p.Run(ctx); err != nil {
			return Score{}, err
		}
		score.Loss += p.Number(0)
		rows := logits[:(to-from)*outputs]
		p.Read(1, rows)
		if set.Labels != nil {
			hits += correct(rows, set.Labels[from:to], outputs)
		}
	}
	score.Loss /= float64(count)
	score.Accuracy = math.NaN()
	if set.Labels != nil {
		score.Accuracy = float64(hits) / float64(count)
	}
	return score, nil
}

// correct counts the rows whose largest element, the first of equal ones, is
// that of their label.
func correct(rows []float64, labels []int, outputs int) int {
	hits := 0
	for i, label := range labels {
		row := rows[i*outputs : (i+1)*outputs]
		best := 0
		for j, v := range row {
			if v > row[best] {
				best = j
			}
		}
		if best == label && row[best] == row[best] {
			hits++
		}
	}
	return hits
}

// moments is the mean and the variance of the batch at each layer of batch
// normalisation.
func (b *batch) moments() ([]graph.ID, error) {
	var out []graph.ID
	b.n.moments.layers = nil
	for _, m := range b.built.Moments {
		out = append(out, m.Mean, m.Variance)
		b.n.moments.layers = append(b.n.moments.layers, m.Layer)
	}
	return out, nil
}

type population struct{ mean, variance []float64 }

// population takes the statistics of each layer over all batches of training.
func (n *Network) population(ctx context.Context, x []float64) ([]population, error) {
	layers := n.eval.layers
	if len(layers) == 0 {
		return nil, nil
	}
	at := make(map[*network.Layer]int)
	all := make([]population, len(layers))
	for i, l := range layers {
		at[l] = i
		all[i] = population{make([]float64, l.In.C), make([]float64, l.In.C)}
	}
	total := float64(n.Set.Len())
	buffer := make([]float64, 0)
	for b, s := range n.spans {
		p, err := n.load(n.moments, b)
		if err != nil {
			return nil, err
		}
		n.setPoint(p, x)
		if err := p.Run(ctx); err != nil {
			return nil, err
		}
		share := float64(s.size()) / total
		for k, l := range n.moments.layers {
			i := at[l]
			c := len(all[i].mean)
			if cap(buffer) < 2*c {
				buffer = make([]float64, 2*c)
			}
			mean, variance := buffer[:c], buffer[c:2*c]
			p.Read(2*k, mean)
			p.Read(2*k+1, variance)
			for j := range c {
				all[i].mean[j] += share * mean[j]
				all[i].variance[j] += share * (variance[j] + mean[j]*mean[j])
			}
		}
	}
	for _, q := range all {
		for j, m := range q.mean {
			q.variance[j] = max(0, q.variance[j]-m*m)
		}
	}
	return all, nil
}
