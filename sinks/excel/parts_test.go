package excel

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestSheetNames(t *testing.T) {
	names := sheetNames{}
	long := strings.Repeat("Giá trị sản xuất ", 4)
	for _, c := range []struct{ want, got string }{
		{"SI01", "SI01"},
		{"si01", "si01 (2)"}, // Excel does not tell them apart
		{"a/b\\c?d*e[f]g:h", "a-b-c-d-e-f-g-h"},
		{"'quoted'", "quoted"},
		{"History", "History_"},
		{"", "_"},
		{long, "Giá trị sản xuất Giá trị sản xu"},
		{long, "Giá trị sản xuất Giá trị sả (2)"},
		{strings.Repeat("😀", 20), strings.Repeat("😀", 15)},
	} {
		got := names.take(c.want)
		if got != c.got {
			t.Errorf("%q: got %q, want %q", c.want, got, c.got)
		}
		if n := len(utf16.Encode([]rune(got))); n > 31 {
			t.Errorf("%q has %d units", got, n)
		}
	}
}

func TestFormulas(t *testing.T) {
	cell := func(row int) place { return place{sheet: "Số liệu", column: 3, row: row} }
	in := []input{
		{number: 10.0, ref: cell(1), ok: true}, {number: 20.0, ref: cell(2), ok: true}, {number: 30.0, ref: cell(3), ok: true}, {number: 4.0, ref: cell(9), ok: true},
		{text: "a", ref: cell(5), ok: true}, {text: "b", ref: cell(6), ok: true}, {text: "a", ref: cell(7), ok: true},
		{number: nil, ref: cell(8), ok: true}, {number: 1.0}, {row: true, ref: cell(10), ok: true},
	}
	for _, c := range []struct {
		text  string
		value float64
		want  string // "" is none
	}{
		{"100 * #1 / #2", 50, "100*'Số liệu'!C1/'Số liệu'!C2"},
		{"#1 + #2 + #3", 60, "SUM('Số liệu'!C1:C3)"},
		{"#1 + #2 + #3 + #4", 64, "SUM('Số liệu'!C1:C3,'Số liệu'!C9)"},
		{"100 * (#1 + #2 + #3) / (#4 - 2)", 3000, "100*SUM('Số liệu'!C1:C3)/('Số liệu'!C9 - 2)"},
		{"#1 - (#2 - #3)", 20, "'Số liệu'!C1 - ('Số liệu'!C2 - 'Số liệu'!C3)"},
		{"#1 / (#2 / #4)", 2, "'Số liệu'!C1/('Số liệu'!C2/'Số liệu'!C9)"},
		{"(#1 + #2) ^ 2", 900, "('Số liệu'!C1 + 'Số liệu'!C2)^2"},
		{"#1 * -0.5", -5, "'Số liệu'!C1*(-0.5)"},
		{"distinct(#5, #6, #7)", 2, "COUNTA('Số liệu'!C5:C6)"},
		{"count(#5, #6, #7)", 3, "COUNTA('Số liệu'!C5:C7)"},
		{"count(#1, #8)", 1, "COUNTA('Số liệu'!C1)"},
		{"count(#1, #10)", 2, "COUNTA('Số liệu'!C1,'Số liệu'!C10)"},
		{"round(#1 / #3, 2)", 0.33, "ROUND('Số liệu'!C1/'Số liệu'!C3,2)"},
		{"max(#1, #2)", 20, "MAX('Số liệu'!C1,'Số liệu'!C2)"},
		{"#1", 10, "'Số liệu'!C1"},
		{"#1 + #2 + … + #4", 64, "SUM('Số liệu'!C1:C3,'Số liệu'!C9)"},
		{"100 * (#1 * #2 + … + #3 * #4)", 1, ""},     // no second part to follow
		{"#1 * #2 + #3 * #4 + … + #7 * #8", 320, ""}, // the last has no value
		{"#1 + #2 + … + #2", 30, ""},                 // nothing between
		{"2 * (#1 + #2 + … + #4) - #1", 118, "2*SUM('Số liệu'!C1:C3,'Số liệu'!C9) - 'Số liệu'!C1"},
		{"#1 + #2", 31, ""},        // it does not give the published value
		{"#1 / null", 10, ""},      // a value that is missing
		{"#1 + #8", 10, ""},        // likewise
		{"#1 + #9", 11, ""},        // an input that is not in the workbook
		{"#1 / (#2 - #2)", 1, ""},  // no number
		{"median(#1, #2)", 15, ""}, // no function of ours
		{"5", 5, ""},               // nothing to follow
		{"#1 +", 10, ""},           // damaged
		{"#1 ; DROP", 10, ""},      // likewise
		{"#99", 10, ""},            // no such input
		{strings.Repeat("(", 400), 0, ""},
	} {
		got, ok := excelFormula(c.text, in, c.value)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%.40s: got %q, %v, want %q", c.text, got, ok, c.want)
		}
	}
}

func TestFormulasThatAreTooLong(t *testing.T) {
	var in []input
	var parts []string
	for i := range 600 {
		in = append(in, input{number: 1.0, ref: place{sheet: "d", column: 1, row: 2*i + 1}, ok: true}) // no two below each other
		parts = append(parts, "#"+strconv.Itoa(i+1))
	}
	if got, ok := excelFormula(strings.Join(parts, " + "), in, 600); ok {
		t.Errorf("600 arguments: %.60s", got)
	}
	if _, ok := excelFormula(strings.Join(parts[:200], " + "), in, 200); !ok {
		t.Error("200 arguments are refused")
	}
}

func FuzzFormula(f *testing.F) {
	for _, seed := range []string{"100 * #1 / #2", "count(#1, #2)", "((", "#1 ^ -2e5", "round(#1, 2)", "min()"} {
		f.Add(seed)
	}
	in := []input{{number: 2.0, ref: place{sheet: "d", column: 1, row: 1}, ok: true}, {number: 3.0, ref: place{sheet: "d", column: 1, row: 2}, ok: true}}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseFormula(text)
		if err != nil {
			return
		}
		x, ok := e.value(in)
		if !ok {
			return
		}
		if got, ok := excelFormula(text, in, x); ok && (strings.Contains(got, "NaN") || strings.Count(got, "(") != strings.Count(got, ")")) {
			t.Errorf("%q became %q", text, got)
		}
	})
}

// TestExactNumbers writes numbers that have more digits than excelize keeps, in pieces of every length.
func TestExactNumbers(t *testing.T) {
	const sheet = `<row r="1"><c r="A1" s="2" t="inlineStr"><is><t>` + mark + `0.30000000000000004</t></is></c><c r="B1"><v>1</v></c>` +
		`<c r="C1" t="str"><f>A1*2</f><v>` + mark + `-1.2345678901234567e-09</v></c><c r="D1" t="inlineStr"><is><t>text</t></is></c></row></sheetData>`
	const want = `<row r="1"><c r="A1" s="2"><v>0.30000000000000004</v></c><c r="B1"><v>1</v></c>` +
		`<c r="C1"><f>A1*2</f><v>-1.2345678901234567e-09</v></c><c r="D1" t="inlineStr"><is><t>text</t></is></c></row></sheetData>`
	for size := 1; size <= len(sheet); size++ {
		var out strings.Builder
		p := &exactPart{to: &out}
		for rest := sheet; rest != ""; {
			n := min(size, len(rest))
			if _, err := p.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if out.String() != want {
			t.Fatalf("in pieces of %d:\n%s", size, out.String())
		}
	}
	for _, x := range []float64{0.1, 12345678901234.5, 1e300, -0.1} {
		if exact(x) != any(x) {
			t.Errorf("%v is marked", x)
		}
	}
}
