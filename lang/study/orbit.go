package study

import (
	"relief/lang/diag"
	"relief/lang/math"
)

// orbit builds a question about an optimizer as a map.
func (b *builder) orbit() { b.in.bad = true }

// orbitObject is an orbit as expressions see it.
type orbitObject struct{ reference }

func (o orbitObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	return o.unknown(l, name, span, nil)
}
