package layout

import (
	"regexp"
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
)

// markDerived gives the lines and columns that sum up or compare others, and their cells, the role. What is derived is
// told by arithmetic first; words alone tell it only of lines that say no more than that they are totals.
func (a *analysis) markDerived(s *Sheet, blocks []*block, tables []*Table) {
	for i, b := range blocks {
		t := tables[i]
		rows, cols := make(map[int]bool), make(map[int]bool)
		for _, id := range t.Identities {
			if !id.derives() {
				continue
			}
			if id.Axis == Rows {
				rows[id.Result] = true
			} else {
				cols[id.Result] = true
			}
		}
		told := len(rows) + len(cols)
		a.totalColumns(t, cols)
		a.hundreds(b, t, rows, cols)
		a.totalLines(b, rows)
		t.wordsOnly = len(rows) + len(cols) - told
		a.paintDerived(s, b, rows, cols)
	}
}

// totalColumns adds the columns whose header says no more than that they are totals, where parts stand beside them.
func (a *analysis) totalColumns(t *Table, cols map[int]bool) {
	for i, col := range t.Columns {
		for j, p := range col.Path {
			if a.isPlainTotal(p) && j == len(col.Path)-1 && a.siblings(t, i, j) > 1 {
				cols[col.Col] = true
			}
		}
	}
}

// siblings counts the columns right beside column i that share its header above level j.
func (a *analysis) siblings(t *Table, i, j int) int {
	path := t.Columns[i].Path
	if j == 0 {
		return len(t.Columns) / 2
	}
	n := 0
	for k := range t.Columns {
		if other := t.Columns[k].Path; k != i && len(other) > j && slices.Equal(other[:j], path[:j]) && other[j] != path[j] {
			n++
		}
	}
	return n
}

// totalLines adds the lines that say no more than that they are totals, and first lines of the table or of a part of it
// that name the whole.
func (a *analysis) totalLines(b *block, rows map[int]bool) {
	for i, k := range b.body {
		label := a.firstText(k)
		if label == "" {
			continue
		}
		first := i == 0 || b.gap[k-1] == lineGroup || b.gap[k-1] == lineSection
		if a.isPlainTotal(label) || first && len(b.body) > 4 && a.namesWhole(label) {
			rows[a.rows[k].number] = true
		}
	}
}

func namesWhole(s string) bool {
	t := fold.Label(s)
	return wholeWords.MatchString(t) && !strings.HasPrefix(t, fold.Label("tổng công ty")) && !strings.HasPrefix(t, fold.Label("tổng cục"))
}

var wholeWords = regexp.MustCompile(`^((total|all|tổng số|tổng|toàn) \pL|cả nước$|toàn quốc$|(the )?whole country$|united states( \\\d| total|,? \d{4})?$|world( total)?$|national( total| average)?$)`)

// hundreds adds the lines and columns that hold nothing but 100: the wholes of percentages. A column under a period is
// the base of an index instead.
func (a *analysis) hundreds(b *block, t *Table, rows, cols map[int]bool) {
	if len(b.body) > mostRead {
		return // a list
	}
	other := make([]bool, len(b.isValue)) // columns with other values
	seen := make([]int, len(b.isValue))
	for _, k := range b.body {
		n, all := 0, true
		for j, kd := range a.kinds[k] {
			c := &a.g.Rows[k].Cells[j]
			if c.Col >= len(b.isValue) || !b.isValue[c.Col] || kd == blank || kd == mark {
				continue
			}
			if kd == number && isHundred(c) {
				n++
				seen[c.Col]++
				continue
			}
			all = false
			other[c.Col] = true
		}
		if all && n > 1 {
			rows[a.rows[k].number] = true
		}
	}
	for i, col := range t.Columns {
		if seen[col.Col] > 2 && !other[col.Col] && !startsPeriod(t.Columns[i].Path) {
			cols[col.Col] = true
		}
	}
}

func isHundred(c *sheet.Cell) bool {
	if c.Type == sheet.Number {
		return c.Num == 100
	}
	t := strings.TrimRight(strings.TrimSpace(c.Text), "%0 ")
	return t == "1" && strings.HasPrefix(strings.TrimSpace(c.Text), "100") || t == "100." || t == "100,"
}

// startsPeriod reports whether a header names a period.
func startsPeriod(path []string) bool {
	for _, p := range path {
		if saysPeriod.MatchString(fold.Text(p)) {
			return true
		}
	}
	return false
}

// derives reports whether the result of an identity says nothing that its operands do not.
func (id *Identity) derives() bool {
	switch id.Kind {
	case Sum, Average, Difference, Change:
		return true
	}
	return false
}

// paintDerived writes the roles.
func (a *analysis) paintDerived(s *Sheet, b *block, rows, cols map[int]bool) {
	if len(rows)+len(cols) == 0 {
		return
	}
	for _, k := range b.body {
		n := a.rows[k].number
		if rows[n] {
			s.Lines[n-1] = Derived
		}
		for j, kd := range a.kinds[k] {
			c := a.g.Rows[k].Cells[j].Col
			if kd == blank || c >= len(b.isValue) {
				continue
			}
			switch {
			case b.isStub[c] && rows[n]:
				a.g.roles[k][j] = Group
			case b.isValue[c] && (rows[n] || cols[c]):
				a.g.roles[k][j] = Derived
			}
		}
	}
}
