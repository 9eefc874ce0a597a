package source

import (
	"bytes"
	"fmt"
)

// Limits of Diff: lines of context around a change, and the number of changed
// lines from which the rest is shown as replaced as a whole.
const (
	diffContext = 3
	diffMax     = 2000
)

// edit is a line of a diff: ' ' kept, '-' removed, '+' added.
type edit struct {
	kind byte
	line []byte
}

// Diff returns the change from before to after as a unified diff, empty if
// there is none.
func Diff(name string, before, after []byte) []byte {
	if bytes.Equal(before, after) {
		return nil
	}
	edits := diffLines(splitLines(before), splitLines(after))
	var out bytes.Buffer
	fmt.Fprintf(&out, "--- %s\n+++ %s (formatted)\n", name, name)
	oldLine, newLine := 1, 1 // of edits[i]
	for i := 0; i < len(edits); {
		if edits[i].kind == ' ' {
			oldLine, newLine, i = oldLine+1, newLine+1, i+1
			continue
		}
		start := max(0, i-diffContext)
		for start < i && edits[start].kind != ' ' {
			start++
		}
		end, kept := i, 0
		for end < len(edits) && kept <= 2*diffContext {
			if kept++; edits[end].kind != ' ' {
				kept = 0
			}
			end++
		}
		end -= max(0, kept-diffContext)
		fromOld, fromNew := oldLine-(i-start), newLine-(i-start)
		var nOld, nNew int
		for _, e := range edits[start:end] {
			if e.kind != '+' {
				nOld++
			}
			if e.kind != '-' {
				nNew++
			}
		}
		fmt.Fprintf(&out, "@@ -%s +%s @@\n", hunkRange(fromOld, nOld), hunkRange(fromNew, nNew))
		for _, e := range edits[start:end] {
			out.WriteByte(e.kind)
			out.Write(e.line)
			if !bytes.HasSuffix(e.line, []byte("\n")) {
				out.WriteString("\n\\ No newline at end of file\n")
			}
		}
		oldLine, newLine, i = fromOld+nOld, fromNew+nNew, end
	}
	return out.Bytes()
}

// hunkRange gives a line and a count; an empty range names the line before it.
func hunkRange(from, n int) string {
	if n == 0 {
		return fmt.Sprintf("%d,0", from-1)
	}
	return fmt.Sprintf("%d,%d", from, n)
}

func splitLines(b []byte) [][]byte {
	lines := bytes.SplitAfter(b, []byte("\n"))
	if n := len(lines); len(lines[n-1]) == 0 {
		lines = lines[:n-1]
	}
	return lines
}

// diffLines finds a shortest edit script by the greedy algorithm of Myers
// (Algorithmica 1, 1986), O((n+m) d) for d changed lines.
func diffLines(a, b [][]byte) []edit {
	var out []edit
	for len(a) > 0 && len(b) > 0 && bytes.Equal(a[0], b[0]) {
		out = append(out, edit{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	var tail [][]byte
	for len(a) > 0 && len(b) > 0 && bytes.Equal(a[len(a)-1], b[len(b)-1]) {
		tail = append(tail, a[len(a)-1])
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	out = append(out, shortest(a, b)...)
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, edit{' ', tail[i]})
	}
	return out
}

func shortest(a, b [][]byte) []edit {
	replaced := func() []edit {
		var out []edit
		for _, l := range a {
			out = append(out, edit{'-', l})
		}
		for _, l := range b {
			out = append(out, edit{'+', l})
		}
		return out
	}
	if len(a) == 0 || len(b) == 0 {
		return replaced()
	}
	// reach[d][k+d] is how far into a diagonal k = x - y gets with d changes.
	var reach [][]int
	for d := 0; d <= min(len(a)+len(b), diffMax); d++ {
		row := make([]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				prev := reach[d-1] // diagonal k of d-1 is at k+d-1
				switch {
				case k == -d:
					x = prev[0]
				case k == d:
					x = prev[2*d-2] + 1
				default:
					x = max(prev[k+d-2]+1, prev[k+d])
				}
			}
			y := x - k
			for x < len(a) && y < len(b) && bytes.Equal(a[x], b[y]) {
				x, y = x+1, y+1
			}
			row[k+d] = x
			if x >= len(a) && y >= len(b) {
				return backtrack(a, b, append(reach, row), k)
			}
		}
		reach = append(reach, row)
	}
	return replaced()
}

// backtrack walks the script from the end, where it lies on diagonal k.
func backtrack(a, b [][]byte, reach [][]int, k int) []edit {
	var reversed []edit
	x, y := len(a), len(b)
	for d := len(reach) - 1; d > 0; d-- {
		prev := reach[d-1]
		down := k == -d || k != d && prev[k+d] >= prev[k+d-2]+1
		pk := k - 1
		if down {
			pk = k + 1
		}
		px := prev[pk+d-1]
		py := px - pk
		stop := px
		if !down {
			stop++
		}
		for x > stop {
			x, y = x-1, y-1
			reversed = append(reversed, edit{' ', a[x]})
		}
		if down {
			reversed = append(reversed, edit{'+', b[py]})
		} else {
			reversed = append(reversed, edit{'-', a[px]})
		}
		x, y, k = px, py, pk
	}
	for x > 0 {
		x--
		reversed = append(reversed, edit{' ', a[x]})
	}
	out := make([]edit, len(reversed))
	for i, e := range reversed {
		out[len(out)-1-i] = e
	}
	return out
}
