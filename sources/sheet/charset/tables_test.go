package charset

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// iconv converts with the C library's own tables.
func iconv(t *testing.T, from, to string, text []byte) ([]byte, bool) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "iconv", "-f", from, "-t", to)
	c.Stdin = bytes.NewReader(text)
	out, err := c.Output()
	return out, err == nil
}

func needIconv(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("iconv"); err != nil {
		t.Fatal("iconv is missing; it comes with the C library (Debian: libc-bin)")
	}
}

// TestTablesAgainstIconv goes through all bytes there and back. What the ABC fonts leave out of TCVN are the capitals with
// tones, for which they have fonts of their own, and the marks that stand alone.
func TestTablesAgainstIconv(t *testing.T) {
	needIconv(t)
	for _, c := range []struct {
		name  string
		table [128]rune
		first int // the first byte with a meaning
		whole bool
	}{{"TCVN", tcvn3, 0xA1, false}, {"VISCII", viscii, 0x80, true}} {
		letters := 0
		for b := 0x80; b < 0x100; b++ {
			out, ok := iconv(t, c.name, "UTF-8", []byte{byte(b)})
			want, n := utf8.DecodeRune(out)
			if !ok || n != len(out) {
				t.Fatalf("%s has nothing at %X", c.name, b)
			}
			got := c.table[b-0x80]
			if got == 0 {
				tonedCapital := unicode.IsUpper(want) && len([]rune(decomposed(string(want)))) > 1 && !strings.ContainsRune("ĂÂÊÔƠƯ", want)
				if c.whole || b >= c.first && !tonedCapital && !unicode.Is(unicode.Mn, want) && want != 0xA0 {
					t.Errorf("%s %X is %c and missing", c.name, b, want)
				}
				continue
			}
			letters++
			if got != want {
				t.Errorf("%s %X is %c, iconv says %c", c.name, b, got, want)
			}
			if back, ok := iconv(t, "UTF-8", c.name, []byte(string(got))); !ok || string(back) != string([]byte{byte(b)}) {
				t.Errorf("%s: %c comes back as % X, not %X", c.name, got, back, b)
			}
		}
		t.Logf("%s: %d letters", c.name, letters)
		if want := map[string]int{"TCVN": 74, "VISCII": 128}[c.name]; letters != want {
			t.Errorf("%s has %d letters, want %d", c.name, letters, want)
		}
	}
}

// TestWindows1258AgainstIconv goes through all vowels with all marks, in the form that iconv writes.
func TestWindows1258AgainstIconv(t *testing.T) {
	needIconv(t)
	for _, word := range []string{"Việt", "tổng", "nước", "Đường", "gỗ", "mỹ", "quặng", "ẩm", "Ở", "thuỷ", "kỳ"} {
		stored, ok := iconv(t, "UTF-8", "CP1258", []byte(word))
		if !ok {
			t.Fatalf("iconv refuses %s", word)
		}
		if got := read(string(latin1(stored)), Windows1258); got != word {
			t.Errorf("% X reads %s, want %s", stored, got, word)
		}
	}
}
