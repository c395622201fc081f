package layout

import (
	"regexp"
	"strings"

	"github.com/statloom/statloom/transforms/fold"
)

// paint gives the lines and cells of a block their roles.
func (a *analysis) paint(s *Sheet, b *block, end int) {
	for k := b.metaTop; k < b.body[0]; k++ {
		a.fill(s, k, Metadata)
	}
	for _, k := range b.header {
		a.fill(s, k, Header)
	}
	for k, kind := range b.gap {
		switch kind {
		case lineGroup:
			a.fill(s, k, Group)
		case lineSection:
			a.fill(s, k, Group)
			if k < b.body[0] {
				a.fill(s, k, Header)
			}
		case lineHead:
			a.fill(s, k, Header)
		case lineTitle:
			a.fill(s, k, Metadata)
		case lineBody:
			a.fill(s, k, Data)
		}
	}
	for _, k := range b.body {
		a.fill(s, k, Data)
	}
	for k := b.last + 1; k < end; k++ {
		a.fill(s, k, Notes)
	}
}

// fill gives a line and all its cells one role.
func (a *analysis) fill(s *Sheet, k int, r Role) {
	if a.rows[k].class == cNone {
		return
	}
	if line := &s.Lines[a.rows[k].number-1]; *line == Empty || weight[r] >= weight[*line] {
		*line = r
	}
	for j, kd := range a.kinds[k] {
		if kd != blank {
			a.g.roles[k][j] = r
		}
	}
}

// weight says which role a line has where tables side by side disagree.
var weight = [...]int{Empty: 0, Notes: 1, Metadata: 2, Group: 3, Header: 4, Derived: 5, Data: 5}

// paintText gives roles to a sheet without any values: titles first, notes where the words look like notes. A form that
// nobody filled in has heads and labels all the same.
func (a *analysis) paintText(s *Sheet) {
	role := Metadata
	top, bottom := a.emptyForm()
	for k := range a.rows {
		if a.rows[k].class == cNone {
			continue
		}
		switch {
		case k == top:
			role = Header
		case k == bottom+1 && top >= 0:
			role = Data
		case k > bottom && k > 0 && looksLikeNote(a.firstText(k)):
			role = Notes
		}
		a.fill(s, k, role)
	}
}

// emptyForm finds the header of a table without values: lines of heads, and below them a column of labels alone. It
// gives the first and the last line of the header, or -1.
func (a *analysis) emptyForm() (top, bottom int) {
	top, bottom = -1, -1
	labels := 0
	for k := range a.rows {
		switch n := len(a.filled(k)); {
		case n > 2:
			if top < 0 {
				top = k
			}
			bottom, labels = k, 0
		case n == 1 && top >= 0 && !looksLikeNote(a.firstText(k)) && a.filled(k)[0] == a.rows[bottom].first:
			labels++
		}
	}
	if labels < 3 {
		return -1, -1
	}
	return top, bottom
}

// filled lists the columns of a line that hold something.
func (a *analysis) filled(k int) []int {
	var out []int
	for j, kd := range a.kinds[k] {
		if kd != blank {
			out = append(out, a.g.Rows[k].Cells[j].Col)
		}
	}
	return out
}

var plainTotal = regexp.MustCompile(`^(tổng số|tổng cộng|tổng|cộng|total|grand total|all|tổng số ?[-–/] ?total|sum|overall|totals|tổng số total|chung)$|[,:;] ?(total|totals|tổng số)$`)

func isPlainTotal(s string) bool {
	return len(s) < 200 && plainTotal.MatchString(strings.TrimRight(noteMark.ReplaceAllString(ordinalMark.ReplaceAllString(fold.Label(s), ""), ""), " :.-"))
}

// ordinalMark is what numbers a label: "a. Tổng số", "II) Total".
var ordinalMark = regexp.MustCompile(`^([a-z]|[ivx]+|\d{1,2})[.)] `)

// noteMark is a reference to a footnote such as "\2".
var noteMark = regexp.MustCompile(`\s*\\\d+`)
