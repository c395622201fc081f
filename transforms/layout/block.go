package layout

import (
	"strings"
	"unicode"

	"github.com/statloom/statloom/sources/sheet"
)

// block is a table in the making. Its numbers are indices into the grid's rows, except for columns.
type block struct {
	body []int // lines with values
	last int   // the last of them
	prev int   // last line of the block before, or -1
	pins Pins

	list []int  // header lines of a list of words; nil for a table with numbers
	seen []bool // by column: a value stands there

	looked int  // lines after the last one with values that were looked at for a header
	parted bool // whether one was found among them

	stats   []column
	stub    []int
	values  []int
	isStub  []bool
	isValue []bool

	strays []int // lines of the body that say nothing of what they are about
	cut    []int // lines of that kind below the body, which are no part of it

	metaTop    int   // first line above the table that belongs to it
	header     []int // header lines
	attributes []int // those of them that describe the columns by name
	gap        map[int]lineKind
	ordinals   map[int]bool
	numbered   bool // the numbers of its lines tell their levels
	unitCol    int
}

// lineKind says what a line without values between the header and the last value is.
type lineKind uint8

const (
	lineNone    lineKind = iota
	lineGroup            // a label for what follows
	lineSection          // words across the value columns
	lineTitle            // a repeated title: "98. (Continued)"
	lineHead             // part of a header
	lineBody             // a record without numbers
)

// column counts what stands in a column of the body.
type column struct {
	texts, values, numbers, years, dates int
	ascending                            int // numbers or years greater than the one above
	steps                                int // numbers that are one more than the one above
	lastNum                              float64
	wide                                 int // texts of more than 30 bytes
}

func (c *column) filled() int { return c.texts + c.values + c.years + c.dates }

// blocks finds the runs of lines with values; a header between two lines parts them.
func (a *analysis) blocks() []*block {
	var out []*block
	var cur *block
	for k := range a.rows {
		if !a.isBody(k, cur) {
			continue
		}
		if cur == nil || a.headerSince(cur, k) {
			cur = &block{}
			out = append(out, cur)
		}
		cur.add(a, k)
	}
	return a.withLists(a.plausible(out))
}

func (b *block) add(a *analysis, k int) {
	b.body = append(b.body, k)
	b.last, b.looked, b.parted = k, k+1, false
	for j, kd := range a.kinds[k] {
		c := a.g.Rows[k].Cells[j].Col
		for len(b.seen) <= c {
			b.seen = append(b.seen, false)
		}
		if kd.isValue() || (kd == year || kd == date) && c != a.rows[k].first {
			b.seen[c] = true
		}
	}
}

func (b *block) sees(col int) bool { return col < len(b.seen) && b.seen[col] }

// plausible drops blocks that are but a stray number: one value, no label beside it or no header above it.
func (a *analysis) plausible(list []*block) []*block {
	var out []*block
	for _, b := range list {
		if len(b.body) > 1 || a.rows[b.last].values+a.rows[b.last].years > 1 {
			out = append(out, b)
			continue
		}
		if f := a.rows[b.last]; f.texts > 0 && b.last > 0 && f.texts < 3 && a.textAbove(b.last) {
			out = append(out, b)
		}
	}
	return out
}

// textAbove reports whether something stands above a value of the row, within a few lines.
func (a *analysis) textAbove(k int) bool {
	for j, kd := range a.kinds[k] {
		if !kd.isValue() {
			continue
		}
		col := a.g.Rows[k].Cells[j].Col
		for up := k - 1; up >= 0 && a.rows[k].number-a.rows[up].number <= 6; up-- {
			if kind, _ := a.at(up, col); kind == text || kind == year {
				return true
			}
		}
	}
	return false
}

// at gives what stands in a column of a row.
func (a *analysis) at(k, col int) (kind, *sheet.Cell) {
	cells := a.g.Rows[k].Cells
	if i := col - 1; i >= 0 && i < len(cells) && cells[i].Col == col { // most rows have all their cells
		return a.kinds[k][i], &cells[i]
	}
	lo, hi := 0, len(cells)
	for lo < hi {
		if mid := (lo + hi) / 2; cells[mid].Col < col {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(cells) && cells[lo].Col == col {
		return a.kinds[k][lo], &cells[lo]
	}
	return blank, nil
}

// isBody reports whether a row is a line with values, given the block it would continue.
func (a *analysis) isBody(k int, cur *block) bool {
	f := &a.rows[k]
	switch f.class {
	case cData:
		return true
	case cMarks:
		if cur == nil {
			return f.texts == 1 && f.values > 1 && a.kinds[k][0] == text
		}
		return f.texts <= 2 && !a.wordy(k, cur)
	case cYears:
		return cur != nil && !a.headerSince(cur, k) && !a.yearsHead(k, cur)
	case cOrdinals:
		return cur != nil && cur.last == k-1 && f.texts > 0 && len(strings.TrimSpace(a.firstText(k))) > 2
	case cTexts:
		return cur != nil && cur.last == k-1 && a.adjacent(k-1, k) && a.marksOfItsOwn(k, cur)
	}
	return false
}

func (a *analysis) adjacent(k1, k2 int) bool { return a.rows[k2].number == a.rows[k1].number+1 }

func (a *analysis) firstText(k int) string {
	for j, kd := range a.kinds[k] {
		if kd == text {
			return a.g.Rows[k].Cells[j].Text
		}
	}
	return ""
}

// wordy reports whether words stand where the block has values.
func (a *analysis) wordy(k int, cur *block) bool {
	for j, kd := range a.kinds[k] {
		if kd == text && cur.sees(a.g.Rows[k].Cells[j].Col) && letters(a.g.Rows[k].Cells[j].Text) > 4 {
			return true
		}
	}
	return false
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// marksOfItsOwn knows lines in which every value is replaced by the same short word or by very short ones.
func (a *analysis) marksOfItsOwn(k int, cur *block) bool {
	n, label := 0, false
	same, first := true, ""
	for j, kd := range a.kinds[k] {
		c := &a.g.Rows[k].Cells[j]
		if kd != text {
			continue
		}
		if !cur.sees(c.Col) {
			label = label || n == 0
			continue
		}
		t := strings.TrimSpace(c.Text)
		if len(t) > 24 {
			return false
		}
		if n++; n == 1 {
			first = t
		}
		same = same && t == first
		if len(t) > 4 && !(same && n > 0) {
			return false
		}
	}
	return label && n > 0 && (same && n > 1 || len(first) <= 4)
}

// yearsHead reports whether a row whose only numbers are years is a header that follows the lines of cur.
func (a *analysis) yearsHead(k int, cur *block) bool {
	f := &a.rows[k]
	n, prev, steady := 0, 0.0, true
	label := false
	for j, kd := range a.kinds[k] {
		c := &a.g.Rows[k].Cells[j]
		switch kd {
		case text:
			if !cur.sees(c.Col) {
				label = label || n == 0
			} else if letters(c.Text) > 2 {
				return true
			}
		case year, date:
			if c.Col == f.first && !cur.sees(c.Col) {
				label = true // periods going down
				continue
			}
			v := yearOf(c)
			steady = steady && (n == 0 || v > prev)
			prev = v
			n++
		}
	}
	if !label {
		return n > 1 || cur.last != k-1
	}
	return steady && n >= 3
}

func yearOf(c *sheet.Cell) float64 {
	if c.Type == sheet.Number || c.Type == sheet.Date {
		return c.Num
	}
	v := 0.0
	for _, r := range strings.TrimSpace(c.Text) {
		if r < '0' || r > '9' {
			break
		}
		v = v*10 + float64(r-'0')
	}
	return v
}

// headerSince reports whether a header stands between the lines of cur and row k.
func (a *analysis) headerSince(cur *block, k int) bool {
	for ; cur.looked < k && !cur.parted; cur.looked++ {
		cur.parted = a.isHeader(cur.looked, cur)
	}
	return cur.parted
}

// isHeader reports whether a row between lines with values is the header of a further table.
func (a *analysis) isHeader(g int, cur *block) bool {
	f := &a.rows[g]
	switch f.class {
	case cYears:
		return a.yearsHead(g, cur)
	case cTexts:
	default:
		return false
	}
	words, label := 0, false
	for j, kd := range a.kinds[g] {
		c := &a.g.Rows[g].Cells[j]
		if kd != text {
			continue
		}
		if !cur.sees(c.Col) {
			label = label || words == 0
		} else if letters(c.Text) > 2 {
			words++
		}
	}
	if words < 2 {
		return false
	}
	return !label || cur.last != g-1 || !a.adjacent(g-1, g)
}
