package dynamics

import "relief/lang/diag"

// Codes of the diagnostics of runs; their texts are in the table of package
// diag.
const (
	codeNotFinite diag.Code = "RL0501"
	codeDiverged  diag.Code = "RL0502"
	codeNoCycle   diag.Code = "RL0503"
	codeTooLarge  diag.Code = "RL0504"
	codeNoState   diag.Code = "RL0505"
	codeNoValue   diag.Code = "RL0506"
)
