package sheet_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func load(t *testing.T, text string) *sheet.Grid {
	t.Helper()
	g, err := sheet.Load(t.Context(), sheettest.MustParse(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGrid(t *testing.T) {
	g := load(t, `
		!sheet IIP hidden
		{b} Tên | | 2023 | {bottom}
		!merge A1:B2 C1:XFD1 A5:A1048576
		!row 5
		{>>} Gạo | {nocache} | -1.5
		!hide rows 9:9
		!hide cols D:E
		!row 9
		{bottom} | {bottom} | {bottom}
	`)
	if g.Name != "IIP" || !g.Hidden || g.MaxRow != 5 || g.MaxCol != 3 || len(g.Rows) != 2 {
		t.Errorf("%q hidden=%v, %d rows up to %d, %d columns", g.Name, g.Hidden, len(g.Rows), g.MaxRow, g.MaxCol)
	}
	if d := cmp.Diff([]sheet.Span{{First: 4, Last: 5}}, g.HiddenCols); d != "" {
		t.Error(d)
	}
	for _, c := range []struct{ a1, text string }{
		{"A1", "Tên"}, {"C1", "2023"}, {"A5", "Gạo"}, {"B5", ""}, {"C5", "-1.5"},
	} {
		row, col, _ := sheet.ParseA1(c.a1)
		if got := g.At(row, col); got == nil || got.Text != c.text {
			t.Errorf("%s is %+v, want %q", c.a1, got, c.text)
		}
	}
	for _, a1 := range []string{"B1", "D1", "A2", "A9", "XFD1048576"} { // not stored, or for their style alone
		row, col, _ := sheet.ParseA1(a1)
		if got := g.At(row, col); got != nil {
			t.Errorf("%s is %+v, want nothing", a1, got)
		}
	}
	for a1, want := range map[string]string{
		"A1": "A1:B2", "B2": "A1:B2", "C1": "C1:XFD1", "A5": "A5:A1048576", "C2": "", "A3": "", "B5": "", "D1": "", "A6": "",
	} {
		row, col, _ := sheet.ParseA1(a1)
		m, ok := g.Merge(row, col)
		if ok != (want != "") || (ok && m.String() != want) {
			t.Errorf("%s is merged in %s, %v, want %q", a1, m, ok, want)
		}
	}
	if s := g.StyleOf(g.At(5, 1)); s.Indent != 2 {
		t.Errorf("A5 has the style %+v", s)
	}
	if s := g.StyleOf(nil); s.NumFmt != "General" {
		t.Errorf("no cell has the style %+v", s)
	}
	if got, want := g.Fault(5, 2, "no value", "calculate").Error(), `sheet "IIP", cell B5: no value (calculate)`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestEmptyGrid(t *testing.T) {
	g := load(t, "!merge A1:XFD1048576")
	if _, merged := g.Merge(1, 1); g.MaxRow != 0 || g.At(1, 1) != nil || merged {
		t.Errorf("%+v", g)
	}
}

// TestMergesAgainstPlainSearch compares the index of merges with looking through all of them.
func TestMergesAgainstPlainSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const size = 20
		b := sheettest.MustParse("!row 20\n | | | | | | | | | | | | | | | | | | | x")
		var merges []sheet.Range
		for range rapid.IntRange(0, 12).Draw(t, "merges") {
			r := rapid.IntRange(1, size+5).Draw(t, "row")
			c := rapid.IntRange(1, size+5).Draw(t, "col")
			m := sheet.Range{Row1: r, Col1: c, Row2: r + rapid.IntRange(0, size).Draw(t, "rows"), Col2: c + rapid.IntRange(0, size).Draw(t, "cols")}
			overlaps := false
			for _, o := range merges {
				overlaps = overlaps || (m.Row1 <= o.Row2 && o.Row1 <= m.Row2 && m.Col1 <= o.Col2 && o.Col1 <= m.Col2)
			}
			if !overlaps {
				merges = append(merges, m)
			}
		}
		b.List[0].Tail.Merges = merges
		g, err := sheet.Load(t.Context(), b, 0)
		if err != nil {
			t.Fatal(err)
		}
		for row := 1; row <= size; row++ {
			for col := 1; col <= size; col++ {
				var want sheet.Range
				for _, m := range merges {
					if m.Contains(row, col) {
						want = m
					}
				}
				if got, ok := g.Merge(row, col); got != want || ok != (want != sheet.Range{}) {
					t.Fatalf("%s is merged in %v, want %v (of %v)", sheet.A1(row, col), got, want, merges)
				}
			}
		}
	})
}

// TestManyHugeMerges has merges of all shapes, each over nearly all of a sheet that uses both corners: going through their cells,
// or through all merges for a cell, would never end.
func TestManyHugeMerges(t *testing.T) {
	b := sheettest.MustParse("x\n!row 1048576\nx")
	b.List[0].Rows[1].Cells = append(b.List[0].Rows[1].Cells, sheet.Cell{Col: sheet.MaxCols, Type: sheet.Text, Text: "x"})
	for k := range 200_000 {
		b.List[0].Tail.Merges = append(b.List[0].Tail.Merges, sheet.Range{Row1: 1 + k%7, Col1: 1 + k%sheet.MaxCols, Row2: sheet.MaxRows - k%5, Col2: sheet.MaxCols})
	}
	g, err := sheet.Load(t.Context(), b, 0)
	if err != nil {
		t.Fatal(err)
	}
	for k := range 100_000 {
		if _, ok := g.Merge(500_000+k, sheet.MaxCols); !ok {
			t.Fatal("a cell within merges is not merged")
		}
	}
}

func TestTime(t *testing.T) {
	for serial, want := range map[float64]string{
		1:                  "1900-01-01T00:00:00Z",
		59:                 "1900-02-28T00:00:00Z",
		61:                 "1900-03-01T00:00:00Z",
		1462:               "1904-01-01T00:00:00Z",
		41640:              "2014-01-01T00:00:00Z",
		42488.479166666664: "2016-04-28T11:30:00Z",
		45351:              "2024-02-29T00:00:00Z",
		45351.9999999999:   "2024-03-01T00:00:00Z",
		2958465:            "9999-12-31T00:00:00Z",
		0:                  "",
		0.5:                "",
		60:                 "",
		60.5:               "",
		-1:                 "",
		2958466:            "",
		math.Inf(1):        "",
	} {
		got, ok := sheet.Time(serial)
		if ok != (want != "") || (ok && got.Format(time.RFC3339Nano) != want) {
			t.Errorf("Time(%v) = %v, %v, want %q", serial, got, ok, want)
		}
	}
	if _, ok := sheet.Time(math.NaN()); ok {
		t.Error("NaN is a time")
	}
}
