package layout

import (
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/period"
)

func (a *analysis) decideUnit(b *block, t *Table) Decision {
	w := weigh("unit", t.Unit)
	cols, lines, n := 0, 0, len(t.Columns)
	for i := range t.Columns {
		if t.Columns[i].Unit != "" {
			cols++
		}
	}
	at := sample(len(t.Lines), 400)
	for _, i := range at {
		if l := &t.Lines[i]; l.Unit != "" || l.SecUnit != "" {
			lines++
		}
	}
	if t.Unit != "" {
		w.yes(0.9, "unit_line", "a line of its own states it")
		if severalUnits(t.Unit) {
			w.no(0.5, "several_units", "it states several units, of which each holds for some columns")
		}
	}
	if b.unitCol > 0 {
		w.Value = strings.TrimSpace(w.Value + " column " + sheet.ColumnName(b.unitCol))
		weight := 0.75
		if isUnitHead(a.headText(b, b.unitCol)) {
			weight = 0.95
		}
		w.yes(weight, "unit_column", "a column of its own states it")
	} else if lines > 0 {
		w.yes(0.85*share(lines, len(at)), "unit_in_labels", "%d of %d lines state one", lines, len(at))
	}
	if cols > 0 {
		w.yes(0.9*share(cols, n), "unit_in_headers", "%d of %d columns state one", cols, n)
	}
	if len(w.Reasons) > 0 {
		return w.done()
	}
	w.Value = "none"
	if u, ok := parseUnit(t.Title); ok {
		w.Value = u.Name
		w.yes(0.7, "unit_in_title", "the title states it")
		return w.done()
	}
	w.yes(0.3, "no_unit", "no text says what the values are counted in")
	return w.done()
}

func (x *lexicon) decidePeriod(t *Table) Decision {
	w := weigh("period", "")
	var context *period.Period
	if p, ok := x.period(t.Title); ok {
		context = &p
	}
	cols, named := 0, ""
	for i := range t.Columns {
		head := strings.Join(t.Columns[i].Path, levelMark)
		if context == nil && !hasYear(head) {
			continue
		}
		if h, ok := period.ParseHeader(head, context); ok && (context == nil || !h.Period.Equal(*context) ||
			saysPeriod.MatchString(fold.Text(strings.Join(t.Columns[i].Path, " ")))) {
			cols++
			named = h.Period.String()
		} else if x.isSplitYear(head) {
			cols++
			named = head
		}
	}
	at := sample(len(t.Lines), 100)
	lines := 0
	for _, i := range at {
		for _, l := range t.Lines[i].Path {
			if len(l) >= 60 {
				continue
			}
			if p, ok := x.period(l); ok {
				lines++
				named = p.String()
				break
			} else if x.isSplitYear(l) {
				lines++
				named = l
				break
			}
		}
	}
	switch n := len(t.Columns); {
	case cols > 0:
		w.Value = "columns"
		w.yes(0.95*share(cols, n), "period_in_headers", "%d of %d columns name one, such as %s", cols, n, named)
	case lines*2 > len(at):
		w.Value = "lines"
		w.yes(0.95*share(lines, len(at)), "period_in_labels", "%d of %d lines name one, such as %s", lines, len(at), named)
	}
	if context != nil {
		if w.Value == "" {
			w.Value = "title"
		}
		w.yes(0.75, "period_in_title", "the title names %s", context)
		if severalPeriods.MatchString(fold.Text(t.Title)) {
			w.no(0.4, "several_periods", "the title names more than one")
		}
	}
	if len(w.Reasons) == 0 {
		w.Value = "none"
		w.yes(0.25, "no_period", "neither the title nor a header nor the labels name one")
	}
	return w.done()
}

func (a *analysis) decideHierarchy(b *block, t *Table) Decision {
	at := sample(len(t.Lines), 400)
	depth, seen, double := 0, make(map[string]bool, len(at)), 0
	for _, i := range at {
		l := &t.Lines[i]
		depth = max(depth, len(l.Path))
		key := l.Section + "\x00" + strings.Join(l.Path, "\x00")
		if seen[key] && len(l.Path) > 0 {
			double++
		}
		seen[key] = true
	}
	w := weigh("hierarchy", "flat")
	if depth > 1 {
		w.Value = "levels " + list([]int{depth})
	}
	indents, bold, columns := a.depthSigns(b)
	groups := 0
	for _, kind := range b.gap {
		if kind == lineGroup {
			groups++
		}
	}
	switch {
	case depth <= 1:
		w.yes(0.75, "one_level", "all labels stand at one level")
	default:
		if indents {
			w.yes(0.8, "indents", "labels are indented")
		}
		if columns > 1 {
			w.yes(0.75, "label_columns", "labels stand in %d columns", columns)
		}
		if b.numbered {
			w.yes(0.8, "numbers", "the numbers of the lines tell their levels")
		}
		if groups > 0 {
			w.yes(0.6, "group_lines", "%d lines without values head the lines below them", groups)
		}
		if bold {
			w.yes(0.65, "bold_labels", "some labels are bold")
		}
	}
	if same, other := nesting(t); same+other > 0 {
		w.yes(0.6*share(same, same+other), "sums_agree", "%d sums add up lines at one level of the labels", same)
		w.no(0.2*share(other, same+other), "sums_cross", "%d sums add up lines of different levels", other)
	}
	if double > 0 {
		w.no(0.7*share(double, len(at))+0.15, "labels_repeated", "%d lines have the same labels as another", double)
	}
	return w.done()
}

// depthSigns tells what may show the depth of labels: indents, bold type, several columns.
func (a *analysis) depthSigns(b *block) (indents, bold bool, columns int) {
	least, most, plain, heavy := -1, 0, 0, 0
	for _, i := range sample(len(b.body), 400) {
		for _, c := range b.stub {
			kd, cell := a.at(b.body[i], c)
			if kd != text {
				continue
			}
			st := a.g.StyleOf(cell)
			if st.Bold {
				heavy++
			} else {
				plain++
			}
			n := st.Indent + len(cell.Text) - len(strings.TrimLeft(cell.Text, " \u00a0\t"))
			if least < 0 || n < least {
				least = n
			}
			most = max(most, n)
			break
		}
	}
	for _, c := range b.stub {
		if c != b.unitCol && !b.ordinals[c] {
			columns++
		}
	}
	return most > max(least, 0), heavy > 0 && plain > 0, columns
}

// nesting counts the sums of rows whose parts stand at one level of the labels, and those whose parts do not.
func nesting(t *Table) (same, other int) {
	if !slices.ContainsFunc(t.Identities, func(id Identity) bool { return id.Axis == Rows && id.Kind == Sum }) {
		return 0, 0
	}
	level := make(map[int]int, len(t.Lines))
	for i := range t.Lines {
		level[t.Lines[i].Row] = len(t.Lines[i].Path)
	}
	for _, id := range t.Identities {
		if id.Axis != Rows || id.Kind != Sum {
			continue
		}
		alike := true
		for _, o := range id.Operands {
			alike = alike && level[o] == level[id.Operands[0]]
		}
		if alike {
			same++
		} else {
			other++
		}
	}
	return same, other
}
