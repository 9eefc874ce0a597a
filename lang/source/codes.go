package source

import "relief/lang/diag"

// The codes that this package reports; diag.Lookup explains them.
const (
	codeUnreadable   diag.Code = "RL0101"
	codeTooLarge     diag.Code = "RL0102"
	codeNotText      diag.Code = "RL0103"
	codeTooDeep      diag.Code = "RL0104"
	codeTooLong      diag.Code = "RL0105"
	codePath         diag.Code = "RL0106"
	codeSyntax       diag.Code = "RL0110"
	codePower        diag.Code = "RL0111"
	codeHyphen       diag.Code = "RL0112"
	codeBrokenLine   diag.Code = "RL0113"
	codeSideBySide   diag.Code = "RL0114"
	codeBars         diag.Code = "RL0115"
	codeNumber       diag.Code = "RL0116"
	codeOneLine      diag.Code = "RL0117"
	codeEquals       diag.Code = "RL0118"
	codeQuotes       diag.Code = "RL0119"
	codeWordOperator diag.Code = "RL0120"
	codeCharacter    diag.Code = "RL0121"
	codeUnclosed     diag.Code = "RL0122"
	codeStrayCloser  diag.Code = "RL0123"
	codeUnclosedText diag.Code = "RL0124"
	codeSetTwice     diag.Code = "RL0125"
	codeForeign      diag.Code = "RL0126"
	codeComma        diag.Code = "RL0127"
	codeHeader       diag.Code = "RL0128"
	codeNoValue      diag.Code = "RL0129"
	codeNoOperator   diag.Code = "RL0130"
)
