// Package layout recognises the tables of a statistics sheet, without being told anything about it, and reads datasets
// from them by recipe: which cells are titles, headers, labels, values and notes, what each value is about (the labels
// to its left and the headers above it), and which table of a book a recipe means.
package layout

import (
	"github.com/statloom/statloom/sources/sheet"
)

// Role is the part a cell or a line plays on its sheet.
type Role uint8

const (
	Empty    Role = iota // nothing stands there
	Metadata             // titles, units and other words above a table
	Header               // what the columns are about
	Group                // a label that holds for the lines below it
	Data                 // values and their labels
	Derived              // values that sum up or compare others, such as totals
	Notes                // sources, footnotes and other words below a table
)

// String gives the role's name in lower case.
func (r Role) String() string {
	return [...]string{"empty", "metadata", "header", "group", "data", "derived", "notes"}[r]
}

// MarshalText writes the role's name.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Sheet is a recognised sheet.
type Sheet struct {
	Name   string
	Hidden bool
	Lines  []Role // by row number minus one
	Tables []*Table

	grid  *sheet.Grid
	cells [][]Role // parallel to the grid's rows and their cells
}

// Role gives the role of a cell.
func (s *Sheet) Role(row, col int) Role {
	k, j, ok := find(s.grid, row, col)
	if !ok {
		return Empty
	}
	return s.cells[k][j]
}

// Table is one block of values with what describes it.
type Table struct {
	Range      sheet.Range // from the first header line and label column to the last value
	HeaderRows []int
	StubCols   []int
	Title      string   // all title lines, joined
	TitleLines []string // the lines above the table but for the unit, from the top
	Unit       string   // the unit line, as published
	Notes      []string
	StubHead   string     // what stands above the label columns
	Columns    []Column   // the value columns
	Lines      []Line     // the lines with values, from the top
	Identities []Identity // the arithmetic that holds between its rows or columns; none with LabelsOnly
	Decisions  []Decision // what was decided about it, with how sure that is and why; likewise

	unitCol  int          // label column that holds units; 0 without one
	ordinals map[int]bool // label columns that only number the lines
	heads    []Column     // all columns with a header, labels too
	style    numberStyle

	unnamed   []unnamed // values that stand in no line
	wordsOnly int       // lines and columns that are derived by their words alone
}

// Column is a column of values.
type Column struct {
	Col  int
	Path []string // header texts, top to bottom
	Unit string   // what its header says about the unit

	Attributes []Attribute // what lines above the values say of it by name
}

// Line is a line of values.
type Line struct {
	Row     int
	Path    []string // labels, outer to inner
	Unit    string   // the cell of the unit column, ditto marks resolved, or the unit in the label
	Section string   // the line across the columns that this part of the table stands under
	SecUnit string   // the unit which that line states
}

// Label is the innermost label.
func (l *Line) Label() string {
	if len(l.Path) == 0 {
		return ""
	}
	return l.Path[len(l.Path)-1]
}

// Pins override what recognition would find.
type Pins struct {
	HeaderRows  int // lines with text that make up a header; 0 for as many as recognised
	StubColumns int // label columns; 0 for as many as recognised
}

// Recognise finds the tables of a sheet and the roles of its lines and cells.
func Recognise(g *sheet.Grid) *Sheet { return new(Recogniser).Recognise(g) }

// Recogniser recognises sheets one after the other, such as those of a book, and remembers what their texts say: most come
// again on other sheets. What it finds is what Recognise finds.
type Recogniser struct {
	// LabelsOnly leaves out what explains a table: its Decisions, its Identities, and the role of what is Derived. Its
	// title, headers, labels, units and values are the same, for less than what reading the sheet takes.
	LabelsOnly bool

	known lexicon
	room  room
}

// Recognise finds the tables of a sheet and the roles of its lines and cells.
func (x *Recogniser) Recognise(g *sheet.Grid) *Sheet { return x.RecogniseWith(g, Pins{}) }

// RecogniseWith is Recognise with some things known beforehand.
func (x *Recogniser) RecogniseWith(g *sheet.Grid, pins Pins) *Sheet {
	s := &Sheet{Name: g.Name, Hidden: g.Hidden, Lines: make([]Role, g.MaxRow), grid: g, cells: make([][]Role, len(g.Rows))}
	for k := range g.Rows {
		s.cells[k] = make([]Role, len(g.Rows[k].Cells))
	}
	a := analyse(part{g, g.Rows, s.cells}, x)
	sides := a.sides()
	if len(sides) == 0 {
		s.recognise(a, pins)
		return s
	}
	for _, side := range sides {
		s.recognise(analyse(cut(g, s.cells, side), x), pins)
	}
	s.shareTitles()
	return s
}

// recognise finds the tables of a sheet or of one side of it.
func (s *Sheet) recognise(a *analysis, pins Pins) {
	blocks := a.blocks()
	for i, b := range blocks {
		b.prev = -1
		if i > 0 {
			b.prev = blocks[i-1].end()
		}
		b.pins = pins
		a.shape(b)
	}
	tables := make([]*Table, len(blocks))
	for i, b := range blocks {
		end := len(a.rows)
		if i+1 < len(blocks) {
			end = blocks[i+1].metaTop
		}
		tables[i] = a.table(b, end)
		a.paint(s, b, end)
	}
	if len(blocks) == 0 {
		a.paintText(s)
	}
	s.Tables = append(s.Tables, tables...)
	if a.labelsOnly {
		return
	}
	a.markDerived(s, blocks, tables)
	for i, b := range blocks {
		tables[i].Decisions = a.decide(b, tables[i])
	}
}

// find gives the indices of a stored cell.
func find(g *sheet.Grid, row, col int) (k, j int, ok bool) {
	k, ok = searchRow(g.Rows, row)
	if !ok {
		return 0, 0, false
	}
	cells := g.Rows[k].Cells
	lo, hi := 0, len(cells)
	for lo < hi {
		if mid := (lo + hi) / 2; cells[mid].Col < col {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return k, lo, lo < len(cells) && cells[lo].Col == col
}

func searchRow(rows []sheet.GridRow, number int) (int, bool) {
	lo, hi := 0, len(rows)
	for lo < hi {
		if mid := (lo + hi) / 2; rows[mid].Number < number {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(rows) && rows[lo].Number == number
}
