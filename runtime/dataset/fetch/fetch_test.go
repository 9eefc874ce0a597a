package fetch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"relief/runtime/datafile"
	"relief/runtime/dataset/catalogue"
)

// noise is n bytes that do not compress.
func noise(n int, seed byte) []byte {
	var out []byte
	for block := []byte{seed}; len(out) < n; {
		sum := sha256.Sum256(block)
		block = sum[:]
		out = append(out, block...)
	}
	return out[:n]
}

// published returns what is known of a file with this content.
func published(name string, content []byte) catalogue.File {
	strong, weak := sha256.Sum256(content), md5.Sum(content)
	return catalogue.File{Name: name, Bytes: int64(len(content)), SHA256: hex.EncodeToString(strong[:]), MD5: hex.EncodeToString(weak[:])}
}

// member is one entry of an archive.
type member struct {
	name    string
	kind    byte
	content []byte
}

func pack(t *testing.T, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Typeflag: m.kind, Mode: 0o644, Size: int64(len(m.content))}
		if m.kind == tar.TypeSymlink {
			h.Linkname, h.Size = "/etc/passwd", 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	first  = noise(150_000, 1)
	second = noise(90_000, 2)
)

// example is a set of two files in an archive, and the archive.
func example(t *testing.T) (*catalogue.Set, []byte) {
	archive := pack(t,
		member{"made/", tar.TypeDir, nil}, member{"made/readme.html", tar.TypeReg, []byte("<p>")},
		member{"made/a.bin", tar.TypeReg, first}, member{"made/names.txt", tar.TypeReg, []byte("x\n")}, member{"made/b.bin", tar.TypeReg, second})
	return &catalogue.Set{
		Name: "made", Files: []catalogue.File{published("made.tar.gz", archive)}, Folder: "made",
		Inside: []catalogue.File{published("a.bin", first), published("b.bin", second), {Name: "names.txt"}},
	}, archive
}

// server gives one file. Its first answers may be cut off or be something else.
type server struct {
	content []byte
	ranges  bool
	cuts    []int // of these answers only so many bytes come
	status  []int // these answers come first
	asked   []string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	part := r.Header.Get("Range")
	s.asked = append(s.asked, part)
	if len(s.status) > 0 {
		w.WriteHeader(s.status[0])
		s.status = s.status[1:]
		return
	}
	if !s.ranges {
		r.Header.Del("Range")
	}
	if len(s.cuts) > 0 {
		w = &cut{w, s.cuts[0]}
		s.cuts = s.cuts[1:]
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.content))
}

// cut breaks the connection after some bytes.
type cut struct {
	http.ResponseWriter
	left int
}

func (c *cut) Write(b []byte) (int, error) {
	n, _ := c.ResponseWriter.Write(b[:min(len(b), c.left)])
	if c.left -= n; c.left == 0 {
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, nil
}

func (s *server) start(t *testing.T) Options {
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return Options{From: web.URL, Client: web.Client(), pause: time.Millisecond}
}

// holds checks that the folder has these files and no others.
func holds(t *testing.T, dir string, want map[string][]byte) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if w, ok := want[e.Name()]; err != nil || !ok || !bytes.Equal(content, w) {
			t.Errorf("%s, of %d bytes, is in the folder: %v", e.Name(), len(content), err)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d files are in the folder, want %d", len(entries), len(want))
	}
}

var unpacked = map[string][]byte{"a.bin": first, "b.bin": second, "names.txt": []byte("x\n")}

func TestGetGoesOnWhereItStopped(t *testing.T) {
	for _, c := range []struct {
		name   string
		s      server
		before int // bytes that an earlier Get left
		asked  []string
	}{
		{"at once", server{ranges: true}, 0, []string{""}},
		{"after an earlier one", server{ranges: true}, 100_000, []string{"bytes=100000-"}},
		{"interrupted twice", server{ranges: true, cuts: []int{50_000, 70_001}}, 0, []string{"", "bytes=50000-", "bytes=120001-"}},
		{"a server without ranges", server{cuts: []int{50_000}}, 0, []string{"", "bytes=50000-"}},
		{"a busy server", server{ranges: true, status: []int{503, 429}}, 7, []string{"bytes=7-", "bytes=7-", "bytes=7-"}},
		{"bytes that are no part of it", server{ranges: true, status: []int{416}}, 7, []string{"bytes=7-", ""}},
		{"more than there is", server{ranges: true}, 1 << 20, []string{""}},
		{"all but the name", server{ranges: true}, -1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, archive := example(t)
			c.s.content = archive
			o, dir := c.s.start(t), filepath.Join(t.TempDir(), "deep", "down")
			if c.before != 0 {
				left := append(slices.Clone(archive), make([]byte, 1<<20)...)[:max(c.before, 0)]
				if c.before < 0 {
					left = archive
				}
				if err := errors.Join(os.MkdirAll(dir, 0o777), os.WriteFile(filepath.Join(dir, "made.tar.gz.part"), left, 0o666)); err != nil {
					t.Fatal(err)
				}
			}
			var seen int64
			o.Progress = func(file string, done, total int64) {
				if file != "made.tar.gz" || total != int64(len(archive)) {
					t.Errorf("progress of %s: %d of %d", file, done, total)
				}
				seen = done
			}
			if already, err := Get(t.Context(), set, dir, o); err != nil || already {
				t.Fatal(already, err)
			}
			holds(t, dir, unpacked)
			if !slices.Equal(c.s.asked, c.asked) || c.asked != nil && seen != int64(len(archive)) {
				t.Errorf("asked for %q, want %q; %d bytes seen", c.s.asked, c.asked, seen)
			}
			n := len(c.s.asked)
			if already, err := Get(t.Context(), set, dir, o); err != nil || !already || len(c.s.asked) != n {
				t.Errorf("again: %v, %v, asked %d times more", already, err, len(c.s.asked)-n)
			}
		})
	}
}

// Single files are kept as they come, and only what is missing is fetched.
func TestGetOfPlainFiles(t *testing.T) {
	set := &catalogue.Set{Name: "made", Files: []catalogue.File{published("a.gz", first), published("b.gz", second)}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/far/away/b.gz":
			w.Write(second)
		default:
			http.NotFound(w, r)
		}
	}))
	defer web.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.gz"), first, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Get(t.Context(), set, dir, Options{From: web.URL + "/far/away/"}); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string][]byte{"a.gz": first, "b.gz": second})
}

// An archive that is brought by other means is used, and stays.
func TestGetTakesAnArchiveThatIsThere(t *testing.T) {
	set, archive := example(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "made.tar.gz"), archive, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Get(t.Context(), set, dir, Options{From: "http://127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{"made.tar.gz": archive}
	for name, content := range unpacked {
		want[name] = content
	}
	holds(t, dir, want)
}

func TestWhatCannotBeHad(t *testing.T) {
	set, archive := example(t)
	other := slices.Clone(archive)
	other[len(other)/2] ^= 1
	half := map[string][]byte{"made.tar.gz.part": archive[:100]}
	elsewhere := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(archive)))
		w.WriteHeader(http.StatusPartialContent)
		w.Write(archive[:10])
	})
	silent := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(archive)))
		w.Write(archive[:100])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	for _, c := range []struct {
		name   string
		web    http.Handler // nil: none listens
		change func(*Options)
		before map[string][]byte
		after  map[string][]byte
		kind   datafile.Kind
		say    string
	}{
		{"nobody there", nil, nil, nil, nil, datafile.Unreachable, "put it into"},
		{"no such host", nil, func(o *Options) { o.From = "http://nowhere.invalid/data" }, nil, nil, datafile.Unreachable, "cannot be fetched from nowhere.invalid: no such host; get http://nowhere.invalid/data/made.tar.gz where there is a network, put it into "},
		{"no address", nil, func(o *Options) { o.From = "ftp://a/b" }, nil, nil, datafile.BadOption, `"ftp://a/b" is no address of the web`},
		{"not found", http.NotFoundHandler(), nil, half, half, datafile.Unreachable, "the answer is 404 Not Found"},
		{"always busy", &server{status: slices.Repeat([]int{503}, 9)}, nil, half, half, datafile.Unreachable, "503"},
		{"always cut off", &server{content: archive, ranges: true, cuts: slices.Repeat([]int{0}, 9)}, nil, half, half, datafile.Unreachable, "after 100 of"},
		{"a page of a portal", &server{content: []byte("<html>log in")}, nil, half, half, datafile.Unreachable, "the file there has 12 bytes"},
		{"another file of its length", &server{content: other}, nil, nil, nil, datafile.BadDigest, "it was removed; get it again"},
		{"the end of another file", &server{content: archive, ranges: true}, nil, map[string][]byte{"made.tar.gz.part": make([]byte, 100)}, nil, datafile.BadDigest, "it was removed"},
		{"a folder that is a file", &server{content: archive}, nil, map[string][]byte{"deep": nil}, map[string][]byte{"deep": nil}, datafile.Unwritable, "not a directory"},
		{"another part", elsewhere, nil, half, half, datafile.Unreachable, `asked for the bytes from 100 on and gives "bytes 0-9`},
		{"silence", silent, func(o *Options) { o.idle = 20 * time.Millisecond }, nil, half, datafile.Unreachable, "after 100 of"},
		{"another archive in the folder", nil, nil, map[string][]byte{"made.tar.gz": other}, map[string][]byte{"made.tar.gz": other}, datafile.BadDigest, "remove it, so that it is fetched again"},
		{"a part of the set in the folder", nil, nil, map[string][]byte{"a.bin": first[:500]}, map[string][]byte{"a.bin": first[:500]}, datafile.BadSize, "a.bin: the file has 500 bytes, the published one 150000; name another folder"},
		{"another file in the folder", nil, nil, map[string][]byte{"b.bin": make([]byte, len(second))}, map[string][]byte{"b.bin": make([]byte, len(second))}, datafile.BadDigest, "not the published one"},
		{"a full disk", &server{content: archive, ranges: true}, func(o *Options) { o.disk = full(100) }, nil, half, datafile.Unwritable, "the disk is full; make room"},
		{"a disk that is full in the end", &server{content: archive}, func(o *Options) { o.disk = full(int64(len(archive)) + 1000) }, nil, map[string][]byte{"made.tar.gz": archive}, datafile.Unwritable, "the disk is full"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Options{From: "http://127.0.0.1:1", pause: time.Millisecond}
			if c.web != nil {
				web := httptest.NewServer(c.web)
				defer web.Close()
				defer web.CloseClientConnections()
				o.From = web.URL
			}
			if c.change != nil {
				c.change(&o)
			}
			dir := t.TempDir()
			for name, content := range c.before {
				if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			to := dir
			if _, deep := c.before["deep"]; deep {
				to = filepath.Join(dir, "deep")
			}
			_, err := Get(t.Context(), set, to, o)
			var e *datafile.Error
			if !errors.As(err, &e) || e.Kind != c.kind || e.Cure == "" || !strings.Contains(err.Error(), c.say) {
				t.Errorf("got  %v\nwant %s, %q", err, c.kind, c.say)
			}
			holds(t, dir, c.after)
		})
	}
}

// full is a disk with room for so many bytes.
func full(room int64) func(io.Writer) io.Writer {
	return func(to io.Writer) io.Writer {
		return writer(func(b []byte) (int, error) {
			n := min(int64(len(b)), room)
			room -= n
			if _, err := to.Write(b[:n]); err != nil {
				return 0, err
			}
			if n < int64(len(b)) {
				return int(n), &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
			}
			return int(n), nil
		})
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// An interrupted Get says so, keeps what came, and goes on.
func TestInterruptedGetGoesOn(t *testing.T) {
	set, archive := example(t)
	s := &server{content: archive, ranges: true}
	o, dir := s.start(t), t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	o.Progress = func(_ string, done, _ int64) {
		if done > 100_000 {
			stop()
		}
	}
	_, err := Get(ctx, set, dir, o)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the same command goes on from there") {
		t.Fatalf("got %v", err)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "made.tar.gz.part"))
	if err != nil || len(kept) <= 100_000 || !bytes.HasPrefix(archive, kept) {
		t.Fatalf("%d bytes are kept, %v", len(kept), err)
	}
	o.Progress = nil
	if _, err := Get(t.Context(), set, dir, o); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, unpacked)
	if want := fmt.Sprintf("bytes=%d-", len(kept)); s.asked[len(s.asked)-1] != want {
		t.Errorf("asked for %q, want %q", s.asked, want)
	}
}

// An archive gives the files that it is known for and nothing else, all or none.
func TestArchivesCannotWriteElsewhere(t *testing.T) {
	a, b, names := member{"made/a.bin", tar.TypeReg, first}, member{"made/b.bin", tar.TypeReg, second}, member{"made/names.txt", tar.TypeReg, []byte("x\n")}
	for _, c := range []struct {
		name    string
		archive []byte
		say     string // "" for what is good
	}{
		{"other members", pack(t, member{"../evil", tar.TypeReg, first}, member{"/evil", tar.TypeReg, first}, member{"made/../../a.bin", tar.TypeReg, []byte("?")},
			member{"made/link", tar.TypeSymlink, nil}, a, names, member{"./made/b.bin", tar.TypeReg, second}), ""},
		{"a link for a file", pack(t, member{"made/a.bin", tar.TypeSymlink, nil}, b, names), "does not hold made/a.bin"},
		{"a file of another length", pack(t, member{"made/a.bin", tar.TypeReg, first[:10]}, b, names), "holds made/a.bin with 10 bytes, the published one has 150000"},
		{"a file with other bytes", pack(t, b, names, member{"made/a.bin", tar.TypeReg, make([]byte, len(first))}), "of made/a.bin, the file is not the published one"},
		{"a huge list of names", pack(t, a, b, member{"made/names.txt", tar.TypeReg, make([]byte, 1<<17)}), "holds made/names.txt with 131072 bytes"},
		{"a file twice", pack(t, a, a, b, names), "holds made/a.bin twice"},
		{"a file too few", pack(t, a, names), "does not hold made/b.bin"},
		{"a bomb before the files", pack(t, member{"made/zeros", tar.TypeReg, make([]byte, 16<<20)}, a, b, names), "damaged: unexpected EOF"},
		{"cut off", pack(t, a, b, names)[:100_000], "damaged"},
		{"no archive", noise(1000, 3), "damaged: gzip"},
		{"no tar", func() []byte {
			var out bytes.Buffer
			z := gzip.NewWriter(&out)
			z.Write(noise(2000, 4))
			z.Close()
			return out.Bytes()
		}(), "damaged: archive/tar"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, _ := example(t)
			set.Files = []catalogue.File{published("made.tar.gz", c.archive)}
			s := &server{content: c.archive}
			o, root := s.start(t), t.TempDir()
			dir := filepath.Join(root, "in", "here")
			_, err := Get(t.Context(), set, dir, o)
			if c.say == "" {
				if err != nil {
					t.Fatal(err)
				}
				holds(t, dir, unpacked)
			} else {
				var e *datafile.Error
				if !errors.As(err, &e) || !strings.Contains(err.Error(), c.say) || filepath.Base(e.File) != "made.tar.gz" {
					t.Errorf("got  %v\nwant %s", err, c.say)
				}
				holds(t, dir, map[string][]byte{"made.tar.gz": c.archive})
			}
			if entries, err := os.ReadDir(root); err != nil || len(entries) != 1 {
				t.Errorf("outside of the folder: %v, %v", entries, err)
			}
		})
	}
}
