package command

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relief/lang"
	"relief/runtime/dataset/catalogue"
)

// The lines that are shown for a set are those of a study that compiles, once
// the files are there.
func TestStudyLinesOfDataSetsCompile(t *testing.T) {
	records := func(prefix int) []byte { // one image of each class
		var b []byte
		for l := range byte(10) {
			b = append(append(b, bytes.Repeat([]byte{l}, prefix)...), make([]byte, 3072)...)
		}
		return b
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"cifar10/data_batch_1.bin": records(1), "cifar100/train.bin": records(2),
		"mnist/train-images-idx3-ubyte": {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9}, "mnist/train-labels-idx1-ubyte": {0, 0, 8, 1, 0, 0, 0, 1, 0},
		"fashion_mnist/train-images-idx3-ubyte": {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9}, "fashion_mnist/train-labels-idx1-ubyte": {0, 0, 8, 1, 0, 0, 0, 1, 0},
	} {
		path := filepath.Join(dir, "data", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, content, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range catalogue.All() {
		path := filepath.Join(dir, s.Name+".hcl")
		if err := os.WriteFile(path, []byte("study {}\n"+s.Study+"\noutput \"n\" { value = dataset."+kindOf(s)+".samples }\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, list := lang.Compile(path, lang.Options{}); len(list) > 0 {
			t.Errorf("%s: %v", s.Name, list)
		}
	}
}

// kindOf is the name of the dataset in the study lines of a set.
func kindOf(s *catalogue.Set) string {
	return strings.Split(s.Study, `"`)[3]
}

func TestDataList(t *testing.T) {
	code, out, _ := do("data", "list")
	if code != 0 || strings.Count(out, "  study ") != len(catalogue.All()) {
		t.Errorf("exit code %d\n%s", code, out)
	}
	code, out, _ = do("data", "list", "mnist")
	if code != 0 || !strings.HasPrefix(out, "mnist: MNIST\n") || strings.Contains(out, "CIFAR") || !strings.Contains(out, "\n              MD5 ec29112dd5afa0611ce80d1b7f02629c\n") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

func TestDataCheck(t *testing.T) {
	image := make([]byte, 3072)
	record := func(labels ...byte) []byte { return append(labels, image...) }
	for _, c := range []struct {
		name  string
		files map[string][]byte
		code  int
		out   string
		err   string
	}{
		{"a part", map[string][]byte{"data_batch_1.bin": record(3), "test_batch.bin": append(record(9), record(9)...)}, 0, `DIR: CIFAR-10

  file              images  bytes  content
  data_batch_1.bin       1  3,073  a part
  test_batch.bin         2  6,146  a part

  class       training  test
  airplane           0     0
  automobile         0     0
  bird               0     0
  cat                1     0
  deer               0     0
  dog                0     0
  frog               0     0
  horse              0     0
  ship               0     0
  truck              0     2

A part of CIFAR-10: 1 of 50,000 training and 2 of 10,000 test images.
`, ""},
		{"many classes", map[string][]byte{"train.bin": append(append(record(1, 7), record(1, 7)...), record(2, 9)...)}, 0, `DIR: CIFAR-100

  file       images  bytes  content
  train.bin       3  9,222  a part

  training: 2 of 100 classes, 1 to 2 images of each

A part of CIFAR-100: 3 of 50,000 training and 0 of 10,000 test images.
`, ""},
		{"a bad label", map[string][]byte{"data_batch_1.bin": record(10)}, 1, `DIR: CIFAR-10

  file              images  bytes  content
  data_batch_1.bin          3,073  cannot be read

0 of 50,000 training and 0 of 10,000 test images can be read, and something is wrong:
`, "relief: DIR/data_batch_1.bin: byte 0: record 0 has the label 10, beyond 9; get the file again, or check that it is of CIFAR-10\n"},
		{"nothing", nil, 2, "", "relief: DIR: the folder holds no data set that is known; "},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range c.files {
				if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			code, out, err := do("data", "check", dir)
			out, err = strings.ReplaceAll(out, dir, "DIR"), strings.ReplaceAll(filepath.ToSlash(err), filepath.ToSlash(dir), "DIR")
			if code != c.code || out != c.out || !strings.HasPrefix(err, c.err) || c.err == "" && err != "" {
				t.Errorf("exit code %d, want %d\n%s%s", code, c.code, out, err)
			}
		})
	}
}

// The subsets that may lie beside the project are good.
func TestDataCheckOfRealImages(t *testing.T) {
	for folder, say := range map[string]string{
		"cifar10":  "A part of CIFAR-10: 10,000 of 50,000 training and 2,000 of 10,000 test images.\n",
		"cifar100": "A part of CIFAR-100: 5,000 of 50,000 training and 1,000 of 10,000 test images.\n",
	} {
		dir := filepath.Join("..", "..", "..", "..", "shared", "data", folder)
		if _, err := os.Stat(dir); err != nil {
			t.Skipf("skipped: it needs real images, in %s", dir)
		}
		code, out, err := do("data", "check", dir)
		if code != 0 || !strings.HasSuffix(out, say) || err != "" {
			t.Errorf("exit code %d\n%s%s", code, out, err)
		}
	}
}

func TestDataGet(t *testing.T) {
	content := []byte("what is published")
	strong, weak := sha256.Sum256(content), md5.Sum(content)
	set := &catalogue.Set{
		Name: "made", Title: "Made", Citation: "its maker", Study: "dataset \"idx\" \"made\" {\n  path = \"data/made\"\n}",
		Files: []catalogue.File{{Name: "made.gz", Bytes: int64(len(content)), SHA256: hex.EncodeToString(strong[:]), MD5: hex.EncodeToString(weak[:])}},
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good/made.gz":
			w.Write(content)
		case "/other/made.gz":
			w.Write(bytes.ToUpper(content))
		default:
			http.NotFound(w, r)
		}
	}))
	defer web.Close()
	get := func(ctx context.Context, dir, from string) (int, string, string) {
		var out, errs bytes.Buffer
		err := getData(ctx, stdio{nil, &out, &errs}, set, dir, web.URL+from)
		return codeOf(err), out.String(), errs.String() + fmt.Sprint(err)
	}
	dir := filepath.Join(t.TempDir(), "here")
	if code, _, err := get(t.Context(), dir, "/nowhere"); code != 2 || !strings.Contains(err, "the answer is 404 Not Found") {
		t.Errorf("exit code %d\n%s", code, err)
	}
	if code, _, err := get(t.Context(), dir, "/other"); code != 1 || !strings.Contains(err, "it was removed; get it again") {
		t.Errorf("exit code %d\n%s", code, err)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if code, _, err := get(ended, dir, "/good"); code != 130 || !strings.Contains(err, "interrupted at 0 of 17 bytes") {
		t.Errorf("exit code %d\n%s", code, err)
	}
	uses := "A study uses it by:\n\n    dataset \"idx\" \"made\" {\n      path = \"" + filepath.ToSlash(dir) + "\"\n    }\n\nWhere results are published, cite its maker.\n"
	code, out, err := get(t.Context(), dir, "/good")
	if code != 0 || out != "Made is in "+dir+".\n"+uses || !strings.HasPrefix(err, "made.gz: 17 B in ") {
		t.Errorf("exit code %d\n%s%s", code, out, err)
	}
	if code, out, _ := get(t.Context(), dir, "/nowhere"); code != 0 || out != "Made is in "+dir+" already.\n"+uses {
		t.Errorf("exit code %d\n%s", code, out)
	}
}
