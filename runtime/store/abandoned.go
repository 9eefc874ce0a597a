package store

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A staging folder is called `.NAME.new-HOST-PID-RANDOM`, after the process
// that fills it, so that what a killed process left can be told from the work
// of another one that is alive.
func stagingPrefix(name string) string { return "." + name + ".new-" }

func stagingPattern(name string) string {
	return fmt.Sprintf("%s%s-%d-*", stagingPrefix(name), hostMark(), os.Getpid())
}

// hostMark is a short digest of the machine's name.
func hostMark() string {
	name, err := os.Hostname()
	if err != nil {
		name = "?"
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	return fmt.Sprintf("%08x", h.Sum32())
}

var stagingSuffix = regexp.MustCompile(`^([0-9a-f]{8})-(\d{1,9})-\d+$`)

// stale is how long a staging folder of another machine is left alone: far
// longer than writing takes.
const stale = 10 * time.Minute

// abandoned reports whether the entry `file` is a staging folder for name that
// no process fills any more.
func abandoned(file os.DirEntry, name string) bool {
	rest, ok := strings.CutPrefix(file.Name(), stagingPrefix(name))
	m := stagingSuffix.FindStringSubmatch(rest)
	if !ok || m == nil || !file.IsDir() {
		return false
	}
	if pid, err := strconv.Atoi(m[2]); err == nil && m[1] == hostMark() {
		return !alive(pid)
	}
	info, err := file.Info()
	return err == nil && time.Since(info.ModTime()) > stale
}

func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	if runtime.GOOS == "windows" {
		return true // FindProcess fails there if there is none
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM)
}
