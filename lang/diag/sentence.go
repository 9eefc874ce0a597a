package diag

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence is a clause, such as the cure that an error of data carries, as the
// sentence that a Detail is: with a capital letter and a stop.
func Sentence(clause string) string {
	clause = strings.TrimSuffix(strings.TrimSpace(clause), ".")
	if clause == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(clause)
	return string(unicode.ToUpper(first)) + clause[size:] + "."
}
