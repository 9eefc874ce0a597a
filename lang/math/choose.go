package math

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// maxChoices bounds the chain of locals, parentheses and conditions.
const maxChoices = 1000

// Choose strips parentheses, follows locals and takes the branch that a
// structural condition chooses: what is left is the form that is meant. It is
// for arguments that take forms which no formula has, such as a law of chance.
func (l *Lowerer) Choose(e hclsyntax.Expression, sc *Scope) (hclsyntax.Expression, bool) {
	for range maxChoices {
		switch x := e.(type) {
		case *hclsyntax.ParenthesesExpr:
			e = x.Expression
		case *hclsyntax.ConditionalExpr:
			v, ok := l.Static(x.Condition, sc)
			if !ok {
				return nil, false
			}
			if v.Type() != cty.Bool || v.IsNull() {
				l.errorf("RL0309", x.Condition.Range(), "Write a comparison, as in var.far > 0.", "the condition is not a truth value")
				return nil, false
			}
			if e = x.FalseResult; v.True() {
				e = x.TrueResult
			}
		case *hclsyntax.ScopeTraversalExpr:
			name, ok := localName(x.Traversal)
			if !ok || sc.local(name) == nil {
				return e, true
			}
			e = sc.local(name)
		default:
			return e, true
		}
	}
	l.errorf("RL0204", e.Range(), "A local cannot be part of its own value.", "locals refer to each other in a loop")
	return nil, false
}

func localName(t hcl.Traversal) (string, bool) {
	if len(t) != 2 || t.RootName() != "local" {
		return "", false
	}
	a, ok := t[1].(hcl.TraverseAttr)
	return a.Name, ok
}
