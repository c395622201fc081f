package layout

import (
	"math"
	"regexp"
	"strings"
	"unicode"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/value"
)

// shape finds the label columns, the header and the meaning of the lines in between.
func (a *analysis) shape(b *block) {
	a.count(b)
	a.columns(b)
	if heads := a.cutHeads(b); a.cutStrays(b) || heads {
		a.count(b)
		a.columns(b)
	}
	section := -1
	if b.list != nil {
		b.header = b.list
	} else {
		a.findHeader(b)
		a.takeAttributes(b)
		section = a.partHeader(b)
	}
	a.findUnitColumn(b)
	a.fillGaps(b)
	if section >= 0 {
		b.gap[section] = lineSection
	}
	a.findStrays(b, a.firstLine(b))
	a.findMeta(b)
}

// cutHeads takes the first line out of the body where it is the last line of the header although numbers stand in it, such
// as the percentiles 10, 20, 25 or the years that columns are about: words stand in it above columns of figures, and the
// numbers beside them are whole and go up.
func (a *analysis) cutHeads(b *block) bool {
	if len(b.body) < 4 || b.list != nil || b.pins.HeaderRows > 0 {
		return false
	}
	words, numbers, last := 0, 0, 0.0
	k := b.body[0]
	for j, kd := range a.kinds[k] {
		c := &a.g.Rows[k].Cells[j]
		if kd == blank || c.Col >= len(b.isValue) || !b.isValue[c.Col] {
			continue
		}
		switch s := &b.stats[c.Col]; {
		case kd == text && letters(c.Text) > 2 && s.texts*4 <= s.values:
			words++
		case kd == number || kd == year:
			v := yearOf(c)
			if v != math.Trunc(v) || v <= last {
				return false
			}
			numbers, last = numbers+1, v
		default:
			return false
		}
	}
	if words < 2 || numbers < 2 {
		return false
	}
	b.body = b.body[1:]
	return true
}

// count looks at every column of the body.
func (a *analysis) count(b *block) {
	width := 0
	for _, k := range b.body {
		width = max(width, a.rows[k].last)
	}
	b.stats = make([]column, width+1)
	for _, k := range b.body {
		for j, kd := range a.kinds[k] {
			c := &a.g.Rows[k].Cells[j]
			if kd == blank || c.Col > width {
				continue
			}
			s := &b.stats[c.Col]
			switch kd {
			case text:
				s.texts++
				if len(c.Text) > 30 {
					s.wide++
				}
				continue
			case date:
				s.dates++
			case year:
				s.years++
			case mark, broken:
				s.values++
				continue
			case number:
				s.values++
				s.numbers++
			}
			v := yearOf(c)
			if s.numbers+s.years+s.dates > 1 {
				if v > s.lastNum {
					s.ascending++
				}
				if v == s.lastNum+1 {
					s.steps++
				}
			}
			s.lastNum = v
		}
	}
}

// columns parts label columns from value columns: labels lie to the left of the first column that holds mostly values.
func (a *analysis) columns(b *block) {
	width := len(b.stats)
	b.stub, b.values = nil, nil
	b.isStub, b.isValue = make([]bool, width), make([]bool, width)
	b.ordinals = make(map[int]bool)
	var filled []int
	for c := range b.stats {
		if b.stats[c].filled() > 0 {
			filled = append(filled, c)
		}
	}
	end := 0 // number of filled columns that are labels
	if b.pins.StubColumns > 0 {
		end = min(b.pins.StubColumns, len(filled))
		for i, c := range filled[:end] {
			if i+1 < end && a.isOrdinal(b, c) {
				b.ordinals[c] = true
			}
		}
	} else if b.list != nil {
		end = min(1, len(filled)-1)
		if end > 0 && a.isOrdinal(b, filled[0]) {
			b.ordinals[filled[0]] = true
			end = min(2, len(filled)-1)
		}
	} else {
		end = a.stubEnd(b, filled)
	}
	for i, c := range filled {
		if i < end {
			b.stub = append(b.stub, c)
			b.isStub[c] = true
		} else {
			b.values = append(b.values, c)
			b.isValue[c] = true
		}
	}
	if len(b.stub) > 1 && b.pins.StubColumns == 0 && a.saysOrdinal(b, b.stub[0]) {
		b.ordinals[b.stub[0]] = true
	}
	a.addGroupColumns(b)
}

// saysOrdinal reports whether what stands above a column says that it numbers the lines.
func (a *analysis) saysOrdinal(b *block, c int) bool {
	for k := b.body[0] - 1; k > b.prev && a.rows[b.body[0]].number-a.rows[k].number <= 8; k-- {
		if kd, cell := a.at(k, c); kd == text {
			if headsOrdinals(cell.Text) {
				return true
			}
		}
	}
	return false
}

// headsOrdinals reports whether a head says, in one language or two, that its column numbers the lines: "TT", "Số TT",
// "STT - No.", "Thứ tự".
func headsOrdinals(s string) bool {
	if len(s) > 40 {
		return false
	}
	said := false
	for _, w := range strings.FieldsFunc(fold.Label(s), func(r rune) bool { return !unicode.IsLetter(r) && r != '#' }) {
		switch w {
		case "tt", "stt", "no", "thứ", "#":
			said = true
		case "số", "tự", "order", "serial", "item":
		default:
			return false
		}
	}
	return said
}

// stubEnd gives the number of filled columns that hold labels.
func (a *analysis) stubEnd(b *block, filled []int) int {
	end := 0
	for i, c := range filled {
		s := &b.stats[c]
		rest := filled[i+1:]
		switch {
		case s.texts > s.values+s.years+s.dates:
			end = i + 1
			continue
		case len(rest) == 0:
			return end
		case end == i && i > 0 && a.isCodes(b, c) && a.valuesAmong(b, rest):
			end = i + 1
			continue
		case end == i && (a.isPeriods(s) || i > 0 && s.values == 0 && s.years+s.dates > 2) && b.stats[rest[0]].filled() > 0 && (i == 0 || s.values == 0):
			end = i + 1
			continue
		case i == 0 && a.isOrdinal(b, c) && mostlyText(b, rest[0]):
			b.ordinals[c] = true
			end = i + 1
			continue
		case i == 0 && mostlyText(b, rest[0]) && len(rest) > 1:
			end = i + 1 // codes before names
			continue
		}
		return end
	}
	return end
}

var codeHead = regexp.MustCompile(`(^|\W)(code|codes|naics|isic|fips|sitc|mã số|mã|vsic|isco)($|\W)`)

// isCodes reports whether a column of whole numbers holds codes: what stands above it says so.
func (a *analysis) isCodes(b *block, c int) bool {
	if s := &b.stats[c]; s.numbers+s.years == 0 {
		return false
	}
	for k := b.body[0] - 1; k > b.prev && a.rows[b.body[0]].number-a.rows[k].number <= 12; k-- {
		if kd, cell := a.at(k, c); kd == text && a.headsCodes(cell.Text) {
			return a.wholeNumbers(b, c)
		}
	}
	return false
}

// valuesAmong reports whether one of some columns holds figures that are no codes.
func (a *analysis) valuesAmong(b *block, cols []int) bool {
	for _, c := range cols {
		if !mostlyText(b, c) && !a.isCodes(b, c) {
			return true
		}
	}
	return false
}

func (a *analysis) wholeNumbers(b *block, c int) bool {
	for _, k := range b.body {
		if kd, cell := a.at(k, c); kd == number && cell.Type == sheet.Number && cell.Num != math.Trunc(cell.Num) {
			return false
		}
	}
	return true
}

func mostlyText(b *block, c int) bool {
	s := &b.stats[c]
	return s.texts > s.values+s.years+s.dates
}

// isPeriods reports whether a column holds the years or dates that its lines are about.
func (a *analysis) isPeriods(s *column) bool {
	n := s.years + s.dates
	return n > 0 && n*10 >= s.filled()*6 && s.values*5 <= n && (n < 3 || s.ascending*2 >= n-1 || s.ascending == 0)
}

// isOrdinal reports whether a column only numbers its lines.
func (a *analysis) isOrdinal(b *block, c int) bool {
	s := &b.stats[c]
	return s.numbers > 0 && s.numbers+s.texts == s.filled() && (s.numbers == 1 || s.steps*10 >= (s.numbers-1)*6)
}

// addGroupColumns counts columns left of the labels as label columns too if group labels stand there.
func (a *analysis) addGroupColumns(b *block) {
	if len(b.values) == 0 {
		return
	}
	low := b.values[0]
	found := make([]bool, low)
	for k := max(b.prev+1, b.body[0]-3); k <= b.last; k++ {
		if a.rows[k].class != cLabel || k < b.body[0] && !a.adjacent(k, k+1) {
			continue
		}
		if c := a.rows[k].first; c < low {
			found[c] = true
		}
	}
	stub := b.stub[:0:0]
	for c := 1; c < low; c++ {
		if b.isStub[c] || found[c] {
			b.isStub[c] = true
			stub = append(stub, c)
		}
	}
	b.stub = stub
}

// findUnitColumn looks for the label column that holds units: its header says so, or ditto marks stand in it.
func (a *analysis) findUnitColumn(b *block) {
	for i, c := range b.stub {
		if len(b.stub) == 1 {
			return
		}
		headed := isUnitHead(a.headText(b, c))
		if i == 0 && !headed {
			continue
		}
		if headed || a.dittos(b, c) {
			b.unitCol = c
			return
		}
	}
}

func (a *analysis) headText(b *block, col int) string {
	var parts []string
	for _, k := range b.header {
		if kd, c := a.at(k, col); kd == text {
			parts = append(parts, c.Text)
		}
	}
	return fold.Label(strings.Join(parts, " "))
}

func isUnitHead(s string) bool {
	switch s {
	case "đơn vị tính", "đơn vị", "đvt", "unit", "units", "đơn vị tính - unit", "đơn vị - unit", "unit of measure", "units of measure",
		"đơn vị tính unit", "đơn vị đo":
		return true
	}
	return false
}

// dittos reports whether ditto marks stand in a column.
func (a *analysis) dittos(b *block, col int) bool {
	n := 0
	for _, k := range b.body[:min(len(b.body), mostRead)] {
		if kd, c := a.at(k, col); (kd == text || kd == mark) && value.IsDitto(c.Text) {
			n++
		}
	}
	return n > 1 || n == 1 && len(b.body) < 8
}
