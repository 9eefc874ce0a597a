package diag

import "strings"

// Suggest returns the candidate nearest to name by Damerau-Levenshtein
// distance (optimal string alignment, letter case ignored), or "" when none is
// near enough to be meant: at most one edit per three characters, and one for
// shorter names. Of equally near candidates the one that shares the longer
// beginning wins, then the first in byte order.
func Suggest(name string, candidates []string) string {
	a := []rune(strings.ToLower(name))
	best, bestDistance, bestPrefix := "", max(1, len(a)/3)+1, 0
	for _, c := range candidates {
		if c == "" || c == name {
			continue
		}
		b := []rune(strings.ToLower(c))
		d := distance(a, b, bestDistance)
		if d >= max(len(a), len(b)) {
			continue // nothing in common
		}
		p := commonPrefix(a, b)
		if d < bestDistance || best != "" && d == bestDistance && (p > bestPrefix || p == bestPrefix && c < best) {
			best, bestDistance, bestPrefix = c, d, p
		}
	}
	return best
}

func commonPrefix(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// distance counts insertions, deletions, substitutions and swaps of
// neighbours; it returns some number above limit as soon as it must be so.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before := make([]int, len(b)+1)
	prev := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return least
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}
