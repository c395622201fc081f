package xlsx

import (
	"path/filepath"
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
	return sheettest.OpenFile(t, Format{}, path, limits)
}

func TestTruth(t *testing.T) { sheettest.CheckTruth(t, Format{}, ".xlsx", 4000) }

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
			cost, err := sheettest.ReadFile(t, Format{}, path)
			cells[name] = cost.Cells
			if what, ok := refused[name]; ok {
				sheettest.Refused(t, err, what, fault.Input)
			} else if err != nil {
				t.Error(err)
			}
			if cost.Took > 5*time.Second || cost.Allocated > 128<<20 {
				t.Errorf("took %v and %d MiB", cost.Took, cost.Allocated>>20)
			}
		})
	}
	t.Log(cells)
}

// TestRightReads checks what is easily read wrongly.
func TestRightReads(t *testing.T) {
	sheettest.CheckPlaces(t, Format{}, [][4]string{
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
	})
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
			n, err := sheettest.Drain(b.Context(), book)
			if err != nil {
				b.Fatal(err)
			}
			total += n
		}
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "cells/s")
}
