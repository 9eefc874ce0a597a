package weights

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"relief/runtime/datafile"
)

// readNPZ reads a zip archive of .npy files, stored or deflated.
func readNPZ(path string, in io.ReaderAt, size int64) (*File, error) {
	z, err := zip.NewReader(in, size)
	if err != nil {
		e := datafile.At(datafile.BadHeader, path, -1, "the archive is damaged: "+err.Error(), "get the file again")
		e.Err = err
		return nil, e
	}
	f := &File{Path: path, Format: NPZ}
	seen, left := map[string]bool{}, size*100+64<<20
	for _, member := range z.File {
		name, ok := strings.CutSuffix(member.Name, ".npy")
		if strings.HasSuffix(member.Name, "data.pkl") {
			return nil, wrongFormat(path, "the file is one of torch.save, which holds a program and not only numbers", `save it by safetensors.torch.save_file(model.state_dict(), "model.safetensors")`)
		}
		if !ok || name == "" {
			return nil, datafile.At(datafile.BadHeader, path, -1, fmt.Sprintf("the archive holds %q, which is no array", member.Name), "save the arrays by numpy.savez")
		}
		if seen[name] {
			return nil, datafile.At(datafile.BadHeader, path, -1, fmt.Sprintf("the archive holds %q twice", name), "save the arrays by numpy.savez, each once")
		}
		seen[name] = true
		if member.UncompressedSize64 > uint64(left) { // the reader of the member holds it to that
			return nil, datafile.At(datafile.TooLarge, path, -1, fmt.Sprintf("the %d bytes of the file would unpack to more than a hundred times as many", size), "save the arrays by numpy.savez, without compression")
		}
		left -= int64(member.UncompressedSize64)
		a, err := readMember(path, name, member, size)
		if err != nil {
			return nil, err
		}
		f.Arrays = append(f.Arrays, a)
	}
	return f, nil
}

func readMember(path, name string, member *zip.File, size int64) (Array, error) {
	a := Array{Name: name}
	in, err := member.Open()
	if err != nil {
		e := datafile.At(datafile.BadHeader, path, -1, fmt.Sprintf("%q cannot be unpacked: %v", name, err), "save the arrays by numpy.savez")
		e.Err = err
		return a, e
	}
	defer in.Close()
	r := datafile.NewReader(path, in, int64(member.UncompressedSize64))
	h, err := datafile.ReadNPY(r, maxValues)
	if err == nil {
		a.Shape = h.Shape
		a.Values = make([]float64, 0, min(h.Count, int(size)/h.Width)) // a header alone reserves no more than the file is long
		err = h.Values(r, func(_ int, _ int64, v float64, _ int64) error {
			a.Values = append(a.Values, v)
			return nil
		})
	}
	var e *Error
	if errors.As(err, &e) {
		e.Summary = fmt.Sprintf("in %q, %s", name, e.Summary) // the byte is one of the member
	}
	return a, err
}

// writeNPZ writes arrays that are checked, as numpy.savez does: stored, in their
// order, with the time that stands for none.
func writeNPZ(w io.Writer, arrays []Array, as Precision) error {
	z := zip.NewWriter(w)
	for _, a := range arrays {
		member, err := z.CreateHeader(&zip.FileHeader{Name: a.Name + ".npy", Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			err = datafile.WriteNPY(member, a.Shape, a.Values, as == Float32)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}
