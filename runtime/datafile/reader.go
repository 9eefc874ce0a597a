package datafile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Digests has the expected SHA-256 of files, in hexadecimal, by file name
// without folders. Files that it does not name are not checked.
type Digests map[string]string

// Reader is a file being read.
type Reader struct {
	Name string
	Size int64 // bytes from the beginning to the end, -1 if unknown (compressed)
	At   int64 // bytes read
	r    *bufio.Reader
}

// Open opens a file, compares its digest if one is expected, and hands it to
// read. A file compressed by gzip is decompressed. Errors are of type *Error,
// but for those of read.
func Open(path string, digests Digests, read func(*Reader) error) error {
	return OpenPlain(path, func(f *os.File, size int64) error {
		if want, ok := digests[filepath.Base(path)]; ok {
			if err := checkDigest(path, f, want); err != nil {
				return err
			}
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				return NotRead(path, err)
			}
		}
		r, err := Unpack(path, f, size)
		if err != nil {
			return err
		}
		return read(r)
	})
}

// OpenPlain opens a file and hands it to read as it is. Errors are of type
// *Error, but for those of read.
func OpenPlain(path string, read func(f *os.File, size int64) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return NotRead(path, err)
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its writer
		return At(Unreadable, path, -1, "this is not a file", "name a file")
	}
	f, err := os.Open(path)
	if err != nil {
		return NotRead(path, err)
	}
	defer f.Close()
	return read(f, info.Size())
}

// checkDigest compares the SHA-256 of what r has left with the one expected, in
// hexadecimal.
func checkDigest(path string, r io.Reader, want string) error {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return NotRead(path, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); !strings.EqualFold(got, want) {
		return At(BadDigest, path, -1, fmt.Sprintf("the SHA-256 of the file is %s, expected %s", got, want), "get the file again, or correct the digest if the file is meant to differ").About("digest")
	}
	return nil
}

// NewReader returns a Reader of r, which has size bytes, -1 if that is unknown.
func NewReader(name string, r io.Reader, size int64) *Reader {
	return &Reader{Name: name, Size: size, r: bufio.NewReaderSize(r, 1<<16)}
}

// Unpack returns a Reader of r, which has size bytes and may be compressed by
// gzip.
func Unpack(name string, r io.Reader, size int64) (*Reader, error) {
	plain := NewReader(name, r, size)
	if head, _ := plain.r.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return plain, nil
	}
	z, err := gzip.NewReader(plain.r)
	if err != nil {
		return nil, plain.Failed(err)
	}
	return NewReader(name, z, -1), nil
}

// Read reads up to len(b) bytes; it makes a Reader an io.Reader.
func (r *Reader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	r.At += int64(n)
	return n, err
}

// Fill reads exactly len(b) bytes. what says what they are part of.
func (r *Reader) Fill(b []byte, what string) error {
	_, err := io.ReadFull(r, b)
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return At(Truncated, r.Name, r.At, "the file ends within "+what, "get the file again")
	}
	return r.Failed(err)
}

// More reports whether the file goes on.
func (r *Reader) More() (bool, error) {
	_, err := r.r.Peek(1)
	if err == nil || errors.Is(err, io.EOF) {
		return err == nil, nil
	}
	return false, r.Failed(err)
}

// End returns an error unless the file is used up.
func (r *Reader) End() error {
	more, err := r.More()
	if more {
		return At(BadSize, r.Name, r.At, "the file goes on after its last record", "get the file again: its header and its length disagree")
	}
	return err
}

// Expect checks that the file ends after so many records of so many bytes,
// where its length is known.
func (r *Reader) Expect(records, bytes int) error {
	want := r.At + int64(records)*int64(bytes) // at most 2^32 x 2^27
	switch {
	case r.Size < 0 || r.Size == want:
		return nil
	case r.Size < want:
		return At(Truncated, r.Name, r.Size, fmt.Sprintf("the file has %d bytes, its header says %d", r.Size, want), "get the file again: it was cut off")
	}
	return At(BadSize, r.Name, want, fmt.Sprintf("the file has %d bytes, its header says %d", r.Size, want), "get the file again: its header and its length disagree")
}

// Failed returns the error of a read that failed for another reason than the
// end of the file.
func (r *Reader) Failed(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return At(Truncated, r.Name, r.At, "the compressed file ends too early", "get the file again")
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return NotRead(r.Name, err)
	}
	e := At(BadSize, r.Name, r.At, "the compressed file is damaged: "+err.Error(), "get the file again")
	e.Err = err
	return e
}

// IsFolder reports whether path is a folder that exists.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Exists reports whether path is a file that exists.
func Exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
