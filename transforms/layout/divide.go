package layout

import "github.com/statloom/statloom/sources/sheet"

// reachesAll reports whether a cell is merged over all value columns.
func (a *analysis) reachesAll(b *block, k int, c *sheet.Cell) bool {
	m, ok := a.g.Merge(a.rows[k].number, c.Col)
	return ok && len(b.values) > 1 && m.Col1 <= b.values[0] && m.Col2 >= b.values[len(b.values)-1]
}

// headAbove reports whether a line of several cells that has something to say of most value columns stands close above
// row k, so that row k is no title.
func (a *analysis) headAbove(b *block, k int) bool {
	for up := k - 1; up > b.prev && a.rows[k].number-a.rows[up].number <= 4; up-- {
		if n, _ := a.valueCells(b, up); n < 2 {
			continue
		}
		seen := make(map[int]bool)
		if a.cover(b, up, seen); len(seen)*2 > len(b.values) {
			return true
		}
	}
	return false
}

// headsList reports whether a line with a single cell, above header lines of a table without label columns, is a title:
// it is merged over most columns, or stands at their left and is long or parted from the header by a blank row.
func (a *analysis) headsList(b *block, k int, c *sheet.Cell, complete bool) bool {
	if len(b.stub) > 0 || len(b.values) < 3 || a.rows[k].class != cLabel || c.Col > b.values[0] {
		return false
	}
	if m, ok := a.g.Merge(a.rows[k].number, c.Col); ok && m.Col2 > m.Col1 {
		return m.Col2 >= b.values[len(b.values)/2]
	}
	return complete && (len(c.Text) > 24 || a.rows[k+1].number-a.rows[k].number > 1)
}

// partHeader takes the last header line out of the header when it is the first of the lines that divide the table: its
// only cell above values has the place and the width of a line further down that stands alone. It gives that line, or -1.
func (a *analysis) partHeader(b *block) int {
	n := len(b.header)
	if n < 2 || b.pins.HeaderRows > 0 || len(b.attributes) > 0 || len(b.values) < 2 {
		return -1
	}
	k := b.header[n-1]
	count, first := a.valueCells(b, k)
	if count != 1 || first.Type != sheet.Text || !a.headAbove(b, k) {
		return -1
	}
	own, _ := a.g.Merge(a.rows[k].number, first.Col)
	for _, below := range b.body {
		for g := below + 1; g < b.last && a.rows[g].class != cData; g++ {
			if a.rows[g].class != cLabel || a.rows[g].first != first.Col {
				continue
			}
			other, _ := a.g.Merge(a.rows[g].number, first.Col)
			if other.Col2-other.Col1 == own.Col2-own.Col1 {
				b.header = b.header[:n-1]
				return k
			}
		}
	}
	return -1
}
