package sheet_test

import (
	"os"
	"path/filepath"

	"strings"
	"testing"
	"unicode"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/charset"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/sources/sheet/xls"
	"github.com/statloom/statloom/sources/sheet/xlsx"
)

// eachText visits all texts of the books that match a pattern of the corpus, through Open.
func eachText(t *testing.T, pattern string, visit func(book, font, text string)) {
	t.Helper()
	files, err := filepath.Glob(sheettest.Shared(t, "corpus") + "/" + pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no books at %s (%v)", pattern, err)
	}
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		in := sheet.Input{Name: filepath.Base(path), Data: f, Size: info.Size()}
		b, err := sheet.Open(t.Context(), []sheet.Format{xlsx.Format{}, xls.Format{}}, in, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		for i := range b.Sheets() {
			_, err := b.Scan(t.Context(), i, func(r *sheet.Row) error {
				for _, c := range r.Cells {
					if c.Type == sheet.Text {
						visit(in.Name, b.Style(c.Style).Font, c.Text)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && r != '\u00ad' })
}

// TestLegacyBooks reads the books of 2000 to 2011, whose text is TCVN3 and Unicode side by side. The words of the office's
// later books, which are all Unicode, are the oracle; what they do not have is listed, and was read by eye.
func TestLegacyBooks(t *testing.T) {
	known := map[string]bool{}
	eachText(t, "gso_monthly/raw/20*.xls*", func(_, _, text string) {
		for _, w := range words(text) {
			known[w] = true
		}
	})
	list, err := os.ReadFile("testdata/legacy_words.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		if !strings.HasPrefix(line, "#") {
			for _, w := range strings.Fields(line) {
				listed[w] = true
			}
		}
	}
	checked := 0
	eachText(t, "gso_monthly/legacy/*.xls", func(book, font, text string) {
		if strings.ContainsFunc(text, isOldSign) {
			t.Errorf("%s: %q in %s is not decoded", book, text, font)
		}
		for _, w := range words(text) {
			if !charset.ASCII(w) {
				checked++
				if !known[w] && !listed[w] {
					t.Errorf("%s: %q has the word %q", book, text, w)
				}
			}
		}
	})
	t.Logf("%d words checked", checked)
	if checked < 25_000 {
		t.Errorf("only %d words were checked", checked)
	}
}

// isOldSign tells the signs that stand for letters in TCVN3 and are in no label.
func isOldSign(r rune) bool {
	return r >= 0xA1 && r <= 0xBF && r != '°' && r != '²' && r != '³' || r == '×' || r == '÷'
}
