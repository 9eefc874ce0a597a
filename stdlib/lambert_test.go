package stdlib_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relief/lang"
	"relief/runtime/engine"
)

// lambert holds values and derivatives of both branches, of the binary64 numbers z
// that the literals stand for, computed with 60 digits: beside the branch point, on
// both sides of where the formula changes, and at the ends of the range.
var lambert = []struct {
	function    string
	z           float64
	value, rate float64
}{
	{"lambert_w", -0.3678794411714423, -0.9999999846957458715, 177616090.53502116},
	{"lambert_w", -0.3678794411714422, -0.99999997684810815757, 117410783.70725597},
	{"lambert_w", -0.36787944117044236, -0.99999766839811057628, 1165840.3189865484},
	{"lambert_w", -0.36787943117144234, -0.99976685372198897699, 11656.408020860629},
	{"lambert_w", -0.36777944117144235, -0.97686286557442460519, 114.79859749461195},
	{"lambert_w", -0.3, -0.48940222718021493357, 3.1949625401972976},
	{"lambert_w", -0.25, -0.35740295618138890307, 2.2247407430170172},
	{"lambert_w", -0.2499, -0.35718054533750239346, 2.2234764186780905},
	{"lambert_w", -0.1, -0.11183255915896297182, 1.259138243719729},
	{"lambert_w", -0.001, -0.0010010015026718858443, 1.0020045106927733},
	{"lambert_w", -1e-06, -1.0000010000014999574e-6, 1.0000020000045},
	{"lambert_w", -1e-09, -1.0000000010000000638e-9, 1.000000002},
	{"lambert_w", -1e-300, -1.0000000000000000251e-300, 1.0},
	{"lambert_w", 5e-324, 4.9406564584124654418e-324, 1.0},
	{"lambert_w", 1e-200, 9.999999999999999821e-201, 1.0},
	{"lambert_w", 1e-12, 9.9999999999899997989e-13, 0.999999999998},
	{"lambert_w", 9.9e-07, 9.8999901990145549643e-7, 0.99999802000441044},
	{"lambert_w", 1e-06, 9.9999900000149995208e-7, 0.99999800000449999},
	{"lambert_w", 0.001, 0.00099900149733853091073, 0.99800448935931036},
	{"lambert_w", 0.5, 0.35173371124919582602, 0.52041864210687389},
	{"lambert_w", 0.999, 0.56678128683719185168, 0.36211093420572563},
	{"lambert_w", 1.0, 0.567143290409783873, 0.36189625663488922},
	{"lambert_w", 2.718281828459045, 0.99999999999999997341, 0.18393972058572117},
	{"lambert_w", 10.0, 1.7455280027406993831, 0.063577133469345105},
	{"lambert_w", 1000.0, 5.2496028524015962271, 0.00083998983237539323},
	{"lambert_w", 10000000000.0, 20.028685413304950781, 9.5244590993941565e-11},
	{"lambert_w", 1e+100, 224.84310644511850156, 9.9557214733829828e-101},
	{"lambert_w", 1.7e+308, 703.17123645148866816, 5.8739993580752648e-309},
	{"lambert_w_minus1", -0.3678794411714423, -1.0000000153042542846, -177616094.15939693},
	{"lambert_w_minus1", -0.3678794411714422, -1.0000000231518921998, -117410787.33163174},
	{"lambert_w_minus1", -0.36787944117044236, -1.0000023316055136743, -1165843.9433623197},
	{"lambert_w_minus1", -0.36787943117144234, -1.0002331825217691424, -11660.032396726049},
	{"lambert_w_minus1", -0.36777944117144235, -1.0234996190820795719, -118.42391493695879},
	{"lambert_w_minus1", -0.3, -1.7813370234216276963, -7.5995247890204256},
	{"lambert_w_minus1", -0.25, -2.1532923641103496492, -7.46833129610253},
	{"lambert_w_minus1", -0.2499, -2.154039234362525331, -7.4690742937550051},
	{"lambert_w_minus1", -0.1, -3.5771520639572971414, -13.88025221322978},
	{"lambert_w_minus1", -0.001, -9.1180064704027400979, -1123.1829518300925},
	{"lambert_w_minus1", -1e-06, -16.626508901372473436, -1063993.8201367659},
	{"lambert_w_minus1", -1e-09, -23.89701958453165737, -1043673806.3793927},
	{"lambert_w_minus1", -1e-100, -235.72115887568531364, -1.0042603743300774e+100},
	{"lambert_w_minus1", -1e-300, -697.32277629546016097, -1.001436115597597e+300},
	{"lambert_w_minus1", -5e-324, -751.0615595398790806, math.Inf(-1)},
}

// TestLambert holds both branches to 5e-16 of themselves, the rounding of the table
// included, and their derivatives by automatic differentiation to 1e-14 of themselves;
// at the branch point these have a pole, and lose what a last digit of 1 + W amounts to.
func TestLambert(t *testing.T) {
	var text strings.Builder
	text.WriteString("study { title = \"Lambert\" }\n")
	for _, f := range []string{"lambert_w", "lambert_w_minus1"} {
		fmt.Fprintf(&text, "objective %q {\n  params = [x]\n  value = %s(x)\n}\n", f, f)
	}
	for i, c := range lambert {
		fmt.Fprintf(&text, "output \"value%d\" { value = %s(%v) }\n", i, c.function, c.z)
		fmt.Fprintf(&text, "output \"rate%d\" { value = gradient(objective.%s, { x = %v })[0] }\n", i, c.function, c.z)
	}
	edges := []struct {
		function string
		z        string
		want     float64
	}{
		{"lambert_w", "0", 0},
		{"lambert_w", "inf", math.Inf(1)},
		{"lambert_w", "-1 / e", -1},
		{"lambert_w", "-0.367879441171442385", math.NaN()}, // the next number below
		{"lambert_w", "-1", math.NaN()},
		{"lambert_w", "-inf", math.NaN()},
		{"lambert_w", "0 * inf", math.NaN()},
		{"lambert_w_minus1", "0", math.Inf(-1)},
		{"lambert_w_minus1", "-1 / e", -1},
		{"lambert_w_minus1", "-0.367879441171442385", math.NaN()},
		{"lambert_w_minus1", "1e-300", math.NaN()},
		{"lambert_w_minus1", "2", math.NaN()},
		{"lambert_w_minus1", "inf", math.NaN()},
		{"lambert_w_minus1", "0 * inf", math.NaN()},
	}
	for i, c := range edges {
		fmt.Fprintf(&text, "output \"edge%d\" { value = %s(%s) }\n", i, c.function, c.z)
	}
	got := outputs(t, text.String())
	for i, c := range lambert {
		if w := got[fmt.Sprint("value", i)]; !(math.Abs(w-c.value) <= 5e-16*math.Abs(c.value)) {
			t.Errorf("%s(%v) = %v, want %v: off by %.1e", c.function, c.z, w, c.value, w/c.value-1)
		}
		if d := got[fmt.Sprint("rate", i)]; !math.IsInf(c.rate, 0) && !(math.Abs(d/c.rate-1) <= 1e-14+5e-16/math.Abs(1+c.value)) {
			t.Errorf("derivative of %s at %v = %v, want %v: off by %.1e", c.function, c.z, d, c.rate, d/c.rate-1)
		}
	}
	for i, c := range edges {
		if w := got[fmt.Sprint("edge", i)]; w != c.want && !(math.IsNaN(w) && math.IsNaN(c.want)) {
			t.Errorf("%s(%s) = %v, want %v", c.function, c.z, w, c.want)
		}
	}
}

// outputs runs a study and returns its outputs, which are numbers, by name.
func outputs(t *testing.T, text string) map[string]float64 {
	t.Helper()
	file := filepath.Join(t.TempDir(), "study.hcl")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	study, diags := lang.Compile(file, lang.Options{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	results, err := engine.Run(context.Background(), study, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, o := range results.Outputs {
		if o.Error != nil {
			t.Fatalf("%s: %s", o.Plan.Address.Name, o.Error.Summary)
		}
		out[o.Plan.Address.Name] = o.Value.Data[0]
	}
	return out
}
