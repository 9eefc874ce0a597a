package analysis

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/floats"
)

// judge says how the objective grows within the radii, and in sentences with
// numbers by what:
//
//	"subquadratic"  the exponent ends below 2 in every direction, |g|/r still falls
//	                there, and c > 0
//	"quadratic"     the exponent is 2, and |g|/r constant, over all radii
//	"not"           anything else, which the evidence names
func (w *growth) judge(b *bounds) (verdict, evidence string) {
	t := w.trend(b)
	verdict, why := w.sentence(b, t)
	parts := []string{why}
	if w.plan.LearningRate != nil {
		parts = append(parts, b.trapped())
	}
	parts = append(parts, t.lost(w)...)
	how := "sampled, and no proof"
	if w.formula {
		how = "sampled, refined by local search, and no proof"
	}
	parts = append(parts, fmt.Sprintf("Seen at %d radii in %d directions: %s.", len(w.radii), len(w.rays), how))
	return verdict, strings.Join(parts, " ")
}

// trend is the growth over the radii.
type trend struct {
	counts     [doubts]int
	least      float64 // exponents of all samples
	most       float64
	first      span    // exponents at the first radius that has any
	last       span    // likewise at the last one
	slope      float64 // of log |g|/r at the end
	limit      float64 // that |g|/r tends to; 0 if none shows
	flat       bool    // |g|/r is constant
	lowest     reading // the one that is farthest below the minimum
	lowestSpot spot
}

// span is the range of exponents at a radius.
type span struct {
	radius, low, high float64
}

func (s span) String() string {
	if s.high-s.low < 5e-4 {
		return fmt.Sprintf("%.3f at radius %.4g", s.high, s.radius)
	}
	return fmt.Sprintf("between %.3f and %.3f at radius %.4g", s.low, s.high, s.radius)
}

func (w *growth) trend(b *bounds) *trend {
	t := &trend{least: math.Inf(1), most: math.Inf(-1)}
	var known []int // indices of the radii that have exponents
	for k, r := range w.radii {
		here := span{r, math.Inf(1), math.Inf(-1)}
		for d := range w.rays {
			s := w.samples[d][k]
			t.counts[s.why]++
			if s.why == below && s.loss < t.lowest.loss {
				t.lowest, t.lowestSpot = s, spot{d, k}
			}
			if s.why == none {
				e := s.exponent()
				here.low, here.high = min(here.low, e), max(here.high, e)
			}
		}
		if here.low > here.high {
			continue
		}
		if known = append(known, k); len(known) == 1 {
			t.first = here
		}
		t.last = here
		t.least, t.most = min(t.least, here.low), max(t.most, here.high)
	}
	w.fall(t, b.ratio, known)
	return t
}

// fall sets the slope of log |g|/r over the last sixth of the radii that have
// exponents, the limit that |g|/r tends to if the slope goes on to fade as it did
// from the sixth before (a geometric series), and whether |g|/r is constant.
func (w *growth) fall(t *trend, ratio []float64, known []int) {
	t.slope = math.NaN()
	if len(known) == 0 {
		return
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, k := range known {
		low, high = min(low, ratio[k]), max(high, ratio[k])
	}
	t.flat = high <= low*(1+w.tolerance)
	last, width := len(known)-1, max(1, len(known)/6)
	if last < 2*width {
		width = last / 2
	}
	if width == 0 {
		return
	}
	end, middle, begin := known[last], known[last-width], known[last-2*width]
	lost := math.Log(ratio[end] / ratio[middle])
	t.slope = lost / math.Log(w.radii[end]/w.radii[middle])
	before := math.Log(ratio[middle]/ratio[begin]) / math.Log(w.radii[middle]/w.radii[begin])
	if fades := t.slope / before; before < 0 && fades > 0 && fades < 1 {
		t.limit = ratio[end] * math.Exp(lost*fades/(1-fades))
	}
}

// levelled is the part of the last |g|/r from which on its limit counts as one.
const levelled = 0.9

func (w *growth) sentence(b *bounds, t *trend) (verdict, why string) {
	n := len(w.radii)
	last := w.radii[n-1]
	end := b.ratio[n-1]
	ratio := "|g|/r"
	if !w.formula {
		ratio = "|g.u|/r"
	}
	switch {
	case t.counts[below] > 0:
		return "not", fmt.Sprintf("%s is no global minimum: at radius %.4g %s the loss is %.4g below its own.", w.where(), t.lowest.radius, w.way(t.lowestSpot.ray), -t.lowest.loss)
	case len(b.still) > 0:
		s := b.still[0]
		more := ""
		if len(b.still) > 1 {
			more = fmt.Sprintf(", and at %d more of the points looked at", len(b.still)-1)
		}
		return "not", fmt.Sprintf("The gradient is zero away from the minimum, %s (|g| = %.2g)%s: the inequality of Definition 4.1 is not strict there, and gradient descent stays.", w.name(s.at, s.radius), s.steep, more)
	case t.least > t.most:
		return "not", "No radius has an exponent that can be trusted."
	case math.IsNaN(b.c):
		return "not", "No gradient has a direction that can be told from the one left at the minimum."
	case !(b.c > leastCosine):
		return "not", fmt.Sprintf("The constant of Definition 4.1 is not positive: c = %.3g %s.", b.c, w.attained(b))
	case t.counts[infinite] > 0:
		return "not", fmt.Sprintf("The loss or its gradient is not finite at %d of %d samples.", t.counts[infinite], n*len(w.rays))
	case t.flat && t.least >= 2-w.tolerance && t.most <= 2+w.tolerance:
		return "quadratic", fmt.Sprintf("The exponent is 2 to within %.1g at every radius, and %s is %.4g throughout; c = %.4g %s.", max(t.most-2, 2-t.least, 1e-15), ratio, end, b.c, w.attained(b))
	case !(t.last.high < 2-w.tolerance):
		return "not", fmt.Sprintf("It grows no more slowly than a quadratic: the exponent is %s, and %s is %.4g there.", t.last, ratio, end)
	case !(t.slope < -w.tolerance):
		return "not", fmt.Sprintf("The exponent is %s, but %s does not fall there: it goes like r^%.2g, at %.4g.", t.last, ratio, t.slope, end)
	case t.limit > levelled*end:
		return "not", fmt.Sprintf("%s levels off: at radius %.4g it is %.4g and falls like r^%.2g, ever more slowly, towards %.4g.", ratio, last, end, t.slope, t.limit)
	}
	return "subquadratic", fmt.Sprintf("The exponent goes from %s to %s; %s ends at %.4g and still falls, like r^%.2g; c = %.4g %s.", t.first, t.last, ratio, end, t.slope, b.c, w.attained(b))
}

// trapped says what Theorem 4.3's proof gives for the learning rate.
func (b *bounds) trapped() string {
	switch {
	case math.IsNaN(b.inner):
		return fmt.Sprintf("Without a positive c the theorem gives no ball for the learning rate %.4g.", b.rate)
	case math.IsInf(b.inner, 1) && len(b.still) > 0:
		return fmt.Sprintf("For the learning rate %.4g there is no ball: a start at a stationary point stays where it is.", b.rate)
	case math.IsInf(b.inner, 1):
		return fmt.Sprintf("For the learning rate %.4g, |g| is not below (2c/eta) r at the largest radius, and no ball is found within it.", b.rate)
	case b.inner == 0:
		return fmt.Sprintf("For the learning rate %.4g, |g| < (2c/eta) r everywhere: every step comes closer.", b.rate)
	}
	return fmt.Sprintf("For the learning rate %.4g every step from beyond r = %.6g comes closer, and none leaves the ball of radius %.6g.", b.rate, b.inner, b.ball)
}

// lost says which exponents are NaN, and why.
func (t *trend) lost(w *growth) []string {
	var out []string
	add := func(n int, why string) {
		if n > 0 {
			out = append(out, fmt.Sprintf("%s NaN: %s.", exponents(n), why))
		}
	}
	add(t.counts[digits], "the loss above the minimum has lost its digits")
	left := 0.0
	for _, u := range w.rays {
		left = max(left, u.left)
	}
	add(t.counts[displaced], fmt.Sprintf("%s is not stationary, its gradient is up to %.2g along the rays, and that explains a part of the loss", strings.ToLower(w.where()), left))
	if t.counts[below] > 0 {
		add(t.counts[below], "the loss is below that of the point")
	}
	add(t.counts[infinite], "the loss or its gradient is not finite")
	return out
}

func exponents(n int) string {
	if n == 1 {
		return "1 exponent is"
	}
	return fmt.Sprintf("%d exponents are", n)
}

// attained says where c is.
func (w *growth) attained(b *bounds) string {
	if !w.formula {
		return fmt.Sprintf("at radius %.4g %s", w.radii[b.place.radius], w.way(b.place.ray))
	}
	return w.name(b.at, floats.Distance(b.at, w.center, 2))
}

// where names what the rays begin at.
func (w *growth) where() string {
	if w.formula {
		return "The point"
	}
	return "The lowest point nearby"
}

// way names a ray.
func (w *growth) way(ray int) string {
	if ray < 0 {
		return ""
	}
	if !w.formula {
		sign := ""
		if ray%2 == 1 {
			sign = "minus "
		}
		return fmt.Sprintf("along %s%q", sign, w.plan.Axes[ray/2].Label)
	}
	if len(w.center) > named {
		return fmt.Sprintf("in direction %d", ray)
	}
	return "towards " + w.coordinates(w.rays[ray].unit)
}

// name is where a point is, by its coordinates if they are few.
func (w *growth) name(x []float64, radius float64) string {
	if len(x) > named {
		return fmt.Sprintf("at a point at radius %.4g", radius)
	}
	return "at " + w.coordinates(x)
}

// named is the most coordinates that a sentence lists.
const named = 6

func (w *growth) coordinates(x []float64) string {
	var parts []string
	for _, p := range w.plan.Objective.Params {
		n := p.Type.Size()
		var numbers []string
		for _, v := range x[:n] {
			numbers = append(numbers, fmt.Sprintf("%.6g", v))
		}
		text := strings.Join(numbers, ", ")
		if p.Type.Rank() > 0 {
			text = "[" + text + "]"
		}
		parts = append(parts, p.Name+" = "+text)
		x = x[n:]
	}
	return strings.Join(parts, ", ")
}
