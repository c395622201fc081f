package layout

import (
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/value"
)

// table makes a Table of a block; end is the first line after it that belongs to another.
func (a *analysis) table(b *block, end int) *Table {
	t := &Table{StubCols: b.stub, unitCol: b.unitCol, ordinals: b.ordinals}
	heads := a.headCells(b)
	for _, k := range b.header {
		t.HeaderRows = append(t.HeaderRows, a.rows[k].number)
	}
	t.StubHead = a.stubHead(b, heads)
	for _, c := range b.values {
		col := Column{Col: c, Path: a.columnPath(heads, c)}
		if n := len(col.Path); n > 0 && a.isUnitText(col.Path[n-1]) {
			col.Unit = a.unitIn(col.Path[n-1])
		} else {
			col.Unit = a.unitIn(strings.Join(col.Path, " "))
		}
		t.Columns = append(t.Columns, col)
	}
	for c := range b.stats {
		if path := a.columnPath(heads, c); len(path) > 0 {
			t.heads = append(t.heads, Column{Col: c, Path: path})
		}
	}
	a.describe(b, t)
	a.meta(b, t)
	a.lines(b, t)
	for k := b.last + 1; k < end; k++ {
		if s := a.lineText(k); s != "" && !slices.Contains(b.cut, k) {
			t.Notes = append(t.Notes, s)
		}
	}
	t.Range = a.extent(b)
	t.unnamed = a.unnamedCells(b)
	t.style = a.numberStyle(b)
	if !a.labelsOnly || a.nested(t) {
		a.reckon(b, t)
	}
	return t
}

func (a *analysis) stubHead(b *block, heads [][]headCell) string {
	var parts []string
	for _, c := range b.stub {
		if path := a.columnPath(heads, c); len(path) > 0 {
			if p := strings.Join(path, " "); len(parts) == 0 || parts[len(parts)-1] != p {
				parts = append(parts, p)
			}
		}
	}
	return strings.Join(parts, " | ")
}

// lineText joins all texts of a line.
func (a *analysis) lineText(k int) string {
	var parts []string
	for j, kd := range a.kinds[k] {
		if kd == blank {
			continue
		}
		if t := headerText(&a.g.Rows[k].Cells[j]); t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, " ")
}

// meta reads the lines above the table: its unit and its title.
func (a *analysis) meta(b *block, t *Table) {
	top := a.top(b)
	for k := b.metaTop; k < top; k++ {
		var words []string
		for j, kd := range a.kinds[k] {
			if kd == blank {
				continue
			}
			c := &a.g.Rows[k].Cells[j]
			if kd == text && a.isUnitText(c.Text) {
				t.Unit = fold.Space(c.Text)
				continue
			}
			words = append(words, headerText(c))
		}
		if s := strings.Join(words, " "); s != "" {
			t.TitleLines = append(t.TitleLines, s)
		}
	}
	for k := range b.gap {
		if n, first := a.valueCells(b, k); b.gap[k] == lineSection && t.Unit == "" && n == 1 && k < b.body[0] && a.isUnitCell(first) {
			t.Unit = fold.Space(first.Text)
		}
	}
	t.Title = strings.Join(t.TitleLines, " ")
}

// extent is the rectangle from the header and the labels to the last value.
func (a *analysis) extent(b *block) sheet.Range {
	first := b.body[0]
	if len(b.header) > 0 {
		first = b.header[0]
	}
	r := sheet.Range{Row1: a.rows[first].number, Row2: a.rows[b.last].number, Col1: 1, Col2: 1}
	cols := append(append([]int(nil), b.stub...), b.values...)
	for i, c := range cols {
		if i == 0 {
			r.Col1, r.Col2 = c, c
		}
		r.Col1, r.Col2 = min(r.Col1, c), max(r.Col2, c)
	}
	return r
}

// numberStyle is how a table writes numbers as text, or why that cannot be told.
type numberStyle struct {
	style value.Style
	err   error
}

func (a *analysis) numberStyle(b *block) numberStyle {
	var e value.Evidence
	for _, k := range b.body {
		for j, kd := range a.kinds[k] {
			c := &a.g.Rows[k].Cells[j]
			if (kd == number || kd == year) && c.Type == sheet.Text && c.Col < len(b.isValue) && b.isValue[c.Col] {
				e.Add(c.Text)
			}
		}
	}
	s, err := e.Style()
	return numberStyle{s, err}
}
