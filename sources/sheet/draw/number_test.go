package draw_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/draw"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		digits, code, want string
	}{
		{"110.03824", "0.0", "110.0"}, {"110.05", "0.0", "110.1"}, {"1.005", "0.00", "1.01"}, {"0.125", "0.00", "0.13"}, {"9.995", "0.00", "10.00"},
		{"110.03824", "General", "110.03824"}, {"110.03824", "", "110.03824"}, {"0.30000000000000004", "General", "0.3"}, {"1234567890123", "General", "1234567890123"},
		{"1234567.5", "#,##0", "1_234_568"}, {"1234567.25", "#,##0.00", "1_234_567.25"}, {"999", "#,##0", "999"}, {"-1234", "#,##0", "-1_234"},
		{"-1234", "#,##0_);(#,##0)", "(1_234)"}, {"0", `#,##0;-#,##0;"-"`, "-"}, {"0.4", "0", "0"}, {"-0.4", "0", "0"}, {"-0.04", "0.0", "0.0"},
		{"0.1234", "0%", "12%"}, {"0.1234", "0.0%", "12.3%"}, {"12345678", "#,##0,", "12_346"}, {"5", "000", "005"}, {"0.5", "#.00", ".50"},
		{"1234", `_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)`, "1_234"}, {"-7", `_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)`, "(7)"},
		{"12", `0 "tỷ đồng"`, "12 tỷ đồng"}, {"12", "0 đ", "12 đ"}, {"12", "[Red]0.0", "12.0"}, {"12", "[$€-407]0", "€12"},
		{"12", "[>=100]0;0.00", "12"}, {"12", "# ?/?", "12"}, {"1200", "0.0E+00", "1200"}, {"12", `"open`, "12"}, {"842438", "000-000", "842438"},
		{"1E+300", "0.00", "1E+300"}, {"1.5E-7", "0.00000000", "0.00000015"}, {"0.000001", "0.00", "0.00"}, {"12", "@", "12"},
	} {
		x, err := strconv.ParseFloat(c.digits, 64)
		if err != nil {
			t.Fatal(err)
		}
		got, differs := draw.Text(&sheet.Cell{Type: sheet.Number, Num: x, Text: c.digits}, &sheet.Style{NumFmt: c.code})
		if got = strings.ReplaceAll(got, "\u202f", "_"); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.digits, c.code, got, c.want)
		}
		if differs != (c.want != c.digits) {
			t.Errorf("%s in %s: differs is %v", c.digits, c.code, differs)
		}
	}
}

func TestTextOfDates(t *testing.T) {
	for _, c := range []struct {
		serial     float64
		code, want string
	}{
		{45658, "dd/mm/yyyy", "01/01/2025"}, {45658, "mmm-yy", "Jan-25"}, {45658, "yyyy", "2025"}, {45658, "[$-409]d-mmm-yyyy;@", "1-Jan-2025"},
		{45658, "mm-dd-yy", "2025-01-01"}, {45658, `yyyy\-mm\-dd`, "2025-01-01"}, {45658.5, "d/m/yy h:mm", "2025-01-01 12:00"}, {60, "dd/mm/yyyy", "60"},
		{45658, "mmmmm", "2025-01-01"},
	} {
		got, _ := draw.Text(&sheet.Cell{Type: sheet.Date, Num: c.serial, Text: strconv.FormatFloat(c.serial, 'f', -1, 64)}, &sheet.Style{NumFmt: c.code})
		if got != c.want {
			t.Errorf("%v in %s: %q, want %q", c.serial, c.code, got, c.want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, code := range []string{"General", "0.00", "#,##0;(#,##0)", `"a"0\b_c*d[Red]%`, "dd/mm/yyyy", "é0", `\é0`} {
		f.Add(1234.5, code)
	}
	f.Fuzz(func(t *testing.T, x float64, code string) {
		for _, kind := range []sheet.Type{sheet.Number, sheet.Date} {
			got, _ := draw.Text(&sheet.Cell{Type: kind, Num: x, Text: "stored"}, &sheet.Style{NumFmt: code})
			if utf8.ValidString(code) && !utf8.ValidString(got) {
				t.Errorf("%v in %q: %q", x, code, got)
			}
		}
	})
}
