package study

import (
	"relief/lang/diag"
	"relief/lang/math"
)

// growth builds a question about an objective around a minimum.
func (b *builder) growth() { b.in.bad = true }

// growthObject is a growth as expressions see it.
type growthObject struct{ reference }

func (o growthObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	return o.unknown(l, name, span, nil)
}
