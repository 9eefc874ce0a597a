package tensor

import "fmt"

// Matrix is a view of Rows x Cols elements of Data: element (i, j) is
// Data[i*RowStride+j*ColStride]. Strides are not negative.
type Matrix[T Float] struct {
	Data                 []T
	Rows, Cols           int
	RowStride, ColStride int
}

// Dense is the matrix of the given size whose rows follow each other.
func Dense[T Float](data []T, rows, cols int) Matrix[T] {
	return Matrix[T]{data, rows, cols, cols, 1}
}

// Transposed is the same elements with rows and columns exchanged.
func (m Matrix[T]) Transposed() Matrix[T] {
	return Matrix[T]{m.Data, m.Cols, m.Rows, m.ColStride, m.RowStride}
}

// check panics if the view reaches out of its data.
func (m Matrix[T]) check(name string) {
	if m.Rows < 0 || m.Cols < 0 || m.RowStride < 0 || m.ColStride < 0 {
		panic(fmt.Sprintf("tensor: %s is %d x %d with strides %d, %d", name, m.Rows, m.Cols, m.RowStride, m.ColStride))
	}
	if m.Rows > 0 && m.Cols > 0 {
		if last := (m.Rows-1)*m.RowStride + (m.Cols-1)*m.ColStride; last >= len(m.Data) {
			panic(fmt.Sprintf("tensor: %s, %d x %d with strides %d, %d, has %d elements, need %d",
				name, m.Rows, m.Cols, m.RowStride, m.ColStride, len(m.Data), last+1))
		}
	}
}
