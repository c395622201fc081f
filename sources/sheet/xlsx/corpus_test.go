package xlsx

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
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func books(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(sheettest.Shared(t, "corpus"), pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no books match %s: %v", pattern, err)
	}
	return files
}

func openFile(t testing.TB, path string, limits sheet.Limits) (sheet.Book, error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	in := sheet.Input{Name: filepath.Base(path), Data: f, Size: info.Size()}
	return sheet.Open(t.Context(), []sheet.Format{Format{}}, in, limits)
}

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
		files, err := filepath.Glob(filepath.Join(sheettest.Shared(t, "corpus"), "gso_monthly/raw", date+"*.xlsx"))
		if err != nil || len(files) != 1 {
			continue // an .xls
		}
		b, err := openFile(t, files[0], sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		grids := map[string]*sheet.Grid{}
		for i, info := range b.Sheets() {
			if info.Name == cells[0][0] {
				if grids[info.Name], err = sheet.Load(t.Context(), b, i); err != nil {
					t.Fatal(err)
				}
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
	if found < 4000 {
		t.Errorf("only %d figures were looked for", found)
	}
}

// TestHostile reads books that broke other readers: each is read or refused clearly, soon and in little memory.
func TestHostile(t *testing.T) {
	refused := map[string]string{
		"pass_protected.xlsx": "encrypted with a password",
		"encryptAES.xlsx":     "encrypted with a password",
		"BadWorkbook.xlsx":    "lists no sheets",
	}
	cells := map[string]int{}
	for _, path := range books(t, "hostile_*/*.xls[xm]") {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
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
			cells[name] = n
			if what, ok := refused[name]; ok {
				if fault.KindOf(err) != fault.Input || !strings.Contains(err.Error(), what) {
					t.Errorf("%v, want an input error saying %q", err, what)
				}
			} else if err != nil {
				t.Error(err)
			}
			if spent := after.TotalAlloc - before.TotalAlloc; took > 5*time.Second || spent > 128<<20 {
				t.Errorf("took %v and %d MiB", took, spent>>20)
			}
		})
	}
	t.Log(cells)
}

// TestRightReads checks what is easily read wrongly.
func TestRightReads(t *testing.T) {
	for _, c := range []struct{ file, sheet, cell, want string }{
		{"hostile_calamine/date_1904.xlsx", "Sheet1", "A1", "date 44197 42735"},
		{"hostile_calamine/date_1904.xlsx", "Sheet1", "A3", "number 10.6320601851852 10.6320601851852"},
		{"hostile_calamine/strict_iso_paths.xlsx", "ml_out", "A2", "text 150-031260-001_B"},
		{"hostile_calamine/strict_iso_paths.xlsx", "ml_out", "G2", "number 78.46 78.459999999999994"},
		{"hostile_calamine/errors.xlsx", "Feuil1", "A4", "error #NULL!"},
		{"hostile_calamine/rph.xlsx", "Sheet1", "A1", "text 課きく　毛こ"},
		{"hostile_calamine/richtext-namespaced.xlsx", "Sheet1", "A1", "text inline string\nLine 2\nLine 3"},
		{"hostile_calamine/any_sheets.xlsx", "VeryHidden", "", "hidden"},
		{"hostile_calamine/any_sheets.xlsx", "Chart", "A1", ""},
		{"hostile_readxl/new_line_errors.xlsx", "Blad1", "A3", `text Will show "_x000D_" in every new line in cell above`},
		{"hostile_readxl/missing-v-node-xlsx.xlsx", "Sheet1", "C2", "no cache"},
		{"hostile_readxl/missing-first-column.xlsx", "Sheet1", "B3", "number 3 3"},
		{"hostile_readxl/vietnamese-utf8.xlsx", "Sheet1", "A5", "text CÁT MỊN"},
		{"hostile_readxl/datetime-rounding.xlsx", "Sheet1", "A2", "date 42488.479166666664 42488.479166666664"},
		{"hostile_readxl/utf8-sheet-names.xlsx", "µ", "A2", "number 1 1"},
		{"hostile_messytables/sw_gen.xlsx", "tweets", "A2", "text 474939423470395392"},
		{"hostile_messytables/libreoffice.xlsx", "Sheet1", "A1", ""},
		{"hostile_excelize/OverflowNumericCell.xlsx", "Sheet1", "A1", "number 8.595602512225e+12 8595602512225"},
	} {
		b, err := openFile(t, filepath.Join(sheettest.Shared(t, "corpus"), c.file), sheet.Limits{})
		if err != nil {
			t.Error(err)
			continue
		}
		i := slices.IndexFunc(b.Sheets(), func(info sheet.Info) bool { return info.Name == c.sheet })
		if i < 0 {
			t.Errorf("%s has no sheet %q", c.file, c.sheet)
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
		case at.NoCache:
			got = "no cache"
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

// BenchmarkMonthlyBooks scans all monthly books once an iteration.
func BenchmarkMonthlyBooks(b *testing.B) {
	files := books(b, "gso_monthly/raw/*.xlsx")
	total := 0
	for b.Loop() {
		for _, path := range files {
			book, err := openFile(b, path, sheet.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			n, err := scanAll(b, book)
			if err != nil {
				b.Fatal(err)
			}
			total += n
		}
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "cells/s")
}
