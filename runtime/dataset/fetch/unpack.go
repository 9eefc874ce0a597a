package fetch

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"

	"relief/runtime/datafile"
	"relief/runtime/dataset/catalogue"
)

// maxNotes is the largest file of an archive whose length is not known: names of
// classes.
const maxNotes = 1 << 16

// unpack takes the wanted files out of a .tar.gz archive into the folder: those
// alone, under their own names, all or none of them.
func (g *getter) unpack(ctx context.Context, archive string, wanted []catalogue.File) (err error) {
	var made []string // under other names first
	defer func() {
		if err != nil {
			for _, p := range made {
				_ = os.Remove(p)
			}
		}
	}()
	err = datafile.OpenPlain(archive, func(in *os.File, size int64) error {
		z, err := gzip.NewReader(bufio.NewReaderSize(in, 1<<16))
		if err != nil {
			return g.damaged(archive, err)
		}
		// What is left out is read as well: no archive of this length has more.
		most := 2*size + 1<<20
		for _, f := range g.set.Inside {
			most += max(f.Bytes, maxNotes)
		}
		t := tar.NewReader(io.LimitReader(z, most))
		for len(made) < len(wanted) {
			h, err := t.Next()
			if err != nil {
				return g.absent(archive, wanted, made, err)
			}
			f := g.named(h, wanted)
			if f == nil {
				continue
			}
			if f.Bytes > 0 && h.Size != f.Bytes || h.Size > max(f.Bytes, maxNotes) {
				return datafile.At(datafile.BadSize, archive, -1, fmt.Sprintf("it holds %s with %d bytes, the published one has %d", h.Name, h.Size, f.Bytes), "remove the archive and get it again")
			}
			to := filepath.Join(g.dir, "."+f.Name+".new")
			if slices.Contains(made, to) {
				return datafile.At(datafile.BadHeader, archive, -1, "it holds "+h.Name+" twice", "remove the archive and get it again")
			}
			made = append(made, to)
			if err := g.write(ctx, to, archive, t); err != nil {
				return err
			}
			if err := g.verify(*f, to, "remove the archive and get it again"); err != nil {
				var e *datafile.Error
				if errors.As(err, &e) {
					e.File, e.Summary = archive, "of "+h.Name+", "+e.Summary
				}
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range wanted {
		from, to := filepath.Join(g.dir, "."+f.Name+".new"), filepath.Join(g.dir, f.Name)
		if err := os.Rename(from, to); err != nil {
			return datafile.NotWritten(to, err)
		}
	}
	return nil
}

// named returns the wanted file that a member of the archive is, or nil.
func (g *getter) named(h *tar.Header, wanted []catalogue.File) *catalogue.File {
	if h.Typeflag != tar.TypeReg {
		return nil
	}
	for i := range wanted {
		if path.Clean(h.Name) == path.Join(g.set.Folder, wanted[i].Name) {
			return &wanted[i]
		}
	}
	return nil
}

// write copies a member to a file.
func (g *getter) write(ctx context.Context, to, archive string, from io.Reader) error {
	file, err := os.Create(to)
	if err != nil {
		return datafile.NotWritten(to, err)
	}
	out := io.Writer(file)
	if g.disk != nil {
		out = g.disk(file)
	}
	buffer := make([]byte, 1<<16)
	for err == nil {
		var n int
		n, err = from.Read(buffer)
		if _, e := out.Write(buffer[:n]); e != nil {
			_ = file.Close()
			return datafile.NotWritten(to, e)
		}
		if ctx.Err() != nil {
			_ = file.Close()
			return fmt.Errorf("%s: interrupted while it was unpacked; the same command goes on from there: %w", filepath.Base(archive), ctx.Err())
		}
	}
	if !errors.Is(err, io.EOF) {
		_ = file.Close()
		return g.damaged(archive, err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return datafile.NotWritten(to, err)
	}
	return nil
}

// absent returns the error of an archive that ends before all files have come.
func (g *getter) absent(archive string, wanted []catalogue.File, made []string, err error) error {
	if !errors.Is(err, io.EOF) {
		return g.damaged(archive, err)
	}
	for _, f := range wanted {
		if !slices.Contains(made, filepath.Join(g.dir, "."+f.Name+".new")) {
			return datafile.At(datafile.Missing, archive, -1, "it does not hold "+path.Join(g.set.Folder, f.Name), "remove the archive and get it again")
		}
	}
	return nil
}

// damaged returns the error of an archive that cannot be unpacked.
func (g *getter) damaged(archive string, err error) error {
	e := datafile.At(datafile.BadHeader, archive, -1, "the archive is damaged: "+err.Error(), "remove the archive and get it again")
	e.Err = err
	return e
}
