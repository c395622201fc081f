package xls

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// scanAll reads every sheet and gives the number of cells.
func scanAll(t testing.TB, b sheet.Book) (cells int, err error) {
	t.Helper()
	for i := range b.Sheets() {
		_, err := b.Scan(t.Context(), i, func(r *sheet.Row) error {
			cells += len(r.Cells)
			return nil
		})
		if err != nil {
			return cells, err
		}
	}
	return cells, nil
}

// TestCorpus reads all real books, among them some that broke other readers: each is read or refused clearly, soon and in
// little memory.
func TestCorpus(t *testing.T) {
	refusals := map[string]string{
		"OOM_alloc3.xls": "this old Office file is damaged",
		"too_small.xls":  "the content is of no format that can be read",
	}
	total := 0
	for _, path := range corpusBooks(t) {
		name := filepath.Base(path)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		b, err := openFile(t, path, sheet.Limits{})
		n := 0
		if err == nil {
			n, err = scanAll(t, b)
		}
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		total += n
		if what, ok := refusals[name]; ok {
			refused(t, err, fault.Input, what)
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; took > 5*time.Second || spent > 128<<20 {
			t.Errorf("%s: took %v and %d MiB", name, took, spent>>20)
		}
	}
	t.Logf("%d cells", total)
}

// TestTruth finds every figure that people read out of the monthly books, at its sheet, row and column.
func TestTruth(t *testing.T) {
	f, err := os.Open(filepath.Join(sheettest.Shared(t, "corpus"), "gso_monthly/truth/visible/iip_cells.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	byBook := map[string][][]string{} // report date -> sheet, row, col, value
	for _, r := range records[1:] {
		byBook[r[0]] = append(byBook[r[0]], r[1:5])
	}
	found := 0
	for date, cells := range byBook {
		files, err := filepath.Glob(filepath.Join(sheettest.Shared(t, "corpus"), "gso_monthly/*", date+"*.xls"))
		if err != nil || len(files) != 1 {
			continue // an .xlsx
		}
		b, err := openFile(t, files[0], sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		grids := map[string]*sheet.Grid{}
		for i, info := range b.Sheets() {
			if grids[info.Name], err = sheet.Load(t.Context(), b, i); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range cells {
			row, _ := strconv.Atoi(c[1])
			col, _ := strconv.Atoi(c[2])
			want, err := strconv.ParseFloat(c[3], 64)
			g := grids[c[0]]
			if err != nil || g == nil {
				t.Fatalf("%s: sheet %q, value %q: %v", date, c[0], c[3], err)
			}
			got := g.At(row, col)
			if got == nil || got.Type != sheet.Number || math.Abs(got.Num-want) > 1e-9*math.Abs(want) {
				t.Errorf("%s, %s!%s: %+v, want %v", date, c[0], sheet.A1(row, col), got, want)
			}
			found++
		}
	}
	t.Logf("%d figures found", found)
	if found < 1000 {
		t.Errorf("only %d figures were looked for", found)
	}
}

// TestRightReads checks what is easily read wrongly.
func TestRightReads(t *testing.T) {
	for _, c := range []struct{ file, sheet, cell, want string }{
		{"hostile_calamine/date_1904.xls", "Sheet1", "A1", "date 44197 42735"},
		{"hostile_calamine/date_1904.xls", "Sheet1", "A3", "number 10.632060185185185 10.632060185185185"},
		{"hostile_calamine/sst_continue.xls", "Sheet1", "A136", "text New CONTINUE block"},
		{"hostile_calamine/xls_wrong_decimals.xls", "Sheet1", "A1", "number 0.525625 0.525625"},
		{"hostile_calamine/biff5_write.xls", "SheetJS", "C3", "date 41689.604166666664 41689.604166666664"},
		{"hostile_calamine/biff5_write.xls", "SheetJS", "D3", "text 0.3"},
		{"hostile_calamine/any_sheets.xls", "VeryHidden", "", "hidden"},
		{"hostile_calamine/any_sheets.xls", "Chart", "A1", ""},
		{"hostile_calamine/capitalized_wbook_stream.xls", "Sheet1", "A1", ""},
		{"hostile_readxl/vietnamese-utf8.xls", "Sheet1", "A5", "text CÁT MỊN"},
		{"hostile_readxl/utf8-sheet-names.xls", "µ", "A2", "number 1 1"},
		{"hostile_readxl/missing-first-column.xls", "Sheet1", "B3", "number 3 3"},
		{"hostile_readxl/mtcars.xls", "head(mtcars)", "A2", "number 21 21"},
	} {
		b, err := openFile(t, filepath.Join(sheettest.Shared(t, "corpus"), c.file), sheet.Limits{})
		if err != nil {
			t.Error(err)
			continue
		}
		i := slices.IndexFunc(b.Sheets(), func(info sheet.Info) bool { return info.Name == c.sheet })
		if i < 0 {
			t.Errorf("%s has no sheet %q but %v", c.file, c.sheet, b.Sheets())
			continue
		}
		g, err := sheet.Load(t.Context(), b, i)
		if err != nil {
			t.Error(err)
			continue
		}
		row, col, _ := sheet.ParseA1(c.cell)
		got := ""
		switch at := g.At(row, col); {
		case c.cell == "" && g.Hidden:
			got = "hidden"
		case at == nil:
		case at.Type == sheet.Number || at.Type == sheet.Date:
			got = fmt.Sprint(at.Type, at.Num, " ", at.Text)
		default:
			got = at.Type.String() + " " + at.Text
		}
		if got != c.want {
			t.Errorf("%s, %s!%s: %q, want %q", c.file, c.sheet, c.cell, got, c.want)
		}
	}
}

// TestSideBySide scans all sheets of a book at once.
func TestSideBySide(t *testing.T) {
	path := filepath.Join(sheettest.Shared(t, "corpus"), "gso_monthly/raw/2018-12-27-03-So-lieu-2018-1.xls")
	b, err := openFile(t, path, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := scanAll(t, b)
	if err != nil {
		t.Fatal(err)
	}
	var got atomic.Int64
	group, ctx := errgroup.WithContext(t.Context())
	for i := range b.Sheets() {
		group.Go(func() error {
			_, err := b.Scan(ctx, i, func(r *sheet.Row) error {
				got.Add(int64(len(r.Cells)))
				return nil
			})
			return err
		})
	}
	if err := group.Wait(); err != nil || got.Load() != int64(want) {
		t.Errorf("%d cells, %v, want %d", got.Load(), err, want)
	}
}

// BenchmarkMonthlyBooks scans all monthly books once an iteration.
func BenchmarkMonthlyBooks(b *testing.B) {
	var files []string
	var size int64
	for _, path := range corpusBooks(b) {
		if strings.Contains(path, "gso_monthly") {
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			files, size = append(files, path), size+info.Size()
		}
	}
	b.SetBytes(size)
	total := 0
	for b.Loop() {
		for _, path := range files {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			info, err := f.Stat()
			if err != nil {
				b.Fatal(err)
			}
			book, err := Format{}.Open(b.Context(), sheet.Input{Name: path, Data: f, Size: info.Size()}, sheet.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			n, err := scanAll(b, book)
			if err != nil {
				b.Fatal(err)
			}
			total += n
			f.Close()
		}
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "cells/s")
}

// BenchmarkSheet scans a full sheet of labels and numbers, in order and column by column.
func BenchmarkSheet(b *testing.B) {
	const rows, cols = 60_000, 20
	for _, name := range []string{"in order", "by column"} {
		var list text
		list.add(0, put(uint32(rows), uint32(rows))...)
		for i := range rows {
			list.add(0, put(12)...)
			list.text8(fmt.Sprintf("Mã số %06d", i), nil, nil)
		}
		var places []int
		for at := 8000; at < len(list.data); at += 8000 {
			places = append(places, at)
		}
		put1 := func(w *writer, row, col int) {
			switch {
			case col == 0:
				w.record(recLabelSST, cell(row, col, 0), uint32(row))
			case col%2 == 0:
				w.record(recNumber, cell(row, col, 0), float64(row)*1.1+float64(col))
			default:
				w.record(recRK, cell(row, col, 0), uint32(row*20+col)<<2|3)
			}
		}
		data := container(b, 4096, stored{"Workbook", oneSheet(biff8, func(w *writer) { w.cut(recSST, list, places) }, func(w *writer) {
			for i := range rows * cols {
				if name == "in order" {
					put1(w, i/cols, i%cols)
				} else {
					put1(w, i%rows, i/rows)
				}
			}
		})})
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				book, err := Format{}.Open(b.Context(), sheetInput(data), sheet.Limits{})
				if err != nil {
					b.Fatal(err)
				}
				if n, err := scanAll(b, book); err != nil || n != rows*cols {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(rows*cols*b.N)/b.Elapsed().Seconds(), "cells/s")
		})
	}
}
