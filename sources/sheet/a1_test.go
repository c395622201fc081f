package sheet_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/statloom/statloom/sources/sheet"
)

func TestParseA1(t *testing.T) {
	for _, c := range []struct {
		in       string
		row, col int
		ok       bool
	}{
		{"A1", 1, 1, true},
		{"B7", 7, 2, true},
		{"$B$7", 7, 2, true},
		{"b$7", 7, 2, true},
		{"Z1", 1, 26, true},
		{"AA1", 1, 27, true},
		{"XFD1048576", 1048576, 16384, true},
		{"XFE1", 0, 0, false},
		{"A1048577", 0, 0, false},
		{"AAAA1", 0, 0, false},
		{"A0", 0, 0, false},
		{"A-1", 0, 0, false},
		{"A", 0, 0, false},
		{"1", 0, 0, false},
		{"", 0, 0, false},
		{"$", 0, 0, false},
		{"A1:B2", 0, 0, false},
		{"A99999999999999999999", 0, 0, false},
		{"Ấ1", 0, 0, false},
	} {
		row, col, ok := sheet.ParseA1(c.in)
		if ok != c.ok || (ok && (row != c.row || col != c.col)) {
			t.Errorf("ParseA1(%q) = %d, %d, %v", c.in, row, col, ok)
		}
	}
}

func TestA1IsParsedBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row, col := rapid.IntRange(1, sheet.MaxRows).Draw(t, "row"), rapid.IntRange(1, sheet.MaxCols).Draw(t, "col")
		a1 := sheet.A1(row, col)
		if r, c, ok := sheet.ParseA1(a1); !ok || r != row || c != col {
			t.Fatalf("%d, %d is %s, read back as %d, %d, %v", row, col, a1, r, c, ok)
		}
	})
}

func TestParseRange(t *testing.T) {
	for in, want := range map[string]string{
		"A1:E1":         "A1:E1",
		"E3:A1":         "A1:E3",
		"$A$1:$B$2":     "A1:B2",
		"C5":            "C5",
		"B:D":           "B1:D1048576",
		"3:4":           "A3:XFD4",
		"A1:XFD1048576": "A1:XFD1048576",
		"A1:":           "",
		":":             "",
		"A1:B":          "",
		"A:1":           "",
		"A1:B2:C3":      "",
		"B":             "",
		"A1:XFE1":       "",
	} {
		r, ok := sheet.ParseRange(in)
		if ok != (want != "") || (ok && r.String() != want) {
			t.Errorf("ParseRange(%q) = %s, %v", in, r, ok)
		}
	}
}
