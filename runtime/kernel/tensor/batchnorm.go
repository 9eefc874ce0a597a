package tensor

import (
	"fmt"
	"math"
)

// BatchNorm is the shape of a batch normalisation over the pixels of all
// images, channel by channel (Ioffe and Szegedy 2015):
//
//	y = gamma xhat + beta, xhat = (x - mean) invstd, invstd = 1/sqrt(var + Epsilon)
//
// with the mean and the population variance of the batch. X and Y have the same
// sizes and any borders.
//
// BatchNormForward and BatchNormApply put y through Activation before they
// store it; gradients and tangents are those of y before that.
type BatchNorm struct {
	X, Y       Image
	Epsilon    float64
	Activation Activation
	Alpha      float64 // number of the activation
}

// Moments are the statistics of a batch, for each channel, or their tangents.
type Moments struct{ Mean, InvStd []float64 }

// batchNorm is the state of one call: each element of the result is a sum of
// products of elements of up to four images with coefficients of its channel.
type batchNorm[T Float] struct {
	dst   []T
	to    Image
	count int
	x     [4][]T
	from  [4]Image
	c     [5][]T // constant first
	f     Activation
	alpha T
}

// BatchNormScratch is the number of elements of scratch memory that the
// functions of a batch norm need.
func BatchNormScratch[T Float](bn BatchNorm) int {
	return channelSumsScratch[T](bn.X) + maxSums*bn.X.C*words[T]() + 5*bn.X.C
}

func (bn BatchNorm) check(data ...int) {
	if !bn.X.valid() || !bn.Y.valid() || bn.X.N != bn.Y.N || bn.X.H != bn.Y.H || bn.X.W != bn.Y.W || bn.X.C != bn.Y.C {
		panic(fmt.Sprintf("tensor: batch norm of %v to %v", bn.X, bn.Y))
	}
	for _, n := range data {
		if n < bn.X.C {
			panic(fmt.Sprintf("tensor: batch norm of %d channels with %d numbers", bn.X.C, n))
		}
	}
}

// prepare splits the scratch memory: for sums, for vectors of sums, and
// for coefficients, which it puts in place.
func (b *batchNorm[T]) prepare(ws *Workspace[T], bn BatchNorm) (scratch []T, sums [maxSums][]float64) {
	all := ws.take(BatchNormScratch[T](bn))
	scratch = all[:channelSumsScratch[T](bn.X)]
	all = all[len(scratch):]
	for k := range sums {
		sums[k], all = doubles(all, bn.X.C)
	}
	for k := range b.c {
		b.c[k], all = all[:bn.X.C], all[bn.X.C:]
	}
	return scratch, sums
}

func (b *batchNorm[T]) set(dst []T, to Image) { b.dst, b.to = dst, to }

func (b *batchNorm[T]) term(x []T, from Image) {
	b.x[b.count], b.from[b.count] = x, from
	b.count++
}

// run computes the sums of products and forgets the call.
func (b *batchNorm[T]) run(ws *Workspace[T]) {
	workers := ws.Workers()
	if b.to.Pixels()*b.to.C < serial/16 {
		workers = 1
	}
	ws.run(workers, b.to.N*b.to.H, b)
	*b = batchNorm[T]{}
}

// Do computes one row of pixels.
func (b *batchNorm[T]) Do(r, _ int) {
	dst := pixelRow(b.dst, b.to, r)
	var x [4][]T
	for k := range b.count {
		x[k] = pixelRow(b.x[k], b.from[k], r)
	}
	c := &b.c
	for at, n := 0, b.to.C; at < len(dst); at += n {
		d := dst[at : at+n]
		switch b.count {
		case 1:
			combine(d, c[0], x[0][at:], c[1])
		case 2:
			combine2(d, c[0], x[0][at:], c[1], x[1][at:], c[2])
		default:
			combine4(d, c[0], x[0][at:], c[1], x[1][at:], c[2], x[2][at:], c[3], x[3][at:], c[4])
		}
	}
	if b.f != Identity {
		Activate(dst, dst, b.f, b.alpha)
	}
}

// BatchNormForward computes the moments of the batch x and its normalisation
// y. The moments are taken in float64; over no pixels both are 0.
func BatchNormForward[T Float](ws *Workspace[T], bn BatchNorm, y, x, gamma, beta []T, m Moments) {
	bn.check(len(gamma), len(beta), len(m.Mean), len(m.InvStd))
	checkImage("x", x, bn.X)
	checkImage("y", y, bn.Y)
	b := &ws.norm
	scratch, _ := b.prepare(ws, bn)
	n := float64(max(bn.X.Pixels(), 1))
	ws.moments.run(ws, scratch, x, bn.X, m)
	invstd := m.InvStd[:bn.X.C]
	for c, v := range invstd {
		invstd[c] = 1 / math.Sqrt(v/n+bn.Epsilon)
	}
	b.apply(ws, bn, y, x, gamma, beta, m)
}

// BatchNormApply computes y from x with given moments, as in evaluation.
func BatchNormApply[T Float](ws *Workspace[T], bn BatchNorm, y, x, gamma, beta []T, m Moments) {
	bn.check(len(gamma), len(beta), len(m.Mean), len(m.InvStd))
	checkImage("x", x, bn.X)
	checkImage("y", y, bn.Y)
	b := &ws.norm
	b.prepare(ws, bn)
	b.apply(ws, bn, y, x, gamma, beta, m)
}

func (b *batchNorm[T]) apply(ws *Workspace[T], bn BatchNorm, y, x, gamma, beta []T, m Moments) {
	for c := range bn.X.C {
		scale := float64(gamma[c]) * m.InvStd[c]
		b.c[1][c] = T(scale)
		b.c[0][c] = T(math.FMA(-scale, m.Mean[c], float64(beta[c])))
	}
	b.f, b.alpha = bn.Activation, T(bn.Alpha)
	b.set(y, bn.Y)
	b.term(x, bn.X)
	b.run(ws)
}

// BatchNormGrad computes the gradients with respect to x, gamma and beta from
// dy, that with respect to y, laid out as Y; dx is laid out as X. With g the
// mean over pixels of dy and s that of dy (x - mean),
//
//	dx = gamma invstd (dy - g - invstd² s (x - mean))
//	dgamma = pixels invstd s, dbeta = pixels g
//
// dx may be dy if their layouts are the same.
func BatchNormGrad[T Float](ws *Workspace[T], bn BatchNorm, dx, dgamma, dbeta, dy, x, gamma []T, m Moments) {
	bn.check(len(gamma), len(dgamma), len(dbeta), len(m.Mean), len(m.InvStd))
	checkImage("x", x, bn.X)
	checkImage("dx", dx, bn.X)
	checkImage("dy", dy, bn.Y)
	b := &ws.norm
	scratch, sums := b.prepare(ws, bn)
	ws.sums.add(sums[0], dy, bn.Y, nil, nil, Image{}, nil)
	ws.sums.add(sums[1], x, bn.X, m.Mean, dy, bn.Y, nil)
	ws.sums.run(ws, scratch)
	n := float64(max(bn.X.Pixels(), 1))
	for c := range bn.X.C {
		r := m.InvStd[c]
		dgamma[c], dbeta[c] = T(sums[1][c]*r), T(sums[0][c])
		g, s := sums[0][c]/n, sums[1][c]/n
		a := float64(gamma[c]) * r
		slope := float64(a*r) * float64(r*s)
		b.c[1][c], b.c[2][c] = T(a), T(-slope)
		b.c[0][c] = T(math.FMA(slope, m.Mean[c], -float64(a*g)))
	}
	b.set(dx, bn.X)
	b.term(dy, bn.Y)
	b.term(x, bn.X)
	b.run(ws)
}

// BatchNormTangent computes ty, the derivative of y in the direction in which
// x, gamma and beta change by tx, tgamma and tbeta, and tm, that of the moments.
// tgamma and tbeta may be nil, for zeros.
func BatchNormTangent[T Float](ws *Workspace[T], bn BatchNorm, ty, tx, x, gamma, tgamma, tbeta []T, m, tm Moments) {
	bn.check(len(gamma), len(m.Mean), len(m.InvStd), len(tm.Mean), len(tm.InvStd))
	checkImage("x", x, bn.X)
	checkImage("tx", tx, bn.X)
	checkImage("ty", ty, bn.Y)
	b := &ws.norm
	scratch, _ := b.prepare(ws, bn)
	ws.sums.add(tm.Mean, tx, bn.X, nil, nil, Image{}, nil)
	ws.sums.add(tm.InvStd, x, bn.X, m.Mean, tx, bn.X, nil)
	ws.sums.run(ws, scratch)
	n := float64(max(bn.X.Pixels(), 1))
	for c := range bn.X.C {
		r := m.InvStd[c]
		tm.Mean[c] /= n
		tm.InvStd[c] *= -float64(r*r) * r / n // d var = 2 mean((x - mean) tx)
		a := float64(gamma[c]) * r
		slope := float64(float64(gamma[c])*tm.InvStd[c]) + float64(at(tgamma, c)*r)
		b.c[1][c], b.c[2][c] = T(a), T(slope)
		b.c[0][c] = T(at(tbeta, c) - float64(a*tm.Mean[c]) - float64(slope*m.Mean[c]))
	}
	b.set(ty, bn.Y)
	b.term(tx, bn.X)
	b.term(x, bn.X)
	b.run(ws)
}

// at is an element of a vector that is zero if nil.
func at[T Float](v []T, c int) float64 {
	if v == nil {
		return 0
	}
	return float64(v[c])
}

// BatchNormGradTangent computes the derivatives of what BatchNormGrad gives in
// the direction in which x, gamma and dy change by tx, tgamma and tdy: tdx,
// tdgamma and tdbeta. tm is from BatchNormTangent; tgamma may be nil, for zeros.
func BatchNormGradTangent[T Float](ws *Workspace[T], bn BatchNorm, tdx, tdgamma, tdbeta, tdy, dy, tx, x, gamma, tgamma []T, m, tm Moments) {
	bn.check(len(gamma), len(tdgamma), len(tdbeta), len(m.Mean), len(m.InvStd), len(tm.Mean), len(tm.InvStd))
	checkImage("x", x, bn.X)
	checkImage("tx", tx, bn.X)
	checkImage("tdx", tdx, bn.X)
	checkImage("dy", dy, bn.Y)
	checkImage("tdy", tdy, bn.Y)
	b := &ws.norm
	scratch, sums := b.prepare(ws, bn)
	ws.sums.add(sums[0], dy, bn.Y, nil, nil, Image{}, nil)
	ws.sums.add(sums[1], x, bn.X, m.Mean, dy, bn.Y, nil)
	ws.sums.add(sums[2], tdy, bn.Y, nil, nil, Image{}, nil)
	ws.sums.add(sums[3], x, bn.X, m.Mean, tdy, bn.Y, nil)
	ws.sums.add(sums[4], tx, bn.X, tm.Mean, dy, bn.Y, nil)
	ws.sums.run(ws, scratch)
	n := float64(max(bn.X.Pixels(), 1))
	for c := range bn.X.C {
		r, tr, a, ta := m.InvStd[c], tm.InvStd[c], float64(gamma[c]), at(tgamma, c)
		sum, tsum := sums[1][c], sums[3][c]+sums[4][c]
		tdgamma[c] = T(float64(tr*sum) + float64(r*tsum))
		tdbeta[c] = T(sums[2][c])
		g, tg, s, ts := sums[0][c]/n, sums[2][c]/n, sum/n, tsum/n
		scale, tscale := a*r, float64(ta*r)+float64(a*tr)
		r2 := r * r
		// slope is gamma invstd³ s.
		slope := float64(scale*r2) * s
		tslope := float64(float64(ta*r)*float64(r2*s)) + float64(3*float64(a*tr)*float64(r2*s)) + float64(float64(scale*r2)*ts)
		b.c[1][c], b.c[2][c], b.c[3][c], b.c[4][c] = T(scale), T(tscale), T(-slope), T(-tslope)
		b.c[0][c] = T(float64(slope*tm.Mean[c]) + float64(tslope*m.Mean[c]) - float64(tscale*g) - float64(scale*tg))
	}
	b.set(tdx, bn.X)
	b.term(tdy, bn.Y)
	b.term(dy, bn.Y)
	b.term(tx, bn.X)
	b.term(x, bn.X)
	b.run(ws)
}
