package tensor

import "unsafe"

// vector computes a strip in assembly and says whether it could.
func (s *strip[T]) vector(t tiling) bool {
	if active == levelGo {
		return false
	}
	// The assembly does not look at lengths: the last elements must be there.
	nr := t.panel(s.cols)
	_ = s.a[(s.rows-1)*s.rs+(s.segments-1)*s.ss+(s.k-1)*s.cs]
	_ = s.b[s.segments*s.k*nr-1]
	_ = s.c[(s.rows-1)*s.ldc+s.cols-1]
	if tiles := s.rows / t.rows; tiles > 0 {
		s.call(t, t.rows, 0, tiles)
	}
	if rest := s.rows % t.rows; rest > 0 {
		s.call(t, rest, s.rows-rest, 1)
	}
	return true
}

func (s *strip[T]) call(t tiling, mr, row, tiles int) {
	nv, add := 1, 0
	if s.cols > t.lanes {
		nv = 2
	}
	if s.add {
		add = 1
	}
	if active == levelAVX512 && s.ahead != nil && mr == t.rows && nv == 2 && s.k == depth && s.segments == 1 {
		s.fetching(row, tiles, add)
		return
	}
	a, b, c := unsafe.Pointer(&s.a[row*s.rs]), unsafe.Pointer(&s.b[0]), unsafe.Pointer(&s.c[row*s.ldc])
	if single[T]() {
		if active == levelAVX512 {
			tilesF32AVX512[nv][mr](s.k, s.segments, (*float32)(a), s.rs, s.cs, s.ss, (*float32)(b), (*float32)(c), s.ldc, tiles, s.cols, add)
			return
		}
		tilesF32AVX2[nv][mr](s.k, s.segments, (*float32)(a), s.rs, s.cs, s.ss, (*float32)(b), (*float32)(c), s.ldc, tiles, s.cols, add)
		return
	}
	if active == levelAVX512 {
		tilesF64AVX512[nv][mr](s.k, s.segments, (*float64)(a), s.rs, s.cs, s.ss, (*float64)(b), (*float64)(c), s.ldc, tiles, s.cols, add)
		return
	}
	tilesF64AVX2[nv][mr](s.k, s.segments, (*float64)(a), s.rs, s.cs, s.ss, (*float64)(b), (*float64)(c), s.ldc, tiles, s.cols, add)
}

// fetching is call for the largest tile, fetching ahead. It splits the one
// segment in as many as there are runs of lines to fetch; the order of the sums
// stays.
func (s *strip[T]) fetching(row, tiles, add int) {
	const k = depth / fetchSegments
	size := int(unsafe.Sizeof(s.a[0]))
	// A tile of 12 rows is to move by as many runs.
	rewind := (fetchSegments - 12) * s.run * size
	leap := s.run*size - fetchLines*lineBytes
	a, b, c := unsafe.Pointer(&s.a[row*s.rs]), unsafe.Pointer(&s.b[0]), unsafe.Pointer(&s.c[row*s.ldc])
	ahead := unsafe.Pointer(unsafe.SliceData(s.ahead))
	if single[T]() {
		fetchingTileF32AVX512(k, fetchSegments, (*float32)(a), s.rs, s.cs, k*s.cs, (*float32)(b), (*float32)(c), s.ldc, tiles, s.cols, add,
			(*float32)(ahead), leap, rewind)
		return
	}
	fetchingTileF64AVX512(k, fetchSegments, (*float64)(a), s.rs, s.cs, k*s.cs, (*float64)(b), (*float64)(c), s.ldc, tiles, s.cols, add,
		(*float64)(ahead), leap, rewind)
}
