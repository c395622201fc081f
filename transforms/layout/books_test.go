package layout_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/xlsx"
	"github.com/statloom/statloom/transforms/layout"
)

// corpus finds the folder of real books beside the repository. Without it the test is skipped, but not in CI.
func corpus(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		found := filepath.Join(dir, "shared", "corpus")
		if _, err := os.Stat(found); err == nil {
			return found
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("the corpus of real books is not there")
	}
	t.Skip("the corpus of real books is not there")
	return ""
}

// grids opens a book of the corpus and loads all its sheets.
func grids(t testing.TB, path string) []*sheet.Grid {
	t.Helper()
	book := open(t, path)
	defer book.Close()
	var out []*sheet.Grid
	for i := range book.Sheets() {
		g, err := sheet.Load(t.Context(), book, i)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}

func open(t testing.TB, path string) sheet.Book {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	in := sheet.Input{Name: filepath.Base(path), Data: bytes.NewReader(data), Size: int64(len(data))}
	book, err := sheet.Open(t.Context(), []sheet.Format{xlsx.Format{}}, in, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// BenchmarkRecognise recognises a book of 50 sheets and more.
func BenchmarkRecognise(b *testing.B) {
	list := grids(b, filepath.Join(corpus(b), "nzcensus2013/raw/2013-census-electorate-tables.xlsx"))
	for b.Loop() {
		for _, g := range list {
			layout.Recognise(g)
		}
	}
}
