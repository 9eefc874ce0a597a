package stdlib

import (
	"slices"
	"strings"
	"testing"
)

func TestLaws(t *testing.T) {
	names := []string{}
	for _, l := range Laws() {
		names = append(names, l.Name)
		if l.Kind != Law || l.Kind.String() != "law" || l.Description == "" || !strings.HasPrefix(l.Signature, l.Name+"(") || !strings.Contains(l.Example, l.Name+"(") {
			t.Errorf("%+v", l)
		}
		if _, ok := Lookup(l.Name); ok {
			t.Errorf("%s is a function too", l.Name)
		}
	}
	if !slices.Equal(names, []string{"normal", "uniform"}) {
		t.Errorf("laws: %v", names)
	}
}
