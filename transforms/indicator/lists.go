package indicator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/pipeline/duck"
)

// rowList is a column of lists, by row of its table: which rows of datasets, or which alternatives, went into a row; -1 for null.
type rowList [][]int32

// readLists gives lists of a model's table; those that are not known yet are read at once.
func (c *cells) readLists(table string, names []string) ([]*rowList, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	fresh := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return c.lists[table+" "+name] != nil })
	if len(fresh) > 0 {
		read := make([]*rowList, len(fresh))
		for i := range fresh {
			read[i] = &rowList{}
		}
		sql := fmt.Sprintf("SELECT rowid::BIGINT, %s FROM %s", strings.Join(idents(fresh), ", "), duck.Ident(table))
		err := scan(c.ctx, c.db, sql, func(b arrow.RecordBatch) error {
			for i, l := range read {
				l.add(b.Column(0).(*array.Int64), b.Column(i+1).(*array.List))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for i, name := range fresh {
			c.lists[table+" "+name] = read[i]
		}
	}
	out := make([]*rowList, len(names))
	for i, name := range names {
		out[i] = c.lists[table+" "+name]
	}
	return out, nil
}

func (l *rowList) add(rows *array.Int64, lists *array.List) {
	var ids []int32
	switch values := lists.ListValues().(type) {
	case *array.Int32:
		ids = slices.Clone(values.Int32Values()) // the batch goes
	case *array.Int8:
		ids = make([]int32, values.Len())
		for i, x := range values.Int8Values() {
			ids[i] = int32(x)
		}
	}
	if values := lists.ListValues(); values.NullN() > 0 {
		for i := range ids {
			if values.IsNull(i) {
				ids[i] = -1
			}
		}
	}
	for i, row := range rows.Int64Values() {
		if missing := int(row) + 1 - len(*l); missing > 0 {
			*l = append(*l, make([][]int32, missing)...)
		}
		if !lists.IsNull(i) {
			from, to := lists.ValueOffsets(i)
			(*l)[row] = ids[from:to]
		}
	}
}
