package kernel

// level is an instruction set that the kernels may use.
type level uint8

const (
	levelGo level = iota
	levelAVX2
	levelAVX512
)

// active is the level in use; only tests change it after the start.
var active = best()

func (l level) String() string {
	return [...]string{"go", "avx2", "avx512"}[l]
}

// Level says which implementation is in use: "avx512", "avx2" or "go".
func Level() string { return active.String() }
