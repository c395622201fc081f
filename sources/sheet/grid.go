package sheet

import (
	"context"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
)

// Grid is one sheet in memory, for code that has to look around: a layout is found on it. Rows are sparse.
type Grid struct {
	Name       string
	Hidden     bool
	Rows       []GridRow // by ascending Number; only rows that hold something
	Merges     []Range
	HiddenCols []Span
	MaxRow     int // last row with a value; 0 for an empty sheet
	MaxCol     int // last column with a value

	book   Book
	index  []int32 // row number -> index into Rows + 1
	merged mergeIndex
}

// GridRow is one kept row.
type GridRow struct {
	Number int
	Hidden bool
	Cells  []Cell // by ascending column
}

// Load reads sheet i of the book into memory, keeping the cells that have a value, known or not: cells that are stored
// for their style alone, often thousands, are left out.
func Load(ctx context.Context, b Book, i int) (*Grid, error) {
	info := b.Sheets()[i]
	g := &Grid{Name: info.Name, Hidden: info.Hidden, book: b}
	tail, err := b.Scan(ctx, i, func(r *Row) error {
		kept := 0
		for i := range r.Cells {
			if r.Cells[i].holds() {
				kept++
			}
		}
		row := GridRow{Number: r.Number, Hidden: r.Hidden, Cells: make([]Cell, 0, kept)}
		for i := range r.Cells {
			if r.Cells[i].holds() {
				row.Cells = append(row.Cells, r.Cells[i])
				g.MaxCol = max(g.MaxCol, r.Cells[i].Col)
			}
		}
		if len(row.Cells) > 0 {
			g.MaxRow = r.Number
			g.Rows = append(g.Rows, row)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	g.Merges, g.HiddenCols = tail.Merges, tail.HiddenCols
	g.index = make([]int32, g.MaxRow+1)
	for k := range g.Rows {
		g.index[g.Rows[k].Number] = int32(k) + 1
	}
	g.merged = newMergeIndex(g.Merges, g.MaxRow, g.MaxCol)
	return g, nil
}

// holds reports whether the cell has a value, be it an unknown one.
func (c *Cell) holds() bool { return c.Type != Empty || c.NoCache }

// At gives the stored cell at a place, or nil.
func (g *Grid) At(row, col int) *Cell {
	if row < 1 || row >= len(g.index) || g.index[row] == 0 {
		return nil
	}
	cells := g.Rows[g.index[row]-1].Cells
	lo, hi := 0, len(cells)
	for lo < hi {
		if mid := (lo + hi) / 2; cells[mid].Col < col {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(cells) && cells[lo].Col == col {
		return &cells[lo]
	}
	return nil
}

// Merge gives the merged range a cell of the used part (up to MaxRow and MaxCol) belongs to.
func (g *Grid) Merge(row, col int) (Range, bool) {
	if row > g.MaxRow || col < 1 || col > g.MaxCol {
		return Range{}, false
	}
	return g.merged.find(row, col)
}

// StyleOf gives the cell's style; for nil the default style.
func (g *Grid) StyleOf(c *Cell) *Style {
	if c == nil {
		return &Style{NumFmt: "General"}
	}
	return g.book.Style(c.Style)
}

// Fault makes an input error that points at a cell of this sheet; the caller adds the file.
func (g *Grid) Fault(row, col int, what, remedy string) *fault.Error {
	return &fault.Error{Kind: fault.Input, Sheet: g.Name, Cell: A1(row, col), What: what, Remedy: remedy}
}

// unixEpoch is the serial number of 1 January 1970.
const unixEpoch = 25569

// Time converts a serial date of the 1900 system (with Lotus's 29 February 1900) to a time in UTC, rounded to the
// millisecond; readers convert serials of 1904 books to the 1900 system before they hand them out. ok is false outside
// the years 1900 to 9999, for times without a day, and for the day that never was.
func Time(serial float64) (t time.Time, ok bool) {
	if !(serial >= 1 && serial < 2958466) || (serial >= 60 && serial < 61) {
		return time.Time{}, false
	}
	days := int(serial)
	frac := time.Duration((serial - float64(days)) * float64(24*time.Hour))
	if days < 60 {
		days++ // before the day that never was
	}
	day := time.Unix(int64(days-unixEpoch)*86_400, 0).UTC()
	return day.Add(frac.Round(time.Millisecond)), true
}
