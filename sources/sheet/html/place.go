package html

import (
	"github.com/statloom/statloom/sources/sheet"
)

// startCell places the cell that just began: in the first column of the row that no cell reaches into from above.
func (t *table) startCell(tag string, a *attrs) {
	l := t.page.look(tag, a)
	if tag == "th" && l.bold == unsaid {
		l.bold = yes
	}
	col := t.col + 1
	for col < len(t.until) && t.until[col] >= t.row {
		col++
	}
	hidden := l.hidden == yes
	t.cell.begin(col, l.over(t.rowLook.inherited().over(t.base)), *a, hidden)
	t.inCell = true
	if hidden && !(col < len(t.unseeC) && t.unseeC[col]) {
		t.cell.outside = true // it takes no place
		return
	}
	width := spanOf(a.colspan, 1000)
	height := 1
	if a.rowspan != "" {
		height = spanOf(a.rowspan, 65534)
		if spanIsZero(a.rowspan) {
			height = sheet.MaxRows // to the end of the group
		}
	}
	width = t.free(col, width)
	if col+width-1 > sheet.MaxCols {
		t.exceeds(min(col, sheet.MaxCols), "columns", sheet.MaxCols)
		t.cell.outside = true
		return
	}
	t.col = col + width - 1
	t.span(col, width, height)
}

// spanIsZero reports whether a span is written as 0.
func spanIsZero(v string) bool {
	zero := false
	for _, c := range []byte(v) {
		if c != ' ' && c != '0' {
			return false
		}
		zero = zero || c == '0'
	}
	return zero
}

// free cuts a width where a cell reaches in from above.
func (t *table) free(col, width int) int {
	for i := 1; i < width; i++ {
		if c := col + i; c < len(t.until) && t.until[c] >= t.row {
			return i
		}
	}
	return width
}

// span notes which cells the cell takes.
func (t *table) span(col, width, height int) {
	if t.err != nil || width == 1 && height == 1 {
		return
	}
	last := min(t.row+height-1, sheet.MaxRows)
	if int64(len(t.tail.Merges)) >= t.page.book.limits.Merges {
		t.exceeds(col, sheet.LimitMerges, t.page.book.limits.Merges)
		return
	}
	if height > 1 {
		for len(t.until) < col+width {
			t.until = append(t.until, 0)
		}
		for c := col; c < col+width; c++ {
			t.until[c] = last
		}
		t.growing = append(t.ended(), len(t.tail.Merges))
	}
	t.tail.Merges = append(t.tail.Merges, sheet.Range{Row1: t.row, Col1: col, Row2: last, Col2: col + width - 1})
}

// ended drops the ranges that the current row is below of, once there are many.
func (t *table) ended() []int {
	if len(t.growing) < 2*sheet.MaxCols {
		return t.growing
	}
	kept := t.growing[:0]
	for _, i := range t.growing {
		if t.tail.Merges[i].Row2 >= t.row {
			kept = append(kept, i)
		}
	}
	return kept
}
