package tensor

import "time"

// elapsed is the seconds that f takes. Benchmarks report the least: what other
// work on the machine adds is no property of the code.
func elapsed(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}
