package indicator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/pipeline/duck"
)

// rowLists is a column of lists, by row of its table: which rows of datasets, or which alternatives, went into a row; -1
// for null. The lists stand one after the other, which is several times as fast to read as one by one.
type rowLists struct {
	starts []int // of the list of each row, and the end of the last
	ids    []int32
}

// row gives the list of a row.
func (l *rowLists) row(row int) []int32 { return l.ids[l.starts[row]:l.starts[row+1]] }

// readLists gives lists of a model's table; those that are not known yet are read at once.
func (c *cells) readLists(table string, names []string) ([]*rowLists, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	fresh := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return c.lists[table+" "+name] != nil })
	if len(fresh) > 0 {
		read, err := c.freshLists(table, idents(fresh))
		if err != nil {
			return nil, err
		}
		for i, name := range fresh {
			c.lists[table+" "+name] = &read[i]
		}
	}
	out := make([]*rowLists, len(names))
	for i, name := range names {
		out[i] = c.lists[table+" "+name]
	}
	return out, nil
}

// freshLists reads lists: how long they are, which is the same for all of a row, and then what is in them.
func (c *cells) freshLists(table string, columns []string) ([]rowLists, error) {
	starts := []int{0}
	sql := fmt.Sprintf("SELECT rowid::BIGINT, coalesce(len(%s), 0)::BIGINT FROM %s", columns[0], duck.Ident(table))
	err := scan(c.ctx, c.db, sql, func(b arrow.RecordBatch) error {
		rows, lengths := b.Column(0).(*array.Int64).Int64Values(), b.Column(1).(*array.Int64).Int64Values()
		for i, n := range lengths {
			if int(rows[i]) != len(starts)-1 {
				return fmt.Errorf("row %d comes after %d others", rows[i], len(starts)-1)
			}
			starts = append(starts, starts[len(starts)-1]+int(n))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := starts[len(starts)-1]
	lists, unnested := make([]rowLists, len(columns)), make([]string, len(columns))
	for i, name := range columns {
		lists[i] = rowLists{starts, make([]int32, 0, all)}
		unnested[i] = "unnest(" + name + ")::INTEGER"
	}
	err = scan(c.ctx, c.db, fmt.Sprintf("SELECT %s FROM %s", strings.Join(unnested, ", "), duck.Ident(table)), func(b arrow.RecordBatch) error {
		for i := range lists {
			lists[i].add(b.Column(i).(*array.Int32))
		}
		return nil
	})
	for i := range lists {
		if err == nil && len(lists[i].ids) != all {
			err = fmt.Errorf("%s has %d entries in place of %d", columns[i], len(lists[i].ids), all)
		}
	}
	return lists, err
}

func (l *rowLists) add(ids *array.Int32) {
	from := len(l.ids)
	l.ids = append(l.ids, ids.Int32Values()...)
	for i := 0; ids.NullN() > 0 && i < ids.Len(); i++ {
		if ids.IsNull(i) {
			l.ids[from+i] = -1
		}
	}
}
