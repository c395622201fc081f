package ods

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func openFile(t testing.TB, path string) (sheet.Book, error) {
	t.Helper()
	return sheettest.OpenFile(t, Format{}, path, sheet.Limits{})
}

func books(t testing.TB) []string {
	t.Helper()
	return sheettest.Corpus(t, 10, ".ods")
}

// TestCorpus reads real books, among them attacks: each is read or refused clearly, soon and in little memory.
func TestCorpus(t *testing.T) {
	refused := map[string]string{
		"pass_protected.ods": "encrypted with a password",
		"issue_594_dos.ods":  "book_repeats",
	}
	for _, path := range books(t) {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			cost, err := sheettest.ReadFile(t, Format{}, path)
			if what, ok := refused[name]; ok {
				sheettest.Refused(t, err, what, fault.Input, fault.Limit)
			} else if err != nil {
				t.Error(err)
			}
			t.Logf("%d cells in %v, %d KiB held", cost.Cells, cost.Work, cost.Held>>10)
			if cost.Work > 5*time.Second || cost.System > 512<<20 {
				t.Errorf("took %v and %d MiB", cost.Work, cost.System>>20)
			}
		})
	}
}

// TestRightReads checks cells of real books that are easily read wrongly.
func TestRightReads(t *testing.T) {
	sheettest.CheckPlaces(t, Format{}, [][4]string{
		{"hostile_calamine/any_sheets.ods", "Visible", "B3", "number 6 6"},
		{"hostile_calamine/any_sheets.ods", "VeryHidden", "", "hidden"},
		{"hostile_calamine/any_sheets.ods", "Chart", "A1", ""},
		{"hostile_calamine/merged_cells.ods", "Sheet1", "A2", "text A"},
		{"hostile_calamine/merged_cells.ods", "Sheet1", "B3", ""},
		{"hostile_calamine/multi-empty.ods", "Test", "A2", "text bbb"},
		{"hostile_calamine/multi-empty.ods", "Test", "A13", "text zzz"},
		{"hostile_calamine/richtext_issue.ods", "datatypes", "A1", "text abc"},
		{"hostile_calamine/special_cells.ods", "sheet1", "A1", "text Split\nLine"},
		{"hostile_calamine/special_cells.ods", "sheet1", "A3", "text Value   With 3 spaces"},
		{"hostile_calamine/with-annotation.ods", "table1", "A1", "text cell a.1"},
		{"hostile_messytables/multilineods.ods", "Sheet1", "A1", "text 1\n2\n3\n4"},
	})
}

// BenchmarkOpen reads a book of 103 MB of XML and gives the speed over that; BenchmarkScan plays it.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(sheettest.Shared(b, "corpus"), "hostile_messytables/large.ods")
	b.SetBytes(102_767_756)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := openFile(b, path); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	opened, err := openFile(b, filepath.Join(sheettest.Shared(b, "corpus"), "hostile_messytables/large.ods"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	total := 0
	for b.Loop() {
		n, err := sheettest.Drain(b.Context(), opened)
		if err != nil {
			b.Fatal(err)
		}
		total += n
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "cells/s")
}
