package render

import (
	"math"
	"slices"
)

// A tracer finds level sets of one grid: z[j*nx+i], with what is missing as NaN.
type tracer struct {
	z      []float64
	nx, ny int
	// links[e] are the edges that the curve crosses before and after edge e, as
	// edge+1, 0 for none. Edge 2k runs from sample k to its right neighbour and
	// edge 2k+1 upwards; a cell at either side gives at most one link.
	links   [][2]int32
	crossed []int32
}

func newTracer(z []float64, nx, ny int) *tracer {
	return &tracer{z: z, nx: nx, ny: ny, links: make([][2]int32, 2*len(z))}
}

// level traces {z = level} by marching squares and returns its curves in
// coordinates of the grid: (i + f, j + g) between samples i and i+1, j and j+1.
// A closed curve repeats its first point. Along an edge z is taken as linear; a
// cell with a missing corner is left out. Each sample either is below the level
// or is not, so a sample that equals it is no special case, and every curve is
// closed or ends at the border of the data. Time is linear in the grid.
func (t *tracer) level(level float64) [][]point {
	t.crossed = t.crossed[:0]
	for j := 0; j+1 < t.ny; j++ {
		low, high := t.z[j*t.nx:(j+1)*t.nx], t.z[(j+1)*t.nx:(j+2)*t.nx]
		for i := 0; i+1 < t.nx; i++ {
			a, b, c, d := low[i], low[i+1], high[i+1], high[i]
			code := 0
			if a >= level {
				code = 1
			}
			if b >= level {
				code |= 2
			}
			if c >= level {
				code |= 4
			}
			if d >= level {
				code |= 8
			}
			mean := a/4 + b/4 + c/4 + d/4
			if code == 0 || code == 15 || math.IsNaN(mean) {
				continue
			}
			k := int32(j*t.nx + i)
			south, west := 2*k, 2*k+1
			north, east := south+2*int32(t.nx), west+2
			switch code {
			case 1, 14:
				t.join(west, south)
			case 2, 13:
				t.join(south, east)
			case 3, 12:
				t.join(west, east)
			case 4, 11:
				t.join(east, north)
			case 6, 9:
				t.join(south, north)
			case 7, 8:
				t.join(north, west)
			default: // a saddle, decided by the mean of its corners
				if (mean >= level) == (code == 5) {
					t.join(west, north)
					t.join(south, east)
				} else {
					t.join(west, south)
					t.join(east, north)
				}
			}
		}
	}
	var out [][]point
	for _, open := range [2]bool{true, false} {
		for _, e := range t.crossed {
			if l := t.links[e]; l[0] != 0 && (l[1] == 0) == open {
				out = append(out, t.follow(e, level))
			}
		}
	}
	return out
}

func (t *tracer) join(a, b int32) {
	for range 2 {
		if l := &t.links[a]; l[0] == 0 {
			l[0] = b + 1
			t.crossed = append(t.crossed, a)
		} else {
			l[1] = b + 1
		}
		a, b = b, a
	}
}

// follow walks a curve from edge e and unlinks it.
func (t *tracer) follow(e int32, level float64) []point {
	var line []point
	closed := t.links[e][1] != 0
	for e >= 0 {
		line = append(line, t.cross(e, level))
		l := t.links[e]
		t.links[e] = [2]int32{}
		e = -1
		for _, next := range l {
			if next != 0 && t.links[next-1][0] != 0 {
				e = next - 1
				break
			}
		}
	}
	if closed {
		line = append(line, line[0])
	}
	return line
}

// cross is where the level lies on an edge.
func (t *tracer) cross(e int32, level float64) point {
	k := int(e / 2)
	p := point{float64(k % t.nx), float64(k / t.nx)}
	if e&1 == 0 {
		p.x += (level - t.z[k]) / (t.z[k+1] - t.z[k])
	} else {
		p.y += (level - t.z[k]) / (t.z[k+t.nx] - t.z[k])
	}
	return p
}

// chooseLevels returns about n heights strictly inside the extent: round ones
// on a linear scale, evenly spaced in the transformed value on the others.
func chooseLevels(s *scale, n int) []float64 {
	if n <= 0 {
		n = 12
	}
	n = min(n, 200)
	var out []float64
	if s.kind == linear {
		m, e := niceStep(s.hi-s.lo, n+1)
		step := float64(m) * math.Pow(10, float64(e))
		for k := math.Floor(s.lo/step) + 1; k*step < s.hi && len(out) < 400; k++ {
			out = append(out, k*step)
		}
		return out
	}
	for i := range n {
		out = append(out, s.value((float64(i)+0.5)/float64(n)))
	}
	return out
}

// cleanLevels sorts levels and drops what is no number or double.
func cleanLevels(levels []float64) []float64 {
	var out []float64
	for _, v := range levels {
		if math.Abs(v) <= largest {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
