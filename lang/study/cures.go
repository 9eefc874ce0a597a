package study

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"relief/lang/schema"
	"relief/runtime/plan"
)

// textOf returns the source text of a range, for messages.
func (c *compiler) textOf(r hcl.Range) string {
	src := c.sources[r.Filename]
	if r.Start.Byte < 0 || r.End.Byte > len(src) || r.Start.Byte > r.End.Byte {
		return ""
	}
	return string(src[r.Start.Byte:r.End.Byte])
}

// foreign is an argument as other tools call it.
type foreign struct {
	cure   string
	stands string // for this argument or block, which is then not missing
}

// foreigners has, by noun, arguments of other tools and what to write for them.
var foreigners = map[string]map[string]foreign{
	"optimizer": {
		"lr": rate, "eta": rate, "alpha": rate, "rate": rate, "step_size": rate, "stepsize": rate, "gamma": rate,
		"beta": decay, "mu": decay, "beta1": decay, "rho": decay,
		"betas":         {cure: `It belongs to adam, as beta1 = 0.9 and beta2 = 0.999; optimizer "momentum" has one number: momentum = 0.9.`, stands: "momentum"},
		"eps":           {cure: "Write epsilon = ..."},
		"learning_rate": {"Write dt = ..., the time of a step.", "dt"}, "h": rate, "delta_t": rate, "tau": rate,
		"sigma": noisy, "std": noisy, "noise_std": noisy, "noise_scale": noisy, "diffusion": noisy, "volatility": noisy, "temperature": noisy,
		"tol": {cure: "Write tolerance = ..."}, "rtol": {cure: "Write tolerance = ..."}, "atol": {cure: "Write tolerance = ..., which is relative to the parameters."},
		"top_k": {cure: "Write top = ..."}, "base_optimizer": {cure: "Its update is that of gradient descent; another is an optimizer \"map\" with gradient_at(params + 0.05 * gradient / norm(gradient))."},
		"nesterov": {cure: `It is a kind of its own: write optimizer "nesterov" { ... } with momentum = 0.9.`},
	},
	"run": {
		"lr": ruled, "learning_rate": ruled, "eta": ruled,
		"epochs": counted, "iterations": counted, "n_steps": counted, "num_steps": counted, "max_iter": counted, "maxiter": counted, "n_iter": counted,
		"init": begun, "x0": begun, "initial": begun, "init_params": begun,
	},
	"plot":  axes,
	"panel": axes,
	"check": {
		"condition": {cure: "It stands inside an assert block: assert { condition = ... } with its message.", stands: "assert"},
		"message":   {cure: "It stands inside an assert block: assert { condition = ... } with its message.", stands: "assert"},
		"assert":    {cure: "It is a block: assert { condition = ... } with its message.", stands: "assert"},
	},
}

var (
	rate    = foreign{"Write learning_rate = ...", "learning_rate"}
	decay   = foreign{"Write momentum = ...", "momentum"}
	noisy   = foreign{"Write noise = ...: a standard deviation, or a matrix.", ""}
	ruled   = foreign{`It stands in the optimizer: optimizer "gd" { learning_rate = ... }.`, ""}
	counted = foreign{"Write steps = ...", "steps"}
	begun   = foreign{"Write start = { x = 1 }.", "start"}
	axes    = map[string]foreign{
		"xscale": {cure: `Write axis_x { scale = "log" }.`}, "yscale": {cure: `Write axis_y { scale = "log" }.`}, "zscale": {cure: `Write axis_z { scale = "log" }.`},
		"xlabel": {cure: `Write axis_x { label = "..." }.`}, "ylabel": {cure: `Write axis_y { label = "..." }.`}, "zlabel": {cure: `Write axis_z { label = "..." }.`},
		"xlim": {cure: "Write axis_x { range = [0, 1] }."}, "ylim": {cure: "Write axis_y { range = [0, 1] }."},
		"logx": {cure: `Write axis_x { scale = "log" }.`}, "logy": {cure: `Write axis_y { scale = "log" }.`},
		"legend": {cure: `Each mark has its name in the legend: line { label = "..." }.`}, "label": {cure: `A mark has a label: line { label = "..." }; a plot has a title.`},
		"color": inMark, "colour": inMark, "linestyle": inMark, "linewidth": inMark, "marker": inMark,
		"figsize": {cure: "Write width = 12 and height = 8, in cm."},
	}
	inMark = foreign{"It belongs to a mark, as in line { color = \"blue\" }.", ""}
)

// foreignCure says what to write for an argument of another tool. What it
// stands for is no longer missing.
func foreignCure(b *body, name string, missing map[string]bool) string {
	if cure := batched(b, name); cure != "" {
		delete(missing, "batch")
		if b.spec.Noun == "run" && strings.Contains(name, "epoch") {
			delete(missing, "steps")
		}
		return cure
	}
	f, ok := foreigners[b.spec.Noun][name]
	if !ok {
		f, ok = torch[b.spec.Noun][name]
	}
	if !ok {
		return ""
	}
	switch {
	case name == "betas" && (b.kind == "adam" || b.kind == "adamw"):
		return "Write beta1 = 0.9 and beta2 = 0.999."
	case name == "rho" && b.kind == "sam":
		return "Write radius = ..."
	case f == rate && b.kind == "sde":
		f = foreigners["optimizer"]["learning_rate"]
	case f == noisy && b.kind != "sgd" && b.kind != "sde":
		return `Noise belongs to other kinds: write optimizer "sgd" with noise = ..., or "sde".`
	}
	if _, has := b.spec.Attribute(b.kind, f.stands); f.stands == "momentum" && !has {
		if name != "betas" {
			return `It belongs to another kind: write optimizer "momentum" { ... } with momentum = 0.9.`
		}
		return f.cure
	}
	delete(missing, f.stands)
	return f.cure
}

// told reports an argument about which the one before it has said all: the
// message of a check whose condition stands outside of its assert block too.
func told(b *body, name string) bool {
	_, condition := b.src.Body.Attributes["condition"]
	return b.spec.Noun == "check" && name == "message" && condition
}

// standIns returns the nested blocks for which arguments of b stand.
func standIns(b *body) map[string]bool {
	out := map[string]bool{}
	for name := range b.src.Body.Attributes {
		if f, ok := foreigners[b.spec.Noun][name]; ok && b.spec.Open == "" {
			out[f.stands] = true
		}
	}
	return out
}

// kindsOf returns the names of the kinds of a block.
func kindsOf(spec *schema.Block) []string {
	var out []string
	for _, k := range spec.Kinds {
		out = append(out, k.Name)
	}
	return out
}

// partsOf writes the parts of what as references.
func partsOf(what string, names []string) string {
	if len(names) == 0 {
		return "Write " + what + ".name."
	}
	var out []string
	for i, n := range names {
		if i == 6 {
			out = append(out, "...")
			break
		}
		out = append(out, partOf(what, n))
	}
	return "Write " + strings.Join(out, " or ") + "."
}

// partOf writes a part of what as a reference: run.a.path.x, or
// run.a.path["dense1.weight"].
func partOf(what, name string) string {
	if strings.Contains(name, ".") {
		return fmt.Sprintf("%s[%q]", what, name)
	}
	return what + "." + name
}

// resultCure says what to write for a result that a run has under another
// name.
func (o runObject) resultCure(r *plan.Run, name string) string {
	run := o.Describe()
	if _, ok := param(r.Objective, name); ok {
		return fmt.Sprintf("Write %s for its values at all steps, or %s for the last.", partOf(run+".path", name), partOf(run+".final.params", name))
	}
	switch name {
	case "lr", "rate", "eta":
		return fmt.Sprintf("Write %s.learning_rate.", run)
	case "params":
		return fmt.Sprintf("Write %s.final.params, or %s.at[k].params for those after k steps.", run, run)
	case "losses", "value", "values", "cost", "objective":
		return fmt.Sprintf("Write %s.loss.", run)
	case "grad", "gradient", "gradient_norm":
		return fmt.Sprintf("Write %s.grad_norm.", run)
	case "last", "end":
		return fmt.Sprintf("Write %s.final.", run)
	case "history", "trajectory", "iterates":
		return partsOf(run+".path", paramNames(r.Objective))
	}
	return ""
}
