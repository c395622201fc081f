package sheettest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
)

func TestParse(t *testing.T) {
	b := MustParse(`
		{b center} Bảng 1
		!merge A1:C1 A2:A3
		Tên | {b} 2023 | "2024"
		!row 7
		{>>} Gạo \p nếp\nloại 1 | -1.50e2 | #N/A | {nocache}
		!hide row
		{f} 12 | | {date fmt=d/m/yyyy} 41640 | {bottom} | TRUE | ""
		!hide cols B:C
		!sheet Ẩn hidden
	`)
	want := &Book{
		Styles: []sheet.Style{
			{NumFmt: "General"}, {NumFmt: "General", Bold: true, HAlign: "center"}, {NumFmt: "General", Bold: true},
			{NumFmt: "General", Indent: 2}, {NumFmt: "d/m/yyyy"}, {NumFmt: "General", BorderBot: true},
		},
		List: []*Sheet{
			{
				Info: sheet.Info{Name: "Sheet1"},
				Rows: []sheet.Row{
					{Number: 1, Cells: []sheet.Cell{{Col: 1, Type: sheet.Text, Text: "Bảng 1", Style: 1}}},
					{Number: 2, Cells: []sheet.Cell{
						{Col: 1, Type: sheet.Text, Text: "Tên"},
						{Col: 2, Type: sheet.Number, Num: 2023, Text: "2023", Style: 2},
						{Col: 3, Type: sheet.Text, Text: "2024"},
					}},
					{Number: 7, Cells: []sheet.Cell{
						{Col: 1, Type: sheet.Text, Text: "Gạo | nếp\nloại 1", Style: 3},
						{Col: 2, Type: sheet.Number, Num: -150, Text: "-1.50e2"},
						{Col: 3, Type: sheet.Error, Text: "#N/A"},
						{Col: 4, Formula: true, NoCache: true},
					}},
					{Number: 8, Hidden: true, Cells: []sheet.Cell{
						{Col: 1, Type: sheet.Number, Num: 12, Text: "12", Formula: true},
						{Col: 3, Type: sheet.Date, Num: 41640, Text: "41640", Style: 4},
						{Col: 4, Style: 5},
						{Col: 5, Type: sheet.Bool, Num: 1, Text: "1"},
						{Col: 6, Type: sheet.Text},
					}},
				},
				Tail: sheet.Tail{
					Merges:     []sheet.Range{{Row1: 1, Col1: 1, Row2: 1, Col2: 3}, {Row1: 2, Col1: 1, Row2: 3, Col2: 1}},
					HiddenCols: []sheet.Span{{First: 2, Last: 3}},
				},
			},
			{Info: sheet.Info{Name: "Ẩn", Hidden: true}},
		},
	}
	if d := cmp.Diff(want, b); d != "" {
		t.Error(d)
	}
}

func TestParseTellsTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"a\n!merge A1:?":         `line 2: "A1:?" is not a range`,
		"a | {b Total":           `line 1: cell B1: "{b Total" has no closing brace`,
		"{x} a":                  `line 1: cell A1: unknown mark "x"`,
		"{nocache} 3":            `line 1: cell A1: a formula without a cached result takes no value, not "3"`,
		"a\nb\n!row 2":           `line 3: "2" is not a row after row 2`,
		"!hide cols 3:4":         `line 1: "3:4" are not columns`,
		"{date} 31/12/2020":      `line 1: cell A1: "31/12/2020" is not a serial date`,
		"!sheet A\n!colour blue": `line 2: unknown directive "!colour blue"`,
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("Parse(%q) = %v, want %s", text, err, want)
		}
	}
}

func TestDumpIsParsedToTheSameBook(t *testing.T) {
	text := strings.Join([]string{
		`!sheet Một`,
		`{b center font=.VnTime_H} Bảng 1 |  | "  lùi vào"`,
		`!row 4`,
		`!hide row`,
		`{>>} Gạo | -1.50e2 | "12" | "#N/A" | "{b}" | #DIV/0! | FALSE | "" | {} | {bottom}`,
		`{fmt=0.0 f} 12 | {nocache} | {fmt=d/m/yyyy date} 41640.25 | {runs=4:,9:.VnTime} abc\nd\pf\\h`,
		`!hide cols B:C`,
		`!merge A1:C1`,
		`!sheet Hai hidden`,
		``,
	}, "\n")
	got, err := Dump(t.Context(), MustParse(text))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(text, got); d != "" {
		t.Error(d)
	}
}
