package layout

import (
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
)

// part is a grid, or the part of it between two columns.
type part struct {
	*sheet.Grid
	Rows  []sheet.GridRow
	roles [][]Role // parallel to Rows and their cells
}

// cut gives the part of a grid between two columns; its roles are shared with the whole.
func cut(g *sheet.Grid, roles [][]Role, side sheet.Span) part {
	p := part{Grid: g}
	for k, row := range g.Rows {
		from, to := len(row.Cells), len(row.Cells)
		for j := range row.Cells {
			if c := row.Cells[j].Col; c >= side.First && from > j {
				from = j
			}
			if c := row.Cells[j].Col; c > side.Last {
				to = j
				break
			}
		}
		if from < to {
			row.Cells = row.Cells[from:to]
			p.Rows = append(p.Rows, row)
			p.roles = append(p.roles, roles[k][from:to])
		}
	}
	return p
}

// sides finds tables that stand side by side: a blank column parts them, and right of it stand labels again with values
// after them. It gives nothing for a sheet that is one.
func (a *analysis) sides() []sheet.Span {
	width := a.g.MaxCol
	if width < 5 || len(a.g.Rows) < 4 {
		return nil
	}
	used, labels, values := make([]int, width+2), make([]int, width+2), make([]int, width+2)
	for k := range a.g.Rows {
		if a.rows[k].class != cData && a.rows[k].class != cMarks {
			for j, kd := range a.kinds[k] {
				if kd != blank {
					used[a.g.Rows[k].Cells[j].Col]++
				}
			}
			continue
		}
		for j, kd := range a.kinds[k] {
			c := a.g.Rows[k].Cells[j].Col
			if kd == blank {
				continue
			}
			used[c]++
			if kd == text {
				labels[c]++
			} else if kd.isValue() {
				values[c]++
			}
		}
	}
	var out []sheet.Span
	from := 1
	for c := 3; c < width; c++ {
		if labels[c] < 3 || labels[c] <= values[c]*2 || values[c+1] < 3 || most(values[from:c]) < 3 || labels[c]*2 < values[c+1] || !a.ownHeads(c) {
			continue
		}
		if used[c-1] > 0 && (values[c-1] < 3 || labels[c-1] > 0 || !a.headsAgain(from, c)) && !a.labelsAgain(from, c) {
			continue
		}
		out = append(out, sheet.Span{First: from, Last: c - 1})
		from = c
	}
	if out != nil {
		out = append(out, sheet.Span{First: from, Last: width})
	}
	return out
}

// headsAgain reports whether the heads of the columns from one on are those of the columns from another on: the same
// table goes on beside itself, with nothing between the two.
func (a *analysis) headsAgain(from, again int) bool {
	for k := range a.g.Rows {
		if a.rows[k].class == cData {
			return false
		}
		same := 0
		for i := 0; from+i < again; i++ {
			k1, c1 := a.at(k, from+i)
			k2, c2 := a.at(k, again+i)
			if k1 == blank || k2 == blank || fold.Label(headerText(c1)) != fold.Label(headerText(c2)) {
				same = 0
				break
			}
			same++
		}
		if same > 1 {
			return true
		}
	}
	return false
}

// labelsAgain reports whether the labels of a column are those of a column left of it in another order, as where lists of
// the same things stand side by side, each in an order of its own.
func (a *analysis) labelsAgain(from, again int) bool {
	for left := from; left < again-1; left++ {
		known := make(map[string]bool)
		rows, same, shared := 0, 0, 0
		for k := range a.g.Rows {
			if kd, c := a.at(k, left); kd == text {
				known[c.Text] = true
			}
		}
		if len(known) < fewestAgain {
			continue
		}
		for k := range a.g.Rows {
			kd, c := a.at(k, again)
			if kd != text {
				continue
			}
			rows++
			if known[c.Text] {
				shared++
			}
			if kl, l := a.at(k, left); kl == text && l.Text == c.Text {
				same++
			}
		}
		if rows >= fewestAgain && shared*10 >= rows*8 && same*2 < rows && len(known)*10 <= rows*12 {
			return true
		}
	}
	return false
}

// fewestAgain is how many labels must come again.
const fewestAgain = 5

func most(list []int) int {
	m := 0
	for _, n := range list {
		m = max(m, n)
	}
	return m
}

// ownHeads reports whether no merged cell reaches over the border left of a column, other than in titles.
func (a *analysis) ownHeads(col int) bool {
	for _, m := range a.g.Merges {
		if m.Col1 < col && m.Col2 >= col && m.Col1 > 1 {
			return false
		}
	}
	return true
}

// shareTitles gives tables that stand beside others without a title of their own the title of the first.
func (s *Sheet) shareTitles() {
	for _, t := range s.Tables {
		if t.Title != "" {
			continue
		}
		for _, other := range s.Tables {
			if other.Title != "" && other.Range.Row1 <= t.Range.Row2 && t.Range.Row1 <= other.Range.Row2 {
				t.Title, t.TitleLines = other.Title, other.TitleLines
				t.retitled()
				if t.Unit == "" {
					t.Unit = other.Unit
				}
				break
			}
		}
	}
}
