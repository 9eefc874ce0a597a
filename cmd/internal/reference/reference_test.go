package reference

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"relief/lang/schema"
	"relief/stdlib"
)

// TestAll: every block, kind, built-in and library function is there once, with
// a sentence of its own.
func TestAll(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range All() {
		key := e.Kind + " " + e.Name
		if seen[key] {
			t.Errorf("%s is listed twice", key)
		}
		seen[key] = true
		if e.Summary == "" || strings.HasSuffix(e.Summary, ".") || strings.Contains(e.Summary, "\n") {
			t.Errorf("%s: summary %q", key, e.Summary)
		}
		if e.Written == "" || !slices.Contains(Kinds, e.Kind) {
			t.Errorf("%s: kind %q, written %q", key, e.Kind, e.Written)
		}
	}
	for _, b := range schema.Blocks {
		if !seen["block "+b.Noun] {
			t.Errorf("the block %s is missing", b.Noun)
		}
		for _, k := range b.Kinds {
			if !seen[b.Noun+" "+b.Noun+"."+k.Name] {
				t.Errorf("%s %s is missing", b.Noun, k.Name)
			}
		}
	}
	for _, b := range stdlib.Builtins() {
		if !seen["function "+b.Name] && !seen["constant "+b.Name] {
			t.Errorf("%s is missing", b.Name)
		}
	}
	for _, name := range []string{"part run.stop", "mark plot.line", "probe probe.value", "layer layer.conv", "dataset dataset.cifar10", "part network.residual", "part network.residual.shortcut", "function log_growth", "law normal", "law uniform", "constant pi", "part plot.panel"} {
		if !seen[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestFind: an entry is found by its name, by its last part, and as the library
// writes it; a name that is not there suggests one that is.
func TestFind(t *testing.T) {
	for _, e := range All() {
		found, _ := Find(e.Name)
		if !slices.ContainsFunc(found, func(f Entry) bool { return f.Kind == e.Kind && f.Name == e.Name }) {
			t.Errorf("%s is not found by its name", e.Name)
		}
	}
	for name, want := range map[string]string{
		"run": "run", "gd": "optimizer.gd", "stop": "run.stop", "std::log_growth": "log_growth", "std.log_growth": "log_growth",
		"log_growth(x)": "log_growth", "line": "plot.line", "text": "plot.text report.text", "locals": "locals", "optimizer": "optimizer",
	} {
		found, _ := Find(name)
		var names []string
		for _, f := range found {
			names = append(names, f.Name)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s gives %q, not %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"lgo_growth": "log_growth", "optimzer.gd": "optimizer.gd", "lnie": "line", "zzzzzz": ""} {
		if found, near := Find(name); len(found) > 0 || near != want {
			t.Errorf("%s gives %d entries and suggests %q, not %q", name, len(found), near, want)
		}
	}
}

// TestElsewhere: PyTorch's names lead to what stands for them here.
func TestElsewhere(t *testing.T) {
	for name, want := range map[string]string{
		"Linear": "layer.dense", "nn.Linear": "layer.dense", "torch.nn.Conv2d": "layer.conv", "BatchNorm2d": "layer.batch_norm", "Dropout": "layer.dropout", "Flatten": "layer.flatten", "nn.ReLU": "layer.activation", "relu": "relu",
		"torch.optim.Adam": "optimizer.adam", "SGD": "optimizer.sgd", "CrossEntropyLoss": "objective", "epochs": "optimizer.sgd", "StepLR": "step_decay", "MNIST": "dataset.idx", "CIFAR10": "dataset.cifar10",
		"state_dict": "run", "accuracy": "probe.test", "torch.std": "standard_deviation",
	} {
		found, near := Find(name)
		var names []string
		for _, f := range found {
			names = append(names, f.Name)
		}
		slices.Sort(names)
		wanted := strings.Fields(want)
		slices.Sort(wanted)
		if !slices.Equal(names, wanted) {
			t.Errorf("%s gives %v, near %q, not %v", name, names, near, wanted)
		}
	}
	for name, entry := range elsewhere {
		if found, _ := Find(entry); len(found) != 1 || name != strings.ToLower(name) {
			t.Errorf("%s leads to %q, which is %d entries", name, entry, len(found))
		}
	}
}

// TestMentioning: words that are neither a name nor an argument.
func TestMentioning(t *testing.T) {
	for word, want := range map[string]string{"safetensors": "run", "softmax": "objective", "gelu": "layer.activation", "Lanczos": "spectrum", "float32": "network", "PyTorch": "layer.dense"} {
		if !slices.ContainsFunc(Mentioning(word), func(e Entry) bool { return e.Name == want }) {
			t.Errorf("%s is not found in %s", word, want)
		}
	}
	if found := Mentioning("no_such_word"); len(found) > 0 {
		t.Errorf("no_such_word is in %v", found)
	}
}

// TestWithArgument: an argument of a whole block is not repeated for its kinds.
func TestWithArgument(t *testing.T) {
	var names []string
	for _, e := range WithArgument("learning_rate") {
		names = append(names, e.Name)
	}
	if got := strings.Join(names, " "); got != "optimizer growth landscape.axis optimizer.map probe.landscape probe.directional_curvature" {
		t.Errorf("learning_rate: %s", got)
	}
	if len(WithArgument("no_such_argument")) > 0 {
		t.Error("an argument that is not there has an owner")
	}
}

// TestText: every entry is written whole within 80 columns, but for code, and
// names each of its arguments.
func TestText(t *testing.T) {
	for _, e := range All() {
		var b bytes.Buffer
		e.Text(&b)
		text := b.String()
		if !strings.HasSuffix(text, "\n") || strings.Contains(text, "\n\n\n") || strings.Contains(text, "%!") {
			t.Errorf("%s: %q", e.Name, text)
		}
		for _, line := range strings.Split(text, "\n") {
			if utf8.RuneCountInString(line) > 80 && !strings.HasPrefix(line, "    ") {
				t.Errorf("%s: a line of %d characters: %s", e.Name, utf8.RuneCountInString(line), line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%s: blanks at the end of %q", e.Name, line)
			}
		}
		for _, a := range e.arguments() {
			if !strings.Contains(text, "  "+a.Name) {
				t.Errorf("%s does not name %s", e.Name, a.Name)
			}
		}
	}
}

// TestLaws: a law is found under the names that other languages give it.
func TestLaws(t *testing.T) {
	for name, want := range map[string]string{"normal": "normal", "randn": "normal", "torch.randn": "normal", "random.normal": "normal", "rand": "uniform", "uniform(0, 1)": "uniform"} {
		found, near := Find(name)
		if len(found) != 1 || found[0].Kind != "law" || found[0].Name != want {
			t.Errorf("%s: %v, near %q", name, found, near)
			continue
		}
		var text strings.Builder
		found[0].Text(&text)
		if !strings.Contains(text.String(), "start of a run") || !strings.Contains(text.String(), "start = { x = "+want) {
			t.Errorf("%s is described by\n%s", name, &text)
		}
	}
}
