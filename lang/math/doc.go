// Package math lowers HCL expressions to the graph.
//
//	hclsyntax.Expression + Scope --(Lowerer)--> graph nodes, spans kept
//
// Every kind of hclsyntax expression has a rule or an error of its own. Calls
// of functions are inlined: the argument values take the place of the
// parameters. A call with the same arguments is lowered once, and the number
// of calls and of nodes is bounded, so that a function that doubles itself
// forty times ends in an error and not in the machine's memory.
//
// The same walk serves the mathematics of an objective, of a learning-rate
// law, and of results; what differs is which names the scope offers.
//
// Structural expressions, whose value must be known when the file is loaded,
// are evaluated by HCL itself (Static).
package math
