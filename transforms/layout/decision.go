package layout

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
)

// Doubtful is the confidence below which a decision is a question to whoever knows the table.
const Doubtful = 0.6

// Decision is one thing that recognition had to decide about a table, with how sure it is and why.
type Decision struct {
	What       string   `json:"what"`  // header, labels, title, unit, period, hierarchy, derived
	Value      string   `json:"value"` // what was decided
	Confidence float64  `json:"confidence"`
	Question   bool     `json:"question"` // the confidence is below Doubtful
	Reasons    []Reason `json:"reasons"`
}

// Reason is something that a decision rests on, or that speaks against it.
type Reason struct {
	Key     string `json:"key"`  // the same for all texts that differ in their figures only: for translation
	Text    string `json:"text"` // in English
	Against bool   `json:"against,omitempty"`
}

// weigher gathers reasons. Independent reasons for a decision leave each its share of the doubt; reasons against it take
// away from what is sure.
type weigher struct {
	Decision
	doubt float64
	keep  float64
}

func weigh(what, value string) *weigher {
	return &weigher{Decision: Decision{What: what, Value: value, Reasons: []Reason{}}, doubt: 1, keep: 1}
}

// yes adds a reason of some weight, from 0 for none to 1 for certainty.
func (w *weigher) yes(weight float64, key, format string, args ...any) {
	if weight <= 0 {
		return
	}
	w.doubt *= 1 - math.Min(weight, 0.98)
	w.Reasons = append(w.Reasons, Reason{Key: key, Text: fmt.Sprintf(format, args...)})
}

func (w *weigher) no(weight float64, key, format string, args ...any) {
	if weight <= 0 {
		return
	}
	w.keep *= 1 - math.Min(weight, 0.95)
	w.Reasons = append(w.Reasons, Reason{Key: key, Text: fmt.Sprintf(format, args...), Against: true})
}

func (w *weigher) done() Decision {
	w.Confidence = math.Round((1-w.doubt)*w.keep*100) / 100
	w.Question = w.Confidence < Doubtful
	return w.Decision
}

// decide says what was decided about a table, how sure that is, and why.
func (a *analysis) decide(b *block, t *Table) []Decision {
	return []Decision{a.decideHeader(b, t), a.decideLabels(b, t), decideTitle(t), a.decideUnit(b, t), a.decidePeriod(t), a.decideHierarchy(b, t),
		decideDerived(t)}
}

func share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

func (a *analysis) decideHeader(b *block, t *Table) Decision {
	w := weigh("header", "rows "+list(t.HeaderRows))
	if len(t.HeaderRows) == 0 {
		w.Value = "none"
		w.yes(0.4, "no_header", "nothing stands above the values that could be a header")
		return w.done()
	}
	if b.pins.HeaderRows > 0 {
		w.yes(0.95, "pinned", "the recipe says so")
	}
	named := 0
	for i := range t.Columns {
		if len(t.Columns[i].Path) > 0 {
			named++
		}
	}
	n := len(t.Columns)
	w.yes(0.75*share(named, n), "columns_named", "%d of %d value columns have a text above them", named, n)
	if named < n {
		w.no(0.6*share(n-named, n), "columns_unnamed", "%d value columns have no text above them", n-named)
	}
	merged, bold, cells := 0, 0, 0
	for _, k := range b.header {
		for j, kd := range a.kinds[k] {
			if kd == blank {
				continue
			}
			c := &a.g.Rows[k].Cells[j]
			cells++
			if a.g.StyleOf(c).Bold {
				bold++
			}
			if a.spans(k, c) {
				merged++
			}
		}
	}
	if merged > 0 {
		w.yes(0.4, "merged_heads", "%d cells are merged over several columns", merged)
	}
	if bold*2 > cells && !a.g.StyleOf(a.firstValue(b)).Bold {
		w.yes(0.3, "bold_heads", "they are bold and the values are not")
	}
	last, first := b.header[len(b.header)-1], b.body[0]
	if a.rows[first].number-a.rows[last].number > 1 && b.gap[first-1] == lineNone {
		w.yes(0.2, "blank_row_below", "a blank row parts them from the values")
	}
	if double := sameHeads(t); double > 0 {
		w.no(0.5*share(double, n), "heads_repeated", "%d columns have the same header as another", double)
	}
	if b.list != nil && len(b.body) < fewestRecords {
		w.no(0.4, "short_list", "below them stand few lines, and words for the most part")
	}
	return w.done()
}

// firstValue is a cell of the first line with values.
func (a *analysis) firstValue(b *block) (c *sheet.Cell) {
	k := b.body[0]
	for j := range a.kinds[k] {
		c = &a.g.Rows[k].Cells[j]
		if a.kinds[k][j].isValue() {
			return c
		}
	}
	return c
}

// sameHeads counts the columns whose header is that of another.
func sameHeads(t *Table) int {
	seen, n := make(map[string]bool), 0
	for i := range t.Columns {
		if len(t.Columns[i].Path) == 0 {
			continue
		}
		key := strings.Join(t.Columns[i].Path, "\x00")
		if seen[key] {
			n++
		}
		seen[key] = true
	}
	return n
}

func (a *analysis) decideLabels(b *block, t *Table) Decision {
	w := weigh("labels", "columns "+columnNames(b.stub))
	if len(b.stub) == 0 {
		w.Value = "none"
		w.yes(0.45, "no_labels", "no column of words or periods stands left of the values")
		return w.done()
	}
	if b.pins.StubColumns > 0 {
		w.yes(0.95, "pinned", "the recipe says so")
	}
	rows := sample(len(b.body), 400)
	labelled, mixed := 0, 0
	for _, i := range rows {
		if a.hasLabel(b, b.body[i]) {
			labelled++
		}
	}
	for _, c := range b.values {
		if s := &b.stats[c]; s.texts*4 > s.filled() {
			mixed++
		}
	}
	w.yes(0.85*share(labelled, len(rows)), "lines_labelled", "%d of %d lines have a label there", labelled, len(rows))
	if labelled < len(rows) {
		w.no(0.5*share(len(rows)-labelled, len(rows)), "lines_unlabelled", "%d lines have none", len(rows)-labelled)
	}
	if t.StubHead != "" {
		w.yes(0.3, "labels_headed", "a header stands above them: %s", clip(t.StubHead))
	}
	if mixed > 0 {
		w.no(0.5*share(mixed, len(b.values)), "words_among_values", "%d value columns hold words too", mixed)
	}
	if n := len(t.unnamed); n > 0 {
		w.no(0.2, "values_unnamed", "%d values stand on lines without a label", n)
	}
	return w.done()
}

func decideTitle(t *Table) Decision {
	w := weigh("title", clip(t.Title))
	switch n := len(t.TitleLines); {
	case n == 0:
		w.Value = "none"
		w.yes(0.4, "no_title", "no words stand above the table")
	case n <= 3:
		w.yes(0.85, "title_above", "%d lines of words stand above the table", n)
	default:
		w.yes(0.6, "title_above", "%d lines of words stand above the table", n)
	}
	if titleStart.MatchString(strings.ToLower(t.Title)) {
		w.yes(0.6, "title_numbered", "it begins as titles do")
	}
	return w.done()
}

// retitled decides on the title again, when the table got that of another.
func (t *Table) retitled() {
	for i := range t.Decisions {
		if t.Decisions[i].What == "title" {
			t.Decisions[i] = decideTitle(t)
		}
	}
}

// columnNames lists columns by their letters.
func columnNames(cols []int) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = sheet.ColumnName(c)
	}
	return strings.Join(names, " ")
}

// clip shortens a text for a list of decisions.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

func decideDerived(t *Table) Decision {
	sums, least := 0, 1.0
	var rows, cols []int
	for _, id := range t.Identities {
		if !id.derives() {
			continue
		}
		sums++
		least = math.Min(least, id.Confidence)
		if id.Axis == Rows {
			rows = append(rows, id.Result)
		} else {
			cols = append(cols, id.Result)
		}
	}
	slices.Sort(rows)
	slices.Sort(cols)
	parts := make([]string, 0, 2)
	if len(rows) > 0 {
		parts = append(parts, "rows "+clip(list(slices.Compact(rows))))
	}
	if len(cols) > 0 {
		parts = append(parts, "columns "+clip(columnNames(slices.Compact(cols))))
	}
	w := weigh("derived", strings.Join(parts, ", "))
	if sums == 0 {
		w.Value = "none"
		w.yes(0.65, "nothing_adds_up", "no line or column was found to follow from others")
	} else {
		w.yes(0.95*least, "adds_up", "%d relations hold, the least sure with %.2f", sums, least)
	}
	if t.wordsOnly > 0 {
		w.no(0.3, "totals_by_word", "%d lines and columns are called totals but do not add up from what stands beside them", t.wordsOnly)
	}
	return w.done()
}
