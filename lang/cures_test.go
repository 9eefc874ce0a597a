package lang

import (
	"regexp"
	"strings"
	"testing"

	"relief/lang/diag"
)

// TestCures: what is written as other tools have it is answered with what to
// write here, once.
func TestCures(t *testing.T) {
	const gd = `optimizer "gd" { learning_rate = 1 }`
	run := func(text string) string {
		return "run \"b\" {\n objective = objective.f\n start = 1\n steps = 5\n " + text + "\n}"
	}
	output := func(e string) string { return "output \"o\" { value = " + e + " }" }
	network := func(text string) string { return "network \"n\" {\n input = [5]\n " + text + "\n}" }
	check := func(condition, message string) string {
		return "check \"c\" {\n assert {\n condition = " + condition + "\n message = " + message + "\n }\n}"
	}
	plot := func(text string) string { return "plot \"p\" {\n line { y = run.a.loss }\n " + text + "\n}" }
	table := func(cell string) string {
		return "table \"t\" {\n columns = [\"a\"]\n rows = [[" + cell + "]]\n}"
	}
	for _, c := range []struct{ name, text, code, message string }{
		{"optimizer Adam", run(`optimizer "Adam" { learning_rate = 1 }`), "RL0401", `Did you mean "adam"`},
		{"optimizer SGD", run(`optimizer "SGD" { learning_rate = 1 }`), "RL0401", `Did you mean "sgd"`},
		{"optimizer AdamW", run(`optimizer "AdamW" { learning_rate = 1 }`), "RL0401", `Did you mean "adamw"`},
		{"sgd of a formula", run("optimizer \"sgd\" {\n learning_rate = 1\n batch = 1\n }"), "RL0403", `noise.*samples.*optimizer "gd"`},
		{"lr", run(`optimizer "gd" { lr = 1 }`), "RL0402", "Write learning_rate"},
		{"beta", run("optimizer \"momentum\" {\n learning_rate = 1\n beta = 0.9\n }"), "RL0402", "Write momentum"},
		{"betas", run("optimizer \"gd\" {\n learning_rate = 1\n betas = [0.9, 0.99]\n }"), "RL0402", "momentum = 0.9"},
		{"nesterov", run("optimizer \"gd\" {\n learning_rate = 1\n nesterov = true\n }"), "RL0402", `write optimizer "nesterov"`},
		{"momentum in gd", run("optimizer \"gd\" {\n learning_rate = 1\n momentum = 0.9\n }"), "RL0402", `write optimizer "momentum"`},
		{"betas of adam", run("optimizer \"adam\" {\n learning_rate = 1\n betas = [0.9, 0.99]\n }"), "RL0402", "beta1 = 0.9"},
		{"eps of adam", run("optimizer \"adam\" {\n learning_rate = 1\n eps = 1e-8\n }"), "RL0402", "Write epsilon"},
		{"betas of adamw", run("optimizer \"adamw\" {\n learning_rate = 1\n betas = [0.9, 0.99]\n }"), "RL0402", "beta1 = 0.9"},
		{"rho of sam", run("optimizer \"sam\" {\n learning_rate = 1\n rho = 0.1\n }"), "RL0402", "Write radius"},
		{"lr of sde", run(`optimizer "sde" { lr = 1 }`), "RL0402", "Write dt"},
		{"sigma of sgd", run("optimizer \"sgd\" {\n learning_rate = 1\n sigma = 0.1\n noise = 0\n }"), "RL0402", "Write noise"},
		{"sigma of gd", run("optimizer \"gd\" {\n learning_rate = 1\n sigma = 0.1\n }"), "RL0402", `"sgd" with noise`},
		{"rtol", run("optimizer \"gradient_flow\" {\n learning_rate = 1\n rtol = 1e-6\n }"), "RL0402", "Write tolerance"},
		{"decoupled weight decay", run("optimizer \"adam\" {\n learning_rate = 1\n decoupled_weight_decay = true\n }"), "RL0402", `"adamw"`},
		{"Lion", run(`optimizer "Lion" { learning_rate = 1 }`), "RL0401", `optimizer "map"`},
		{"heavy ball", run(`optimizer "heavy_ball" { learning_rate = 1 }`), "RL0401", `optimizer "momentum"`},
		{"Langevin", run(`optimizer "langevin" { learning_rate = 1 }`), "RL0401", `optimizer "sde"`},
		{"update as an argument", run(`optimizer "map" { update = params - gradient }`), "RL0402", `It is a block: update`},
		{"variable beside its block", run("optimizer \"map\" {\n velocity = 0\n update {\n params = 0 * params\n }\n }"), "RL0402", `state \{ velocity = 0`},
		{"params beside its block", run("optimizer \"map\" {\n params = 0 * params\n update {\n params = 0 * params\n }\n }"), "RL0402", `update \{ params`},
		{"noise of a law", run("optimizer \"sgd\" {\n learning_rate = 1\n noise = normal(0, 1)\n }"), "RL0203", `standard deviation alone`},
		{"decrement", run("optimizer \"map\" {\n update {\n params -= 0.1 * gradient\n }\n }"), "RL0130", `Write params = params - 0.1 \* gradient`},
		{"decrement by a sum", run("optimizer \"map\" {\n state { v = 0 }\n update {\n v -= gradient + 1\n }\n }"), "RL0130", `Write v = v - \(gradient \+ 1\)`},
		{"factor", run("optimizer \"map\" {\n update {\n params *= 1 - 0.1\n }\n }"), "RL0130", `Write params = params \* \(1 - 0.1\)`},
		{"increment elsewhere", run("steps += 1\n" + gd), "RL0130", `set once`},
		{"element of an update", run("optimizer \"map\" {\n update {\n params[0] = 1\n }\n }"), "RL0118", `next values at once`},
		{"decrement of one", run("optimizer \"map\" {\n update {\n t++\n }\n }"), "RL0130", `n \+ 1`},
		{"batch size of a run", run(gd + "\n batch_size = 10"), "RL0402", `optimizer "sgd"`},
		{"network of a run", "run \"b\" {\n objective = objective.f\n start = 1\n steps = 5\n network = network.n\n " + gd + "\n}", "RL0402", "stands in an objective"},
		{"batch_size of sgd", "optimizer \"sgd\" \"o\" {\n learning_rate = 1\n batch_size = 10\n}", "RL0402", "Write batch"},
		{"Linear", network(`layer "Linear" { units = 3 }`), "RL0401", `layer "dense"`},
		{"Conv2d", network(`layer "Conv2d" { channels = 3 }`), "RL0401", `layer "conv"`},
		{"ReLU", network(`layer "ReLU" {}`), "RL0401", `activation = "relu" in the layer before`},
		{"LeakyReLU", network(`layer "LeakyReLU" {}`), "RL0401", `activation = "leaky_relu"`},
		{"softmax", network(`layer "softmax" {}`), "RL0401", "cross_entropy"},
		{"residual as a kind", network(`layer "residual" {}`), "RL0401", "block of its own"},
		{"out_features", network(`layer "dense" { out_features = 3 }`), "RL0402", "Write units"},
		{"in_features", network("layer \"dense\" {\n in_features = 3\n units = 3\n }"), "RL0402", "follows from the layers before"},
		{"dtype", network("dtype = \"float32\"\n layer \"dense\" { units = 3 }"), "RL0402", "precision"},
		{"MNIST", `dataset "MNIST" "d" { path = "data" }`, "RL0401", `dataset "idx"`},
		{"root", `dataset "cifar10" "d" { root = "data" }`, "RL0402", "Write path"},
		{"train", "dataset \"cifar10\" \"d\" {\n path = \"data\"\n train = false\n}", "RL0402", "test = true"},
		{"flip", "dataset \"synthetic\" \"d\" { flip = true }", "RL0402", `augment \{ flip`},
		{"criterion", network(`layer "dense" { units = 1 }`) + "\ndataset \"teacher\" \"d\" { inputs = 5 }\nobjective \"g\" {\n network = network.n\n data = dataset.d\n criterion = \"mse\"\n}", "RL0402", "Write loss"},
		{"accuracy", run("probe \"accuracy\" \"a\" {}\n " + gd), "RL0401", `probe "test"`},
		{"lr in a run", run(gd + "\n lr = 0.1"), "RL0402", "stands in the optimizer"},
		{"epochs", "run \"b\" {\n resume = run.a.final\n epochs = 3\n}", "RL0402", "Write steps"},
		{"stop of the run itself", run(gd + "\n stop { when = run.b.loss < 1e-3 }"), "RL0204", "loss < 1e-3"},
		{"stop of a series", run(gd + "\n stop { when = run.a.loss < 1e-3 }"), "RL0302", "loss < 1e-3"},
		{"None", run(gd + "\n seed = None"), "RL0203", "Leave the argument out"},
		{"True", output("True"), "RL0203", `Write true\.`},
		{"ln", output("ln(2)"), "RL0203", "Write log"},
		{"randn", "run \"b\" {\n objective = objective.f\n start = randn(2)\n steps = 5\n " + gd + "\n}", "RL0203", `normal\(0, 1\)`},
		{"normal in a formula", output("normal(0, 1)"), "RL0203", "start"},
		{"yscale", plot(`yscale = "log"`), "RL0402", `axis_y \{ scale = "log" \}`},
		{"xlabel", plot(`xlabel = "step"`), "RL0402", `axis_x \{ label`},
		{"ylabel", plot(`ylabel = "step"`), "RL0402", `axis_y \{ label`},
		{"bare word for a label", plot("axis_x { label = step }"), "RL0203", `in quotes: "step"`},
		{"bare word for a colour", "plot \"p\" {\n line {\n y = run.a.loss\n color = red\n }\n}", "RL0203", `in quotes: "red"`},
		{"bare word for a title", plot("title = losses"), "RL0203", `in quotes: "losses"`},
		{"condition outside of assert", "check \"c\" {\n condition = true\n message = \"a\"\n}", "RL0402", "assert \\{ condition"},
		{"two comparisons", check("0 < run.a.final.loss < 1", `"m"`), "RL0302", "Write 0 < run.a.final.loss && run.a.final.loss < 1"},
		{"not", check("not (run.a.final.loss > 1)", `"m"`), "RL0203", `Write !\(run.a.final.loss > 1\)`},
		{"sum of texts", check("true", `"loss: " + run.a.final.loss`), "RL0301", `Write "loss: \$\{run.a.final.loss\}"`},
		{"sum of texts that are known", `locals { a = "n: " + 3 }` + "\n" + check("true", `"${local.a}"`), "RL0301", `Write "n: \$\{3\}"`},
		{"format by %", check("true", `"%.3f" % run.a.final.loss`), "RL0301", `format\("%.3f", run.a.final.loss\)`},
		{"one text, one number", table(`run.a.final.loss > 0 ? 3 : "never"`), "RL0301", "one kind"},
		{"two texts", table(`run.a.final.loss > 0 ? "yes" : "no"`), "RL0301", "between numbers"},
		{"matrix times vector", output("sum([[1, 2], [3, 4]] * [1, 2, 3])"), "RL0302", `matmul\(A, x\)`},
		{"matrix times vector that fits", output("sum([[1, 2, 3], [3, 4, 5]] * [1, 2, 3])"), "RL0302", `matmul\(\[\[1, 2, 3\], \[3, 4, 5\]\], \[1, 2, 3\]\)`},
		{"ragged list", output("sum([[1, 2], [3]])"), "RL0302", "rows of one length"},
		{"truth value as a number", output("(run.a.final.loss > 1) + 1"), "RL0302", `condition \? 1 : 0`},
		{"last of a number", output("last(run.a.final.loss)"), "RL0302", `series.*last\(run.a.loss\)`},
		{"first of a number", output("first(3)"), "RL0302", "series"},
		{"quantile of a number", output("quantile(run.a.final.loss, 0.5)"), "RL0302", "series"},
		{"count of numbers", output("count(run.a.loss)"), "RL0302", "condition"},
		{"series from its end", output("run.a.loss[-1]"), "RL0307", `Write last\(run.a.loss\)`},
		{"vector from its end", output("run.a.final.params.w[-1]"), "RL0307", `Write run.a.final.params.w\[2\]`},
		{"transpose", output("run.a.final.params.w.T"), "RL0302", `transpose\(A\)`},
		{"parameter of a run", output("run.a.x"), "RL0203", `run.a.path.x`},
		{"path by number", output("run.a.path[0]"), "RL0302", `run.a.path.x or run.a.path.w`},
		{"state by number", output("run.a.final[0]"), "RL0302", `run.a.final.params.x`},
		{"lr of a run", output("run.a.lr"), "RL0203", "run.a.learning_rate"},
		{"no name", "run {\n objective = objective.f\n start = 1\n steps = 3\n " + gd + "\n}\n" + output("run.r.final.loss + run.r.loss[1]"), "RL0404", "NAME"},
		{"two names", "run \"gd\" \"r\" {\n objective = objective.f\n start = 1\n steps = 3\n " + gd + "\n}\n" + output("run.r.final.loss"), "RL0404", "1 label"},
		{"optimizer without a kind", "optimizer \"o\" { learning_rate = 1 }\n" + run("optimizer = optimizer.o"), "RL0404", "KIND"},
		{"call after a dot", output("run.a.loss.mean()"), "RL0126", `Write mean\(run.a.loss\)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, diags := Compile(folder(t, "s.hcl", base+c.text+"\n"), Options{})
			expect(t, diags, c.code, c.message)
		})
	}
}

// TestDemandOfAnImport: what a function of another file takes is said there.
func TestDemandOfAnImport(t *testing.T) {
	_, diags := Compile(folder(t, "s.hcl", "import \"my\" { source = \"./my.hcl\" }\n"+base+"output \"o\" { value = my::pair([1, 2, 3]) }\n",
		"my.hcl", "\nfunction \"pair\" {\n  params = [x]\n  value  = sum(x)\n  validation {\n    condition = len(x) == 2\n    message   = \"pair takes two numbers\"\n  }\n}\n"), Options{})
	d := expect(t, diags, "RL0304", `my\.hcl, line 2`)
	if strings.Contains(d.Detail, "relief docs") {
		t.Error(d.Detail)
	}
}

// TestCutAndPlainTexts: each is one warning, and what is likely meant gets none.
func TestCutAndPlainTexts(t *testing.T) {
	message := func(text string) string {
		return base + "variable \"n\" { default = 3 }\ncheck \"c\" {\n assert {\n condition = true\n message = " + text + "\n }\n}\n"
	}
	value := func(params, value string) string {
		return strings.NewReplacer("[x, w[3]]", params, "sq(x) + sum(sq(w))", value).Replace(base)
	}
	for _, c := range []struct{ text, code, message string }{
		{message(`"loss is {run.a.final.loss}"`), "RL0207", `Write \$\{run.a.final.loss\}`},
		{message(`"loss is $run.a.final.loss."`), "RL0207", `Write \$\{run.a.final.loss\}`},
		{message(`"loss is {run.a.loss[3]:.3f}"`), "RL0207", `Write \$\{run.a.loss\[3\]\}`},
		{message(`"of {var.n} at ${run.a.final.loss}"`), "RL0207", `Write \$\{var.n\}`},
		{message(`"loss is ${run.a.final.loss}"`), "", ""},
		{message(`"write $${run.a.final.loss} or {run.zz.loss}, $5, {x}, {run}, $run and {a.b}"`), "", ""},
		{message(`"$x_{var.q}$, \\frac{1}{2}, $run.a$"`), "", ""},
		{value("[x, w[3]]", "sq(x)"), "RL0206", `"w"`},
		{value("[x, w[3]]", "sq(x) + sq(w[0])"), "", ""},
		{value("[x, w[3]]", "sq(x) + 0 * sum(w)"), "", ""},
		{value("[x, w[3]]", "local.v") + "locals { v = sq(x) + sum(w) }\n", "", ""},
		{value("[x, w[3]]", "sq(x) // 2 + sum(w)"), "RL0206 RL0131", `floor\(sq\(x\) / 2\)`},
	} {
		_, diags := Compile(folder(t, "s.hcl", c.text), Options{})
		var codes []string
		all := ""
		for _, d := range diags {
			codes = append(codes, string(d.Code))
			all += d.Summary + " " + d.Detail + "\n"
			if d.Severity != diag.Warning {
				t.Errorf("%s is an error: %s", d.Code, d.Summary)
			}
			complete(t, d)
		}
		if got := strings.Join(codes, " "); got != c.code || !regexp.MustCompile(c.message).MatchString(all) {
			t.Errorf("%s\ngives %q %s, want %q %s", c.text[len(base)/2:], got, all, c.code, c.message)
		}
	}
}
