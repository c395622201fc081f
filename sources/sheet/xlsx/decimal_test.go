package xlsx

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// checkDecimal holds decimal against strconv, bit by bit.
func checkDecimal(t *testing.T, text string) (taken bool) {
	t.Helper()
	got, n, ok := decimal(append([]byte(text+"</v></c>"), make([]byte, 16)...))
	if !ok {
		return false
	}
	want, err := strconv.ParseFloat(text[:n], 64)
	if err != nil || math.Float64bits(want) != math.Float64bits(got) {
		t.Errorf("%s: %v of %q, want %v, %v", text, got, text[:n], want, err)
	}
	return true
}

func TestDecimal(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "0.0", "1", "-1", "12345678", "123456789", "9007199254740995", "1234567890123456789", "0.1", "-0.1", "110.03",
		"78.459999999999994", "5.0999999999999996", "110.24803914134594", "1.5E-7", "1E5", "1e+22", "1e24", "-9.5367431640625E-07",
		"0.30000000000000004", "12345678.12345678", "0.00000000000000001", "8595602512225", "1.7976931348623157E50", "5.", ".5", "00001.50",
		"123456789012345680", "1e-40", "0e9",
	} {
		if !checkDecimal(t, text) {
			t.Errorf("%s was not taken", text)
		}
	}
	for _, text := range []string{"", "-", ".", "+1", "e5", "1e", "1e+", "1e1000", "12345678901234567890", "0.12345678901234567890", "abc", "-.", "--1",
		"9007199254740993", "4503599627370496.5", "1e23", // half-way between two
	} {
		if checkDecimal(t, text) {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestDecimalAtRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	taken, all := 0, 200_000
	for range all {
		f := math.Float64frombits(r.Uint64())
		if math.IsNaN(f) || math.IsInf(f, 0) || r.IntN(2) == 0 {
			f = (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(30)-10))
		}
		format := "gGfE"[r.IntN(4)]
		precision := r.IntN(19) - 1
		if format == 'f' {
			precision = min(precision, 8)
		}
		if checkDecimal(t, strconv.FormatFloat(f, format, precision, 64)) {
			taken++
		}
	}
	if taken < all/2 {
		t.Errorf("only %d of %d numbers were taken", taken, all)
	}
}

func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"1", "-2.5", "1E-7", "0.1", "12345678901234567890", "1e999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkDecimal(t, text) })
}
