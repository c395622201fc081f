package numeral_test

import (
	"math"
	"regexp"
	"strconv"
	"testing"

	"github.com/statloom/statloom/sources/sheet/numeral"
)

func TestShows(t *testing.T) {
	for _, c := range []struct {
		number         string
		points, commas bool
	}{
		{"1.5", true, false}, {"1,5", false, true}, {"0.125", true, false}, {"0,125", false, true}, {"1.125", false, false}, {"1,125", false, false},
		{"1234.125", true, false}, {"1.2345", true, false}, {"1.234.567", false, true}, {"1,234,567", true, false}, {"1,234.5", true, false},
		{"1.234,5", false, true}, {"-1.5", true, false}, {"1.125e3", true, false}, {"1.5e", false, false}, {"1.5.5", false, false}, {"1.23.456", false, false},
		{".5", false, false}, {"5.", false, false}, {"1,234.567", true, false}, {"12", false, false}, {"1.234,567.8", false, false}, {"1..5", false, false},
	} {
		points, commas := numeral.Shows([]byte(c.number))
		if points != c.points || commas != c.commas {
			t.Errorf("%s shows points %t, commas %t", c.number, points, commas)
		}
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		text         string
		points, read bool
	}{
		{"0", false, true}, {"-7", false, true}, {"12345678901234567890", false, true}, {"1.5", true, true}, {"1.5", false, false},
		{"-0.25e-3", true, true}, {"1e5", false, true}, {"007", true, false}, {"", true, false}, {"-", true, false}, {".5", true, false},
		{"5.", true, false}, {"+1", true, false}, {"1,5", true, false}, {"1e", true, false}, {"1e999", true, false}, {"0x10", true, false},
		{"0.30000000000000004", true, true}, {"NaN", true, false}, {"1 000", true, false},
	} {
		if _, ok := numeral.Read(c.text, c.points); ok != c.read {
			t.Errorf("%q, points %v: read %v", c.text, c.points, ok)
		}
	}
}

func TestStored(t *testing.T) {
	for text, want := range map[string]bool{
		"1": true, "-1.5E-7": true, "+1": true, ".5": true, "5.": true, "": false, "0x1p2": false, "Inf": false, "1_000": false, "1e999": false, "NaN": false, " 1": false,
	} {
		if n, ok := numeral.Stored(text); ok != want || math.IsInf(n, 0) && ok {
			t.Errorf("%q: %v, %v", text, n, ok)
		}
	}
}

// FuzzNumeral holds Read against strconv and a pattern, and Shows against what a number cannot show: both marks.
func FuzzNumeral(f *testing.F) {
	for _, s := range []string{"1", "-2.5", "1E-7", "0.1", "12345678901234567890", "1e999", "1.234,5", "1,234,567", "00.125"} {
		f.Add(s)
	}
	plain := regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := numeral.Read(text, true)
		want, err := strconv.ParseFloat(text, 64)
		if ok != (plain.MatchString(text) && err == nil) || ok && math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%q: %v, %v, want %v, %v", text, got, ok, want, err)
		}
		if points, commas := numeral.Shows([]byte(text)); points && commas {
			t.Errorf("%q shows both", text)
		}
	})
}
