package diag

import (
	"cmp"
	"slices"
)

// Entry documents one code: what the message means, the smallest study or
// fragment that causes it, and what to write instead.
type Entry struct {
	Code    Code
	Title   string
	Meaning string
	Example string
	Cure    string
}

// areas lists the tables in the order of their codes. Each area has a file of
// its own: codes_source.go, codes_names.go and so on.
var areas = [][]Entry{
	sourceCodes,
	nameCodes,
	mathCodes,
	blockCodes,
	runCodes,
	resultCodes,
}

// Lookup returns the entry of a code and whether there is one.
func Lookup(code Code) (Entry, bool) {
	for _, area := range areas {
		for _, e := range area {
			if e.Code == code {
				return e, true
			}
		}
	}
	return Entry{}, false
}

// Codes returns all entries, sorted by code.
func Codes() []Entry {
	out := slices.Concat(areas...)
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Compare(a.Code, b.Code) })
	return out
}
