package sheet

import (
	"strconv"
	"strings"
)

// Range is a rectangle of cells, 1-based and inclusive.
type Range struct{ Row1, Col1, Row2, Col2 int }

// Contains reports whether the cell lies in the range.
func (r Range) Contains(row, col int) bool {
	return row >= r.Row1 && row <= r.Row2 && col >= r.Col1 && col <= r.Col2
}

// String gives the range in A1 form: "A1:E1", or "A1" for a single cell.
func (r Range) String() string {
	if r.Row1 == r.Row2 && r.Col1 == r.Col2 {
		return A1(r.Row1, r.Col1)
	}
	return A1(r.Row1, r.Col1) + ":" + A1(r.Row2, r.Col2)
}

// A1 gives the address of a cell, 1-based: A1(7, 2) is "B7".
func A1(row, col int) string {
	var b [24]byte
	return string(strconv.AppendInt(appendColumn(b[:0], col), int64(row), 10))
}

// ColumnName gives the letters of a column, 1-based: 27 is "AA".
func ColumnName(col int) string {
	var b [8]byte
	return string(appendColumn(b[:0], col))
}

func appendColumn(b []byte, col int) []byte {
	if col > 26 {
		b = appendColumn(b, (col-1)/26)
	}
	return append(b, byte('A'+(col-1)%26))
}

// ParseA1 reads an address such as "B7" or "$B$7"; ok is false for anything else.
func ParseA1(s string) (row, col int, ok bool) {
	i := 0
	if i < len(s) && s[i] == '$' {
		i++
	}
	start := i
	for ; i < len(s) && i-start < 4; i++ {
		c := s[i] | 0x20
		if c < 'a' || c > 'z' {
			break
		}
		col = col*26 + int(c-'a') + 1
	}
	if i == start || col > MaxCols {
		return 0, 0, false
	}
	if i < len(s) && s[i] == '$' {
		i++
	}
	start = i
	for ; i < len(s) && i-start < 8; i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, 0, false
		}
		row = row*10 + int(s[i]-'0')
	}
	if i == start || i != len(s) || row < 1 || row > MaxRows {
		return 0, 0, false
	}
	return row, col, true
}

// ParseRange reads a range such as "A1:E1" or a single cell such as "B7"; corners in any order are put right. Whole
// columns ("B:D") and rows ("3:4") reach to the edge of the sheet.
func ParseRange(s string) (Range, bool) {
	a, b, found := strings.Cut(s, ":")
	if !found {
		b = a
	}
	r1, c1, ok1 := ParseA1(a)
	r2, c2, ok2 := ParseA1(b)
	if ok1 && ok2 {
		return Range{min(r1, r2), min(c1, c2), max(r1, r2), max(c1, c2)}, true
	}
	if !found || ok1 || ok2 {
		return Range{}, false
	}
	_, c1, ok1 = ParseA1(a + "1")
	_, c2, ok2 = ParseA1(b + "1")
	if ok1 && ok2 {
		return Range{1, min(c1, c2), MaxRows, max(c1, c2)}, true
	}
	r1, _, ok1 = ParseA1("A" + a)
	r2, _, ok2 = ParseA1("A" + b)
	return Range{min(r1, r2), 1, max(r1, r2), MaxCols}, ok1 && ok2
}

// The size of a sheet in the OOXML formats; nothing in a workbook can lie outside, while a text file may be longer.
const (
	MaxRows = 1 << 20
	MaxCols = 1 << 14
)
