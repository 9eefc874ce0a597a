package dynamics

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"relief/runtime/plan"
	"relief/runtime/random"
)

// endingContext is a context that ends when it has been asked so many times
// whether it has.
type endingContext struct {
	context.Context
	left int
}

func (c *endingContext) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestTakenUpAnywhere interrupts runs wherever a context is asked, within
// gradients, products and tests, until they come to their end, and finds the bits
// of runs that were never interrupted.
func TestTakenUpAnywhere(t *testing.T) {
	for name, edit := range map[string]func(*plan.Run){
		"sgd": optimizers["sgd"], "rmsprop, snapshots and path": optimizers["rmsprop, snapshots and path"],
		"gradient flow": flows["gradient flow"], "central flow of rmsprop": flows["central flow of rmsprop"],
	} {
		t.Run(name, func(t *testing.T) {
			run, opt := trained(t, 1, edit)
			whole, err := Run(context.Background(), run, opt)
			if err != nil {
				t.Fatal(err)
			}
			rows := snapshotRows(t, whole)
			interruptions := 0
			rounds := 3
			if flows[name] != nil {
				rounds = 1 // they take long
			}
			for round := range rounds {
				numbers := random.New(1, "interruptions", fmt.Sprint(round))
				opt.Checkpoint = filepath.Join(t.TempDir(), "run.ckpt")
				for part := 0; ; part++ {
					longest := float64(200 * (1 + part*part)) // so that it comes to its end
					got, err := Run(&endingContext{context.Background(), int(longest * numbers.Uniform(uint64(part), 0))}, run, opt)
					if err != nil {
						t.Fatal(err)
					}
					if got.Status == Interrupted {
						interruptions++
						if got.Snapshots != nil {
							got.Snapshots.Close(true)
						}
						continue
					}
					sameTraining(t, whole, got)
					if !slices.Equal(rows, snapshotRows(t, got)) {
						t.Fatal("the snapshots differ")
					}
					break
				}
			}
			if interruptions < 2*rounds {
				t.Errorf("%d interruptions", interruptions)
			}
		})
	}
}
