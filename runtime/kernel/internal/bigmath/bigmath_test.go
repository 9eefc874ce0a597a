package bigmath

import (
	"math/big"
	"testing"
)

// TestConstants compares with decimals of e, ln2 and others as printed in
// tables of constants.
func TestConstants(t *testing.T) {
	one := New(200, 1)
	for _, c := range []struct {
		name, want string
		got        *big.Float
	}{
		{"e", "2.71828182845904523536028747135266249775724709", Exp(200, one)},
		{"ln 2", "0.693147180559945309417232121458176568075500134", Ln2(200)},
		{"ln 10", "2.30258509299404568401799145468436420760110149", Log(200, New(200, 10))},
		{"tanh 1", "0.761594155955764888119458282604793590412768597", Tanh(200, one)},
		{"e - 1", "1.71828182845904523536028747135266249775724709", Expm1(200, one)},
		{"1/e - 1", "-0.632120558828557678404476229838539132554188868", Expm1(200, New(200, -1))},
		{"pi", "3.14159265358979323846264338327950288419716940", Pi(200)},
		{"erf 1", "0.842700792949714869341220635082609259296066998", Erf(200, one)},
		{"erf -1", "-0.842700792949714869341220635082609259296066998", Erf(200, New(200, -1))},
		{"log1p(1)", "0.693147180559945309417232121458176568075500134", Log1p(200, one)},
	} {
		want, _, err := big.ParseFloat(c.want, 10, 200, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		if d := new(big.Float).Sub(c.got, want); d.Sign() != 0 && d.MantExp(nil) > want.MantExp(nil)-140 {
			t.Errorf("%s = %.45g, want %s", c.name, c.got, c.want)
		}
	}
}

// TestInverses checks that the logarithms undo the exponentials, over the
// whole range and next to zero.
func TestInverses(t *testing.T) {
	close := func(name string, got, want *big.Float) {
		t.Helper()
		d := new(big.Float).Sub(got, want)
		if d.Sign() != 0 && d.MantExp(nil) > want.MantExp(nil)-185 {
			t.Errorf("%s of %g gives %g", name, want, got)
		}
	}
	for _, x := range []float64{1e-300, 1e-20, 1e-4, 0.01, 0.3, 0.7, 1, 1.5, 20, 700} {
		for _, x := range []float64{x, -x} {
			v := New(200, x)
			if x > -100 {
				close("Log1p(Expm1)", Log1p(300, Expm1(300, v)), v)
			}
			if x > 1e-4 || x < -1e-4 {
				close("Log(Exp)", Log(300, Exp(300, v)), v)
			}
		}
	}
}
