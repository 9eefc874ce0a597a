package study

import (
	"relief/lang/diag"
	"relief/lang/math"
)

// growthObject is a growth as expressions see it.
type growthObject struct{ reference }

func (o growthObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	return o.unknown(l, name, span, nil)
}
