package layout

import (
	"iter"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/value"
)

// CellOut is one cell of a table's body with everything that describes it.
type CellOut struct {
	Sheet    string   `json:"sheet"`
	Table    int      `json:"table"` // which of the sheet's tables, from 1
	Row      int      `json:"row"`
	Col      int      `json:"col"`
	Cell     string   `json:"cell"`
	Value    *float64 `json:"value"` // null for marks and for what cannot be read
	Text     string   `json:"text"`
	Status   string   `json:"status"` // A, M, ...; "" for words where values are expected
	Comment  string   `json:"comment,omitempty"`
	Unit     string   `json:"unit"`
	Title    string   `json:"title"`
	StubHead string   `json:"stub_head"`
	RowPath  []string `json:"row_path"` // outer to inner
	ColPath  []string `json:"col_path"` // top to bottom

	line   *Line
	column *Column
}

// Cells gives the cells of all tables of a sheet, table by table and line by line.
func Cells(g *sheet.Grid, s *Sheet) iter.Seq[CellOut] {
	return func(yield func(CellOut) bool) {
		for i, t := range s.Tables {
			for c := range t.cells(g) {
				c.Table = i + 1
				if !yield(c) {
					return
				}
			}
		}
	}
}

// cells gives the cells of one table.
func (t *Table) cells(g *sheet.Grid) iter.Seq[CellOut] {
	return func(yield func(CellOut) bool) {
		for i := range t.Lines {
			ln := &t.Lines[i]
			for j := range t.Columns {
				col := &t.Columns[j]
				c := g.At(ln.Row, col.Col)
				if c == nil || c.Type == sheet.Empty && !c.NoCache {
					continue
				}
				out, ok := t.cell(c)
				if !ok {
					continue
				}
				out.Sheet, out.Row, out.Col, out.Cell = g.Name, ln.Row, col.Col, sheet.A1(ln.Row, col.Col)
				out.Title, out.StubHead = t.Title, t.StubHead
				out.RowPath, out.ColPath = ln.Path, col.Path
				out.Unit = t.unit(ln, col)
				if ln.Section != "" {
					out.ColPath = append(append(make([]string, 0, len(col.Path)+1), col.Path...), ln.Section)
				}
				out.line, out.column = ln, col
				if !yield(out) {
					return
				}
			}
		}
	}
}

// unit gives the unit of a cell: what stands nearest to it counts.
func (t *Table) unit(ln *Line, col *Column) string {
	switch {
	case ln.SecUnit != "":
		return ln.SecUnit
	case col.Unit != "":
		return col.Unit
	case ln.Unit != "":
		return ln.Unit
	}
	if severalUnits(t.Unit) || ln.ratio() {
		return "" // nothing tells what it is
	}
	return t.Unit
}

// ratioWords begin the lines that divide off another measure than the one the table's unit belongs to.
var ratioWords = []string{"chỉ số", "tốc độ", "tỷ lệ", "tỷ trọng", "cơ cấu", "index", "indices", "growth", "rate", "share", "structure", "proportion", "= 100", "=100"}

// ratio reports whether a line stands under a heading that announces an index, a rate or a share without its unit: the
// unit of the levels above is not its own.
func (l *Line) ratio() bool {
	if l.Section == "" {
		return false
	}
	text := fold.Text(l.Section)
	for _, w := range ratioWords {
		if strings.Contains(text, fold.Text(w)) {
			return true
		}
	}
	return false
}

// cell reads the value of a cell; ok is false for white space.
func (t *Table) cell(c *sheet.Cell) (out CellOut, ok bool) {
	out = CellOut{Text: fold.Space(c.Text)}
	switch c.Type {
	case sheet.Number:
		v := c.Num
		out.Value, out.Status = &v, "A"
	case sheet.Error:
		out.Status, out.Comment = "M", "error value "+c.Text
	case sheet.Empty:
		out.Status, out.Comment = "M", "a formula without a stored result"
	case sheet.Date, sheet.Bool:
		out.Text = headerText(c)
	default:
		if out.Text == "" {
			return out, false
		}
		t.readText(&out)
	}
	return out, true
}

// readText reads a number or a mark that is written as text.
func (t *Table) readText(out *CellOut) {
	r := value.Parse(out.Text, t.style.style)
	switch {
	case r.OK:
		v := r.Value
		out.Value, out.Status, out.Comment = &v, r.Status, r.Comment
	case r.Missing:
		out.Status, out.Comment = r.Status, r.Comment
	case isLetterMark(out.Text):
		out.Status, out.Comment = "M", "not available "+out.Text
	default:
		out.Comment = r.Comment
		if t.style.err != nil && numericText(out.Text) == number {
			out.Comment = t.style.err.Error()
		}
	}
}

// Inspection is what inspecting one book gives.
type Inspection struct {
	File   string       `json:"file"`
	Sheets []SheetRoles `json:"sheets"`
	Error  string       `json:"error,omitempty"` // why the file could not be read
}

// SheetRoles is a sheet with the roles of its lines and cells, from the first row and the first column.
type SheetRoles struct {
	Name   string     `json:"name"`
	Hidden bool       `json:"hidden,omitempty"`
	Lines  []Role     `json:"lines"`
	Cells  [][]Role   `json:"cells"`
	Tables []TableOut `json:"tables"`
}

// TableOut is a table without its cells.
type TableOut struct {
	Range      string   `json:"range"`
	HeaderRows []int    `json:"header_rows"`
	StubCols   []int    `json:"stub_cols"`
	Title      string   `json:"title"`
	Unit       string   `json:"unit"`
	Notes      []string `json:"notes"`

	Decisions  []Decision `json:"decisions"`
	Identities []Identity `json:"identities"`
}

// Roles lists the roles of a recognised sheet.
func (s *Sheet) Roles() SheetRoles {
	out := SheetRoles{Name: s.Name, Hidden: s.Hidden, Lines: s.Lines, Cells: make([][]Role, len(s.Lines)), Tables: []TableOut{}}
	for k := range s.grid.Rows {
		row := &s.grid.Rows[k]
		if row.Number > len(out.Cells) || len(row.Cells) == 0 {
			continue
		}
		roles := make([]Role, row.Cells[len(row.Cells)-1].Col)
		for j := range row.Cells {
			roles[row.Cells[j].Col-1] = s.cells[k][j]
		}
		out.Cells[row.Number-1] = roles
	}
	for i := range out.Cells {
		if out.Cells[i] == nil {
			out.Cells[i] = []Role{}
		}
	}
	for _, t := range s.Tables {
		o := TableOut{Range: t.Range.String(), HeaderRows: t.HeaderRows, StubCols: t.StubCols, Title: t.Title, Unit: t.Unit, Notes: t.Notes,
			Decisions: t.Decisions, Identities: t.Identities}
		if o.HeaderRows == nil {
			o.HeaderRows = []int{}
		}
		if o.StubCols == nil {
			o.StubCols = []int{}
		}
		if o.Notes == nil {
			o.Notes = []string{}
		}
		if o.Identities == nil {
			o.Identities = []Identity{}
		}
		out.Tables = append(out.Tables, o)
	}
	return out
}
