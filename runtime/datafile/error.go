package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
)

// Kind tells what is wrong with data.
type Kind string

// The kinds of Error.
const (
	Missing     Kind = "missing"     // a file or folder does not exist
	Unreadable  Kind = "unreadable"  // it exists and cannot be read
	Unwritable  Kind = "unwritable"  // it cannot be written
	Unreachable Kind = "unreachable" // an address does not answer, or not with the file
	Truncated   Kind = "truncated"   // it ends too early
	BadSize     Kind = "size"        // its length does not fit its format
	BadMagic    Kind = "magic"       // it is not of the format asked for
	BadHeader   Kind = "header"      // its header cannot be understood or is not supported
	BadLabel    Kind = "label"       // a label is out of range or not a label
	BadNumber   Kind = "number"      // a value is not a finite number
	BadShape    Kind = "shape"       // shapes do not fit
	BadDigest   Kind = "digest"      // the content is not the one expected
	TooLarge    Kind = "large"       // more values than a set may have
	BadOption   Kind = "option"      // what was asked for cannot be had
)

// Error is what is wrong with data, where, and what to do about it.
type Error struct {
	Kind Kind
	File string // as given or found; empty where no file is at fault
	// Line and Column count from 1 and are 0 where they mean nothing. Column
	// counts bytes.
	Line, Column int
	// Offset is the byte of the decompressed file, -1 where it means nothing.
	Offset  int64
	Summary string // what is wrong, one sentence without a stop
	Cure    string // what to do about it, one sentence without a stop
	// Argument is what was asked for that is at fault, as a dataset of a study
	// names it: "classes"; empty where it is the data.
	Argument string
	Err      error // the cause from below, or nil
}

// Error returns the place, what is wrong and the cure in one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
			if e.Column > 0 {
				fmt.Fprintf(&b, ":%d", e.Column)
			}
		} else if e.Offset >= 0 {
			fmt.Fprintf(&b, ": byte %d", e.Offset)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Summary)
	if e.Cure != "" {
		b.WriteString("; " + e.Cure)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Option returns the error of a request that cannot be met.
func Option(summary, cure string) *Error {
	return &Error{Kind: BadOption, Offset: -1, Summary: summary, Cure: cure}
}

// About names the argument that is at fault.
func (e *Error) About(argument string) *Error {
	e.Argument = argument
	return e
}

// At returns an error at a byte of a file; offset -1 stands for the whole file.
func At(kind Kind, file string, offset int64, summary, cure string) *Error {
	return &Error{Kind: kind, File: file, Offset: offset, Summary: summary, Cure: cure}
}

// NotRead returns the error of a failed system call on a file that is read.
func NotRead(file string, err error) *Error {
	e := &Error{Kind: Unreadable, File: file, Offset: -1, Summary: "the file cannot be read: " + Cause(err), Cure: "check the path and its permissions", Err: err}
	if errors.Is(err, fs.ErrNotExist) {
		e.Kind, e.Summary = Missing, "there is no such file or folder"
		e.Cure = "check the path"
	}
	return e
}

// NotWritten returns the error of a failed system call on a file that is
// written.
func NotWritten(file string, err error) *Error {
	e := &Error{Kind: Unwritable, File: file, Offset: -1, Summary: "the file cannot be written: " + Cause(err), Cure: "check the folder and its permissions", Err: err}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		e.Summary, e.Cure = "the disk is full", "make room, or name a folder on another disk"
	case errors.Is(err, fs.ErrNotExist):
		e.Summary, e.Cure = "the folder of the file does not exist", "make the folder, or name another"
	}
	return e
}

// Cause returns what the system says, without the path that an error names
// anyway.
func Cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
