package dense

import (
	"context"
	"fmt"
	"testing"
	"time"

	"relief/runtime/graph"
)

func resnet18(t testing.TB, samples int) *problem {
	p := newProblem(t)
	x := p.input("x", graph.Of(samples, 32, 32, 3), 1)
	k := 0
	name := func() string { k++; return fmt.Sprint("l", k) }
	cb := func(x graph.ID, c, size, stride int) graph.ID {
		n := name()
		return p.batchNorm(n, p.conv(n, x, c, size, graph.Window{Stride: stride, Pad: size / 2}))
	}
	x = p.relu(cb(x, 64, 3, 1))
	for stage, c := range []int{64, 128, 256, 512} {
		for block := range 2 {
			stride := 1
			if stage > 0 && block == 0 {
				stride = 2
			}
			y := cb(p.relu(cb(x, c, 3, stride)), c, 3, 1)
			if stride == 2 {
				x = cb(x, c, 1, stride)
			}
			x = p.relu(p.do(graph.Add, y, x))
		}
	}
	u := p.Type(x)
	x = p.must(p.Pool(graph.MeanPool, x, graph.Window{H: u.Dim(1), W: u.Dim(2), Stride: 1}))
	p.loss = p.crossEntropy(p.dense("z", p.flatten(x), 10))
	return p
}

func densenet121(t testing.TB, samples int) *problem {
	p := newProblem(t)
	x := p.input("x", graph.Of(samples, 32, 32, 3), 1)
	k := 0
	name := func() string { k++; return fmt.Sprint("l", k) }
	x = p.conv(name(), x, 64, 3, graph.Window{Stride: 1, Pad: 1})
	for stage, n := range []int{6, 12, 24, 16} {
		for range n {
			y := p.relu(p.batchNorm(name(), x))
			y = p.conv(name(), y, 128, 1, graph.Window{Stride: 1})
			y = p.relu(p.batchNorm(name(), y))
			y = p.conv(name(), y, 32, 3, graph.Window{Stride: 1, Pad: 1})
			x = p.do(graph.JoinCols, x, y)
		}
		if stage < 3 {
			x = p.relu(p.batchNorm(name(), x))
			x = p.conv(name(), x, p.Type(x).Dim(3)/2, 1, graph.Window{Stride: 1})
			x = p.must(p.Pool(graph.MeanPool, x, graph.Window{H: 2, W: 2, Stride: 2}))
		}
	}
	x = p.relu(p.batchNorm(name(), x))
	u := p.Type(x)
	x = p.must(p.Pool(graph.MeanPool, x, graph.Window{H: u.Dim(1), W: u.Dim(2), Stride: 1}))
	p.loss = p.crossEntropy(p.dense("z", p.flatten(x), 10))
	return p
}

func BenchmarkBig(b *testing.B) {
	for _, c := range []struct {
		name string
		make func() *problem
	}{{"resnet18", func() *problem { return resnet18(b, 16) }}, {"densenet121", func() *problem { return densenet121(b, 16) }}} {
		for _, product := range []bool{false, true} {
			b.Run(fmt.Sprint(c.name, "/", product), func(b *testing.B) {
				p := c.make()
				o := Options{Single: true}
				var roots []graph.ID
				if product {
					roots = p.hvp()
					o.Held = p.held
				} else {
					roots = append([]graph.ID{p.loss}, p.gradient()...)
				}
				start := time.Now()
				program, err := Compile(NewMachine(2), p.Graph, roots, o)
				if err != nil {
					b.Fatal(err)
				}
				took := time.Since(start)
				values(b, program, p, roots)
				before := processor()
				for b.Loop() {
					program.Finish(context.Background())
				}
				b.ReportMetric(1e3*(processor()-before)/float64(b.N), "cpu-ms/op")
				b.ReportMetric(float64(program.Bytes())/1e6, "MB")
				b.ReportMetric(program.Flops()/1e9, "GFLOP")
				b.ReportMetric(float64(len(program.steps)), "steps")
				b.ReportMetric(took.Seconds()*1e3, "ms-compile")
			})
		}
	}
}
