package layout

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/value"
)

// kind is what a single cell looks like, before anything around it is looked at.
type kind uint8

const (
	blank  kind = iota // white space only
	number             // a number, also one written as text
	year               // a whole number that can be a year
	date               // a date
	mark               // stands for a missing or withheld value
	broken             // an error, or a formula without a result
	text
)

// isValue says which kinds can stand in the body of a table.
func (k kind) isValue() bool { return k == number || k == mark || k == broken }

// class is what a whole row looks like.
type class uint8

const (
	cNone     class = iota // blank cells only
	cLabel                 // one text
	cTexts                 // several texts
	cYears                 // its only numbers are years or dates
	cOrdinals              // counts its columns: 1 2 3 4, or (A) (1) (2)
	cMarks                 // marks, but no numbers
	cData                  // numbers
)

// analysis is a grid with what its cells and rows look like. Rows are referred to by index into the grid's rows.
type analysis struct {
	g     part
	kinds [][]kind
	rows  []rowFeature

	labelsOnly bool

	*lexicon
	room *room
}

type rowFeature struct {
	class  class
	number int // its row number
	texts  int
	values int // numbers, marks, errors
	years  int // years and dates
	first  int // column of its first cell that is not blank
	// numbered says that a number stands before words and is no value: "203 | Index of industrial production".
	numbered bool
	last     int
}

func analyse(g part, x *Recogniser) *analysis {
	a := &analysis{g: g, labelsOnly: x.LabelsOnly, lexicon: &x.known, room: &x.room, kinds: make([][]kind, len(g.Rows)), rows: make([]rowFeature, len(g.Rows))}
	total := 0
	for i := range g.Rows {
		total += len(g.Rows[i].Cells)
	}
	pool := make([]kind, total)
	for i := range g.Rows {
		row := &g.Rows[i]
		kinds := pool[:len(row.Cells):len(row.Cells)]
		pool = pool[len(row.Cells):]
		for j := range row.Cells {
			kinds[j] = kindOf(&row.Cells[j])
		}
		a.kinds[i] = kinds
		a.rows[i] = featureOf(row, kinds)
	}
	return a
}

// kindOf looks at one cell.
func kindOf(c *sheet.Cell) kind {
	switch c.Type {
	case sheet.Number:
		if isYear(c.Num) {
			return year
		}
		return number
	case sheet.Date:
		return date
	case sheet.Bool:
		return text
	case sheet.Error:
		return broken
	case sheet.Empty:
		if c.NoCache {
			return broken
		}
		return blank
	}
	return kindOfText(c.Text)
}

func isYear(v float64) bool { return v >= 1900 && v <= 2100 && v == math.Trunc(v) }

// kindOfText looks at a text. Letters at the beginning, by far the most common, are told at once.
func kindOfText(s string) kind {
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' })
	if s == "" {
		return blank
	}
	if len(s) > 40 {
		return text
	}
	if len(s) <= 6 || strings.HasPrefix(s, "#") || !isWordStart(s) {
		if _, _, ok := value.Mark(s); ok {
			return mark
		}
		if isLetterMark(s) {
			return mark
		}
	}
	if isWordStart(s) || isMultiplier(s) {
		return text
	}
	return numericText(s)
}

func isWordStart(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// isLetterMark knows marks in brackets such as (NA), (X), [z]: capitals or a single letter.
func isLetterMark(s string) bool {
	if len(s) < 3 || len(s) > 5 || !(s[0] == '(' && s[len(s)-1] == ')' || s[0] == '[' && s[len(s)-1] == ']') {
		return false
	}
	inner := s[1 : len(s)-1]
	if len(inner) == 1 {
		return inner[0] >= 'a' && inner[0] <= 'z' || inner[0] >= 'A' && inner[0] <= 'Z' || inner[0] == '-' || inner[0] == '*'
	}
	return strings.Trim(inner, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// isMultiplier knows powers of ten in brackets, which are units: "(1,000)".
func isMultiplier(s string) bool {
	if s[0] != '(' || s[len(s)-1] != ')' {
		return false
	}
	digits := strings.NewReplacer(",", "", ".", "", " ", "").Replace(s[1 : len(s)-1])
	return len(digits) > 2 && digits[0] == '1' && strings.Trim(digits[1:], "0") == ""
}

// numericText tells numbers and years among texts that begin with neither letter nor blank.
func numericText(s string) kind {
	if strings.HasSuffix(s, "+") {
		return text // an open class: "50+"
	}
	body := strings.TrimLeft(strings.Trim(s, "()$€£¥%+~≈<>≤≥ "), "-−– ")
	if body == "" || (body[0] < '0' || body[0] > '9') && body[0] != '.' && body[0] != ',' {
		return text
	}
	digits, flags := 0, 0
	for _, r := range body {
		switch {
		case r >= '0' && r <= '9' && flags > 0:
			return exponentText(body) // 1.5e-05, or no number: 5a1
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune(".,' \u00a0\u202f’", r):
		case strings.ContainsRune(`*()\abdefnprsuABDEFNPRSU`, r):
			flags++ // letters and marks of notes
		default:
			return exponentText(body)
		}
	}
	switch {
	case digits > 2 && strings.Trim(body, "0") == "":
		return text // thousands: a unit
	case digits == 0 || flags > 3 || !spacesGroup(body):
		return text
	case isYearText(strings.TrimRight(body, `*()pPrReE \`)), strings.HasSuffix(body, ".0") && isYearText(body[:len(body)-2]):
		return year
	}
	return number
}

func isYearText(s string) bool {
	return len(s) == 4 && (s[:2] == "19" || s[:2] == "20") && strings.Trim(s, "0123456789") == ""
}

// exponentText accepts 1.5e-05 and nothing like it.
func exponentText(s string) kind {
	mantissa, exp, ok := strings.Cut(strings.ToLower(s), "e")
	if ok && mantissa != "" && strings.Trim(mantissa, "0123456789.") == "" {
		if exp = strings.TrimLeft(exp, "+-"); exp != "" && strings.Trim(exp, "0123456789") == "" {
			return number
		}
	}
	return text
}

// spacesGroup reports whether blanks in a number part groups of three digits or come before a note: "115 711", not "3 5".
func spacesGroup(s string) bool {
	for i, r := range s {
		if r != ' ' && r != '\u00a0' && r != '\u202f' {
			continue
		}
		rest := strings.TrimLeft(s[i:], " \u00a0\u202f")
		n := 0
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n != 0 && n != 3 {
			return false
		}
	}
	return true
}

// featureOf sums a row up.
func featureOf(row *sheet.GridRow, kinds []kind) rowFeature {
	f := rowFeature{number: row.Number}
	marks, leading := 0, -1
	for j, k := range kinds {
		if k == blank {
			continue
		}
		if f.first == 0 {
			f.first = row.Cells[j].Col
			leading = j
		}
		f.last = row.Cells[j].Col
		switch k {
		case text:
			f.texts++
		case year, date:
			f.years++
		case mark:
			marks++
		}
		if k.isValue() {
			f.values++
		}
	}
	if f.first == 0 {
		return f
	}
	numbers := f.values - marks
	if lead := kinds[leading]; f.texts > 0 && (lead == number && numbers == 1 && f.years == 0 || lead == year && f.years == 1 && numbers == 0) {
		numbers = 0
		if f.values+f.years == 1 {
			f.numbered = true
			f.class = cTexts
			if f.texts == 1 {
				f.class = cLabel
			}
			return f
		}
	}
	switch {
	case isCount(row, kinds):
		f.class = cOrdinals
	case numbers > 0:
		f.class = cData
	case f.years > 0:
		f.class = cYears
	case marks > 0:
		f.class = cMarks
	case f.texts == 1:
		f.class = cLabel
	default:
		f.class = cTexts
	}
	return f
}

// isCount tells rows that number the columns: at least three whole numbers that go up by one, beside nothing but
// single letters.
func isCount(row *sheet.GridRow, kinds []kind) bool {
	last, count := math.NaN(), 0
	for j, k := range kinds {
		c := &row.Cells[j]
		switch k {
		case blank:
			continue
		case number:
			v, ok := smallInt(c)
			if !ok || count > 0 && v != last+1 || count == 0 && v > 3 {
				return false
			}
			last = v
			count++
		default:
			if t := strings.Trim(strings.TrimSpace(c.Text), "()"); len(t) != 1 || count > 0 {
				return false
			}
		}
	}
	return count >= 3
}

// smallInt reads a whole number below a thousand, also "(3)".
func smallInt(c *sheet.Cell) (float64, bool) {
	if c.Type == sheet.Number {
		return c.Num, c.Num == math.Trunc(c.Num) && c.Num >= 0 && c.Num < 1000
	}
	t := strings.Trim(strings.TrimSpace(c.Text), "().")
	if t == "" || len(t) > 3 {
		return 0, false
	}
	n := 0
	for _, r := range t {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return float64(n), true
}
