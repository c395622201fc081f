package ods

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func openFile(t testing.TB, path string) (sheet.Book, error) {
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
	return sheet.Open(t.Context(), []sheet.Format{Format{}}, in, sheet.Limits{})
}

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

func books(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(sheettest.Shared(t, "corpus"), "*/*.ods"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d books, %v", len(files), err)
	}
	return files
}

// spent is the processor time that the test took so far, which other programs on the machine do not change.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := spent(t)
			b, err := openFile(t, path)
			cells := 0
			if err == nil {
				cells, err = scanAll(t, b)
			}
			took := spent(t) - start
			runtime.ReadMemStats(&after)
			if what, ok := refused[name]; ok {
				if kind := fault.KindOf(err); kind != fault.Input && kind != fault.Limit || !strings.Contains(err.Error(), what) {
					t.Errorf("%v, want an error saying %q", err, what)
				}
			} else if err != nil {
				t.Error(err)
			}
			t.Logf("%d cells in %v, %d KiB held", cells, took, (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>10)
			if took > 5*time.Second || after.Sys > 512<<20 {
				t.Errorf("took %v and %d MiB", took, after.Sys>>20)
			}
		})
	}
}

// TestRightReads checks cells of real books that are easily read wrongly.
func TestRightReads(t *testing.T) {
	for _, c := range []struct{ file, sheet, cell, want string }{
		{"hostile_calamine/any_sheets.ods", "Visible", "B3", "number 6"},
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
	} {
		b, err := openFile(t, filepath.Join(sheettest.Shared(t, "corpus"), c.file))
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
		case at != nil:
			got = at.Type.String() + " " + at.Text
		}
		if got != c.want {
			t.Errorf("%s, %s!%s: %q, want %q", c.file, c.sheet, c.cell, got, c.want)
		}
	}
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
		n, err := scanAll(b, opened)
		if err != nil {
			b.Fatal(err)
		}
		total += n
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "cells/s")
}
