package layout_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/delim"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/sources/sheet/xls"
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
	book, err := sheet.Open(t.Context(), []sheet.Format{xlsx.Format{}, xls.Format{}, delim.Format{}}, in, sheet.Limits{})
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

// longList makes a list of many lines: three columns of words and seventeen of figures.
func longList(b *testing.B, lines int) *sheet.Grid {
	b.Helper()
	s := &sheettest.Sheet{Info: sheet.Info{Name: "list"}}
	for r := range lines + 1 {
		cells := make([]sheet.Cell, 20)
		for c := range cells {
			cells[c] = sheet.Cell{Col: c + 1, Type: sheet.Text, Text: fmt.Sprintf("label %d", (r*7+c)%1000)}
			if v := float64((r*(c+3)*7919)%100_000) / 10; r > 0 && c > 2 {
				cells[c] = sheet.Cell{Col: c + 1, Type: sheet.Number, Num: v, Text: fmt.Sprint(v)}
			}
		}
		s.Rows = append(s.Rows, sheet.Row{Number: r + 1, Cells: cells})
	}
	g, err := sheet.Load(b.Context(), &sheettest.Book{List: []*sheettest.Sheet{s}}, 0)
	if err != nil {
		b.Fatal(err)
	}
	return g
}

// BenchmarkLongList recognises a plain list of six million cells.
func BenchmarkLongList(b *testing.B) {
	const lines = 300_000
	g := longList(b, lines)
	b.ReportAllocs()
	for b.Loop() {
		layout.Recognise(g)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(lines*20), "ns/cell")
}

// BenchmarkMonthlyBooks recognises all sheets of the newest monthly books.
func BenchmarkMonthlyBooks(b *testing.B) {
	paths, err := filepath.Glob(filepath.Join(corpus(b), "gso_monthly/raw/202*.xlsx"))
	if err != nil || len(paths) == 0 {
		b.Fatalf("no books: %v", err)
	}
	var list []*sheet.Grid
	for _, p := range paths {
		list = append(list, grids(b, p)...)
	}
	for b.Loop() {
		for _, g := range list {
			layout.Recognise(g)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(paths))/1e6, "ms/book")
}

// BenchmarkFamilies reads and recognises the books of each family in turn, with labels only and with all that explains
// them, to compare what that costs on one core.
func BenchmarkFamilies(b *testing.B) {
	for _, family := range []string{"nzcensus2013/raw/*.xlsx", "gso_monthly/raw/*.xlsx", "gso_monthly/raw/*.xls", "ons_its2018/raw/*.xls",
		"vn_budget/raw/*.xls", "gso_pxweb/raw/*.csv", "uk_databaker/raw/ashe*.xls", "uk_databaker/raw/table-a02.xls"} {
		b.Run(strings.ReplaceAll(family, "/raw/*", ""), func(b *testing.B) {
			paths, err := filepath.Glob(filepath.Join(corpus(b), family))
			if err != nil || len(paths) == 0 {
				b.Fatalf("no books: %v", err)
			}
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			var reading, labels, all time.Duration
			cells := 0
			for b.Loop() {
				bare := layout.Recogniser{LabelsOnly: true} // one for all books, as a dataset's reader has
				for _, path := range paths {
					start := time.Now()
					list := grids(b, path)
					read := time.Now()
					for _, g := range list {
						bare.Recognise(g)
					}
					labelled := time.Now()
					var known layout.Recogniser
					for _, g := range list {
						known.Recognise(g)
						for k := range g.Rows {
							cells += len(g.Rows[k].Cells)
						}
					}
					reading, labels, all = reading+read.Sub(start), labels+labelled.Sub(read), all+time.Since(labelled)
				}
			}
			perCell := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(cells) }
			b.ReportMetric(perCell(reading), "reading-ns/cell")
			b.ReportMetric(perCell(labels), "labels-ns/cell")
			b.ReportMetric(perCell(all), "recognising-ns/cell")
			b.ReportMetric(float64(labels)/float64(reading), "labels/reading")
			b.ReportMetric(float64(all)/float64(reading), "recognising/reading")
		})
	}
}
