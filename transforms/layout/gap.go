package layout

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/value"
)

// twoTongues is an announcement of a unit in two languages: "Đơn vị tính - Unit: %".
var twoTongues = regexp.MustCompile(`(?i)^\s*(đơn vị tính|đơn vị|đvt)\s*[-–/(]\s*unit\s*\)?\s*:`)

// parseUnit is value.ParseUnit for announcements in two languages too.
func parseUnit(s string) (value.Unit, bool) {
	if strings.IndexByte(s, ':') > 0 {
		s = twoTongues.ReplaceAllString(s, "Unit:")
	}
	return value.ParseUnit(s)
}

// severalUnits reports whether a text lists units, of which each holds for some columns: "Nghìn tấn; triệu USD".
func severalUnits(s string) bool {
	if !strings.ContainsAny(s, ";,") {
		return false
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' })
	for _, p := range parts {
		if len(parts) < 2 || !value.IsUnitLine(p) {
			return false
		}
	}
	return len(parts) > 1
}

// isUnitText does not tell texts that name a unit beside other words. Words for periods alone are none: they are parts of headers.
func isUnitText(s, folded string) bool {
	if strings.IndexByte(s, ':') > 0 && twoTongues.MatchString(s) {
		return true
	}
	if severalUnits(s) {
		return true
	}
	if !value.IsUnitLineFolded(s, folded) {
		return false
	}
	switch fold.Label(s) {
	case "năm", "tháng", "quí", "ngày", "giờ", "year", "years", "month", "months", "day", "days", "unit", "units", "đơn vị",
		"đơn vị tính", "đvt", "people", "person", "persons", "household", "households":
		return false
	}
	return true
}

// fillGaps decides what the lines without values between the header and the last value are.
func (a *analysis) fillGaps(b *block) {
	b.gap = make(map[int]lineKind)
	inBody := make([]bool, b.last+1)
	for _, k := range b.body {
		inBody[k] = true
	}
	for k := a.firstLine(b); k < b.last; k++ {
		if a.rows[k].class != cNone && !inBody[k] {
			b.gap[k] = a.gapKind(b, k)
		}
	}
}

// firstLine gives the first line below the header.
func (a *analysis) firstLine(b *block) int {
	if n := len(b.header); n > 0 {
		return b.header[n-1] + 1
	}
	return a.labelsAbove(b)
}

// labelsAbove gives the first of the label lines right above a body without a header.
func (a *analysis) labelsAbove(b *block) int {
	k := b.body[0]
	for k-1 > b.prev && a.rows[k-1].class == cLabel && a.adjacent(k-1, k) && b.body[0]-k < 2 && k-1 > b.prev+1 {
		k--
	}
	return k
}

var continued = regexp.MustCompile(`\(tiếp theo\)|\(tiếp\)|\(cont|continued|tiếp theo bảng|--con`)

func (a *analysis) gapKind(b *block, k int) lineKind {
	f := &a.rows[k]
	n, first := a.valueCells(b, k)
	switch {
	case n == 0:
		if f.class == cLabel && continued.MatchString(a.text(a.firstText(k))) && len(a.firstText(k)) > 24 {
			return lineTitle
		}
		return lineGroup
	case f.class == cOrdinals:
		return lineHead
	case n == 1 && f.class == cLabel:
		return lineSection
	case n == 1 && a.isUnitCell(first):
		return lineSection
	case f.class == cTexts && f.first < b.values[0]:
		return lineBody
	case f.class == cYears && f.first < b.values[0]:
		return lineBody
	case a.sameCells(k):
		return lineSection
	}
	return lineHead
}

// sameCells reports whether all texts of a line are the same.
func (a *analysis) sameCells(k int) bool {
	first := ""
	for j, kd := range a.kinds[k] {
		if kd == blank {
			continue
		}
		t := fold.Space(a.g.Rows[k].Cells[j].Text)
		if first == "" {
			first = t
		} else if t != first {
			return false
		}
	}
	return true
}

var noteStart = regexp.MustCompile(`^(\(?\*+\)?|\[?\d{1,2}[\])./]|\(\d{1,2}\)|\\\d|\d{1,2}\s|notes?\b|source|see |ghi chú|nguồn|chú thích|chú ý|symbol|[a-z]\. |[a-z]\) |\(?[a-z]\)|- |-- |x |footnote|last modified|e :|\.\.|…)`)

// looksLikeNote tells sources and footnotes by their beginning.
func looksLikeNote(s string) bool { return noteStart.MatchString(strings.ToLower(fold.Space(s))) }

// top is the first line of a block's header, or of the labels that stand above its body where it has none.
func (a *analysis) top(b *block) int {
	if len(b.header) > 0 {
		return b.header[0]
	}
	return a.labelsAbove(b)
}

// findMeta decides which lines above the header belong to the table; the rest are notes of the table before.
func (a *analysis) findMeta(b *block) {
	top := a.top(b)
	b.metaTop = top
	if b.prev < 0 {
		b.metaTop = 0
		return
	}
	seen := false
	for k := top - 1; k > b.prev; k-- {
		if a.rows[k].class == cNone {
			continue
		}
		gap := a.rows[b.metaTop].number - a.rows[k].number
		if looksLikeNote(a.firstText(k)) && !a.looksLikeTitle(k) && (seen || gap > 1) {
			return
		}
		if seen && gap > 2 {
			return
		}
		seen = true
		b.metaTop = k
	}
}

// looksLikeTitle tells titles among lines that begin like notes: "98. (Continued)", or a bold "98. Number of firms".
func (a *analysis) looksLikeTitle(k int) bool {
	for j, kd := range a.kinds[k] {
		if kd == blank {
			continue
		}
		c := &a.g.Rows[k].Cells[j]
		t := a.text(c.Text)
		return titleStart.MatchString(t) || continued.MatchString(t) || a.g.StyleOf(c).Bold && len(t) > 0 && t[0] >= '0' && t[0] <= '9'
	}
	return false
}

// startsLower reports whether a text goes on a sentence that another began.
func startsLower(s string) bool {
	s = strings.TrimSpace(s)
	for i, r := range s {
		if i == 0 && !unicode.IsLower(r) {
			return false
		}
		if i > 0 {
			return r != '.' && r != ')' && r != '/'
		}
	}
	return false
}
