package report

import "testing"

func TestSeconds(t *testing.T) {
	for s, want := range map[float64]string{
		0: "0 µs", 1.234e-6: "1.23 µs", 999.4e-6: "999 µs", 999.6e-6: "1 ms", 0.0123: "12.3 ms", 0.9994: "999 ms", 0.9996: "1 s", 75: "75 s",
	} {
		if got := seconds(s); got != want {
			t.Errorf("%v s prints as %q, want %q", s, got, want)
		}
	}
}
