package dynamics

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"relief/runtime/bind"
	"relief/runtime/plan"
)

// Snapshots are the parameters of a run at some of its steps, in binary32, in a
// file of rows one after the other.
type Snapshots struct {
	Steps []int

	plan   *plan.Snapshots
	size   int // numbers in a row
	file   *os.File
	writer *bufio.Writer
	row    []byte
}

// newSnapshots makes the file: beside the checkpoint, from which a run may be
// taken up, or in dir, or where the system keeps temporary files.
func newSnapshots(s *plan.Snapshots, size int, dir, checkpoint string) (*Snapshots, error) {
	var f *os.File
	var err error
	if checkpoint == "" {
		f, err = os.CreateTemp(dir, "snapshots-*.f32")
	} else if err = os.MkdirAll(filepath.Dir(checkpoint), 0o777); err == nil {
		f, err = os.OpenFile(checkpoint+".f32", os.O_RDWR|os.O_CREATE, 0o666)
	}
	if err != nil {
		return nil, err
	}
	return &Snapshots{plan: s, size: size, file: f, writer: bufio.NewWriterSize(f, 1<<20), row: make([]byte, 4*size)}, nil
}

// takeUp goes on after the rows of the given steps, if the file has them.
func (s *Snapshots) takeUp(steps []int) bool {
	info, err := s.file.Stat()
	if err != nil || info.Size() < int64(len(steps))*int64(len(s.row)) {
		return false
	}
	s.Steps = steps
	return s.truncate(len(steps)) == nil
}

// sync brings the rows to the disk.
func (s *Snapshots) sync() error {
	if err := s.flush(); err != nil {
		return err
	}
	return s.file.Sync()
}

// add appends a row.
func (s *Snapshots) add(k int, x []float64) error {
	if n := int64(len(s.Steps)+1) * int64(len(s.row)); s.plan.Budget > 0 && n > s.plan.Budget {
		return &bind.Error{Span: s.plan.Span, Err: fmt.Errorf("the snapshots up to step %d take %d bytes, more than their budget of %d", k, n, s.plan.Budget)}
	}
	for i, v := range x {
		binary.LittleEndian.PutUint32(s.row[4*i:], math.Float32bits(float32(v)))
	}
	if _, err := s.writer.Write(s.row); err != nil {
		return fmt.Errorf("the snapshots cannot be written: %w", err)
	}
	s.Steps = append(s.Steps, k)
	return nil
}

func (s *Snapshots) flush() error { return s.writer.Flush() }

// truncate keeps the first n rows of the file, and goes on after them.
func (s *Snapshots) truncate(n int) error {
	if err := s.file.Truncate(int64(n) * int64(len(s.row))); err != nil {
		return err
	}
	_, err := s.file.Seek(0, io.SeekEnd)
	return err
}

// Len is the number of rows, Dim the length of each.
func (s *Snapshots) Len() int { return len(s.Steps) }
func (s *Snapshots) Dim() int { return s.size }

// Step is the step of row i.
func (s *Snapshots) Step(i int) int { return s.Steps[i] }

// Row copies row i to dst.
func (s *Snapshots) Row(i int, dst []float64) error {
	if _, err := s.file.ReadAt(s.row, int64(i)*int64(len(s.row))); err != nil {
		return fmt.Errorf("the snapshots cannot be read: %w", err)
	}
	for j := range dst[:s.size] {
		dst[j] = float64(math.Float32frombits(binary.LittleEndian.Uint32(s.row[4*j:])))
	}
	return nil
}

// Close removes the file, or keeps it for a run that will be taken up.
func (s *Snapshots) Close(keep bool) error {
	err := s.file.Close()
	if keep {
		return err
	}
	if gone := os.Remove(s.file.Name()); err == nil {
		err = gone
	}
	return err
}
