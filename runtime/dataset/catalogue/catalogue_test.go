package catalogue

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"relief/runtime/dataset"
)

func TestTheTableIsWhole(t *testing.T) {
	strong, weak := regexp.MustCompile(`^[0-9a-f]{64}$`), regexp.MustCompile(`^[0-9a-f]{32}$`)
	for _, s := range All() {
		if Find(s.Name) != s || s.Title == "" || s.Summary == "" || !strings.HasSuffix(s.Home, "/") || s.Licence == "" || s.Citation == "" || !strings.Contains(s.Study, `"data/`+s.Name+`"`) {
			t.Errorf("%s lacks something: %+v", s.Name, s)
		}
		for _, f := range s.Files {
			if f.Bytes <= 0 || !strong.MatchString(f.SHA256) || !weak.MatchString(f.MD5) || f.Content != "" && !strong.MatchString(f.Content) {
				t.Errorf("%s: %+v", s.Name, f)
			}
		}
		var images [2]int
		for _, f := range s.Contents() {
			if f.Images == 0 {
				continue
			}
			if !strong.MatchString(f.SHA256) || s.Folder != "" && f.Bytes%int64(f.Images) != 0 {
				t.Errorf("%s: %+v", s.Name, f)
			}
			if !strings.Contains(f.Name, "labels") {
				k := 0
				if f.Test {
					k = 1
				}
				images[k] += f.Images
			}
		}
		if s.Images() != images {
			t.Errorf("%s: its classes have %v images, its files %v", s.Name, s.Images(), images)
		}
	}
	if Find("imagenet") != nil || len(Names()) != len(All()) {
		t.Error("names that are none")
	}
}

// cifar returns records with the labels; prefix is the number of label bytes.
func cifar(prefix int, labels ...byte) []byte {
	var b []byte
	for _, l := range labels {
		b = append(append(b, bytes.Repeat([]byte{l}, prefix)...), make([]byte, 3072)...)
	}
	return b
}

func idx(dims ...uint32) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return b
}

func packed(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// pair returns images of a side and labels for them, so many of each class.
func pair(side uint32, counts []int) (images, labels []byte) {
	for c, n := range counts {
		labels = append(labels, bytes.Repeat([]byte{byte(c)}, n)...)
	}
	n := uint32(len(labels))
	return append(idx(n, side, side), make([]byte, n*side*side)...), append(idx(n), labels...)
}

func TestInspect(t *testing.T) {
	few, fewLabels := pair(2, []int{3, 1})
	fashion, fashionLabels := pair(28, slices.Repeat([]int{1000}, 10))
	uneven, unevenLabels := pair(28, []int{900, 1100, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000})
	digits, digitsLabels := pair(28, Find("mnist").Counts[1])
	small, _ := pair(14, slices.Repeat([]int{1000}, 10))
	for _, c := range []struct {
		name   string
		files  map[string][]byte
		say    string // Title of the set, or the error
		states string // of the files
		images [2]int
		whole  bool
		fault  string // "" if there is none
	}{
		{"a part of CIFAR-10", map[string][]byte{"data_batch_1.bin": cifar(1, 3, 0, 3), "test_batch.bin": cifar(1, 9), "batches.meta.txt": nil},
			"CIFAR-10", "data_batch_1.bin 3 a part, test_batch.bin 1 a part, batches.meta.txt 0 no digest to compare", [2]int{3, 1}, false, ""},
		{"below", map[string][]byte{"cifar-100-binary/train.bin": cifar(2, 3, 0)}, "CIFAR-100", "train.bin 2 a part", [2]int{2, 0}, false, ""},
		{"a label out of range", map[string][]byte{"data_batch_1.bin": cifar(1, 3, 10), "data_batch_2.bin": cifar(1, 1)},
			"CIFAR-10", "data_batch_1.bin 0 cannot be read, data_batch_2.bin 1 a part", [2]int{1, 0}, false, "record 1 has the label 10"},
		{"cut off", map[string][]byte{"test_batch.bin": cifar(1, 3, 1)[:5000]}, "CIFAR-10", "test_batch.bin 0 cannot be read", [2]int{}, false, "byte 3073: the file has 5000 bytes"},
		{"of the other kind", map[string][]byte{"train.bin": cifar(1, 3, 1)}, "CIFAR-100", "train.bin 0 cannot be read", [2]int{}, false, "read it as CIFAR-10"},
		{"as long as the published one", map[string][]byte{"test_batch.bin": cifar(1, make([]byte, 10000)...)},
			"CIFAR-10", "test_batch.bin 10000 differs", [2]int{0, 10000}, false, "test_batch.bin: the file is not the published one: its SHA-256 is"},
		{"IDX files of another set", map[string][]byte{"train-images-idx3-ubyte": few, "train-labels.idx1-ubyte.gz": packed(fewLabels)},
			"images in IDX files, of a set that is not known", "train-images-idx3-ubyte 4 no digest to compare, train-labels.idx1-ubyte.gz 4 no digest to compare", [2]int{4, 0}, false, ""},
		{"IDX files that do not fit", map[string][]byte{"t10k-images-idx3-ubyte": few, "t10k-labels-idx1-ubyte": fewLabels[:11]},
			"images in IDX files, of a set that is not known", "t10k-images-idx3-ubyte 0 cannot be read, t10k-labels-idx1-ubyte 0 cannot be read", [2]int{}, false, "11 bytes, its header says 12"},
		{"images without labels", map[string][]byte{"t10k-images-idx3-ubyte": few},
			"images in IDX files, of a set that is not known", "t10k-images-idx3-ubyte 0 cannot be read", [2]int{}, false, "no t10k-labels-idx1-ubyte"},
		{"damaged by hand", map[string][]byte{"t10k-images-idx3-ubyte.gz": packed(few)[:len(packed(few))-3], "t10k-labels-idx1-ubyte": fewLabels},
			"images in IDX files, of a set that is not known", "t10k-images-idx3-ubyte.gz 4 cannot be read, t10k-labels-idx1-ubyte 4 no digest to compare", [2]int{0, 4}, false, "ends too early"},
		{"Fashion-MNIST, unpacked", map[string][]byte{"t10k-images-idx3-ubyte": fashion, "t10k-labels-idx1-ubyte": fashionLabels},
			"Fashion-MNIST", "t10k-images-idx3-ubyte 10000 no digest to compare, t10k-labels-idx1-ubyte 10000 no digest to compare", [2]int{0, 10000}, false, ""},
		{"Fashion-MNIST, packed anew", map[string][]byte{"t10k-images-idx3-ubyte.gz": packed(fashion), "t10k-labels-idx1-ubyte": fashionLabels},
			"Fashion-MNIST", "t10k-images-idx3-ubyte.gz 10000 differs, t10k-labels-idx1-ubyte 10000 no digest to compare", [2]int{0, 10000}, false, "not the published one"},
		{"MNIST's classes and other images", map[string][]byte{"t10k-images-idx3-ubyte.gz": packed(digits), "t10k-labels-idx1-ubyte": digitsLabels},
			"MNIST", "t10k-images-idx3-ubyte.gz 10000 differs, t10k-labels-idx1-ubyte 10000 differs", [2]int{0, 10000}, false, "not the published one"},
		{"of neither's classes", map[string][]byte{"t10k-images-idx3-ubyte": uneven, "t10k-labels-idx1-ubyte": unevenLabels},
			"images in IDX files, of a set that is not known", "t10k-images-idx3-ubyte 10000 no digest to compare, t10k-labels-idx1-ubyte 10000 no digest to compare", [2]int{0, 10000}, false, ""},
		{"images of another size", map[string][]byte{"t10k-images-idx3-ubyte": small, "t10k-labels-idx1-ubyte": fashionLabels},
			"images in IDX files, of a set that is not known", "t10k-images-idx3-ubyte 10000 no digest to compare, t10k-labels-idx1-ubyte 10000 no digest to compare", [2]int{0, 10000}, false, ""},
		{"nothing", map[string][]byte{"a.txt": nil}, "the folder holds no data set that is known; name a folder with", "", [2]int{}, false, ""},
		{"for Python", map[string][]byte{"data_batch_1": nil}, "get the binary version", "", [2]int{}, false, ""},
		{"further down", map[string][]byte{"b/train.bin": cifar(2, 3), "a/train.bin": cifar(2, 3), "c/x": nil}, "name one of the folders below it: ", "", [2]int{}, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range c.files {
				path := filepath.Join(dir, name)
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, content, 0o666)); err != nil {
					t.Fatal(err)
				}
			}
			found, err := Inspect(dir)
			if c.states == "" {
				var e *dataset.Error
				if !errors.As(err, &e) || e.Kind != dataset.Missing || !strings.Contains(err.Error(), c.say) {
					t.Errorf("got %v, want %s", err, c.say)
				}
				return
			}
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			i := found[0]
			var states []string
			for _, f := range i.Files {
				states = append(states, fmt.Sprint(f.Name, " ", f.Images, " ", f.State))
				if f.Bytes == 0 && len(c.files[f.Name]) > 0 {
					t.Errorf("%s has no length", f.Name)
				}
			}
			if i.Set.Title != c.say || strings.Join(states, ", ") != c.states || i.Images != c.images || i.Whole() != c.whole {
				t.Errorf("%s: %s; %v, %v", i.Set.Title, strings.Join(states, ", "), i.Images, i.Whole())
			}
			if c.fault == "" && len(i.Faults) > 0 || c.fault != "" && (len(i.Faults) == 0 || !strings.Contains(i.Faults[0].Error(), c.fault)) {
				t.Errorf("faults %v, want %q", i.Faults, c.fault)
			}
		})
	}
	for path, say := range map[string]string{"absent": "no such file or folder", "catalogue.go": "this is a file"} {
		if _, err := Inspect(path); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A set is whole when every image of both parts is there.
func TestAWholeSet(t *testing.T) {
	dir := t.TempDir()
	for part, each := range map[string]int{"train": 6000, "t10k": 1000} {
		n := uint32(10 * each)
		_, labels := pair(0, slices.Repeat([]int{each}, 10))
		images := filepath.Join(dir, part+"-images-idx3-ubyte")
		err := errors.Join(os.WriteFile(filepath.Join(dir, part+"-labels-idx1-ubyte"), labels, 0o666),
			os.WriteFile(images, idx(n, 28, 28), 0o666), os.Truncate(images, 16+28*28*int64(n)))
		if err != nil {
			t.Fatal(err)
		}
	}
	found, err := Inspect(dir)
	if err != nil || len(found) != 1 || !found[0].Whole() || found[0].Set.Name != "fashion_mnist" {
		t.Fatalf("%+v, %v", found, err)
	}
	if len(found[0].Names) != 10 || !slices.Equal(found[0].Counts[0], slices.Repeat([]int{6000}, 10)) {
		t.Errorf("%+v", found[0])
	}
}
