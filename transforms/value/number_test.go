package value_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/statloom/statloom/transforms/value"
)

var (
	vn   = value.Style{Decimal: ',', Thousands: '.'}
	en   = value.Style{Decimal: '.', Thousands: ','}
	none = value.Style{}
)

func TestParse(t *testing.T) {
	number := func(v float64) value.Result { return value.Result{Value: v, OK: true, Status: "A"} }
	refused := func(why string) value.Result { return value.Result{Comment: why} }
	missing := func(status, comment string) value.Result {
		return value.Result{Missing: true, Status: status, Comment: comment}
	}
	tests := []struct {
		text  string
		style value.Style
		want  value.Result
	}{
		{"113,65", vn, number(113.65)},
		{"1.234", vn, number(1234)},
		{"1.234", en, number(1.234)},
		{"82.217.160", vn, number(82217160)},
		{"1.234.567,89", vn, number(1234567.89)},
		{"1,234,567.89", en, number(1234567.89)},
		{"1 234,5", vn, number(1234.5)},
		{"1\u00a0234\u202f567", none, number(1234567)},
		{"1'234.5", en, number(1234.5)},
		{"0,1", vn, number(0.1)},
		{",5", vn, number(0.5)},
		{" 42\u00a0", none, number(42)},
		{"007", none, number(7)},
		{"-12,3", vn, number(-12.3)},
		{"−12,3", vn, number(-12.3)},
		{"–12,3", vn, number(-12.3)},
		{"+12,3", vn, number(12.3)},
		{"110.24803914934595", en, number(110.24803914934595)},
		{"1,5E+03", vn, number(1500)},
		{"1.5e-3", en, number(0.0015)},
		{"9007199254740992", none, number(9007199254740992)},
		{"12,3%", vn, value.Result{Value: 12.3, OK: true, Percent: true, Status: "A"}},
		{"12,3 %", vn, value.Result{Value: 12.3, OK: true, Percent: true, Status: "A"}},
		{"12,3(*)", vn, value.Result{Value: 12.3, OK: true, Status: "A", Comment: "note (*)"}},
		{"12,3*", vn, value.Result{Value: 12.3, OK: true, Status: "A", Comment: "note *"}},
		{"12,3 (1)", vn, value.Result{Value: 12.3, OK: true, Status: "A", Comment: "note (1)"}},
		{"12,3²", vn, value.Result{Value: 12.3, OK: true, Status: "A", Comment: "note ²"}},
		{"12.3 p", en, value.Result{Value: 12.3, OK: true, Status: "P"}},
		{"12.3 e", en, value.Result{Value: 12.3, OK: true, Status: "E"}},
		{"12.3(p)", en, value.Result{Value: 12.3, OK: true, Status: "P"}},
		{"12.3 bp", en, value.Result{Value: 12.3, OK: true, Status: "B"}},
		{"12.3 r", en, value.Result{Value: 12.3, OK: true, Status: "A", Comment: "revised"}},
		{"12,3 (sơ bộ)", vn, value.Result{Value: 12.3, OK: true, Status: "P"}},
		{"(1,2)", value.Style{Decimal: ',', Thousands: '.', Brackets: true}, number(-1.2)},

		{"(1,2)", vn, refused("a number in brackets can be negative or a note")},
		{"1.234,56", en, refused("the decimal mark is not the last mark")},
		{"1.234", value.Style{Decimal: ',', Thousands: ' '}, refused("the mark '.' does not fit the way this table writes numbers")},
		{"1,2,3", vn, refused("the decimal mark is not the last mark")},
		{"12.34.567", vn, refused("the thousands marks do not part groups of three digits")},
		{"1.23", vn, refused("the thousands marks do not part groups of three digits")},
		{"0.123", vn, refused("the thousands marks do not part groups of three digits")},
		{"1 23", none, refused("the thousands marks do not part groups of three digits")},
		{"1 234.567", vn, refused("two kinds of thousands marks")},
		{"1.5", none, refused("whether '.' is a decimal mark is not known in this table")},
		{"1.234E+05", vn, refused("a power of ten beside thousands marks cannot be read")},
		{"9007199254740993", none, refused("the number has more digits than can be kept exactly")},
		{"1" + strings.Repeat("0", 40), none, refused("the number has more digits than can be kept exactly")},
		{"1e+999", none, refused("the number is too large")},
		{strings.Repeat("1", 100), none, refused("the text is too long for a number")},
		{"$12", none, refused("the text is not a number")},
		{"12 đ", none, refused("the text after the number is not understood: đ")},
		{"12 USD", none, refused("the text after the number is not understood: USD")},
		{"12 tấn", none, refused("the text after the number is not understood: tấn")},
		{"1e5", none, refused("the text after the number is not understood: e5")},
		{"- 5", none, refused("the text is not a number")},
		{"5-", none, refused("the text after the number is not understood: -")},
		{"5.", en, refused("the text after the number is not understood: .")},
		{"2020-2021", none, refused("the text after the number is not understood: -2021")},
		{"29/9/2024", none, refused("the text after the number is not understood: /9/2024")},
		{"0x1F", none, refused("the text after the number is not understood: x1F")},
		{"Inf", none, refused("the text is not a number")},
		{"١٢", none, refused("the text is not a number")},
		{"", none, refused("the text is empty")},

		{"-", vn, missing("M", "no phenomenon (-)")},
		{"…", vn, missing("M", "exists but was not collected (...)")},
		{"...", vn, missing("M", "exists but was not collected (...)")},
		{"......", vn, missing("M", "exists but was not collected (...)")},
		{"..", vn, missing("M", "not available (..)")},
		{":", vn, missing("M", "not available (:)")},
		{"n/a", vn, missing("M", "not available (n/a)")},
		{"x", vn, missing("M", "not applicable (x)")},
		{"c", vn, missing("C", "confidential")},
		{"..C", vn, missing("C", "confidential")},
		{"#N/A", vn, missing("M", "error value #N/A")},
		{"#DIV/0!", vn, missing("M", "error value #DIV/0!")},
		{"#REF!", vn, missing("M", "error value #REF!")},
		{"####", vn, missing("M", "the column was too narrow to show the number (####)")},
		{"*", vn, missing("M", "replaced by a note (*)")},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, value.Parse(tt.text, tt.style)); diff != "" {
			t.Errorf("Parse(%q, %+v) (-want +got):\n%s", tt.text, tt.style, diff)
		}
	}
}

func TestEvidence(t *testing.T) {
	tests := []struct {
		name  string
		texts []string
		want  value.Style
		err   string
	}{
		{"thousands by repetition", []string{"1.234", "82.217.160"}, vn, ""},
		{"decimal by length", []string{"1.234", "113,65"}, vn, ""},
		{"both in one", []string{"1,234.5"}, en, ""},
		{"a leading zero", []string{"0.123", "1,234"}, en, ""},
		{"four digits before", []string{"1234.567"}, en, ""},
		{"blanks part thousands", []string{"1 234", "5,25"}, value.Style{Decimal: ',', Thousands: ' '}, ""},
		{"only blanks", []string{"1 234"}, value.Style{Thousands: ' '}, ""},
		{"no marks", []string{"12", "-", "…", "1/2", "Dệt"}, none, ""},
		{"marks and notes do not count", []string{"-", "12,5(*)", "29.9.2024"}, vn, ""},
		{"both ways", []string{"12", "1.234", "2.345"}, none,
			`"1.234" can be read in two ways, and no number of the table tells whether '.' is its decimal mark`},
		{"conflict of one mark", []string{"1.234.567", "12.5"}, none, `the mark '.' is the decimal mark in "12.5" but parts thousands in "1.234.567"`},
		{"two decimal marks", []string{"113,65", "113.65"}, none, `both '.' and ',' are decimal marks: "113.65" and "113,65"`},
		{"two thousands marks", []string{"1.234.567", "1,234,567"}, none, `both '.' and ',' part thousands: "1.234.567" and "1,234,567"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e value.Evidence
			for _, text := range tt.texts {
				e.Add(text)
			}
			got, err := e.Style()
			msg := ""
			if err != nil {
				msg = err.Error()
			}
			if got != tt.want || msg != tt.err {
				t.Errorf("Style() = %+v, %q; want %+v, %q", got, msg, tt.want, tt.err)
			}
		})
	}
}

// write writes a number in a style.
func write(v float64, s value.Style) string {
	text := strconv.FormatFloat(math.Abs(v), 'f', -1, 64)
	whole, frac, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0 && s.Thousands != 0; i -= 3 {
		whole = whole[:i] + string(s.Thousands) + whole[i:]
	}
	if frac != "" {
		whole += string(s.Decimal) + frac
	}
	if v < 0 {
		whole = "-" + whole
	}
	return whole
}

// TestRoundTrip holds that a number is read as it was written, or refused, whatever the style of its table.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		style := rapid.SampledFrom([]value.Style{vn, en, {Decimal: ',', Thousands: ' '}, {Decimal: '.', Thousands: '\''}, {Decimal: ','}}).Draw(t, "style")
		numbers := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 1, 8).Draw(t, "numbers")
		whole := rapid.Bool().Draw(t, "whole")
		var e value.Evidence
		for i := range numbers {
			if numbers[i] = math.Round(numbers[i]*1e6) / 1e6; whole {
				numbers[i] = math.Round(numbers[i])
			}
			e.Add(write(numbers[i], style))
		}
		guessed, err := e.Style()
		for _, v := range numbers {
			text := write(v, style)
			if r := value.Parse(text, style); !r.OK || r.Value != v {
				t.Errorf("Parse(%q, %+v) = %+v, want %v", text, style, r, v)
			}
			if r := value.Parse(text, guessed); err == nil && r.OK && r.Value != v {
				t.Errorf("a table in style %+v is taken for %+v: %q is read as %v", style, guessed, text, r.Value)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1.234,5 (*)", "−12 %", "1\u00a0234 p", "1,5E+03", "(1)", "..C", "#N/A", "12 Sơ bộ"} {
		f.Add(s, ',', '.', true)
	}
	f.Fuzz(func(t *testing.T, text string, decimal, thousands rune, brackets bool) {
		r := value.Parse(text, value.Style{Decimal: decimal, Thousands: thousands, Brackets: brackets})
		switch {
		case r.OK && r.Missing, r.OK && (math.IsNaN(r.Value) || math.IsInf(r.Value, 0)), r.OK && r.Status == "":
			t.Errorf("Parse(%q) = %+v", text, r)
		case !r.OK && r.Value != 0, !r.OK && r.Comment == "":
			t.Errorf("Parse(%q) = %+v", text, r)
		case r.OK && !strings.ContainsAny(text, "0123456789"):
			t.Errorf("Parse(%q) found a number", text)
		}
		var e value.Evidence
		e.Add(text)
		if s, err := e.Style(); err == nil && r.OK && s.Decimal == decimal && s.Thousands == thousands {
			return
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"1.234.567,89", "113", "12,3(*)", "-"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				value.Parse(text, vn)
			}
		})
	}
}
