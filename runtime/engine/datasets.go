package engine

import (
	"crypto/sha256"

	"relief/runtime/dataset"
	"relief/runtime/plan"
)

// DatasetResult is what is known of samples that a study has loaded, as they
// were trained on.
type DatasetResult struct {
	Plan    *plan.Dataset
	Samples int
	Shape   [3]int // height, width, channels
	Classes int    // 0 without labels
	Outputs int    // numbers that a sample is held to; 0 for labels
	Digest  [sha256.Size]byte
	Stats   *dataset.Stats // nil if they are not standardised
}

// datasets lists what was loaded, in the order of the study.
func (r *runner) datasets() []*DatasetResult {
	var out []*DatasetResult
	for _, d := range r.study.Datasets {
		l := r.models.sets[d.Address]
		if l == nil || l.err != nil {
			continue
		}
		s := l.set
		out = append(out, &DatasetResult{d, s.Len(), s.Shape, s.Classes, s.Outputs, s.Digest, s.Stats})
	}
	return out
}
