package html

import (
	"errors"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/tape"
)

// table lays out one table as browsers do.
type table struct {
	page    *page
	order   int
	outer   bool
	id      string
	heading string
	caption []byte
	hidden  bool
	texts   bool // cells are texts unless they say otherwise
	base    look

	recorder *tape.Recorder // of the first row on
	row      int            // number of the current row, or of the last one
	inRow    bool
	rowLook  look
	kept     []tape.Cell
	filled   int   // cells of the row with a value
	rowText  int64 // bytes of the texts of the row
	col      int   // last column that the row's cells so far took
	cells    int64
	unseen   []sheet.Span // hidden rows without cells that no row with cells has followed yet

	until   []int // by column: the last row that a cell from above reaches down to
	growing []int // merged ranges that reach below the current row, by index
	group   look

	inCell    bool
	inCaption bool
	cell      cell

	cols   int // columns that <col> elements described so far
	unseeC []bool
	seen   evidence
	tail   sheet.Tail
	rows   int    // rows with a value
	wide   int    // most values in a row
	flat   []byte // the text of a table that may turn out to be no sheet
	err    error  // why the table cannot be read
}

func newTable(p *page, outer *table, a *attrs) *table {
	t := &table{page: p, order: p.tables, outer: outer == nil, id: a.id[:min(len(a.id), maxHeading)], texts: a.hasStr || p.libre, heading: string(p.heading)}
	l := p.look("table", a)
	t.hidden = l.hidden == yes
	around := p.base
	if outer != nil {
		around = outer.cell.now().inherited()
		t.hidden = t.hidden || outer.hidden || outer.cell.unseen() || outer.rowLook.hidden == yes
	}
	around.align = "" // tables are aligned themselves; their cells are not
	own := l.inherited()
	own.align = ""
	if a.align == "" {
		own.align = l.align
	}
	t.base = own.over(around)
	return t
}

// start reads a start tag within the table.
func (t *table) start(tag string, a *attrs) error {
	switch tag {
	case "tr":
		t.endRow()
		t.startRow(t.page.look(tag, a))
	case "td", "th":
		t.endCell()
		if !t.inRow {
			t.startRow(look{})
		}
		t.startCell(tag, a)
	case "thead", "tbody", "tfoot":
		t.endGroup()
		t.group = t.page.look(tag, a)
	case "caption":
		t.endRow()
		t.inCaption = true
	case "col":
		t.column(a)
	case "colgroup":
		if a.span != "" {
			t.column(a)
		}
	case "br", "p", "div", "li":
		if t.inCaption {
			t.caption = append(t.caption, '\n')
		} else if t.inCell {
			t.cell.element(tag, t.page.look(tag, a))
		}
	default:
		if t.inCell {
			t.cell.element(tag, t.page.look(tag, a))
		}
	}
	return t.nested()
}

// nested checks how deep the elements of the cell are nested.
func (t *table) nested() error {
	if len(t.cell.within) > max(t.page.book.limits.Nesting, 8) {
		return sheet.Exceeds(t.page.book.file, "", "", sheet.LimitNesting, t.page.book.limits.Nesting)
	}
	return nil
}

// end reads an end tag within the table.
func (t *table) end(tag string) error {
	switch tag {
	case "tr":
		t.endRow()
	case "td", "th":
		t.endCell()
	case "thead", "tbody", "tfoot":
		t.endGroup()
	case "caption":
		t.endCaption()
	default:
		if t.inCell {
			t.cell.endElement(tag)
		}
	}
	return nil
}

func (t *table) text(b []byte) {
	switch {
	case t.err != nil:
	case t.inCaption:
		t.caption = append(t.caption, b[:min(len(b), maxHeading-min(len(t.caption), maxHeading))]...)
	case t.inCell:
		t.cell.add(b)
		if int64(len(t.cell.buf)) > t.page.book.limits.Text {
			t.exceeds(t.cell.col, sheet.LimitText, t.page.book.limits.Text)
			t.cell.buf, t.cell.runs = nil, nil
		}
	}
}

// flatten takes the text of a table within the cell that is no sheet of its own.
func (t *table) flatten(text []byte) {
	if !t.inCell {
		return
	}
	t.cell.line()
	for i, line := range strings.Split(string(text), "\n") {
		if i > 0 {
			t.cell.line()
		}
		t.text([]byte(line))
	}
	t.cell.line()
}

// endCaption makes rows of the caption: it is the table's title, and may give the unit.
func (t *table) endCaption() {
	if !t.inCaption {
		return
	}
	t.inCaption = false
	if t.row > 0 {
		return
	}
	for _, line := range strings.Split(string(t.caption), "\n") {
		if line = strings.ToValidUTF8(strings.Join(strings.Fields(line), " "), "\ufffd"); line != "" && t.err == nil {
			t.row++
			style := t.page.book.styleID(sheet.Style{NumFmt: general, Font: t.base.font})
			t.kept = append(t.kept[:0], tape.Cell{Cell: sheet.Cell{Col: 1, Type: sheet.Text, Text: line, Style: style}})
			t.record(false)
		}
	}
	t.kept = t.kept[:0]
}

// column reads a <col> or a <colgroup> that stands for columns.
func (t *table) column(a *attrs) {
	n := spanOf(a.span, 1000)
	if t.page.look("col", a).hidden == yes {
		for c := t.cols + 1; c <= min(t.cols+n, sheet.MaxCols); c++ {
			for len(t.unseeC) <= c {
				t.unseeC = append(t.unseeC, false)
			}
			t.unseeC[c] = true
		}
	}
	t.cols = min(t.cols+n, sheet.MaxCols)
}

// spanOf reads how many columns or rows a cell takes; what is no such number is one.
func spanOf(v string, limit int) int {
	if v == "" {
		return 1
	}
	v = strings.TrimSpace(v)
	i := 0
	for i < len(v) && v[i] >= '0' && v[i] <= '9' {
		i++
	}
	n, err := strconv.Atoi(v[:i])
	if errors.Is(err, strconv.ErrRange) {
		return limit
	}
	return max(min(n, limit), 1)
}

func (t *table) startRow(l look) {
	t.endCaption()
	t.inRow, t.rowLook = true, l.over(t.group.over(look{}))
	t.row++
	t.kept, t.filled, t.rowText, t.col = t.kept[:0], 0, 0, 0
	if t.row > sheet.MaxRows {
		t.row = sheet.MaxRows
		t.exceeds(1, "rows", sheet.MaxRows)
	}
}

// endRow ends the row, if one is open.
func (t *table) endRow() {
	t.endCell()
	if !t.inRow {
		return
	}
	t.inRow = false
	hidden := t.rowLook.hidden == yes
	if t.filled > 0 {
		t.rows++
		t.wide = max(t.wide, t.filled)
	}
	if !t.isData() && t.err == nil && len(t.flat) > 0 {
		t.flat = append(t.flat, '\n')
	}
	switch {
	case t.err != nil:
	case len(t.kept) > 0:
		t.record(hidden)
	case hidden:
		t.unseen = append(t.unseen, sheet.Span{First: t.row, Last: t.row})
	}
}

// record puts the row on the tape.
func (t *table) record(hidden bool) {
	if t.recorder == nil {
		t.recorder = t.page.recorder()
	}
	var err error
	for _, span := range t.unseen {
		if err == nil {
			err = t.recorder.Row(span.First, 1, true, nil)
		}
	}
	t.unseen = t.unseen[:0]
	if err == nil {
		err = t.recorder.Row(t.row, 1, hidden, t.kept)
	}
	if err != nil {
		t.exceeds(1, sheet.LimitStrings, t.page.book.limits.Strings)
	}
}

// recorder gives a recorder that is free.
func (p *page) recorder() *tape.Recorder {
	if n := len(p.spare); n > 0 {
		r := p.spare[n-1]
		p.spare = p.spare[:n-1]
		return r
	}
	return tape.NewRecorder(p.budget)
}

// endGroup ends a group of rows: cells reach down no further.
func (t *table) endGroup() {
	t.endRow()
	t.group = look{}
	if len(t.growing) == 0 {
		return
	}
	for _, i := range t.growing {
		m := &t.tail.Merges[i]
		m.Row2 = min(m.Row2, max(t.row, m.Row1))
	}
	t.growing = t.growing[:0]
	for c := range t.until {
		t.until[c] = min(t.until[c], t.row)
	}
}

// isData reports whether the table is more than a line or a list.
func (t *table) isData() bool { return t.rows >= 2 && t.wide >= 2 }

// finish ends the table. It gives nil for a table that is no sheet.
func (t *table) finish() (*finished, error) {
	t.endGroup()
	t.endCaption()
	if t.err == nil && !t.isData() && !(t.outer && (t.page.excel || t.page.libre)) {
		t.giveBack()
		return nil, nil
	}
	f := &finished{order: t.order, outer: t.outer, name: t.title(), hidden: t.hidden, sheet: recorded{decimals: t.seen.decimals(), err: t.err}}
	t.page.heading = t.page.heading[:0]
	if t.err != nil {
		t.giveBack()
		return f, nil
	}
	t.tail.Merges = realMerges(t.tail.Merges)
	t.hiddenColumns()
	if t.recorder == nil {
		t.recorder = t.page.recorder()
	}
	var err error
	f.sheet.tape, err = t.recorder.Finish(&t.tail)
	t.page.spare = append(t.page.spare, t.recorder)
	if errors.Is(err, tape.ErrBudget) {
		err = sheet.Exceeds(t.page.book.file, "", "", sheet.LimitStrings, t.page.book.limits.Strings)
	}
	return f, err
}

// giveBack drops what was recorded.
func (t *table) giveBack() {
	if t.recorder != nil {
		t.recorder.Reset()
		t.page.spare = append(t.page.spare, t.recorder)
		t.recorder = nil
	}
}

// title is what the page calls the table.
func (t *table) title() string {
	for _, name := range []string{string(t.caption), t.id, t.heading} {
		if strings.TrimSpace(name) != "" {
			return name
		}
	}
	return ""
}

// realMerges drops ranges that were cut down to a single cell.
func realMerges(merges []sheet.Range) []sheet.Range {
	out := merges[:0]
	for _, m := range merges {
		if m.Row1 != m.Row2 || m.Col1 != m.Col2 {
			out = append(out, m)
		}
	}
	return out
}

func (t *table) hiddenColumns() {
	for c := 1; c < len(t.unseeC); c++ {
		if !t.unseeC[c] {
			continue
		}
		first := c
		for c+1 < len(t.unseeC) && t.unseeC[c+1] {
			c++
		}
		t.tail.HiddenCols = append(t.tail.HiddenCols, sheet.Span{First: first, Last: c})
	}
}

// exceeds notes that the table exceeds a limit: it becomes the error of its Scan.
func (t *table) exceeds(col int, limit string, value any) {
	if t.err == nil {
		t.err = sheet.Exceeds(t.page.book.file, "", sheet.A1(max(t.row, 1), min(max(col, 1), sheet.MaxCols)), limit, value)
	}
}
