package engine

import (
	"maps"
	"slices"
	"testing"

	"relief/runtime/plan"
)

// TestColorNames: every word that a study may write has a colour.
func TestColorNames(t *testing.T) {
	if have := slices.Sorted(maps.Keys(namedColors)); !slices.Equal(have, plan.ColorNames) {
		t.Errorf("colours are %v, words %v", have, plan.ColorNames)
	}
}
