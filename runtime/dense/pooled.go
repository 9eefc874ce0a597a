package dense

import (
	"relief/runtime/kernel/tensor"
)

// expandRows writes rows of gradients before a pooling, from element i on.
func expandRows[T tensor.Float](o *operation, dst []T, i int) {
	dy, pick, row := elements[T](o.value), elements[T](o.pick), o.tiles.Row()
	for ; len(dst) > 0; dst, i = dst[row:], i+row {
		r := i / row / o.tiles.H // row of the pooling, in all images
		tensor.MaxTilesGrad(o.tiles, i/row%o.tiles.H, dst[:row], dy[o.resultsAt(r):], pick[r*o.tiles.Results():])
	}
}

// poolRows pools elements from number i on; scratch is for picks that nobody
// reads.
func poolRows[T tensor.Float](o *operation, scratch, x []T, i int) {
	y, n := elements[T](o.value), o.tiles.H*o.tiles.Row()
	for r := i / n; len(x) > 0; r, x = r+1, x[n:] {
		picks := scratch
		if o.pick != nil {
			picks = elements[T](o.pick)[r*o.tiles.Results():]
		}
		if o.action == pool {
			tensor.MaxTiles(o.tiles, y[o.resultsAt(r):], picks, x[:n])
		} else {
			tensor.MaxTilesTangent(o.tiles, y[o.resultsAt(r):], x[:n], picks)
		}
	}
}

// resultsAt is where row number r of all images of the pooling begins in memory.
func (o *operation) resultsAt(r int) int {
	at, _ := o.value.run(r*o.tiles.Results(), 0)
	return at
}
