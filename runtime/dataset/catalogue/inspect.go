package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"relief/runtime/datafile"
	"relief/runtime/dataset"
)

// State is how a file compares with the published one.
type State string

// The states of files.
const (
	Published State = "as published"
	Partial   State = "a part"               // fewer images than the published one
	Unknown   State = "no digest to compare" // it can be read
	Different State = "differs"              // as many images as the published one, and other bytes
	Broken    State = "cannot be read"
)

// Found is one file of a folder.
type Found struct {
	Name   string
	Bytes  int64
	Images int // images or labels in it; 0 for other files
	State  State
}

// Inspection is what a folder holds of a data set.
type Inspection struct {
	Set    *Set
	Folder string // in which the files are
	Files  []Found
	Images [2]int   // for training and for test
	Counts [2][]int // by class; nil where there are none
	Names  []string // of the classes
	// Faults are of kind dataset.Missing or dataset.Unreadable where a file could
	// not be read, and of other kinds where it is not what it should be.
	Faults []*dataset.Error
}

// Whole reports whether all of the data set is there and good.
func (i *Inspection) Whole() bool {
	return len(i.Faults) == 0 && i.Set != otherImages && i.Images == i.Set.Images()
}

// Inspect looks for the data sets that are in a folder, or in the folder below it
// that an archive unpacks to, and checks every file: its length, the range of its
// labels, the number of images of each class, and its digest where one is known.
// The error, an *dataset.Error, says that there is none; faults of files are in
// the inspections.
func Inspect(dir string) ([]*Inspection, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, datafile.NotRead(dir, err)
	}
	if !info.IsDir() {
		return nil, datafile.At(datafile.BadOption, dir, -1, "this is a file", "name the folder that it is in")
	}
	var out []*Inspection
	for _, s := range sets {
		for _, folder := range []string{dir, filepath.Join(dir, s.Folder)} {
			if i := inspect(s, folder); i != nil {
				out = append(out, i)
				break
			}
		}
	}
	out = settle(out)
	if out != nil {
		return out, nil
	}
	cure := "name a folder with the binary files of CIFAR-10 or CIFAR-100, or the files of MNIST or Fashion-MNIST; relief data list names them"
	for _, name := range []string{"data_batch_1", "test_batch", "train", "test"} {
		if datafile.Exists(filepath.Join(dir, name)) {
			cure = "the folder holds the version of CIFAR for Python; get the binary version"
		}
	}
	if below := below(dir); below != nil {
		cure = "name one of the folders below it: " + strings.Join(below, ", ")
	}
	return nil, datafile.At(datafile.Missing, dir, -1, "the folder holds no data set that is known", cure)
}

// below lists the folders in dir that hold data sets.
func below(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if datafile.IsFolder(path) && slices.ContainsFunc(sets, func(s *Set) bool {
			return slices.ContainsFunc(s.Contents(), func(f File) bool { return f.Images > 0 && s.find(path, f) != "" })
		}) {
			out = append(out, path)
		}
	}
	return out
}

// settle chooses between sets whose files have the same names: the one whose
// digests fit, or whose numbers of images by class do. Files that fit none are
// those of no set that is known.
func settle(found []*Inspection) []*Inspection {
	var out []*Inspection
	var pair *Inspection
	for _, i := range found {
		switch {
		case !i.Set.pairs():
			out = append(out, i)
		case pair == nil || i.likeness() > pair.likeness():
			pair = i
		}
	}
	if pair != nil && pair.likeness() == 0 {
		pair = inspect(otherImages, pair.Folder)
	}
	if pair != nil {
		out = append(out, pair)
	}
	return out
}

func (i *Inspection) likeness() int {
	n := 0
	for _, f := range i.Files {
		if f.State == Published {
			n += 10
		}
	}
	for k, counts := range i.Counts {
		if slices.Equal(counts, i.Set.Counts[k]) {
			n++
		}
	}
	return n
}

// find returns the path of a file in a folder, "" if it is not there. IDX files
// may be compressed or not.
func (s *Set) find(folder string, f File) string {
	names := []string{f.Name}
	if plain, ok := strings.CutSuffix(f.Name, ".gz"); ok && s.pairs() {
		pointed := strings.Replace(plain, "-idx", ".idx", 1) // as some archives name them
		names = append(names, plain, pointed+".gz", pointed)
	}
	for _, n := range names {
		if p := filepath.Join(folder, n); datafile.Exists(p) {
			return p
		}
	}
	return ""
}

// inspect returns nil if the folder has no images of the set.
func inspect(s *Set, folder string) *Inspection {
	i := &Inspection{Set: s, Folder: folder}
	var files []File // the published ones, as Files
	some := false
	for _, f := range s.Contents() {
		if path := s.find(folder, f); path != "" {
			some = some || f.Images > 0
			files = append(files, f)
			i.Files = append(i.Files, Found{Name: filepath.Base(path), State: Unknown})
		}
	}
	if !some {
		return nil
	}
	if s.pairs() {
		i.pairs(files)
	} else {
		i.records(files)
	}
	for n, f := range files {
		i.compare(f, &i.Files[n])
	}
	for k := range i.Counts {
		i.count(k)
	}
	return i
}

func (i *Inspection) path(f *Found) string { return filepath.Join(i.Folder, f.Name) }

// records reads files of CIFAR, each of which stands for itself.
func (i *Inspection) records(files []File) {
	for n, f := range files {
		if f.Images == 0 {
			continue
		}
		found := &i.Files[n]
		o, err := dataset.CIFAR{Path: i.path(found), Hundred: i.Set.Name == "cifar100"}.Outline()
		if err != nil {
			found.State = Broken
			i.fault(err)
			continue
		}
		found.Images = o.Samples
		i.add(f.Test, o)
	}
}

// pairs reads IDX files: images and labels for training, and for test.
func (i *Inspection) pairs(files []File) {
	for _, test := range []bool{false, true} {
		if !slices.ContainsFunc(files, func(f File) bool { return f.Test == test }) {
			continue
		}
		o, err := dataset.IDX{Path: i.Folder, Test: test}.Outline()
		if err == nil && i.Set.Shape != [3]int{} && o.Shape != i.Set.Shape {
			err = datafile.At(datafile.BadShape, i.Folder, -1, fmt.Sprintf("the images are %d x %d, those of %s %d x %d", o.Shape[0], o.Shape[1], i.Set.Title, i.Set.Shape[0], i.Set.Shape[1]), "get the files again: relief data get "+i.Set.Name)
		}
		if err != nil {
			i.fault(err)
		} else {
			i.add(test, o)
		}
		for n, f := range files {
			switch {
			case f.Test != test:
			case err != nil:
				i.Files[n].State = Broken
			default:
				i.Files[n].Images = o.Samples
			}
		}
	}
}

// compare sets the length and the state of a file.
func (i *Inspection) compare(f File, found *Found) {
	raw, content, size, err := digests(i.path(found))
	found.Bytes = size
	if err != nil {
		found.State = Broken
		i.fault(err)
	}
	if found.State == Broken {
		return
	}
	want, got := f.SHA256, raw
	if i.Set.pairs() && (!strings.HasSuffix(found.Name, ".gz") || raw != want && f.Content != "") {
		want, got = f.Content, content
	}
	switch {
	case want == "":
	case got == want:
		found.State = Published
	case found.Images < f.Images:
		found.State = Partial
	default:
		found.State = Different
		i.fault(datafile.At(datafile.BadDigest, i.path(found), -1,
			fmt.Sprintf("the file is not the published one: its SHA-256 is %s, expected %s", got, want), "get it again: relief data get "+i.Set.Name))
	}
}

// add counts images.
func (i *Inspection) add(test bool, o *dataset.Outline) {
	k := 0
	if test {
		k = 1
	}
	i.Images[k] += o.Samples
	if len(i.Counts[k]) < len(o.Counts) {
		i.Counts[k] = append(i.Counts[k], make([]int, len(o.Counts)-len(i.Counts[k]))...)
	}
	for c, n := range o.Counts {
		i.Counts[k][c] += n
	}
	if len(o.Names) > len(i.Names) {
		i.Names = o.Names
	}
}

// count compares the images of each class with those of the whole.
func (i *Inspection) count(k int) {
	part := [2]string{"training", "test"}[k]
	if len(i.Faults) > 0 || i.Images[k] == 0 || i.Images[k] != i.Set.Images()[k] || slices.Equal(i.Counts[k], i.Set.Counts[k]) {
		return
	}
	c := 0
	for c < len(i.Counts[k]) && c < len(i.Set.Counts[k]) && i.Counts[k][c] == i.Set.Counts[k][c] {
		c++
	}
	have, want := 0, 0
	if c < len(i.Counts[k]) {
		have = i.Counts[k][c]
	}
	if c < len(i.Set.Counts[k]) {
		want = i.Set.Counts[k][c]
	}
	i.fault(datafile.At(datafile.BadLabel, i.Folder, -1,
		fmt.Sprintf("class %d has %d %s images, %s has %d", c, have, part, i.Set.Title, want), "get the files again: relief data get "+i.Set.Name))
}

// fault adds what is wrong, once.
func (i *Inspection) fault(err error) {
	var e *dataset.Error
	if !errors.As(err, &e) {
		e = datafile.NotRead(i.Folder, err)
	}
	if !slices.ContainsFunc(i.Faults, func(f *dataset.Error) bool { return f.Error() == e.Error() }) {
		i.Faults = append(i.Faults, e)
	}
}

// digests returns the SHA-256 of a file and of what it holds, unpacked if it is
// compressed by gzip, and its length.
func digests(path string) (raw, content string, size int64, err error) {
	err = datafile.OpenPlain(path, func(f *os.File, n int64) error {
		size = n
		outer, inner := sha256.New(), sha256.New()
		r, err := datafile.Unpack(path, io.TeeReader(f, outer), n)
		if err != nil {
			return err
		}
		to := io.Discard // a plain file is what it holds
		if r.Size < 0 {
			to = inner
		}
		if _, err := io.Copy(to, r); err != nil {
			return r.Failed(err)
		}
		if raw = hex.EncodeToString(outer.Sum(nil)); r.Size < 0 {
			content = hex.EncodeToString(inner.Sum(nil))
		} else {
			content = raw
		}
		return nil
	})
	return raw, content, size, err
}
