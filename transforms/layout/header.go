package layout

import (
	"regexp"
	"sort"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
)

// longest words of a single header cell that is alone in its line; longer ones are taken for a title
const longHeader = 90

// farthest header line that blank rows part from the first values
const farHeader = 40

// findHeader walks up from the first line with values.
func (a *analysis) findHeader(b *block) {
	top, bottom := -1, -1
	seen := make(map[int]bool) // value columns that have a header
	limit := b.prev
	for k := b.body[0] - 1; k > limit; k-- {
		f := &a.rows[k]
		if f.class == cNone {
			continue
		}
		below := b.body[0]
		if top >= 0 {
			below = top
		}
		distance := a.rows[below].number - f.number
		n, first := a.valueCells(b, k)
		if tooFar(distance, n, len(b.values), top >= 0) {
			break
		}
		if n == 0 {
			if top >= 0 && f.texts > 1 && distance <= 3 && f.first > 0 && !f.numbered || top >= 0 && a.goesUp(b, k, top) {
				top = k // heads of label columns
				continue
			}
			if top >= 0 && distance > 1 && a.rows[k+1].number-f.number > 1 && len(seen)*2 >= len(b.values) && !a.moreAbove(b, k, limit) {
				break
			}
			continue
		}
		if n == 1 && a.isUnitCell(first) {
			if top < 0 || bottom < 0 {
				continue // a unit line between header and values, or above a table without a header
			}
			if !a.moreAbove(b, k, limit) {
				break
			}
			continue
		}
		if bottom < 0 && n == 1 && f.class == cLabel && a.reachesAll(b, k, first) && a.headAbove(b, k) {
			continue // the first of the lines that divide the table
		}
		if a.isTitleLine(b, k, n, first, top >= 0, len(seen) >= len(b.values)) {
			break
		}
		if top >= 0 && distance > 2 && !a.sharpens(b, k, seen) && f.texts+f.years < 2 {
			break
		}
		top = k
		if bottom < 0 {
			bottom = k
		}
		a.cover(b, k, seen)
	}
	if top < 0 && b.pins.HeaderRows == 0 {
		return
	}
	if b.pins.HeaderRows > 0 {
		top, bottom = a.pinHeader(b, top, bottom)
	}
	for k := top; k <= bottom; k++ {
		if a.rows[k].class != cNone {
			b.header = append(b.header, k)
		}
	}
}

// tooFar reports whether a line stands too far above the values, or the header lines found so far, to be a part of the
// header; one that has something to say of most columns may stand further away.
func tooFar(distance, cells, columns int, started bool) bool {
	if started {
		return distance > 5 && (distance > 10 || cells <= 2 || cells*4 < columns*3)
	}
	return distance > 7 && (distance > farHeader || cells <= 2 || cells*2 < columns)
}

// goesUp reports whether a line with nothing but a head of an inner label column stands in the middle of a header.
func (a *analysis) goesUp(b *block, k, top int) bool {
	if len(b.stub) < 2 || a.rows[k].first == b.stub[0] || !a.adjacent(k, top) || k-1 <= b.prev || !a.adjacent(k-1, k) {
		return false
	}
	return a.rows[k-1].class != cNone
}

// pinHeader gives the header as many lines as are pinned: it is shortened at the top, where a title may have been taken
// in, and lengthened at the bottom; lines with values that it takes in leave the body.
func (a *analysis) pinHeader(b *block, top, bottom int) (int, int) {
	n := 0
	if top < 0 {
		top, bottom = b.body[0], b.body[0]-1
	}
	for k := top; k <= bottom; k++ {
		if a.rows[k].class != cNone {
			n++
		}
	}
	for ; n > b.pins.HeaderRows; top++ {
		if a.rows[top].class != cNone {
			n--
		}
	}
	for k := bottom + 1; k < b.last && n < b.pins.HeaderRows; k++ {
		if a.rows[k].class != cNone {
			n++
			bottom = k
		}
	}
	for len(b.body) > 1 && b.body[0] <= bottom {
		b.body = b.body[1:]
	}
	return top, bottom
}

// valueCells counts the cells of a row that stand above value columns, and gives the first of them.
func (a *analysis) valueCells(b *block, k int) (n int, first *sheet.Cell) {
	for j, kd := range a.kinds[k] {
		c := &a.g.Rows[k].Cells[j]
		if kd == blank || !a.overValues(b, k, c.Col) {
			continue
		}
		if n++; n == 1 {
			first = c
		}
	}
	return n, first
}

// overValues reports whether a cell stands above a value column and not above labels; a merged cell that begins above
// the labels is a title.
func (a *analysis) overValues(b *block, k, col int) bool {
	if len(b.values) == 0 {
		return false
	}
	if col < len(b.isStub) && b.isStub[col] {
		return false
	}
	if col >= b.values[0] {
		return true
	}
	m, ok := a.g.Merge(a.rows[k].number, col)
	return ok && m.Col2 >= b.values[0] && len(b.stub) > 0 && col > b.stub[len(b.stub)-1]
}

// isUnitCell reports whether a header cell that stands alone states the unit of the whole table.
func (a *analysis) isUnitCell(c *sheet.Cell) bool {
	return c.Type == sheet.Text && a.isUnitText(c.Text)
}

var titleStart = regexp.MustCompile(`^(table|bảng|biểu|tab\.|phụ lục|annex|figure|hình|tiếp theo|\(tiếp theo\)|\(cont)\b`)

// isTitleLine reports whether a line above the values is a title although it stands above value columns.
// started says that header lines were found below it, complete that these fill all value columns.
func (a *analysis) isTitleLine(b *block, k, n int, first *sheet.Cell, started, complete bool) bool {
	if n != 1 || first.Type != sheet.Text {
		return false
	}
	f := &a.rows[k]
	if titleStart.MatchString(a.text(first.Text)) || complete && (f.numbered || len(first.Text) > 40 && !a.spans(k, first)) {
		return true
	}
	if k == 0 && complete && f.class == cLabel && !a.spans(k, first) || started && a.headsList(b, k, first, complete) {
		return true
	}
	if f.texts > 1 { // a label beside it: a head over the labels, or a title with a unit
		return started && len(a.firstText(k)) > longHeader
	}
	if m, ok := a.g.Merge(f.number, first.Col); ok && m.Col2 > m.Col1 {
		return !started && len(b.values) > 1 && !a.headAbove(b, k)
	}
	if len(b.values) == 1 {
		return len(first.Text) > longHeader
	}
	return !started && a.rows[b.body[0]].number-f.number > 4 && first.Col == b.values[0] || len(first.Text) > longHeader
}

// spans reports whether a cell is merged over several columns.
func (a *analysis) spans(k int, c *sheet.Cell) bool {
	m, ok := a.g.Merge(a.rows[k].number, c.Col)
	return ok && m.Col2 > m.Col1
}

// moreAbove reports whether a header line stands close above row k: one with several cells, or with one that spans columns.
func (a *analysis) moreAbove(b *block, k, limit int) bool {
	for up := k - 1; up > limit && a.rows[k].number-a.rows[up].number <= 4; up-- {
		if a.rows[up].class == cNone {
			continue
		}
		n, first := a.valueCells(b, up)
		if n >= 2 {
			return true
		}
		if n == 1 && !a.isUnitCell(first) {
			m, ok := a.g.Merge(a.rows[up].number, first.Col)
			return ok && m.Col2 > m.Col1
		}
	}
	return false
}

// sharpens reports whether a line some way above the header found so far still belongs to it: it fills columns that have
// no header, or spans several, or has as many cells.
func (a *analysis) sharpens(b *block, k int, seen map[int]bool) bool {
	n := 0
	for j, kd := range a.kinds[k] {
		c := &a.g.Rows[k].Cells[j]
		if kd == blank || !a.overValues(b, k, c.Col) {
			continue
		}
		n++
		if !seen[c.Col] && c.Col < len(b.isValue) && b.isValue[c.Col] {
			return true
		}
	}
	return n >= 2
}

// cover notes which value columns a header line says something of.
func (a *analysis) cover(b *block, k int, seen map[int]bool) {
	for j, kd := range a.kinds[k] {
		col := a.g.Rows[k].Cells[j].Col
		if kd == blank {
			continue
		}
		end := col
		if m, ok := a.g.Merge(a.rows[k].number, col); ok {
			end = m.Col2
		}
		for c := col; c <= min(end, len(b.isValue)-1); c++ {
			if b.isValue[c] {
				seen[c] = true
			}
		}
	}
}

// headCell is a header text with the columns it holds for.
type headCell struct {
	row, col1, col2 int
	text            string
	border          bool // a line is drawn below it
	numeric         bool
}

// headCells lists the cells of the header, line by line.
func (a *analysis) headCells(b *block) [][]headCell {
	out := make([][]headCell, 0, len(b.header))
	for i, k := range b.header {
		if a.rows[k].class == cOrdinals || b.attribute(k) {
			continue
		}
		var line []headCell
		merged := false
		for j, kd := range a.kinds[k] {
			c := &a.g.Rows[k].Cells[j]
			if kd == blank {
				continue
			}
			h := headCell{row: a.rows[k].number, col1: c.Col, col2: c.Col, text: headerText(c), border: a.g.StyleOf(c).BorderBot,
				numeric: kd == year || kd == number}
			if m, ok := a.g.Merge(h.row, c.Col); ok {
				if m.Row1 != h.row || m.Col1 != c.Col {
					continue
				}
				h.col2 = m.Col2
				merged = merged || m.Col2 > m.Col1
			} else if a.g.StyleOf(c).HAlign == "centerContinuous" {
				h.col2 = a.nextFilled(k, j) - 1
			}
			if h.text != "" {
				line = append(line, h)
			}
		}
		if !merged && i+1 < len(b.header) {
			a.spread(b, line, b.header[i+1:])
		}
		out = append(out, line)
	}
	return out
}

// nextFilled gives the column of the next cell of the row that is not blank.
func (a *analysis) nextFilled(k, j int) int {
	for i := j + 1; i < len(a.kinds[k]); i++ {
		if a.kinds[k][i] != blank {
			return a.g.Rows[k].Cells[i].Col
		}
	}
	return a.g.Rows[k].Cells[j].Col + 1
}

// spread lets the cells of a header line without merges hold for the blank columns to their right, when the line is
// sparse and the next one fills all columns.
func (a *analysis) spread(b *block, line []headCell, below []int) {
	if len(line) == 0 || len(b.values) == 0 {
		return
	}
	here := make(map[int]bool)
	for _, h := range line {
		here[h.col1] = true
	}
	full, own := 0, 0
	for _, c := range b.values {
		if here[c] {
			own++
		}
		if kd, _ := a.at(below[0], c); kd != blank {
			full++
		}
	}
	if !here[b.values[0]] || full*10 < len(b.values)*9 || own*10 > len(b.values)*6 {
		return
	}
	for i := range line {
		next := b.values[len(b.values)-1] + 1
		if i+1 < len(line) {
			next = line[i+1].col1
		}
		if line[i].col1 >= b.values[0] {
			line[i].col2 = next - 1
		}
	}
}

// columnPath gives the header of one column: a text for each level. Lines of one level that are a sentence broken over
// several rows are joined.
func (x *lexicon) columnPath(lines [][]headCell, col int) []string {
	var path []string
	var last headCell
	lastLine := -2
	for i, line := range lines {
		n := sort.Search(len(line), func(i int) bool { return line[i].col1 > col }) - 1
		if n < 0 || line[n].col2 < col {
			continue
		}
		h := line[n]
		if len(path) > 0 && !x.isBareUnit(h.text) && h.col1 == last.col1 && h.col2 == last.col2 && !last.border &&
			i == lastLine+1 && h.row-last.row <= 1 {
			path[len(path)-1] = joinLines(path[len(path)-1], h.text)
		} else {
			path = append(path, h.text)
		}
		last, lastLine = h, i
	}
	return path
}

// joinLines joins two parts of a text that was broken; a hyphen at the end of a word stays.
func joinLines(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

// headerText is a header cell's text; numbers such as years as they are written.
func headerText(c *sheet.Cell) string {
	t := fold.Space(c.Text)
	if c.Type == sheet.Number {
		t = strings.TrimSuffix(t, ".0")
	}
	if c.Type == sheet.Date {
		if d, ok := sheet.Time(c.Num); ok {
			t = d.Format("2006-01-02")
		}
	}
	return t
}
