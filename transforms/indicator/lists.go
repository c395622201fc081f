package indicator

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms/lineage"
)

// rowLists is a column of lists, by row of its table: which rows of datasets, or which alternatives, went into a row; -1
// for null. The lists stand one after the other, which is several times as fast to read as one by one.
type rowLists struct {
	starts []int // of the list of each row, and the end of the last
	ids    []int32
}

// row gives the list of a row.
func (l *rowLists) row(row int) []int32 { return l.ids[l.starts[row]:l.starts[row+1]] }

// readLists gives the lists of a gather by name; columns that are not known yet are read at once.
func (c *cells) readLists(table string, g *lineage.Gather) (map[string]*rowLists, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	fresh := slices.DeleteFunc(g.Columns(), func(column string) bool { return c.lists[table+" "+column] != nil })
	if len(fresh) > 0 {
		read, err := c.freshLists(table, idents(fresh))
		if err != nil {
			return nil, err
		}
		for i, column := range fresh {
			c.lists[table+" "+column] = &read[i]
		}
	}
	out := map[string]*rowLists{}
	for _, name := range g.Lists() {
		column, half := g.Stored(name)
		out[name] = &c.lists[table+" "+column].last
		if half == lineage.First {
			out[name] = &c.lists[table+" "+column].first
		}
	}
	return out, nil
}

// columnLists are the lists that stand in a column: one, the last, or two in the halves of its entries.
type columnLists struct{ first, last rowLists }

// freshLists reads columns: how long their lists are, which is the same for all of a row, and then what is in them.
func (c *cells) freshLists(table string, columns []string) ([]columnLists, error) {
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
	lists, unnested := make([]columnLists, len(columns)), make([]string, len(columns))
	for i, name := range columns {
		lists[i].first.starts, lists[i].last = starts, rowLists{starts, make([]int32, 0, all)}
		unnested[i] = "unnest(" + name + ")"
	}
	err = scan(c.ctx, c.db, fmt.Sprintf("SELECT %s FROM %s", strings.Join(unnested, ", "), duck.Ident(table)), func(b arrow.RecordBatch) error {
		for i := range lists {
			lists[i].add(b.Column(i), all)
		}
		return nil
	})
	for i := range lists {
		if err == nil && len(lists[i].last.ids) != all {
			err = fmt.Errorf("%s has %d entries in place of %d", columns[i], len(lists[i].last.ids), all)
		}
	}
	return lists, err
}

func (l *columnLists) add(entries arrow.Array, all int) {
	switch entries := entries.(type) {
	case *array.Int64:
		if l.first.ids == nil {
			l.first.ids = make([]int32, 0, all)
		}
		for _, pair := range entries.Int64Values() {
			l.first.ids = append(l.first.ids, rowOf(pair>>32))
			l.last.ids = append(l.last.ids, rowOf(pair&math.MaxUint32))
		}
	case *array.Int32:
		addIDs(&l.last, entries, entries.Int32Values())
	case *array.Int8:
		addIDs(&l.last, entries, entries.Int8Values())
	}
}

// rowOf reads half an entry.
func rowOf(half int64) int32 {
	if half == lineage.NoRow {
		return -1
	}
	return int32(half)
}

func addIDs[T int8 | int32](l *rowLists, entries arrow.Array, ids []T) {
	for i, id := range ids {
		if entries.IsNull(i) {
			id = -1
		}
		l.ids = append(l.ids, int32(id))
	}
}
