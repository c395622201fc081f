// Package draw lays a sheet, or a window of it, out as an HTML table that looks like the book: merged cells, indents,
// bold and italic type, alignment, borders, number formats, hidden rows and columns.
package draw

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
)

// Options say what is drawn, and what the caller adds to it. The zero value draws the first DefaultRows rows and
// DefaultCols columns.
type Options struct {
	MaxRows, MaxCols int // a larger sheet is drawn in part; 0 for the defaults, below 0 for none

	// Focus are the cells that matter. A sheet that is too large is drawn at its top and its left edge and round these,
	// with gaps between; without any only its top left part is.
	Focus []sheet.Range

	// Mark gives what the caller adds to a place; c is nil where nothing is stored. Of merged cells only the first is
	// asked for, with the cell that holds their value.
	Mark func(row, col int, c *sheet.Cell) Mark

	ID        string   // of the table; it must be an HTML id
	Languages []string // of the words round the sheet, "vi" and "en"; of several each is in an element of its own language
}

// Mark is what a caller adds to a cell.
type Mark struct {
	ID    string
	Class string // one or more names of classes
	Title string // shown on hovering, behind the digits as they are stored where the cell shows others
	Data  []Attr
	Focus bool // the cell can be reached with the keyboard
}

// Attr is a data attribute: {"k", "7"} becomes data-k="7".
type Attr struct{ Name, Value string }

func (m *Mark) empty() bool {
	return m.ID == "" && m.Class == "" && m.Title == "" && len(m.Data) == 0 && !m.Focus
}

// How much of a large sheet is drawn.
const (
	DefaultRows = 400
	DefaultCols = 60

	headRows = 14 // from the top, where cells elsewhere matter: titles and headers
	nearRows = 6  // on both sides of a cell that matters
	headCols = 4
	nearCols = 5
	mostRows = 4000 // however many cells matter
	mostCols = 400
	maxText  = 1000 // characters of a cell
)

// Sheet is a sheet as it is drawn.
type Sheet struct {
	Name     string
	ID       string
	Hidden   bool
	Columns  []Column
	Rows     []Row
	LeftRows int // rows up to the last with a value that are not drawn
	LeftCols int

	HasHidden bool     // some of the rows or columns that are drawn are hidden in the book
	Languages []string // as in Options
}

// Column is a column that is drawn.
type Column struct {
	Number  int
	Name    string
	Hidden  bool
	Skipped int // columns before it that are left out
}

// Row is a row that is drawn. One without a number stands for the rows left out at the end.
type Row struct {
	Number  int
	Hidden  bool
	Skipped int // rows before it that are left out
	Cells   []Cell
}

// Cell is a place that is drawn, of one or more rows and columns.
type Cell struct {
	Row, Col         int
	RowSpan, ColSpan int
	Text             string
	Class            string
	Title            string
	Mark             Mark
}

// layer is the work of laying out one sheet.
type layer struct {
	g          *sheet.Grid
	o          *Options
	rows, cols []int // how many lines up to each are drawn
	hidden     []bool
	split      map[sheet.Range]bool // merged ranges that cover values: their cells are drawn one by one
}

// Lay lays a sheet out.
func Lay(g *sheet.Grid, o Options) *Sheet {
	rowFocus, colFocus := make([]sheet.Span, len(o.Focus)), make([]sheet.Span, len(o.Focus))
	for i, f := range o.Focus {
		rowFocus[i], colFocus[i] = sheet.Span{First: f.Row1, Last: f.Row2}, sheet.Span{First: f.Col1, Last: f.Col2}
	}
	l := &layer{g: g, o: &o,
		rows: window{orElse(o.MaxRows, DefaultRows), headRows, nearRows, mostRows}.choose(g.MaxRow, rowFocus),
		cols: window{orElse(o.MaxCols, DefaultCols), headCols, nearCols, mostCols}.choose(g.MaxCol, colFocus)}
	s := &Sheet{Name: g.Name, ID: o.ID, Hidden: g.Hidden, Languages: o.Languages}
	s.LeftRows, s.LeftCols = g.MaxRow-l.rows[g.MaxRow], g.MaxCol-l.cols[g.MaxCol]
	l.hidden = make([]bool, g.MaxCol+1)
	for _, h := range g.HiddenCols {
		for c := max(h.First, 1); c <= min(h.Last, g.MaxCol); c++ {
			l.hidden[c] = true
		}
	}
	l.findSplit()
	before := 0
	for c := 1; c <= g.MaxCol; c++ {
		if !drawn(l.cols, c) {
			continue
		}
		s.Columns = append(s.Columns, Column{Number: c, Name: sheet.ColumnName(c), Hidden: l.hidden[c], Skipped: c - before - 1})
		s.HasHidden = s.HasHidden || l.hidden[c]
		before = c
	}
	l.lines(s)
	return s
}

// findSplit finds the merged ranges that cover values other than the first. Spreadsheets do not show these; readers of
// the book's cells do, so they are shown.
func (l *layer) findSplit() {
	l.split = map[sheet.Range]bool{}
	for i := range l.g.Rows {
		row := &l.g.Rows[i]
		if !drawn(l.rows, row.Number) {
			continue
		}
		for j := range row.Cells {
			col := row.Cells[j].Col
			if !drawn(l.cols, col) || row.Cells[j].Type == sheet.Text && row.Cells[j].Text == "" {
				continue
			}
			if m, ok := l.g.Merge(row.Number, col); ok && (m.Row1 != row.Number || m.Col1 != col) {
				l.split[m] = true
			}
		}
	}
}

// merge gives the merged range of a place, if it is drawn as one cell.
func (l *layer) merge(row, col int) (sheet.Range, bool) {
	m, ok := l.g.Merge(row, col)
	return m, ok && !l.split[m]
}

// lines lays the rows out.
func (l *layer) lines(s *Sheet) {
	before, stored := 0, l.g.Rows
	for r := 1; r <= l.g.MaxRow; r++ {
		if !drawn(l.rows, r) {
			continue
		}
		for len(stored) > 0 && stored[0].Number < r {
			stored = stored[1:]
		}
		row := Row{Number: r, Skipped: r - before - 1}
		row.Hidden = len(stored) > 0 && stored[0].Number == r && stored[0].Hidden
		s.HasHidden = s.HasHidden || row.Hidden
		before = r
		for i := 0; i < len(s.Columns); {
			cell, ok := l.cell(r, s.Columns[i].Number)
			if ok {
				if cell.ColSpan == 1 && cell.RowSpan == 1 {
					l.overflow(&cell, s.Columns[i:])
				}
				row.Cells = append(row.Cells, cell)
			}
			i += max(1, cell.ColSpan)
		}
		s.Rows = append(s.Rows, row)
	}
	if before > 0 && before < l.g.MaxRow {
		s.Rows = append(s.Rows, Row{Skipped: l.g.MaxRow - before})
	}
}

// cell lays one cell out; not ok says that a merged cell drawn before covers it.
func (l *layer) cell(row, col int) (Cell, bool) {
	at := l.g.At(row, col)
	cell := Cell{Row: row, Col: col, RowSpan: 1, ColSpan: 1}
	if m, ok := l.merge(row, col); ok {
		// The part of the merged range that is drawn begins at its first row and column that are.
		row2, col2 := min(m.Row2, l.g.MaxRow), min(m.Col2, l.g.MaxCol)
		if l.cols[col-1] > l.cols[m.Col1-1] {
			return cell, false
		}
		cell.ColSpan = l.cols[col2] - l.cols[col-1]
		if l.rows[row-1] > l.rows[m.Row1-1] {
			return cell, false
		}
		cell.RowSpan = l.rows[row2] - l.rows[row-1]
		row, col = m.Row1, m.Col1
		at = l.g.At(row, col)
	}
	if l.o.Mark != nil {
		cell.Mark = l.o.Mark(row, col, at)
	}
	l.look(&cell, at)
	return cell, true
}

// look gives a cell its text and the classes that make it look as in the book.
func (l *layer) look(cell *Cell, at *sheet.Cell) {
	var classes []string
	if l.hidden[cell.Col] && cell.ColSpan == 1 {
		classes = append(classes, "hc")
	}
	if at != nil {
		style := l.g.StyleOf(at)
		text, differs := Text(at, style)
		cell.Text = clip(text)
		if differs {
			cell.Title = clip(at.Text)
		}
		classes = append(classes, styleClasses(at, style)...)
		if above := l.g.At(cell.Row-1, cell.Col); style.BorderTop && (above == nil || !l.g.StyleOf(above).BorderBot) {
			classes = append(classes, "bt") // one line, not two
		}
	}
	if cell.Mark.Class != "" {
		classes = append(classes, cell.Mark.Class)
	}
	if cell.Mark.Title != "" && cell.Title != "" {
		cell.Title += " · "
	}
	cell.Title += cell.Mark.Title
	cell.Class = strings.Join(classes, " ")
}

// styleClasses gives the classes of a look; Style says what they mean.
func styleClasses(at *sheet.Cell, style *sheet.Style) (classes []string) {
	add := func(yes bool, class string) {
		if yes {
			classes = append(classes, class)
		}
	}
	add(style.Bold, "sb")
	add(style.Italic, "si")
	add(style.Indent > 0, "in"+strconv.Itoa(min(max(style.Indent, 1), maxIndent)))
	switch style.HAlign {
	case "right":
		classes = append(classes, "ar")
	case "center", "centerContinuous", "distributed":
		classes = append(classes, "ac")
	case "justify":
		classes = append(classes, "aj")
	case "left", "fill":
	default:
		add(at.Type == sheet.Number || at.Type == sheet.Date, "ar")
		add(at.Type == sheet.Bool || at.Type == sheet.Error, "ac")
	}
	add(style.BorderBot, "bb")
	add(at.Type == sheet.Error || at.NoCache, "er")
	font := strings.ToLower(style.Font)
	add(strings.Contains(font, "courier") || strings.Contains(font, "consol") || strings.HasSuffix(font, " mono"), "fm")
	add(strings.Contains(font, "times") || strings.Contains(font, "cambria") || strings.Contains(font, "georgia"), "fs")
	return classes
}

const maxIndent = 15

// overflow lets a long text reach over the empty cells to its right, as spreadsheets show titles.
func (l *layer) overflow(cell *Cell, columns []Column) {
	const perColumn = 9 // characters
	at := l.g.At(cell.Row, cell.Col)
	if at == nil || at.Type != sheet.Text {
		return
	}
	if align := l.g.StyleOf(at).HAlign; align != "" && align != "left" {
		return
	}
	longest := 0
	for line := range strings.Lines(cell.Text) {
		longest = max(longest, utf8.RuneCountInString(line))
	}
	for n := 1; n < len(columns) && n*perColumn < longest; n++ {
		c := columns[n]
		if c.Skipped > 0 || c.Hidden || l.g.At(cell.Row, c.Number) != nil {
			return
		}
		if _, merged := l.g.Merge(cell.Row, c.Number); merged {
			return
		}
		if l.o.Mark != nil {
			if m := l.o.Mark(cell.Row, c.Number, nil); !m.empty() {
				return
			}
		}
		cell.ColSpan++
	}
}

// window says how much is drawn of lines: all of few, else some from the first on and those near what matters.
type window struct{ all, head, near, most int }

// choose counts, up to each line, those that are drawn.
func (w window) choose(count int, focus []sheet.Span) []int {
	kept := make([]bool, count+1)
	head := w.all
	if count > w.all && len(focus) > 0 {
		head = min(w.all, w.head)
	}
	for i := 1; i <= min(count, head); i++ {
		kept[i] = true
	}
	left := w.most
	for _, f := range focus {
		last := min(f.Last, f.First+w.all) // a record may be wide
		for i := max(1, f.First-w.near); i <= min(count, last+w.near) && left > 0; i++ {
			if !kept[i] {
				kept[i] = true
				left--
			}
		}
	}
	sum := make([]int, count+1)
	for i := 1; i <= count; i++ {
		sum[i] = sum[i-1]
		if kept[i] {
			sum[i]++
		}
	}
	return sum
}

func drawn(sum []int, i int) bool { return sum[i] > sum[i-1] }

func orElse(n, other int) int {
	if n == 0 {
		return other
	}
	return max(n, 0)
}

func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	for i, n := 0, 0; i < len(s); n++ {
		if n == maxText {
			return s[:i] + "…"
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return s
}

// LeftOut says what is not drawn, in a language; "" if all is.
func (s *Sheet) LeftOut(language string) string {
	if s.LeftRows == 0 && s.LeftCols == 0 {
		return ""
	}
	if language == "vi" {
		return fmt.Sprintf("Không vẽ %d dòng và %d cột của trang tính này.", s.LeftRows, s.LeftCols)
	}
	return fmt.Sprintf("%d rows and %d columns of this sheet are not drawn.", s.LeftRows, s.LeftCols)
}

// Drawn reports whether a cell is inside the drawn window.
func (s *Sheet) Drawn(row, col int) bool {
	_, inRows := slices.BinarySearchFunc(s.Rows, row, func(r Row, n int) int {
		if r.Number == 0 {
			return 1
		}
		return r.Number - n
	})
	_, inCols := slices.BinarySearchFunc(s.Columns, col, func(c Column, n int) int { return c.Number - n })
	return inRows && inCols
}
