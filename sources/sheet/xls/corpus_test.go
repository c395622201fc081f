package xls

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

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
		cost, err := sheettest.ReadFile(t, Format{}, path)
		total += cost.Cells
		if what, ok := refusals[name]; ok {
			sheettest.Refused(t, err, what, fault.Input)
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if cost.Took > 5*time.Second || cost.Allocated > 128<<20 {
			t.Errorf("%s: took %v and %d MiB", name, cost.Took, cost.Allocated>>20)
		}
	}
	t.Logf("%d cells", total)
}

func TestTruth(t *testing.T) { sheettest.CheckTruth(t, Format{}, ".xls", 1000) }

// TestRightReads checks what is easily read wrongly.
func TestRightReads(t *testing.T) {
	sheettest.CheckPlaces(t, Format{}, [][4]string{
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
	})
}

// TestSideBySide scans all sheets of a book at once.
func TestSideBySide(t *testing.T) {
	path := filepath.Join(sheettest.Shared(t, "corpus"), "gso_monthly/raw/2018-12-27-03-So-lieu-2018-1.xls")
	b, err := openFile(t, path, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := sheettest.Drain(t.Context(), b)
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
			n, err := sheettest.Drain(b.Context(), book)
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
				if n, err := sheettest.Drain(b.Context(), book); err != nil || n != rows*cols {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(rows*cols*b.N)/b.Elapsed().Seconds(), "cells/s")
		})
	}
}
