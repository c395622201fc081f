// Package cube lays a statistical cube out as the table an office would print of it: titles and unit on top, a header row
// for each dimension across with merged spans, a label column for each dimension down, notes and source below. Formats
// that store cubes (PC-Axis, JSON-stat) hand out their sheets through it.
//
// Values are printed in the order in which they are stored, so that a cube of any size can be streamed: the last
// dimensions go across, the others down.
package cube

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
)

// Dim is a dimension of a cube.
type Dim struct {
	Name     string
	Labels   []string
	Indents  []int    // parallel to Labels: depth in a hierarchy; nil without one
	Units    []string // parallel to Labels: the unit of what the label means; nil where that is not stated
	Decimals []int    // parallel to Labels: decimals to show, -1 where that is not stated; nil where it never is
	Freq     byte     // of a time dimension: A, H, Q, M, W or D as SDMX has them; 0 for others and where it is not known
}

// Cube is what is known of a cube apart from its values.
type Cube struct {
	Sheet    string // name of the sheet
	Lang     string // language of its words, such as "vi"; "" where that is not known
	Titles   []string
	Unit     string // the unit of all values
	Dims     []Dim  // in the order of the stored values: the last one varies fastest
	Across   int    // how many of the last dimensions are meant to go across
	Decimals int    // decimals to show, -1 where that is not stated
	Notes    []string
}

// Product multiplies the sizes of dimensions; what is too large for a number is the largest number.
func Product(dims []Dim) int64 {
	n := int64(1)
	for _, d := range dims {
		size := int64(len(d.Labels))
		if size == 0 {
			return 0
		}
		if n > math.MaxInt64/size {
			return math.MaxInt64
		}
		n *= size
	}
	return n
}

// Table is a cube with its place on a sheet.
type Table struct {
	Cube
	Width int64 // values in a row of the sheet

	stub     []Dim
	head     []Dim
	unitDim  int // index into Dims of the dimension with units of its own; -1 without one
	unitCol  int // column with units; 0 without one
	firstRow int // first header row
	bodyRow  int // first row with values
	firstCol int // first column with values
}

// Place decides where the parts of a cube go. Dimensions that would make the sheet too wide go down instead.
func Place(c Cube) *Table {
	t := &Table{Cube: c, unitDim: -1}
	t.shareUnit()
	across := min(max(c.Across, 0), len(c.Dims))
	for across > 0 && len(c.Dims[len(c.Dims)-across].Labels) == 1 && Product(c.Dims[len(c.Dims)-across:]) > 1 {
		across-- // one label over all columns says as much beside every line
	}
	room := int64(sheet.MaxCols - len(c.Dims) - 2)
	for across > 0 && Product(c.Dims[len(c.Dims)-across:]) > room {
		across--
	}
	split := len(c.Dims) - across
	t.stub, t.head, t.Width = c.Dims[:split], c.Dims[split:], Product(c.Dims[split:])
	t.firstRow = len(t.Titles) + 1
	if t.Unit != "" {
		t.firstRow++
	}
	t.firstCol = max(len(t.stub), 1) + 1
	if t.unitDim >= 0 && t.unitDim < split {
		t.unitCol = t.firstCol
		t.firstCol++
	}
	t.bodyRow = t.firstRow + t.headRows()
	return t
}

// headRows counts the header rows.
func (t *Table) headRows() int {
	n := max(len(t.head), 1)
	if t.unitDim >= len(t.stub) {
		n++
	}
	return n
}

// shareUnit makes a unit that all labels of a dimension have in common the unit of the table.
func (t *Table) shareUnit() {
	for i, d := range t.Dims {
		if d.Units == nil {
			continue
		}
		if !slices.ContainsFunc(d.Units, func(u string) bool { return u != d.Units[0] }) {
			if t.Unit == "" {
				t.Unit = d.Units[0]
			}
			continue
		}
		if t.unitDim < 0 {
			t.unitDim = i
		}
	}
	if t.unitDim < 0 {
		return
	}
	units := slices.Clone(t.Dims[t.unitDim].Units)
	for i, u := range units {
		if u == "" {
			units[i] = t.Unit
		}
	}
	t.Dims = slices.Clone(t.Dims)
	t.Dims[t.unitDim].Units = units
	t.Unit = ""
}

// Cells gives the number of cells that a row of values takes on the sheet.
func (t *Table) Cells() int64 { return t.Width + int64(t.firstCol) - 1 }

// label gives a label as it is printed. One that is a bare number, as ages are, would be taken for a value: the
// dimension's name is put before it, "Age 15". Years stand as they are.
func (d *Dim) label(i int) string {
	l := d.Labels[i]
	if !bare(l) {
		return l
	}
	if p, ok := period(strings.TrimSpace(l), d.Freq); ok {
		return p
	}
	if d.Name == "" || bare(d.Name) {
		return "Code " + l
	}
	return d.Name + " " + l
}

// period writes a time that is but digits as SDMX does: the month 201603 as 2016-03, the quarter 20161 as 2016-Q1.
func period(l string, freq byte) (string, bool) {
	if !yearLike(l) || strings.Trim(l, "0123456789") != "" {
		return "", false
	}
	switch year, part := l[:4], l[4:]; {
	case freq == 'M' && len(part) == 2:
		return year + "-" + part, true
	case freq == 'W' && len(part) == 2:
		return year + "-W" + part, true
	case freq == 'Q' && len(part) == 1:
		return year + "-Q" + part, true
	case freq == 'H' && len(part) == 1:
		return year + "-S" + part, true
	case freq == 'D' && len(part) == 4:
		return year + "-" + part[:2] + "-" + part[2:], true
	}
	return "", false
}

// bare reports whether a label would be taken for a value or a mark: it holds no word and is no year or run of years.
func bare(l string) bool {
	l = strings.ToLower(strings.TrimSpace(l))
	switch l {
	case "":
		return false
	case "x", "z", "c", "na", "n/a", "n.a.", "nan", "null":
		return true
	}
	if strings.ContainsFunc(l, func(r rune) bool { return unicode.IsLetter(r) && !strings.ContainsRune("abdefnprsu", r) }) {
		return false
	}
	if unicode.IsLetter(firstRune(l)) {
		return false
	}
	return !yearLike(l) || len(l) > 4 && (l[4] >= '0' && l[4] <= '9' || l[4] == '.')
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// yearLike reports whether a text begins with a year.
func yearLike(l string) bool {
	if len(l) < 4 || strings.Trim(l[:4], "0123456789") != "" {
		return false
	}
	return l[:2] == "18" || l[:2] == "19" || l[:2] == "20"
}

// words are those that the table adds of its own.
type words struct{ unit, value string }

func (t *Table) words() words {
	if strings.HasPrefix(strings.ToLower(t.Lang), "vi") {
		return words{unit: "Đơn vị tính", value: "Giá trị"}
	}
	return words{unit: "Unit", value: "Value"}
}

// Words that introduce lines below a table, in its language.
func Source(lang string) string  { return pick(lang, "Nguồn", "Source") }
func Updated(lang string) string { return pick(lang, "Cập nhật", "Last updated") }
func Note(lang string) string    { return pick(lang, "Ghi chú", "Note") }

func pick(lang, vi, en string) string {
	if strings.HasPrefix(strings.ToLower(lang), "vi") {
		return vi + ": "
	}
	return en + ": "
}

// The styles of a printed cube.
const (
	plain  sheet.StyleID = iota
	bold                 // titles and heads
	middle               // heads over several columns
	number               // the number formats with 0 to maxDecimals decimals follow
)

const (
	maxDecimals = 15
	maxIndent   = 15
	indented    = number + maxDecimals + 1 // the indents from 1 to maxIndent follow
)

// Style gives the look of a cell.
func Style(id sheet.StyleID) *sheet.Style {
	s := &sheet.Style{NumFmt: "General"}
	switch {
	case id == bold:
		s.Bold = true
	case id == middle:
		s.Bold, s.HAlign = true, "center"
	case id == number:
		s.NumFmt = "0"
	case id > number && id <= number+maxDecimals:
		s.NumFmt = "0." + strings.Repeat("0", int(id-number))
	case id >= indented && id < indented+maxIndent:
		s.Indent = int(id-indented) + 1
	}
	return s
}

func numberStyle(decimals int) sheet.StyleID {
	if decimals < 0 || decimals > maxDecimals {
		return plain
	}
	return number + sheet.StyleID(decimals)
}

func indentStyle(depth int) sheet.StyleID {
	if depth <= 0 {
		return plain
	}
	return indented + sheet.StyleID(min(depth, maxIndent)) - 1
}

// Number makes the cell of a number from its digits; ok is false if they are none.
func Number(digits string) (c sheet.Cell, ok bool) {
	if !isNumber(digits) {
		return c, false
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return c, false
	}
	return sheet.Cell{Type: sheet.Number, Num: n, Text: digits}, true
}

// isNumber reports whether s is a decimal number, optionally with a power of ten.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, rest := digits(s)
	fraction := ""
	if r, ok := strings.CutPrefix(rest, "."); ok {
		fraction, rest = digits(r)
	}
	if whole == "" && fraction == "" {
		return false
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	rest = rest[1:]
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	power, rest := digits(rest)
	return power != "" && rest == ""
}

func digits(s string) (d, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}
