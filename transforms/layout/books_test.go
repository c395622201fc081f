package layout_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/sources/sheet/xlsx"
	"github.com/statloom/statloom/transforms/layout"
)

// corpus is the folder of real books.
func corpus(t testing.TB) string { return sheettest.Shared(t, "corpus") }

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
