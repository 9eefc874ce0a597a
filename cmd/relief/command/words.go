package command

import (
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"
)

// plural writes a number and its noun: "1 file", "2 files".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// counted is plural with thousands set apart.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "s") {
		noun += "e"
	}
	return thousands(float64(n)) + " " + noun + "s"
}

// thousands writes a whole number with commas; beyond 1e12 as a power of ten,
// and "-" for NaN.
func thousands(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case v >= 1e12:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	s := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// bytesText writes a size in binary units.
func bytesText(n float64) string {
	if n < 1000 {
		return strconv.FormatFloat(n, 'f', 0, 64) + " B"
	}
	unit := ""
	for _, unit = range []string{"KiB", "MiB", "GiB", "TiB"} {
		if n /= 1024; n < 1000 {
			break
		}
	}
	return strconv.FormatFloat(n, 'g', 3, 64) + " " + unit
}

// timeText writes an estimated time roughly, and "-" for NaN.
func timeText(s float64) string {
	switch {
	case math.IsNaN(s):
		return "-"
	case s < 1e-6:
		return "< 1 us"
	case s < 1e-3:
		return rough(s*1e6) + " us"
	case s < 1:
		return rough(s*1e3) + " ms"
	case s < 120:
		return rough(s) + " s"
	case s < 7200:
		return rough(s/60) + " min"
	}
	return rough(s/3600) + " h"
}

// rough rounds to two digits.
func rough(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(math.Round(v/10)*10, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

// duration writes a measured time as a person would say it.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// indent sets a text off by four spaces.
func indent(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = "    " + l
		}
	}
	return strings.Join(lines, "\n")
}

// columns is the width of a terminal, or 0 for what is none.
func columns(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// clip shortens a line to a width, if there is one.
func clip(line string, width int) string {
	if r := []rune(line); width > 20 && len(r) > width {
		return string(r[:width-3]) + "..."
	}
	return line
}
