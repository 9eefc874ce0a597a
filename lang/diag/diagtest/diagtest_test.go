package diagtest

import (
	"strings"
	"testing"

	"relief/lang/diag"
)

const text = `a = 1
b = x^2 # ERROR RL0111 "sq"
c = "
# ERROR@-1 RL0124 "not closed" WARNING@file RL0415 ` + "`larger$`" + `
`

func at(line int) diag.Span {
	s := diag.Span{File: "a.hcl"}
	s.Start.Line = line
	return s
}

func TestCompare(t *testing.T) {
	var met diag.List
	met.Errorf("RL0111", at(2), "no power").Detail = "Write sq(x)."
	met.Errorf("RL0124", at(3), "text is not closed")
	met.Warnf("RL0415", at(0), "larger")
	var wrong diag.List
	wrong.Errorf("RL0111", at(1), "sq: another line")
	wrong.Errorf("RL0112", at(2), "sq: another code")
	wrong.Errorf("RL0124", at(3), "another text")
	wrong.Errorf("RL0415", at(0), "larger, but an error")

	for _, tt := range []struct {
		got                     diag.List
		unexpected, notReported int
	}{
		{met, 0, 0},
		{nil, 0, 3},
		{append(met[:3:3], met[0]), 1, 0},
		{wrong, 4, 3},
	} {
		want, err := expectations("a.hcl", text)
		if err != nil || len(want) != 3 {
			t.Fatal(want, err)
		}
		complaints := strings.Join(compare(want, tt.got), "\n")
		if u, n := strings.Count(complaints, "unexpected"), strings.Count(complaints, "not reported"); u != tt.unexpected || n != tt.notReported {
			t.Errorf("%d unexpected and %d not reported, want %d and %d:\n%s", u, n, tt.unexpected, tt.notReported, complaints)
		}
	}
}

func TestMalformed(t *testing.T) {
	for _, line := range []string{`a = 1 # ERROR RL1 "x"`, `a = 1 # ERROR RL0111 x`, `a = 1 # ERROR@here RL0111 "x"`, `a # ERROR RL0111 "("`} {
		if _, err := expectations("a.hcl", line); err == nil {
			t.Errorf("%s: no error", line)
		}
	}
}
