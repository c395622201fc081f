package layout

import (
	"strings"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/value"
)

// label is one text of the label columns with what its look says about its place in the hierarchy.
type label struct {
	text  string
	col   int
	depth int // by column, indent and leading blanks
	level int // by the number in the column beside it; 0 for none
	rank  int // among labels of one depth: bold before plain, without values before with values
	total bool
	unit  string
}

const (
	rankChapter = iota // "II. Passenger-kilometres"
	rankSection        // "B. Mining" below a chapter
	rankBoldGroup
	rankGroup
	rankBold
	rankPlain
)

// depthOfColumn is more than any indent.
const depthOfColumn = 10_000

// lines reads the labels of all lines with values, and the groups they stand in.
func (a *analysis) lines(b *block, t *Table) {
	w := walker{a: a, b: b, outlines: a.outlines(b), levels: a.ordinalLevels(b)}
	b.numbered = w.levels != nil
	body := make([]bool, b.last+1)
	for _, k := range b.body {
		body[k] = true
	}
	for _, k := range b.strays {
		body[k] = false // it would come under the labels above
	}
	t.Lines = make([]Line, 0, len(b.body))
	from := b.body[0]
	for k := range b.gap {
		from = min(from, k)
	}
	for k := from; k <= b.last; k++ {
		if body[k] {
			t.Lines = append(t.Lines, w.line(k))
			continue
		}
		switch kind := b.gap[k]; {
		case kind == lineBody:
			t.Lines = append(t.Lines, w.line(k))
		case kind == lineGroup:
			w.group(k)
		case kind == lineSection:
			w.startSection(k)
		}
	}
}

// walker goes down the lines of a table and keeps the labels that hold where it is.
type walker struct {
	a       *analysis
	b       *block
	stack   []label
	section string
	secUnit string
	pending []label // a label whose sentence goes on in the next line
	ditto   string  // unit above

	buffer   []label
	outlines map[rune]bool // kinds of enumeration that order the table
	levels   map[int]int   // of rows, by the numbers beside their labels
}

func (w *walker) startSection(k int) {
	_, first := w.a.valueCells(w.b, k)
	if first == nil {
		return
	}
	w.section = fold.Space(first.Text)
	w.secUnit = ""
	if w.a.isUnitText(first.Text) || strings.ContainsAny(first.Text, "(%") {
		if u, ok := parseUnit(first.Text); ok {
			w.secUnit = u.Name
		}
	}
	if w.secUnit != "" && w.a.isUnitText(first.Text) {
		w.section = ""
	}
	w.stack = w.stack[:0]
}

// labels reads the label cells of a line, from the left.
func (w *walker) labels(k int, group bool) []label {
	w.buffer = w.buffer[:0]
	for _, c := range w.b.stub {
		if c == w.b.unitCol || len(w.b.ordinals) > 0 && w.b.ordinals[c] {
			continue
		}
		kd, cell := w.a.at(k, c)
		if kd == blank {
			continue
		}
		w.buffer = append(w.buffer, w.makeLabel(cell, group))
	}
	if len(w.buffer) > 0 && w.levels != nil {
		w.buffer[0].level = w.levels[k]
	}
	return w.buffer
}

func (w *walker) makeLabel(c *sheet.Cell, group bool) label {
	st := w.a.g.StyleOf(c)
	l := label{text: w.a.shown(c), col: c.Col, rank: rankPlain}
	spaces := 0
	for _, r := range c.Text {
		if r != ' ' && r != '\u00a0' && r != '\t' {
			break
		}
		spaces++
	}
	if spaces < 2 || st.HAlign == "center" {
		spaces = 0
	}
	l.depth = c.Col*depthOfColumn + min(st.Indent, 50)*3 + min(spaces, 100)
	l.rank = rankPlain
	switch {
	case group && st.Bold:
		l.rank = rankBoldGroup
	case group:
		l.rank = rankGroup
	case st.Bold:
		l.rank = rankBold
	}
	if len(w.outlines) > 0 {
		switch e := enumeratorOf(l.text); {
		case !w.outlines[e.kind]:
		case e.kind == 'I' && w.outlines['A']:
			l.rank = rankSection
		default:
			l.rank = rankChapter
		}
	}
	w.read(&l)
	return l
}

// read tells what the words of a label say.
func (w *walker) read(l *label) {
	l.total, l.unit = w.a.isTotal(l.text), ""
	if strings.ContainsAny(l.text, "(%") {
		l.unit = w.a.unitIn(l.text)
	}
}

// withoutLeader drops the row of dots that leads the eye from a label to its values.
func withoutLeader(s string) string {
	t := strings.TrimRight(s, ". …")
	if strings.Count(s[len(t):], ".") < 3 && !strings.HasSuffix(s, "…") || t == "" {
		return s
	}
	return t
}

// under reports whether a label belongs below another that stands above it.
func (l *label) under(outer *label) bool {
	if l.level > 0 && outer.level > 0 {
		return l.level > outer.level
	}
	if d := l.depth - outer.depth; d > 1 || d < -1 {
		return d > 0
	}
	if outer.total && outer.rank >= rankBold {
		return false
	}
	return l.rank > outer.rank
}

func (w *walker) push(l label) {
	for len(w.stack) > 0 && !l.under(&w.stack[len(w.stack)-1]) {
		w.stack = w.stack[:len(w.stack)-1]
	}
	w.stack = append(w.stack, l)
}

// group takes in a line without values.
func (w *walker) group(k int) {
	labels := w.labels(k, true)
	if len(labels) == 0 {
		return
	}
	next, depth := w.nextLabel(k)
	if len(labels) == 1 && continues(&labels[0], next) {
		w.pending = append(w.pending, labels[0])
		return
	}
	labels = w.withPending(labels)
	last := &labels[len(labels)-1]
	if next != nil && depth < last.depth && w.isLine(k) && last.col <= next.Col {
		last.depth = depth // a label for the lines below cannot be deeper than they
	}
	if above, ok := w.above(k); ok && above.rank < rankPlain && len(labels) == 1 && w.a.isOfWhich(labels[0].text) && !labels[0].under(above) {
		labels[0].depth, labels[0].rank = max(above.depth, labels[0].depth), max(rankGroup, above.rank)
		w.stack = append(w.stack, labels[0]) // what stands below is of the line right above
		return
	}
	for _, l := range labels {
		w.push(l)
	}
}

// above is the label of the line right above row k, if that has values.
func (w *walker) above(k int) (*label, bool) {
	if len(w.stack) == 0 || k == 0 || w.b.gap[k-1] != lineNone || w.a.rows[k-1].class == cNone {
		return nil, false
	}
	return &w.stack[len(w.stack)-1], true
}

// isLine reports whether the next labelled row has values.
func (w *walker) isLine(k int) bool {
	for n := k + 1; n <= w.b.last; n++ {
		switch w.b.gap[n] {
		case lineGroup, lineSection, lineHead, lineTitle:
			return false
		}
		if w.a.rows[n].class != cNone {
			return true
		}
	}
	return false
}

// nextLabel gives the first label below row k and its depth.
func (w *walker) nextLabel(k int) (*sheet.Cell, int) {
	for n := k + 1; n <= w.b.last; n++ {
		if kind := w.b.gap[n]; kind == lineSection || kind == lineHead || kind == lineTitle {
			continue
		}
		for _, c := range w.b.stub {
			if c == w.b.unitCol || w.b.ordinals[c] {
				continue
			}
			if kd, cell := w.a.at(n, c); kd != blank {
				return cell, w.makeLabel(cell, false).depth
			}
		}
	}
	return nil, 0
}

// continues reports whether the sentence of a label goes on in the next label.
func continues(l *label, next *sheet.Cell) bool {
	if next == nil || next.Col != l.col || next.Type != sheet.Text {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(l.text)
	if last == ':' || !startsLower(next.Text) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(l.text)
	return first != '-' && first != '+' && !startsLower(l.text) || last == ',' || last == '-'
}

func (w *walker) withPending(labels []label) []label {
	if len(w.pending) == 0 || len(labels) == 0 {
		return labels
	}
	first := labels[0]
	var parts []string
	for _, p := range w.pending {
		parts = append(parts, p.text)
	}
	first.text = strings.Join(append(parts, first.text), " ")
	first.depth = w.pending[0].depth
	w.read(&first)
	w.pending = nil
	return append([]label{first}, labels[1:]...)
}

// forget drops labels of columns left of col that every line fills for itself: where such a column is blank, nothing of
// the line above holds.
func (w *walker) forget(col int) {
	for i := range w.stack {
		c := w.stack[i].col
		if c < col && c < len(w.b.stats) && w.b.stats[c].filled()*10 >= len(w.b.body)*9 && len(w.b.body) > 5 {
			w.stack = w.stack[:i]
			return
		}
	}
}

// line takes in a line with values.
func (w *walker) line(k int) Line {
	labels := w.withPending(w.labels(k, false))
	if len(labels) > 0 {
		w.forget(labels[0].col)
	}
	for _, l := range labels {
		w.push(l)
	}
	ln := Line{Row: w.a.rows[k].number, Section: w.section, SecUnit: w.secUnit}
	if len(w.stack) > 0 {
		ln.Path = make([]string, 0, len(w.stack))
	}
	for i := range w.stack {
		ln.Path = append(ln.Path, w.stack[i].text)
		if u := w.stack[i].unit; u != "" {
			ln.Unit = u
		}
	}
	if w.b.unitCol > 0 {
		if kd, c := w.a.at(k, w.b.unitCol); kd != blank {
			if !value.IsDitto(c.Text) {
				w.ditto = fold.Space(c.Text)
			}
			ln.Unit = w.ditto
		} else {
			w.ditto = ""
		}
	}
	return ln
}
