package layout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/layout"
)

// plain is a table without any style: everything has to be told from where things stand.
const plain = `
!sheet Sheet1
7. Chỉ số sản xuất công nghiệp năm 2024
 | | | %
 | Tháng 5 | Tháng 6 | 6 tháng
 | năm 2024 | năm 2024 | năm 2024
 | so với cùng kỳ | so với | so với cùng kỳ
 | năm trước | tháng trước | năm trước
Toàn ngành công nghiệp | 110.03 | 100.67 | 107.72
Khai khoáng | 91.7 | - | 95.1
Khai thác than | 97.65 | 99.1 | 101.4
Dệt | 104.2 | 101.5 | ..
(*) Số liệu sơ bộ
`

var plainRecipe = transforms.Recipe{
	Title: "chỉ số sản xuất công nghiệp",
	Dimensions: []transforms.Dimension{
		{ID: "activity", Pick: transforms.Pick{From: []transforms.Place{"row"}}},
		{ID: "comparison", Pick: transforms.Pick{From: []transforms.Place{"comparison"}}},
	},
}

// facts are the rows without their sheet and cell, which moving a table changes.
func facts(t *testing.T, book sheet.Book) []string {
	t.Helper()
	var out []string
	for _, row := range read(t, book, plainRecipe).rows[1:] {
		out = append(out, strings.Join(append(slices.Clone(row[:len(row)-4]), row[len(row)-1]), " ; "))
	}
	return out
}

// TestMoved moves a table about its sheet, sets blank rows and columns around and into it, and renames the sheet: what
// is read must stay the same.
func TestMoved(t *testing.T) {
	want := facts(t, sheettest.MustParse(plain))
	if len(want) != 12 {
		t.Fatalf("the table gives %d facts, want 12:\n%s", len(want), strings.Join(want, "\n"))
	}
	rapid.Check(t, func(rt *rapid.T) {
		book := sheettest.MustParse(plain)
		s := book.List[0]
		s.Info.Name = rapid.StringMatching(`[A-Za-z0-9 ]{1,12}`).Draw(rt, "name")
		down := rapid.IntRange(0, 40).Draw(rt, "down")
		right := rapid.IntRange(0, 12).Draw(rt, "right")
		afterTitle := rapid.IntRange(0, 3).Draw(rt, "blank rows below the title")
		afterHeader := rapid.IntRange(0, 3).Draw(rt, "blank rows below the header")
		inBody := rapid.IntRange(0, 2).Draw(rt, "blank rows in the body")
		gap := rapid.IntRange(0, 2).Draw(rt, "blank columns before the last")
		for i := range s.Rows {
			r := &s.Rows[i]
			shift := down
			for _, at := range []struct{ row, by int }{{2, afterTitle}, {7, afterHeader}, {9, inBody}} {
				if r.Number >= at.row {
					shift += at.by
				}
			}
			r.Number += shift
			for j := range r.Cells {
				if r.Cells[j].Col == 4 {
					r.Cells[j].Col += gap
				}
				r.Cells[j].Col += right
			}
		}
		if diff := cmp.Diff(want, facts(t, book)); diff != "" {
			rt.Errorf("moved, the table reads differently (-want +got):\n%s", diff)
		}
	})
}

// TestEveryCellOnce draws sheets at random: nothing may fail, every cell is given at most once, and only cells that
// stand in the sheet, within their table's range.
func TestEveryCellOnce(t *testing.T) {
	texts := []string{"Tổng số", "a", "2024", "1.5", "12", "-", "..", "(1,000)", "Năm", "%", "Bảng 1. Tên", "\"  x\"", "1 234,5", "{b} nhóm:", "#N/A", "{nocache}"}
	rapid.Check(t, func(rt *rapid.T) {
		var b strings.Builder
		rows := rapid.IntRange(0, 14).Draw(rt, "rows")
		for range rows {
			for c := range rapid.IntRange(0, 8).Draw(rt, "cells") {
				if c > 0 {
					b.WriteString(" | ")
				}
				if rapid.Bool().Draw(rt, "filled") {
					b.WriteString(rapid.SampledFrom(texts).Draw(rt, "text"))
				}
			}
			b.WriteString("\n")
		}
		if rapid.Bool().Draw(rt, "merged") {
			fmt.Fprintf(&b, "!merge B2:%s\n", sheet.A1(rapid.IntRange(2, 5).Draw(rt, "row"), rapid.IntRange(3, 6).Draw(rt, "col")))
		}
		b.WriteString("!! end\n")
		book := sheettest.MustParse(b.String())
		g, err := sheet.Load(t.Context(), book, 0)
		if err != nil {
			rt.Fatal(err)
		}
		s := new(layout.Recogniser).RecogniseWith(g, layout.Pins{HeaderRows: rapid.IntRange(0, 3).Draw(rt, "pin"), StubColumns: rapid.IntRange(0, 3).Draw(rt, "pin")})
		seen := make(map[string]bool)
		for c := range layout.Cells(g, s) {
			if seen[c.Cell] {
				rt.Fatalf("cell %s is given twice in\n%s", c.Cell, b.String())
			}
			seen[c.Cell] = true
			if g.At(c.Row, c.Col) == nil || !s.Tables[c.Table-1].Range.Contains(c.Row, c.Col) {
				rt.Fatalf("cell %s is not one of table %s in\n%s", c.Cell, s.Tables[c.Table-1].Range, b.String())
			}
		}
	})
}

// TestHeaderSplit writes the heads of the columns over one to four lines: what is read must stay the same.
func TestHeaderSplit(t *testing.T) {
	heads := []string{"Tháng 5 năm 2024 so với cùng kỳ năm trước", "Tháng 6 năm 2024 so với tháng trước", "6 tháng năm 2024 so với cùng kỳ năm trước"}
	body := "Toàn ngành công nghiệp | 110.03 | 100.67 | 107.72\nKhai khoáng | 91.7 | - | 95.1\nKhai thác than | 97.65 | 99.1 | 101.4\nDệt | 104.2 | 101.5 | ..\n"
	sheetOf := func(lines int) string {
		rows := make([][]string, lines)
		for _, h := range heads {
			words := strings.Fields(h)
			for i := range rows {
				rows[i] = append(rows[i], strings.Join(words[i*len(words)/lines:(i+1)*len(words)/lines], " "))
			}
		}
		var b strings.Builder
		b.WriteString("7. Chỉ số sản xuất công nghiệp năm 2024\n | | | %\n")
		for _, r := range rows {
			b.WriteString(" | " + strings.Join(r, " | ") + "\n")
		}
		return b.String() + body
	}
	want := facts(t, sheettest.MustParse(sheetOf(1)))
	if len(want) != 12 {
		t.Fatalf("the table gives %d facts, want 12", len(want))
	}
	for lines := 2; lines <= 4; lines++ {
		if diff := cmp.Diff(want, facts(t, sheettest.MustParse(sheetOf(lines)))); diff != "" {
			t.Errorf("over %d lines, the header reads differently (-want +got):\n%s", lines, diff)
		}
	}
}

// TestSumsFound draws tables at random, with a line and a column that add up the others, or with other numbers there: sums
// must be found where they are, and nowhere else.
func TestSumsFound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows, cols := rapid.IntRange(3, 12).Draw(rt, "rows"), rapid.IntRange(3, 8).Draw(rt, "columns")
		honest := rapid.Bool().Draw(rt, "sums")
		last := func(sum int) int {
			if honest {
				return sum
			}
			return rapid.IntRange(1_000, 999_999).Draw(rt, "no sum")
		}
		totals := make([]int, cols+1)
		var b strings.Builder
		b.WriteString("Table 1. Firms by district\nDistrict" + strings.Repeat(" | Kind", cols) + " | Everything\n")
		for r := range rows {
			sum := 0
			fmt.Fprintf(&b, "District %c", 'A'+r)
			for c := range cols {
				v := rapid.IntRange(1000, 99_999).Draw(rt, "value")
				sum += v
				totals[c] += v
				fmt.Fprintf(&b, " | %d", v)
			}
			sum = last(sum)
			totals[cols] += sum
			fmt.Fprintf(&b, " | %d\n", sum)
		}
		b.WriteString("Everywhere")
		for _, v := range totals {
			fmt.Fprintf(&b, " | %d", last(v))
		}
		g, err := sheet.Load(t.Context(), sheettest.MustParse(b.String()+"\n"), 0)
		if err != nil {
			rt.Fatal(err)
		}
		found := make(map[string]int)
		for _, table := range layout.Recognise(g).Tables {
			for _, id := range table.Identities {
				found[fmt.Sprint(id.Axis, id.Result, len(id.Operands))]++
			}
		}
		want := map[string]int{}
		if honest {
			want[fmt.Sprint(layout.Rows, rows+3, rows)] = 1
			want[fmt.Sprint(layout.Columns, cols+2, cols)] = 1
		}
		if diff := cmp.Diff(want, found); diff != "" {
			rt.Errorf("sums found (-want +got):\n%s\n%s", diff, b.String())
		}
	})
}
