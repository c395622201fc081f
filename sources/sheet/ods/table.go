package ods

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/tape"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// table reads one sheet.
type table struct {
	*loader
	x    *zipxml.Reader
	name string

	columns []columns
	col     int // columns described so far
	hidden  int // enclosing groups that are folded away

	row       int // rows read so far
	cells     int64
	kept      []tape.Cell  // of the current row
	unseen    []sheet.Span // hidden rows without cells that no row with cells has followed yet
	rowText   int64        // bytes of the texts in kept
	text      textReader
	tail      sheet.Tail
	tailBytes int64
}

// columns is a run of columns of one default style.
type columns struct {
	last  int
	style *ids
}

// A run of blank cells that are there for their look is handed out up to this length. A longer one is the formatted
// rest of a row or of a sheet.
const blankRun = 64

// rowLimit is how many times the limit on one cell's text the texts of a row may take.
const rowLimit = 64

func (t *table) children() error {
	t.text = textReader{table: t}
	return t.x.Children(t.child)
}

// child reads a child of the table, or of a group within it.
func (t *table) child(name []byte) error {
	switch string(name) {
	case "table-column":
		return t.column()
	case "table-row":
		return t.readRow()
	case "table-columns", "table-header-columns", "table-column-group", "table-rows", "table-header-rows", "table-row-group":
		folded := attr(t.x, "display") == "false"
		if folded {
			t.hidden++
		}
		err := t.x.Children(t.child)
		if folded {
			t.hidden--
		}
		return err
	case "named-expressions":
		return t.namedExpressions(t.x, len(t.book.infos)-1)
	}
	return nil
}

// repeat reads how many times an element stands; the numbers of hostile books are cut to what no sheet has.
func (t *table) repeat(name string) int {
	v, ok := t.x.Attr(name)
	if !ok {
		return 1
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 1
	}
	return int(max(min(n, 1<<31), 1))
}

// unshown reports whether the row or column that just began is hidden.
func (t *table) unshown() bool {
	v, _ := t.x.Attr("visibility")
	return t.hidden > 0 || string(v) == "collapse" || string(v) == "filter"
}

func (t *table) column() error {
	first := t.col + 1
	t.col = min(t.col+t.repeat("number-columns-repeated"), sheet.MaxCols)
	if first > t.col {
		return nil
	}
	if t.unshown() {
		if n := len(t.tail.HiddenCols); n > 0 && t.tail.HiddenCols[n-1].Last == first-1 {
			t.tail.HiddenCols[n-1].Last = t.col
		} else {
			t.tail.HiddenCols = append(t.tail.HiddenCols, sheet.Span{First: first, Last: t.col})
		}
	}
	t.columns = append(t.columns, columns{last: t.col, style: t.defaultStyle()})
	return nil
}

// rowState is what the cells of a row share.
type rowState struct {
	repeat int
	style  *ids // default style of its cells; nil leaves it to the column
	col    int  // columns read so far
	run    int  // index into table.columns of the next cell's column
	values bool // there is a cell with a value
}

func (t *table) readRow() error {
	r := rowState{repeat: t.repeat("number-rows-repeated"), style: t.defaultStyle()}
	hidden := t.unshown()
	t.kept, t.rowText = t.kept[:0], 0
	depth := t.x.Depth()
	for {
		kind, err := t.x.Next()
		if err != nil {
			return err
		}
		if kind == zipxml.End && t.x.Depth() < depth {
			return t.endRow(&r, hidden)
		}
		if kind != zipxml.Start {
			continue
		}
		if name := string(t.x.Name()); name == "table-cell" || name == "covered-table-cell" {
			err = t.readCell(&r)
		} else {
			err = t.x.Skip()
		}
		if err != nil {
			return err
		}
	}
}

// endRow records the row.
func (t *table) endRow(r *rowState, hidden bool) error {
	first := t.row + 1
	t.row = min(t.row+r.repeat, 1<<31)
	if !r.values && r.repeat > blankRun {
		t.kept = t.kept[:0]
	}
	if len(t.kept) == 0 {
		if hidden && first <= sheet.MaxRows {
			t.unseen = append(t.unseen, sheet.Span{First: first, Last: min(t.row, sheet.MaxRows)})
		}
		return nil
	}
	if t.row > sheet.MaxRows {
		if !r.values {
			return nil
		}
		return t.exceeds(sheet.MaxRows+1, t.kept[0].Col, "rows", sheet.MaxRows)
	}
	for i := range t.kept {
		c := &t.kept[i]
		if t.cells += int64(c.Repeat) * int64(r.repeat); t.cells > t.book.limits.Cells {
			return t.exceeds(first, c.Col, sheet.LimitCells, t.book.limits.Cells)
		}
	}
	for _, span := range t.unseen {
		if err := t.recorder.Row(span.First, span.Last-span.First+1, true, nil); err != nil {
			return t.recordError(err)
		}
	}
	t.unseen = t.unseen[:0]
	if err := t.recorder.Row(first, r.repeat, hidden, t.kept); err != nil {
		return t.recordError(err)
	}
	return nil
}

// styleOf gives the style of a cell that names none: the row's, or the column's.
func (t *table) styleOf(r *rowState, col int) *ids {
	if r.style != nil {
		return r.style
	}
	for r.run < len(t.columns) && t.columns[r.run].last < col {
		r.run++
	}
	if r.run < len(t.columns) && t.columns[r.run].style != nil {
		return t.columns[r.run].style
	}
	return t.book.styles.idsOf(nil)
}

// defaultStyle is the style that the row or column that just began gives to its cells, or nil.
func (t *table) defaultStyle() *ids {
	v, ok := t.x.Attr("default-cell-style-name")
	if !ok {
		return nil
	}
	return t.book.styles.idsOf(v)
}

// merge adds the merged range that a cell at the current row begins, if it does. A cell that stands many times side by
// side or in rows does so each time.
func (t *table) merge(r *rowState, col, repeat, width, height int) error {
	if width == 1 && height == 1 {
		return nil
	}
	across, down := repeat, r.repeat
	if width > 1 {
		across = 1
	}
	if height > 1 {
		down = 1
	}
	for i := range down {
		for k := range across {
			m := sheet.Range{Row1: t.row + 1 + i, Col1: col + k}
			m.Row2, m.Col2 = min(m.Row1+height-1, sheet.MaxRows), min(m.Col1+width-1, sheet.MaxCols)
			if m.Row1 > sheet.MaxRows || m.Col1 > sheet.MaxCols {
				return nil
			}
			if int64(len(t.tail.Merges)) >= t.book.limits.Merges {
				return t.exceeds(m.Row1, m.Col1, sheet.LimitMerges, t.book.limits.Merges)
			}
			t.tail.Merges = append(t.tail.Merges, m)
		}
	}
	return nil
}

// comment keeps the remark on a cell of the current row.
func (t *table) comment(col int, text string) error {
	if text == "" || col > sheet.MaxCols || t.row >= sheet.MaxRows {
		return nil
	}
	if t.tailBytes += int64(len(text)) + 64; t.tailBytes > t.book.limits.Strings {
		return t.exceeds(t.row+1, col, sheet.LimitStrings, t.book.limits.Strings)
	}
	t.tail.Comments = append(t.tail.Comments, sheet.Comment{Row: t.row + 1, Col: col, Text: text})
	return nil
}

// exceeds is the error that the sheet exceeds a limit.
func (t *table) exceeds(row, col int, limit string, value any) error {
	return &sheetError{sheet.Exceeds(t.book.file, t.name, sheet.A1(row, col), limit, value)}
}

// recordError is an error of recording.
func (t *table) recordError(err error) error {
	if errors.Is(err, tape.ErrBudget) {
		return sheet.Exceeds(t.book.file, t.name, "", sheet.LimitStrings, t.book.limits.Strings)
	}
	return &fault.Error{Kind: fault.Failed, File: t.book.file, Sheet: t.name, What: "record the sheet", Err: err}
}

// outside is the error of a cell that no sheet has room for.
func (t *table) outside(col int) error {
	return t.exceeds(min(t.row+1, sheet.MaxRows), min(col, sheet.MaxCols), fmt.Sprintf("columns (column %d)", col), sheet.MaxCols)
}
