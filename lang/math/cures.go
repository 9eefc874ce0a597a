package math

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/source"
	"relief/runtime/graph"
)

// quote returns the source text of a range for a message, or otherwise if it
// is not at hand or too long for one.
func (l *Lowerer) quote(r hcl.Range, otherwise string) string {
	if l.Source == nil || r.End.Byte-r.Start.Byte > 200 {
		return otherwise
	}
	s := strings.Join(strings.Fields(l.Source(r)), " ")
	if s == "" || len(s) > 60 || strings.ContainsAny(s, "#\n") {
		return otherwise
	}
	return s
}

// NameCure says what to write instead of a name of another language, or of a
// law of chance outside of a start; "" for any other name. It is for names
// that nothing declares.
func NameCure(name string) string {
	switch name {
	case "True", "TRUE", "False", "FALSE":
		return fmt.Sprintf("Write %s.", strings.ToLower(name))
	case "None", "nil", "NULL":
		return "Leave the argument out: what is not written has its default."
	case "sqr":
		return "Write sqrt(x), or sq(x) for the square."
	case "not":
		return "Write !(...)."
	case "normal", "uniform":
		return fmt.Sprintf("A random number stands in the start of a run: start = { x = %s(0, 1) }.", name)
	case "randn", "random_normal", "gauss", "rnorm", "gaussian", "Normal":
		return "Random numbers of the normal law stand in the start of a run: start = { x = normal(0, 1) }."
	case "rand", "runif", "random", "random_uniform", "Uniform":
		return "Random numbers stand in the start of a run: start = { x = uniform(0, 1) }, or normal(0, 1)."
	case "torch", "nn", "tf", "keras", "np", "numpy", "jnp", "jax":
		return "Names of other libraries have no meaning here: text stands in quotes, as in activation = \"relu\", and functions alone, as in tanh(x)."
	case "param":
		return "In a network declare it: params = { width = 64 }."
	case "epoch", "epochs":
		return "t counts updates: with the optimizer \"sgd\" an epoch is samples / batch of them, so that floor(t / 40) is its number where there are 40."
	case "StepLR":
		return "Write step_decay(t, initial, factor, every)."
	case "MultiStepLR", "LambdaLR":
		return "Write piecewise(t, [0.1, 0.01], [100]), or any formula in t and steps."
	case "ExponentialLR":
		return "Write exponential_decay(t, initial, factor, 1)."
	case "CosineAnnealingLR", "CosineDecay":
		return "Write cosine_decay(t, initial, final, steps)."
	case "PolynomialLR", "LinearLR":
		return "Write polynomial_decay(t, initial, final, power, steps), or warmup(t, rate, over)."
	case "CyclicLR", "OneCycleLR":
		return "Write cyclic(t, low, high, half), or any formula in t and steps."
	case "accuracy":
		return "A run records it: probe \"test\" \"held_out\" { data = dataset.name }, then last(run.name.probe.held_out.accuracy)."
	case "lr":
		return "A learning rate is called learning_rate, and stands in an optimizer."
	}
	if s, ok := source.NameHint(name); ok {
		return fmt.Sprintf("Write %s.", s)
	}
	return ""
}

// wordCure is for a bare word where a text is wanted.
func (l *Lowerer) wordCure(name string) string {
	if !l.TextWanted {
		return ""
	}
	return fmt.Sprintf("A text stands in quotes: %q.", name)
}

// callCure is NameCure for a call, of which the arguments are known.
func (l *Lowerer) callCure(e *hclsyntax.FunctionCallExpr) string {
	if e.Name == "not" && len(e.Args) == 1 {
		return fmt.Sprintf("Write !(%s).", l.quote(e.Args[0].Range(), "..."))
	}
	return NameCure(e.Name)
}

// comparisons are the operators of which two in a row do not chain.
func isComparison(op *hclsyntax.Operation) bool {
	switch op {
	case hclsyntax.OpLessThan, hclsyntax.OpLessThanOrEqual, hclsyntax.OpGreaterThan, hclsyntax.OpGreaterThanOrEqual:
		return true
	}
	return false
}

// binaryError reports why an operator does not take its operands, with what to
// write for what was likely meant.
func (l *Lowerer) binaryError(e *hclsyntax.BinaryOpExpr, x, y graph.ID, sign string, err error) Value {
	var te *graph.TypeError
	if !errors.As(err, &te) {
		return l.typeError(err, e.SrcRange, "cannot apply "+sign)
	}
	cure := ""
	a, b := l.Graph.Type(x), l.Graph.Type(y)
	left, isBinary := e.LHS.(*hclsyntax.BinaryOpExpr)
	switch {
	case isComparison(e.Op) && a.Bool && isBinary && isComparison(left.Op):
		cure = fmt.Sprintf("Write %s && %s %s %s.", l.quote(left.SrcRange, "0 < a"), l.quote(left.RHS.Range(), "a"), sign, l.quote(e.RHS.Range(), "1"))
	case e.Op == hclsyntax.OpLogicalAnd || e.Op == hclsyntax.OpLogicalOr:
		cure = fmt.Sprintf("Write conditions on both sides, as in x > 0 %s y > 0.", sign)
	case (a.Bool || b.Bool) && e.Op != hclsyntax.OpEqual && e.Op != hclsyntax.OpNotEqual:
		cure = "Make a number of the condition: (condition ? 1 : 0)."
	case e.Op == hclsyntax.OpMultiply && (a.Rank() == 2 && (b.Rank() == 1 || b.Rank() == 2) && a.Dim(1) == b.Dim(0) || a.Rank() == 1 && b.Rank() == 2 && a.Dim(0) == b.Dim(0)):
		cure = fmt.Sprintf("* goes element by element; for the product of matrices write matmul(%s, %s).", l.quote(e.LHS.Range(), "A"), l.quote(e.RHS.Range(), "x"))
	case e.Op == hclsyntax.OpMultiply && a.Rank()+b.Rank() > 2:
		cure = "* goes element by element; for the product of matrices write matmul(A, x), where A has as many columns as x has elements."
	}
	if cure == "" {
		return l.typeError(err, e.SrcRange, "cannot apply "+sign)
	}
	return l.errorf("RL0302", e.SrcRange, cure, "cannot apply %s: %s", sign, te.Reason)
}

// ofSeries has, for functions along the steps of a run, how they are called.
var ofSeries = map[string]string{
	"last": "last(run.a.loss)", "first": "first(run.a.loss < 1e-3)", "diff": "diff(run.a.loss)", "quantile": "quantile(run.a.loss, 0.5)",
	"count": "count(run.a.loss < 1e-3)",
}

// seriesCure is for a function along the steps of a run with another argument.
func (l *Lowerer) seriesCure(s *site, ids []graph.ID) string {
	way, ok := ofSeries[s.name]
	if !ok || len(ids) == 0 {
		return ""
	}
	if t := l.Graph.Type(ids[0]); !t.Series {
		return fmt.Sprintf("%s takes a series, the values of a run at its steps, as in %s.", s.name, way)
	} else if !t.Bool && (s.name == "first" || s.name == "count") {
		return fmt.Sprintf("%s takes a condition at each step, as in %s.", s.name, way)
	}
	return ""
}

// textSum reports text + x, which other languages join: here the value is
// written into the text. It returns false if neither operand is text.
func (l *Lowerer) textSum(e *hclsyntax.BinaryOpExpr) bool {
	if e.Op != hclsyntax.OpAdd && e.Op != hclsyntax.OpModulo || !isText(e.LHS) && !isText(e.RHS) {
		return false
	}
	a, aText := l.textIn(e.LHS, 0)
	b, bText := l.textIn(e.RHS, 0)
	for _, s := range []string{a, b} {
		if _, err := strconv.ParseFloat(s, 64); err == nil && aText != bText {
			return false // a number in quotes
		}
	}
	switch {
	case e.Op == hclsyntax.OpModulo && aText:
		l.errorf("RL0301", e.SrcRange, fmt.Sprintf("Write format(%q, %s).", a, l.quote(e.RHS.Range(), "x")), "%% does not format a text")
	case e.Op == hclsyntax.OpAdd && (aText || bText):
		l.errorf("RL0301", e.SrcRange, fmt.Sprintf(`Write "%s%s".`, a, b), "texts are not joined by +")
	default:
		return false
	}
	return true
}

// isText reports a text in quotes.
func isText(e hclsyntax.Expression) bool {
	switch e.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
		return true
	}
	return false
}

// textIn returns what stands between the quotes of a text, or what a text
// writes for another value.
func (l *Lowerer) textIn(e hclsyntax.Expression, depth int) (string, bool) {
	inside := func(r hcl.Range) string {
		s := l.quote(r, `"..."`)
		return strings.TrimSuffix(strings.TrimPrefix(s, `"`), `"`)
	}
	switch x := e.(type) {
	case *hclsyntax.TemplateExpr:
		if l.Source != nil {
			if s := l.Source(x.SrcRange); len(s) <= 60 && strings.HasPrefix(s, `"`) {
				return strings.TrimSuffix(s[1:], `"`), true
			}
		}
		if v, diags := x.Value(nil); x.IsStringLiteral() && !diags.HasErrors() && len(v.AsString()) <= 60 {
			return v.AsString(), true
		}
		return inside(x.SrcRange), true
	case *hclsyntax.TemplateWrapExpr:
		return inside(x.SrcRange), true
	case *hclsyntax.BinaryOpExpr:
		if x.Op == hclsyntax.OpAdd && depth < 8 {
			a, aText := l.textIn(x.LHS, depth+1)
			b, bText := l.textIn(x.RHS, depth+1)
			if aText || bText {
				return a + b, true
			}
		}
	}
	return "${" + l.quote(e.Range(), "x") + "}", false
}

// textBranch reports a condition on results that chooses a text, and whether
// one of the branches is one.
func (l *Lowerer) textBranch(e *hclsyntax.ConditionalExpr, a, b Value) bool {
	textual := func(v Value) bool {
		s, ok := v.(Static)
		_, isWord := v.(Word)
		return ok && !s.V.IsNull() && s.V.Type() == cty.String || isWord
	}
	if !textual(a) && !textual(b) {
		return false
	}
	if textual(a) && textual(b) {
		l.errorf("RL0301", e.SrcRange, "A condition on results chooses between numbers, as in c ? 1 : 0.", "a result chooses between two texts")
	} else {
		l.errorf("RL0301", e.SrcRange, "Write both branches of one kind: numbers, as in c ? 3 : -1.", "one branch is a number and the other text")
	}
	return true
}

// fromEnd reports an index below 0, which counts from the end elsewhere.
func (l *Lowerer) fromEnd(v Value, key cty.Value, collection, r hcl.Range) bool {
	n, ok := v.(Node)
	if !ok || key.Type() != cty.Number || key.IsNull() || !key.IsKnown() || key.AsBigFloat().Sign() >= 0 || !key.AsBigFloat().IsInt() {
		return false
	}
	t := l.Graph.Type(n.ID)
	back, _ := key.AsBigFloat().Int64()
	of := l.quote(collection, "s")
	switch {
	case t.Series && back == -1:
		l.errorf("RL0307", r, fmt.Sprintf("Write last(%s).", of), "steps are not counted from the end")
	case !t.Series && t.Rank() > 0 && back >= -int64(t.Dim(0)):
		l.errorf("RL0307", r, fmt.Sprintf("Write %s[%d].", of, int64(t.Dim(0))+back), "elements are not counted from the end")
	default:
		return false
	}
	return true
}

// partCure is for a part that a number or vector does not have.
func partCure(name string) string {
	if name == "T" {
		return "Write transpose(A) for the transpose of A."
	}
	if name == "grad" {
		return `In the optimizer "map" the gradient is called gradient, a flat vector like params.`
	}
	if _, ok := builtins[name]; ok {
		return fmt.Sprintf("Write %s(...), with the value in parentheses.", name)
	}
	return "Elements of a vector are named by their number: w[0]."
}

// raggedList reports a list whose elements do not make a vector or matrix.
func (l *Lowerer) raggedList(err error, r hcl.Range) {
	var te *graph.TypeError
	if !errors.As(err, &te) {
		l.typeError(err, r, "this list cannot be a vector")
		return
	}
	l.errorf("RL0302", r, "A list is a vector if its elements are numbers, and a matrix if they are rows of one length: [[1, 2], [3, 4]].", "this list cannot be a vector: %s", te.Reason)
}

// declaredAt says where to see what a function takes.
func declaredAt(f *Function) string {
	if f.Module == nil || f.Module.Std == nil {
		return fmt.Sprintf("`relief docs %s` shows what it takes.", f.Name)
	}
	return fmt.Sprintf("See what it takes in %s, line %d.", f.Span.File, f.Span.Start.Line)
}
