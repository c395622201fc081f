package layout

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/value"
)

func (c *compiler) register(r *reader) {
	var fields []arrow.Field
	index := make(map[string]int)
	for i, col := range r.recipe.Columns {
		key := "columns." + col.ID
		typ, ok := map[string]arrow.DataType{"": arrow.BinaryTypes.String, "text": arrow.BinaryTypes.String,
			"number": arrow.PrimitiveTypes.Float64, "integer": arrow.PrimitiveTypes.Int64, "date": arrow.FixedWidthTypes.Date32}[col.Type]
		if !ok {
			c.problem(key+".type", fmt.Sprintf("%q is no type", col.Type), "use text, number, integer or date")
			typ = arrow.BinaryTypes.String
		}
		if col.Header == "" {
			c.problem(key+".header", "a column needs the expression of its header", "give a regular expression that its header matches")
		}
		fields = append(fields, arrow.Field{Name: col.ID, Type: typ, Nullable: true})
		r.columns = append(r.columns, c.pattern(key+".header", col.Header))
		index[col.ID] = i
	}
	if len(fields) == 0 {
		c.problem("columns", "a register needs columns", "declare them with id and header")
	}
	for _, k := range r.recipe.Key {
		i, ok := index[k]
		if !ok {
			c.problem("key", fmt.Sprintf("%q is not a column of the register", k), "name columns declared under columns")
		}
		r.keys = append(r.keys, i)
	}
	r.schema = arrow.NewSchema(append(fields, transforms.ProvenanceColumns()...), nil)
}

// record is a row of a register, its values as Arrow holds them; nil for null.
type record struct {
	values []any
	cell   string
	key    string
	bad    string // why it cannot be used
}

// records emits the rows of a register.
func (u *run) records(ctx context.Context, g *sheet.Grid, s *Sheet, t *Table, from time.Time) error {
	cols, missing := u.findColumns(t)
	if missing != "" {
		u.reject(g, t.Range.String(), t.Title, missing)
		return nil
	}
	styles := u.columnStyles(g, s, t, cols)
	var list []record
	for row := t.firstRow(); row <= s.lastRow(t); row++ {
		if row%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		filled := filled(g, row, cols)
		if filled == 0 {
			continue
		}
		if isTotalRow(g, row) {
			break
		}
		if filled == 1 && len(cols) > 2 {
			if row > t.Range.Row2 {
				break
			}
			continue // a heading inside the list
		}
		if u.skipRows != nil && u.skipRows.MatchString(fold.Text(firstWords(g, row))) {
			continue
		}
		list = append(list, u.record(g, t, row, cols, styles))
	}
	u.judge(g, list)
	for _, rec := range list {
		if rec.bad != "" {
			continue
		}
		if err := u.w.record(rec, u.origin.SnapshotID, g.Name, from); err != nil {
			return err
		}
	}
	return nil
}

// firstRow is the row below the header.
func (t *Table) firstRow() int {
	if n := len(t.HeaderRows); n > 0 {
		return t.HeaderRows[n-1] + 1
	}
	return t.Range.Row1
}

// lastRow is the last row before another table's title or header.
func (s *Sheet) lastRow(t *Table) int {
	for i, other := range s.Tables {
		if other == t && i+1 < len(s.Tables) {
			return s.Tables[i+1].Range.Row1 - 1
		}
	}
	return s.grid.MaxRow
}

// findColumns finds the column of every declared header; each by the first column that matches and is not taken.
func (u *run) findColumns(t *Table) (cols []int, missing string) {
	cols = make([]int, len(u.columns))
	taken := make(map[int]bool)
	for i, re := range u.columns {
		for _, h := range t.heads {
			if !taken[h.Col] && re.MatchString(fold.Text(strings.Join(h.Path, " "))) {
				cols[i] = h.Col
				taken[h.Col] = true
				break
			}
		}
		if cols[i] == 0 && u.recipe.Columns[i].Required {
			return nil, fmt.Sprintf("no header matches the required column %s (%s)", u.recipe.Columns[i].ID, u.recipe.Columns[i].Header)
		}
	}
	return cols, ""
}

// columnStyles tells for each column how numbers are written as text in it.
func (u *run) columnStyles(g *sheet.Grid, s *Sheet, t *Table, cols []int) []numberStyle {
	out := make([]numberStyle, len(cols))
	for i, col := range cols {
		if kind := u.recipe.Columns[i].Type; col == 0 || kind != "number" && kind != "integer" {
			continue
		}
		var e value.Evidence
		for row := t.firstRow(); row <= s.lastRow(t); row++ {
			if c := g.At(row, col); c != nil && c.Type == sheet.Text {
				e.Add(c.Text)
			}
		}
		if out[i].style, out[i].err = e.Style(); out[i].err != nil && t.style.err == nil && t.style.style != (value.Style{}) {
			out[i] = t.style // the other columns tell
		}
	}
	return out
}

// filled counts the declared columns that hold something in a row; a row that holds only other things counts as one.
func filled(g *sheet.Grid, row int, cols []int) int {
	n := 0
	for _, col := range cols {
		if c := g.At(row, col); c != nil && !isBlank(c) {
			n++
		}
	}
	if n > 0 {
		return n
	}
	if k, ok := searchRow(g.Rows, row); ok {
		for j := range g.Rows[k].Cells {
			if !isBlank(&g.Rows[k].Cells[j]) {
				return 1
			}
		}
	}
	return 0
}

func isBlank(c *sheet.Cell) bool {
	return c.Type == sheet.Empty && !c.NoCache || c.Type == sheet.Text && fold.Space(c.Text) == ""
}

var totalRow = regexp.MustCompile(`^(tổng|tổng số|tổng cộng|cộng|total|grand total|tổng số - total|tổng cộng - total)$`)

// isTotalRow reports whether the first words of a row announce the total of the list.
func isTotalRow(g *sheet.Grid, row int) bool {
	return totalRow.MatchString(fold.Label(firstWords(g, row)))
}

// firstWords gives the first text of a row.
func firstWords(g *sheet.Grid, row int) string {
	k, ok := searchRow(g.Rows, row)
	if !ok {
		return ""
	}
	for j := range g.Rows[k].Cells {
		if c := &g.Rows[k].Cells[j]; c.Type == sheet.Text && !isBlank(c) {
			return c.Text
		}
	}
	return ""
}

// record reads one row.
func (u *run) record(g *sheet.Grid, t *Table, row int, cols []int, styles []numberStyle) record {
	rec := record{values: make([]any, len(cols))}
	rec.cell = sheet.Range{Row1: row, Col1: t.Range.Col1, Row2: row, Col2: t.Range.Col2}.String()
	for i, col := range cols {
		if col == 0 {
			continue
		}
		c := g.At(row, col)
		decl := &u.recipe.Columns[i]
		var why string
		if c != nil && !isBlank(c) {
			rec.values[i], why = readField(c, decl.Type, styles[i])
		}
		if why != "" {
			u.reject(g, sheet.A1(row, col), c.Text, fmt.Sprintf("column %s: %s", decl.ID, why))
		}
		if rec.values[i] == nil && decl.Required && rec.bad == "" {
			rec.bad = "the required column " + decl.ID + " is empty"
			if why != "" {
				rec.bad = "the required column " + decl.ID + " cannot be read"
			}
		}
	}
	var key []string
	for _, i := range u.keys {
		if rec.values[i] == nil && rec.bad == "" {
			rec.bad = "the key column " + u.recipe.Columns[i].ID + " is empty"
		}
		key = append(key, fold.Label(fmt.Sprint(rec.values[i])))
	}
	rec.key = strings.Join(key, "\x00")
	return rec
}

// judge rejects records that cannot be used, and all records that share a key with another.
func (u *run) judge(g *sheet.Grid, list []record) {
	first := make(map[string]int)
	for i := range list {
		rec := &list[i]
		if rec.bad == "" && len(u.keys) > 0 {
			if j, ok := first[rec.key]; ok {
				rec.bad = fmt.Sprintf("the key %s stands in %s and in %s", strings.ReplaceAll(rec.key, "\x00", ", "), list[j].cell, rec.cell)
				if !sameRecord(list[j].values, rec.values) && list[j].bad == "" {
					list[j].bad = rec.bad + "; which of the two is right cannot be told"
				}
			} else {
				first[rec.key] = i
			}
		}
	}
	for _, rec := range list {
		if rec.bad != "" {
			u.reject(g, rec.cell, fmt.Sprint(firstValue(rec.values)), rec.bad)
		}
	}
}

func sameRecord(a, b []any) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func firstValue(values []any) any {
	for _, v := range values {
		if v != nil {
			return v
		}
	}
	return ""
}

// record appends a row of a register.
func (w *writer) record(rec record, snapshot, sheetName string, vintage time.Time) error {
	for i, v := range rec.values {
		switch f := w.b.Field(i).(type) {
		case *array.StringBuilder:
			if v == nil {
				f.AppendNull()
			} else {
				f.Append(v.(string))
			}
		case *array.Float64Builder:
			if v == nil {
				f.AppendNull()
			} else {
				f.Append(v.(float64))
			}
		case *array.Int64Builder:
			if v == nil {
				f.AppendNull()
			} else {
				f.Append(v.(int64))
			}
		case *array.Date32Builder:
			if v == nil {
				f.AppendNull()
			} else {
				f.Append(v.(arrow.Date32))
			}
		}
	}
	w.provenance(len(rec.values), snapshot, sheetName, rec.cell, vintage)
	return w.added()
}
