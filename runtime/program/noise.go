package program

import "relief/runtime/random"

// Noise is an input that a Loop fills with random numbers before each
// evaluation: at step k element e of lane l is number (Made+k, e, First+l) of
// Stream, standard normal or uniform in [0, 1). So the numbers depend neither on
// the workers, nor on which steps one call makes, nor on the other lanes.
type Noise struct {
	Input   int
	Uniform bool
	Stream  random.Stream
}

// fill draws the numbers of one element for a row of lanes.
func (n *Noise) fill(row []float64, step, element, lane int) {
	if n.Uniform {
		n.Stream.Uniforms(row, uint64(step), uint64(element), uint64(lane))
	} else {
		n.Stream.Normals(row, uint64(step), uint64(element), uint64(lane))
	}
}

// Draw sets the noise inputs of the state to what they are at step k: for an
// evaluation by hand.
func (l *Loop) Draw(k int) {
	width := l.State.width
	for i := range l.Noise {
		n := &l.Noise[i]
		in := l.State.in[n.Input]
		for e := range len(in) / width {
			n.fill(in[e*width:(e+1)*width], l.Made+k, e, l.First)
		}
	}
}

// drawOne sets the noise of a single lane.
func (l *Loop) drawOne(r *bank, k int) {
	var number [1]float64
	for i := range l.Noise {
		n := &l.Noise[i]
		for e, row := range l.State.p.one.in[n.Input] {
			n.fill(number[:], l.Made+k, e, l.First)
			r[uint16(row)] = number[0]
		}
	}
}

// draw sets the noise of a block of lanes, from its first lane on.
func (l *Loop) draw(b *block, first, k int) {
	for i := range l.Noise {
		n := &l.Noise[i]
		for e, row := range b.code.in[n.Input] {
			n.fill(b.row(row), l.Made+k, e, l.First+first)
		}
	}
}
