package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Digests has the expected SHA-256 of files, in hexadecimal, by file name
// without folders. Files that it does not name are not checked.
type Digests map[string]string

// source is a file being read.
type source struct {
	name string
	size int64 // bytes left at the start, -1 if unknown (compressed)
	at   int64 // bytes read
	r    *bufio.Reader
}

// open opens a file, compares its digest if one is expected, and hands it to
// read. A file compressed by gzip is decompressed.
func open(path string, digests Digests, read func(*source) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return unreadable(path, err)
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its writer
		return at(Unreadable, path, -1, "this is not a file", "name a file")
	}
	f, err := os.Open(path)
	if err != nil {
		return unreadable(path, err)
	}
	defer f.Close()
	if want, ok := digests[filepath.Base(path)]; ok {
		if err := checkDigest(path, f, want); err != nil {
			return err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return unreadable(path, err)
		}
	}
	s, err := unpack(path, f, info.Size())
	if err != nil {
		return err
	}
	return read(s)
}

// Check compares the SHA-256 of a file with the one expected, in hexadecimal.
// The error is an *Error.
func Check(path, want string) error {
	return open(path, Digests{filepath.Base(path): want}, func(*source) error { return nil })
}

func checkDigest(path string, r io.Reader, want string) error {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return unreadable(path, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); !strings.EqualFold(got, want) {
		return at(BadDigest, path, -1, fmt.Sprintf("the SHA-256 of the file is %s, expected %s", got, want), "get the file again, or correct the digest if the file is meant to differ")
	}
	return nil
}

// unpack returns a source over r, which has size bytes.
func unpack(name string, r io.Reader, size int64) (*source, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if head, _ := b.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return &source{name: name, size: size, r: b}, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, (&source{name: name}).failed(err)
	}
	return &source{name: name, size: -1, r: bufio.NewReaderSize(z, 1<<16)}, nil
}

// fill reads exactly len(b) bytes. what says what they are part of.
func (s *source) fill(b []byte, what string) error {
	n, err := io.ReadFull(s.r, b)
	s.at += int64(n)
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return at(Truncated, s.name, s.at, fmt.Sprintf("the file ends within %s", what), "get the file again")
	}
	return s.failed(err)
}

// more reports whether the source goes on.
func (s *source) more() (bool, error) {
	_, err := s.r.Peek(1)
	if err == nil || errors.Is(err, io.EOF) {
		return err == nil, nil
	}
	return false, s.failed(err)
}

// end returns an error unless the source is used up.
func (s *source) end() error {
	more, err := s.more()
	if more {
		return at(BadSize, s.name, s.at, "the file goes on after its last record", "get the file again: its header and its length disagree")
	}
	return err
}

// failed returns the error of a read that failed for another reason than the
// end of the file.
func (s *source) failed(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return at(Truncated, s.name, s.at, "the compressed file ends too early", "get the file again")
	}
	var p *os.PathError
	if errors.As(err, &p) {
		return unreadable(s.name, err)
	}
	e := at(BadSize, s.name, s.at, "the compressed file is damaged: "+err.Error(), "get the file again")
	e.Err = err
	return e
}

// isFolder reports whether path is a folder that exists.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// exists reports whether path is a file that exists.
func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
