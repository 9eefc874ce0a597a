package dataset

import (
	"slices"
	"strings"
	"testing"
)

// The digests and counts are those that go with the files.
func TestRealCIFAR(t *testing.T) {
	for _, c := range []struct {
		folder string
		o      CIFAR
		counts []int
		name   string
	}{
		{"cifar10", CIFAR{Digests: Digests{"data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"}},
			[]int{1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981}, "truck"},
		{"cifar10", CIFAR{Test: true, Digests: Digests{"test_batch.bin": "a365c883b8727b5960b1f88c468d807bb5487294a2fb9b0aa2fb8a93024384c3"}},
			[]int{196, 198, 195, 199, 198, 185, 216, 193, 217, 203}, "truck"},
		{"cifar10", CIFAR{Selection: Selection{Classes: []string{"frog", "cat"}, PerClass: 20, Limit: 30}}, nil, "cat"},
		{"cifar100", CIFAR{Hundred: true}, append(slices.Repeat([]int{100}, 50), make([]int, 50)...), "worm"},
		{"cifar100", CIFAR{Hundred: true, Test: true}, append(slices.Repeat([]int{20}, 50), make([]int, 50)...), "worm"},
	} {
		c.o.Path = realData(t, c.folder)
		s, err := c.o.Load()
		sane(t, s, err)
		if err != nil {
			t.Fatal(err)
		}
		counts := make([]int, s.Classes)
		for _, l := range s.Labels {
			counts[l]++
		}
		if c.counts == nil {
			if s.Len() != 30 || counts[0] > 20 || counts[1] > 20 {
				t.Errorf("%+v: counts %v", c.o, counts)
			}
		} else if !slices.Equal(counts, c.counts) {
			t.Errorf("%+v: counts %v, want %v", c.o, counts, c.counts)
		}
		if got := s.Names[s.Classes-1]; got != c.name {
			t.Errorf("%+v: the last class is %q, want %q", c.o, got, c.name)
		}
	}
	s, err := CIFAR{Path: realData(t, "cifar100"), Hundred: true, Coarse: true}.Load()
	sane(t, s, err)
	if err != nil || s.Classes != 20 || slices.Contains(s.Labels, 2) || !strings.Contains(s.Names[2], "flower") {
		t.Errorf("coarse labels: %v, %v", s.Names, err)
	}
}

// Section 6 of the paper speaks of norms that differ by orders of magnitude;
// on standardised photographs the ratio of the largest to the smallest is 8 to
// 9.
func TestRealNormsAreOfOneSize(t *testing.T) {
	for by, want := range map[By]float64{PerPixel: 8.4, PerChannel: 8.8} {
		s, err := CIFAR{Path: realData(t, "cifar10")}.Load()
		if err == nil {
			err = s.Standardize(by)
		}
		if err != nil {
			t.Fatal(err)
		}
		norms := s.Norms()
		if got := slices.Max(norms) / slices.Min(norms); got < want-0.1 || got > want+0.1 {
			t.Errorf("per %s: the ratio is %v, want about %v", by, got, want)
		}
	}
}
