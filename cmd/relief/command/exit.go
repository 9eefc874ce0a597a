package command

// Exit codes, the same for every command.
const (
	exitOK          = 0
	exitInvalid     = 1 // the study is invalid
	exitUsage       = 2 // wrong use, or a file cannot be read or written
	exitFormat      = 3 // fmt -check found a difference
	exitCheckFailed = 4
	exitDiverged    = 5 // a run diverged or failed where the study did not say it may
	exitInterrupted = 130
)

// exitError ends a command with a code. A nil err means that what there is to
// say has been said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return "failed"
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func exit(code int) error { return &exitError{code: code} }

func usageError(err error) error { return &exitError{code: exitUsage, err: err} }
