package engine

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// unknownMemory is what networks may take where the system does not say what
// there is.
const unknownMemory = 8 << 30

// networkMemory is how many bytes a program of a network may take: four fifths
// of the memory that is free. It decides only whether something is refused,
// never how it is computed.
func networkMemory() int64 {
	if n := availableMemory("/proc/meminfo"); n > 0 {
		return n / 5 * 4
	}
	return unknownMemory
}

// availableMemory reads the available memory from Linux's table of it, in bytes;
// 0 if there is none.
func availableMemory(file string) int64 {
	f, err := os.Open(file)
	if err != nil {
		return 0
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		if name != "MemAvailable" {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
		if err != nil {
			return 0
		}
		return kib << 10
	}
	return 0
}
