package store

import (
	"io"
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

// rowGroup is the number of rows that are put into their final form at once.
const rowGroup = 1 << 20

// parquet writes the table as one Parquet file, compressed with Snappy:
// step labels and lanes as INT64, all else as DOUBLE, absent values as null.
func (t *table) parquet(to io.Writer) error {
	group := inOrder{Group: parquet.Group{}}
	for _, c := range t.columns {
		node := parquet.Leaf(parquet.DoubleType)
		if c.whole {
			node = parquet.Leaf(parquet.Int64Type)
		}
		if c.optional {
			node = parquet.Optional(node)
		}
		group.Group[c.name] = parquet.Compressed(node, &parquet.Snappy)
		group.names = append(group.names, c.name)
	}
	w := parquet.NewWriter(to, parquet.NewSchema(t.name, group), parquet.CreatedBy("relief", "1", "results"))
	const chunk = 1 << 16
	values := make([]parquet.Value, 0, min(chunk, t.rows))
	for group := 0; group < t.rows; group += rowGroup {
		end := min(group+rowGroup, t.rows)
		for i, writer := range w.ColumnWriters() {
			c := &t.columns[i]
			for from := group; from < end; from += chunk {
				values = values[:0]
				for row := from; row < min(from+chunk, end); row++ {
					values = append(values, c.value(row, i))
				}
				if _, err := writer.WriteRowValues(values); err != nil {
					return err
				}
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return w.Close()
}

func (c *column) value(row, index int) parquet.Value {
	number, there := c.at(row)
	level := 0
	v := parquet.DoubleValue(number)
	switch {
	case !there:
		v = parquet.NullValue()
	case c.whole:
		v = parquet.Int64Value(int64(number))
	}
	if c.optional && there {
		level = 1
	}
	return v.Level(0, level, index)
}
