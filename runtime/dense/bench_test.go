//go:build unix

package dense

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"relief/runtime/graph"
)

// BenchmarkNetworks takes steps of gradient descent, without the update, and
// Hessian-vector products at one point.
func BenchmarkNetworks(b *testing.B) {
	for _, c := range []struct {
		name string
		make func() *problem
	}{
		{"mlp", func() *problem { return mlp(b, 5000, []int{3072, 200, 200, 10}, "relu") }},
		{"cnn", func() *problem { return cnn(b, 256, 32, 3, []int{32, 64, 128}) }},
		{"resnet18", func() *problem { return resnet18(b, 16) }},
		{"densenet121", func() *problem { return densenet121(b, 16) }},
	} {
		for _, single := range []bool{true, false} {
			for _, product := range []bool{false, true} {
				what := "gradient"
				if product {
					what = "hvp"
				}
				b.Run(fmt.Sprintf("%s/single=%v/%s", c.name, single, what), func(b *testing.B) {
					p := c.make()
					o := Options{Single: single}
					var roots []graph.ID
					if product {
						roots = p.hvp()
						o.Held = p.held
					} else {
						roots = append([]graph.ID{p.loss}, p.gradient()...)
					}
					program, err := Compile(NewMachine(2), p.Graph, roots, o)
					if err != nil {
						b.Fatal(err)
					}
					values(b, program, p, roots)
					ctx := context.Background()
					b.ReportAllocs()
					before := processor()
					for b.Loop() {
						if err := program.Finish(ctx); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(1e3*(processor()-before)/float64(b.N), "cpu-ms/op")
					b.ReportMetric(float64(program.Bytes())/1e6, "MB")
				})
			}
		}
	}
}

// processor is the processor time that the process has taken, in seconds: on a
// machine that others use it says more than the time that has passed.
func processor() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
