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
		s := layout.RecogniseWith(g, layout.Pins{HeaderRows: rapid.IntRange(0, 3).Draw(rt, "pin"), StubColumns: rapid.IntRange(0, 3).Draw(rt, "pin")})
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
