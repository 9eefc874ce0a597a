// Package fetch gets the files of public data sets from where they are published.
//
//	a Set, a folder --(Get)--> files whose digests are those published
//
// What is interrupted goes on where it stopped; nothing is taken for good before
// its digest is compared; an archive gives only the files that it is known for;
// and a file that is there already is never replaced.
package fetch

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"relief/runtime/datafile"
	"relief/runtime/dataset/catalogue"
)

// Options say how files are fetched. The zero Options are good.
type Options struct {
	From     string                               // an address that is used in place of the set's Home
	Client   *http.Client                         // nil: one that waits at most 30 seconds for an answer
	Progress func(file string, done, total int64) // called as bytes come; nil: nobody looks

	pause time.Duration             // before another attempt; 0: a second, then two, four
	idle  time.Duration             // longest wait for the next byte; 0: 30 seconds
	disk  func(io.Writer) io.Writer // what tests put between a file and its bytes
}

// attempts is how often in a row a file is asked for without coming further.
const attempts = 4

// Get brings the files of the set into the folder, and reports whether they were
// all there already. What is left over from an interrupted Get is used, and so is
// an archive that is in the folder. The error is a *datafile.Error or, if ctx ended,
// wraps its error.
func Get(ctx context.Context, set *catalogue.Set, dir string, o Options) (already bool, err error) {
	g := &getter{Options: o, set: set, dir: dir}
	if g.base, err = address(set, o.From); err != nil {
		return false, err
	}
	if g.Client == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.ResponseHeaderTimeout = 30 * time.Second
		g.Client = &http.Client{Transport: t}
	}
	if g.idle == 0 {
		g.idle = 30 * time.Second
	}
	missing, err := g.missing()
	if err != nil || len(missing) == 0 {
		return err == nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return false, datafile.NotWritten(dir, err)
	}
	if set.Inside == nil {
		for _, f := range missing {
			if err := g.bring(ctx, f); err != nil {
				return false, err
			}
		}
		return false, nil
	}
	for _, archive := range set.Files {
		path := filepath.Join(dir, archive.Name)
		mine := !datafile.Exists(path)
		if mine {
			err = g.bring(ctx, archive)
		} else {
			err = g.verify(archive, path, "remove it, so that it is fetched again")
		}
		if err == nil {
			err = g.unpack(ctx, path, missing)
		}
		if err != nil {
			return false, err
		}
		if mine {
			if err := os.Remove(path); err != nil {
				return false, datafile.NotWritten(path, err)
			}
		}
	}
	return false, nil
}

// getter is one Get.
type getter struct {
	Options
	set  *catalogue.Set
	dir  string
	base *url.URL
}

// address returns the address below which the files of a set are.
func address(set *catalogue.Set, from string) (*url.URL, error) {
	if from == "" {
		from = set.Home
	}
	u, err := url.Parse(from)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, datafile.Option(fmt.Sprintf("%q is no address of the web", from), "write one such as https://example.org/data, below which "+set.Files[0].Name+" is")
	}
	return u, nil
}

// missing lists the files that are to be had. One that is there under its name
// and is another is an error.
func (g *getter) missing() ([]catalogue.File, error) {
	var out []catalogue.File
	for _, f := range g.set.Contents() {
		path := filepath.Join(g.dir, f.Name)
		if !datafile.Exists(path) {
			out = append(out, f)
			continue
		}
		if err := g.verify(f, path, "name another folder, or move the file away"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// verify compares a file with the published one.
func (g *getter) verify(f catalogue.File, path, cure string) error {
	return datafile.OpenPlain(path, func(in *os.File, size int64) error {
		if f.Bytes > 0 && size != f.Bytes {
			return datafile.At(datafile.BadSize, path, -1, fmt.Sprintf("the file has %d bytes, the published one %d", size, f.Bytes), cure)
		}
		strong, weak := sha256.New(), md5.New()
		if _, err := io.Copy(io.MultiWriter(strong, weak), in); err != nil {
			return datafile.NotRead(path, err)
		}
		for _, d := range [...]struct{ name, got, want string }{
			{"SHA-256", hex.EncodeToString(strong.Sum(nil)), f.SHA256}, {"MD5", hex.EncodeToString(weak.Sum(nil)), f.MD5},
		} {
			if d.want != "" && d.got != d.want {
				return datafile.At(datafile.BadDigest, path, -1, fmt.Sprintf("the file is not the published one: its %s is %s, expected %s", d.name, d.got, d.want), cure)
			}
		}
		return nil
	})
}

// bring downloads a file into the folder, under its name with .part until its
// digest is compared.
func (g *getter) bring(ctx context.Context, f catalogue.File) error {
	path := filepath.Join(g.dir, f.Name)
	part := path + ".part"
	for failed, furthest := 0, int64(0); ; {
		reached, err := g.attempt(ctx, f, part)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: interrupted at %s of %d bytes; the same command goes on from there: %w", f.Name, length(part), f.Bytes, ctx.Err())
		}
		var again *passing
		if !errors.As(err, &again) {
			return err
		}
		if failed++; reached > furthest {
			failed, furthest = 1, reached
		}
		if failed == attempts || again.silent && furthest == 0 { // there is no network
			return again.err
		}
		wait := g.pause
		if wait == 0 {
			wait = time.Second << (failed - 1)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	if err := g.verify(f, part, "it was removed; get it again, or from another address by -from"); err != nil {
		var e *datafile.Error
		if errors.As(err, &e) && e.Kind != datafile.Unreadable {
			e.File = path
			_ = os.Remove(part)
		}
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return datafile.NotWritten(path, err)
	}
	return nil
}

// length is that of a file, as a message has it.
func length(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "0"
	}
	return fmt.Sprint(info.Size())
}

// passing is an error that another attempt may not meet.
type passing struct {
	err    *datafile.Error
	silent bool // nobody answered
}

func (p *passing) Error() string { return p.err.Error() }

// unreachable returns the error of an address that does not give the file.
func (g *getter) unreachable(f catalogue.File, why string, err error) *datafile.Error {
	return &datafile.Error{
		Kind: datafile.Unreachable, File: f.Name, Offset: -1, Err: err,
		Summary: fmt.Sprintf("it cannot be fetched from %s: %s", g.base.Host, why),
		Cure: fmt.Sprintf("get %s where there is a network, put it into %s, and run the same command again; or name another address by -from",
			g.base.JoinPath(f.Name), g.dir),
	}
}

// attempt asks for what is missing of a file, and returns how far the file then
// reaches, 0 if nothing came.
func (g *getter) attempt(ctx context.Context, f catalogue.File, part string) (reached int64, err error) {
	var have int64
	if info, err := os.Stat(part); err == nil && info.Size() <= f.Bytes {
		have = info.Size()
	}
	if have == f.Bytes {
		return 0, nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	idle := time.AfterFunc(g.idle, stop)
	defer idle.Stop()
	answer, err := g.ask(ctx, f, have)
	if err != nil {
		return 0, &passing{g.unreachable(f, reason(err), err), true}
	}
	defer answer.Body.Close()
	if have, err = g.begins(f, answer, have, part); err != nil {
		return 0, err
	}
	file, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return 0, datafile.NotWritten(part, err)
	}
	defer func() {
		if e := file.Close(); e != nil && err == nil {
			err = datafile.NotWritten(part, e)
		}
	}()
	if err = file.Truncate(have); err == nil {
		_, err = file.Seek(have, io.SeekStart)
	}
	if err != nil {
		return 0, datafile.NotWritten(part, err)
	}
	to := io.Writer(file)
	if g.disk != nil {
		to = g.disk(file)
	}
	buffer := make([]byte, 1<<16)
	for have < f.Bytes {
		idle.Reset(g.idle)
		n, err := answer.Body.Read(buffer[:min(int64(len(buffer)), f.Bytes-have)])
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return reached, datafile.NotWritten(part, err)
			}
			have += int64(n)
			reached = have
			if g.Progress != nil {
				g.Progress(f.Name, have, f.Bytes)
			}
		}
		if err == nil {
			err = ctx.Err() // the rest may have come already
		}
		if err != nil && have < f.Bytes {
			return reached, &passing{g.unreachable(f, fmt.Sprintf("the connection ended after %d of %d bytes", have, f.Bytes), err), false}
		}
	}
	if err := file.Sync(); err != nil {
		return reached, datafile.NotWritten(part, err)
	}
	return reached, nil
}

// ask sends the request for the bytes of a file from an offset on.
func (g *getter) ask(ctx context.Context, f catalogue.File, from int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, g.base.JoinPath(f.Name).String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity") // the bytes as they are published
	request.Header.Set("User-Agent", "relief")
	if from > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	return g.Client.Do(request)
}

// begins checks that an answer is the wanted part of the file or, if the server
// gives no parts, the whole, and returns the offset at which it begins.
func (g *getter) begins(f catalogue.File, answer *http.Response, have int64, part string) (int64, error) {
	switch answer.StatusCode {
	case http.StatusPartialContent:
		if r := answer.Header.Get("Content-Range"); !strings.HasPrefix(r, fmt.Sprintf("bytes %d-", have)) {
			return 0, g.unreachable(f, fmt.Sprintf("it was asked for the bytes from %d on and gives %q", have, r), nil)
		}
	case http.StatusOK:
		have = 0
	case http.StatusRequestedRangeNotSatisfiable: // what is here is no part of what is there
		if err := os.Remove(part); err != nil {
			return 0, datafile.NotWritten(part, err)
		}
		return 0, &passing{g.unreachable(f, "the answer is "+answer.Status, nil), false}
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return 0, &passing{g.unreachable(f, "the answer is "+answer.Status, nil), false}
	default:
		return 0, g.unreachable(f, "the answer is "+answer.Status, nil)
	}
	if n := answer.ContentLength; n >= 0 && have+n != f.Bytes {
		return 0, g.unreachable(f, fmt.Sprintf("the file there has %d bytes, the published one %d", have+n, f.Bytes), nil)
	}
	return have, nil
}

// reason is what is wrong with the network, without the address.
func reason(err error) string {
	var name *net.DNSError
	var call *net.OpError
	var whole *url.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "no answer came"
	case errors.As(err, &name):
		return name.Err
	case errors.As(err, &call):
		return call.Err.Error()
	case errors.As(err, &whole):
		return whole.Err.Error()
	}
	return err.Error()
}
