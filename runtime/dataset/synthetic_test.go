package dataset

import (
	"encoding/hex"
	"math"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The digests pin the bits: another machine that gives others is wrong, and so
// is a change that was not meant to make other images.
func TestMadeImagesArePinned(t *testing.T) {
	for _, c := range []struct {
		o    Synthetic
		want string
	}{
		{Synthetic{Limit: 40}, "399ab9c4c63b2fc850ed265bade1f007d5541abfaaf0ad212b5e910056e07fac"},
		{Synthetic{Seed: 7, Classes: 4, Limit: 12, Size: 20}, "2032062eec22a594fee57880eecc851aa32bfa02899aa9015db1babc60f64d24"},
	} {
		s, err := c.o.Load()
		sane(t, s, err)
		if got := hex.EncodeToString(s.Digest[:]); got != c.want {
			t.Errorf("%+v has the digest %s, want %s", c.o, got, c.want)
		}
	}
}

func TestMadeImagesDependOnSeedAndPlaceOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Synthetic{Seed: rapid.Uint64().Draw(t, "seed"), Classes: rapid.IntRange(1, 12).Draw(t, "classes"), Limit: rapid.IntRange(2, 20).Draw(t, "limit"), Size: rapid.IntRange(8, 12).Draw(t, "size")}
		all, err := o.Load()
		sane(t, all, err)
		part := o
		part.First = rapid.IntRange(0, o.Limit-1).Draw(t, "first")
		part.Limit = o.Limit - part.First
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		some, err := part.Load()
		sane(t, some, err)
		if !slices.Equal(some.X, all.X[part.First*all.Features():]) || !slices.Equal(some.Labels, all.Labels[part.First:]) {
			t.Error("a range of images differs from the same images of a longer range")
		}
		for i := 0; i+o.Classes <= all.Len(); i += o.Classes {
			if !slices.Equal(slices.Sorted(slices.Values(all.Labels[i:i+o.Classes])), counted(o.Classes)) {
				t.Errorf("labels %v are not balanced", all.Labels)
			}
		}
		o.Seed++
		if other, err := o.Load(); err != nil || other.Digest == all.Digest {
			t.Errorf("another seed gives the same images: %v", err)
		}
		for _, x := range all.X {
			if x < 0 || x > 1 {
				t.Errorf("a pixel is %v", x)
			}
		}
	})
}

func TestMadeImagesRefuseWhatCannotBe(t *testing.T) {
	for _, o := range []Synthetic{{Classes: -1}, {Classes: 1001}, {Limit: -1}, {Limit: math.MaxInt}, {Size: 7}, {Size: 513}, {First: -1}} {
		s, err := o.Load()
		if err == nil {
			t.Errorf("%+v was made", o)
		}
		sane(t, s, err)
	}
}

// On a machine that multiplies and adds at once a product that is not rounded
// first changes the last bit, and with it a pixel now and then.
func TestNoProductIsFused(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for arm64")
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command")
	}
	c := exec.Command(tool, "build", "-gcflags=-S", ".")
	c.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, out)
	}
	if !regexp.MustCompile(`FMULD`).Match(out) {
		t.Fatal("the listing has no multiplication: the compiler prints otherwise now")
	}
	for _, line := range regexp.MustCompile(`(?m)^.*\tFN?M(ADD|SUB)[SD]\t.*$`).FindAll(out, 9) {
		t.Errorf("fused: %s", line)
	}
}
