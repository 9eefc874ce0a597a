package store

import (
	"bytes"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// inOrder is a group of columns in the order of their table; parquet.Group
// alone sorts them by name.
type inOrder struct {
	parquet.Group
	names []string
}

func (g inOrder) Fields() []parquet.Field {
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(g.names, a.Name()) - slices.Index(g.names, b.Name())
	})
	return fields
}

// parquet writes the table as one Parquet file, compressed with Snappy:
// step labels and lanes as INT64, all else as DOUBLE, absent values as null.
func (t *table) parquet() ([]byte, error) {
	group := inOrder{Group: parquet.Group{}}
	for _, c := range t.columns {
		node := parquet.Leaf(parquet.DoubleType)
		if c.whole {
			node = parquet.Leaf(parquet.Int64Type)
		}
		if c.absent != nil {
			node = parquet.Optional(node)
		}
		group.Group[c.name] = parquet.Compressed(node, &parquet.Snappy)
		group.names = append(group.names, c.name)
	}
	var out bytes.Buffer
	w := parquet.NewWriter(&out, parquet.NewSchema(t.name, group), parquet.CreatedBy("relief", "1", "results"))
	const chunk = 1 << 16
	values := make([]parquet.Value, 0, min(chunk, t.rows))
	for i, writer := range w.ColumnWriters() {
		c := &t.columns[i]
		for from := 0; from < t.rows; from += chunk {
			values = values[:0]
			for row := from; row < min(from+chunk, t.rows); row++ {
				values = append(values, c.value(row, i))
			}
			if _, err := writer.WriteRowValues(values); err != nil {
				return nil, err
			}
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (c *column) value(row, index int) parquet.Value {
	level := 0
	v := parquet.DoubleValue(c.data[row])
	switch {
	case c.absent != nil && c.absent[row]:
		v = parquet.NullValue()
	case c.whole:
		v = parquet.Int64Value(int64(c.data[row]))
	}
	if c.absent != nil && !c.absent[row] {
		level = 1
	}
	return v.Level(0, level, index)
}
