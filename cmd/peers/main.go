// Command peers measures relief's network jobs side by side with PyTorch's and
// prints their ratios, for docs/performance.md:
//
//	go run ./cmd/peers -python python3
//
// Each side runs in a process of its own, one after the other, several rounds;
// the figures are the medians over the rounds of the medians within them. It
// needs a Python with torch, which nothing else here does.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() {
	python := flag.String("python", "python3", "the Python that has torch")
	script := flag.String("script", filepath.Join("cmd", "peers", "testdata", "networks.py"), "the peer's side")
	rounds := flag.Int("rounds", 5, "how often each side is run")
	threads := flag.Int("threads", 2, "of each side")
	repetitions := flag.Int("repetitions", 9, "within a run")
	only := flag.String("jobs", "", "job/type, separated by commas; all if empty")
	one := flag.String("one", "", "run relief's side of one job/type and print its figures")
	flag.Parse()
	if err := run(*python, *script, *rounds, *threads, *repetitions, *only, *one); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(python, script string, rounds, threads, repetitions int, only, one string) error {
	if one != "" {
		name, kind, _ := strings.Cut(one, "/")
		return measure(name, kind == "f32", threads, repetitions)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Printf("| job | PyTorch | relief | time ratio | PyTorch | relief |\n|---|---|---|---|---|---|\n")
	for _, job := range jobs {
		for _, kind := range []string{"f32", "f64"} {
			name := job.name + "/" + kind
			if only != "" && !slices.Contains(strings.Split(only, ","), name) {
				continue
			}
			var theirs, ours []figures
			for range rounds {
				t, err := figuresOf(peer(python, script, job.name, kind, strconv.Itoa(threads), strconv.Itoa(repetitions)))
				if err != nil {
					return err
				}
				o, err := figuresOf(exec.Command(self, "-one", name, "-threads", strconv.Itoa(threads), "-repetitions", strconv.Itoa(repetitions)))
				if err != nil {
					return err
				}
				theirs, ours = append(theirs, t), append(ours, o)
			}
			t, o := median(theirs), median(ours)
			fmt.Printf("| %s, %s | %.1f ms | %.1f ms | %.2f | %.0f MiB | %.0f MiB |\n", job.text, kind, t.time, o.time, t.time/o.time, t.memory, o.memory)
		}
	}
	return nil
}

// peer is PyTorch's side, tuned: it waits without spinning and picks its own
// kernels.
func peer(python string, args ...string) *exec.Cmd {
	c := exec.Command(python, args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OPENBLAS_") {
			c.Env = append(c.Env, v)
		}
	}
	c.Env = append(c.Env, "OMP_WAIT_POLICY=passive")
	return c
}

// figures are a time in milliseconds and a peak of memory in MiB.
type figures struct{ time, memory float64 }

func figuresOf(c *exec.Cmd) (figures, error) {
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return figures{}, fmt.Errorf("%v: %w", c.Args, err)
	}
	var f figures
	var least float64
	if _, err := fmt.Sscan(string(out), &f.time, &least, &f.memory); err != nil {
		return f, fmt.Errorf("%v printed %q", c.Args, out)
	}
	return f, nil
}

func median(all []figures) figures {
	middle := func(of func(figures) float64) float64 {
		var v []float64
		for _, f := range all {
			v = append(v, of(f))
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return figures{middle(func(f figures) float64 { return f.time }), middle(func(f figures) float64 { return f.memory })}
}
