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
	merged map[[2]int]int32
}

// GridRow is one kept row.
type GridRow struct {
	Number int
	Hidden bool
	Cells  []Cell // by ascending column
}

// Load reads sheet i of the book into memory, keeping cells that have a value or a meaningful style.
func Load(ctx context.Context, b Book, i int) (*Grid, error) {
	info := b.Sheets()[i]
	g := &Grid{Name: info.Name, Hidden: info.Hidden, book: b}
	tail, err := b.Scan(ctx, i, func(r *Row) error {
		row := GridRow{Number: r.Number, Hidden: r.Hidden}
		for _, c := range r.Cells {
			if c.Type == Empty && !c.NoCache {
				continue
			}
			row.Cells = append(row.Cells, c)
			g.MaxCol = max(g.MaxCol, c.Col)
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
	g.indexMerges()
	return g, nil
}

// indexMerges remembers the merge of every cell inside the used part of the sheet; merges that reach far beyond it
// (whole columns) cost no more than that part.
func (g *Grid) indexMerges() {
	g.merged = make(map[[2]int]int32)
	for k, m := range g.Merges {
		for r := m.Row1; r <= min(m.Row2, g.MaxRow); r++ {
			for c := m.Col1; c <= min(m.Col2, g.MaxCol); c++ {
				g.merged[[2]int{r, c}] = int32(k) + 1
			}
		}
	}
}

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

// Merge gives the merged range a cell belongs to.
func (g *Grid) Merge(row, col int) (Range, bool) {
	k, ok := g.merged[[2]int{row, col}]
	if !ok {
		return Range{}, false
	}
	return g.Merges[k-1], true
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

// Time converts a serial date of the 1900 system (with Lotus's 29 February 1900) to a time in UTC; readers convert
// serials of 1904 books to the 1900 system before they hand them out. ok is false outside year 1900 to 9999.
func Time(serial float64) (t time.Time, ok bool) {
	if serial < 0 || serial >= 2958466 {
		return time.Time{}, false
	}
	days := int(serial)
	if days < 60 {
		days++ // before the day that never was
	}
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days)
	frac := time.Duration((serial - float64(int(serial))) * float64(24*time.Hour))
	return day.Add(frac.Round(time.Millisecond)), true
}
