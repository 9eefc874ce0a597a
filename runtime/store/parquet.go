package store

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// inOrder is a group of columns in the order of their table; parquet.Group
// alone sorts them by name.
type inOrder struct {
	parquet.Group
	fields []parquet.Field
}

func newInOrder(names []string, nodes []parquet.Node) inOrder {
	group, place := parquet.Group{}, map[string]int{}
	for i, name := range names {
		group[name], place[name] = nodes[i], i
	}
	fields := group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int { return place[a.Name()] - place[b.Name()] })
	return inOrder{group, fields}
}

func (g inOrder) Fields() []parquet.Field { return g.fields }

// rowGroup is the number of values of one column that are put into their final
// form at once.
const rowGroup = 1 << 20

// node is the type of a column: step labels and lanes as INT64, all else as
// DOUBLE, or lists of them.
func (c *column) node() parquet.Node {
	n := parquet.Leaf(parquet.DoubleType)
	if c.whole {
		n = parquet.Leaf(parquet.Int64Type)
	}
	n = parquet.Compressed(n, &parquet.Snappy)
	if c.list != nil {
		n = parquet.List(n)
	}
	if c.optional {
		n = parquet.Optional(n)
	}
	return n
}

// parquet writes the table as one Parquet file, compressed with Snappy, absent
// values as null. The lengths of the axes of lists are in the metadata.
func (t *table) parquet(ctx context.Context, to io.Writer) error {
	names, nodes := make([]string, len(t.columns)), make([]parquet.Node, len(t.columns))
	options := []parquet.WriterOption{parquet.CreatedBy("relief", "1", "results")}
	rows := rowGroup
	for i := range t.columns {
		c := &t.columns[i]
		names[i], nodes[i] = c.name, c.node()
		if c.list != nil {
			size := 1
			axes := make([]string, len(c.dims))
			for k, n := range c.dims {
				size, axes[k] = size*n, strconv.Itoa(n)
			}
			rows = min(rows, max(1, rowGroup/size))
			options = append(options, parquet.KeyValueMetadata("shape."+c.name, strings.Join(axes, ",")))
		}
	}
	options = append(options, parquet.NewSchema(t.name, newInOrder(names, nodes)))
	w := parquet.NewWriter(to, options...)
	var values []parquet.Value
	for from := 0; from < t.rows; from += rows {
		end := min(from+rows, t.rows)
		for i, writer := range w.ColumnWriters() {
			for row := from; row < end; {
				values = values[:0]
				// A row goes in whole: a page may end after any piece.
				for ; row < end && len(values) < 1<<16; row++ {
					values = t.columns[i].values(values, row, i)
				}
				if _, err := writer.WriteRowValues(values); err != nil {
					return err
				}
				if err := ctx.Err(); err != nil {
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

// values appends what a column has in a row.
func (c *column) values(to []parquet.Value, row, index int) []parquet.Value {
	level := 0 // the definition level of a value that is there
	if c.optional {
		level = 1
	}
	if c.list != nil {
		list := c.list(row)
		if list == nil {
			return append(to, parquet.NullValue().Level(0, 0, index))
		}
		for k, number := range list {
			to = append(to, parquet.DoubleValue(number).Level(min(k, 1), level+1, index))
		}
		return to
	}
	number, there := c.at(row)
	switch {
	case !there:
		return append(to, parquet.NullValue().Level(0, 0, index))
	case c.whole:
		return append(to, parquet.Int64Value(int64(number)).Level(0, level, index))
	}
	return append(to, parquet.DoubleValue(number).Level(0, level, index))
}
