package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// opened gives a book of the corpus.
func opened(t *testing.T, file string) sheet.Book {
	t.Helper()
	a := &app{system: system{dir: sheettest.Shared(t, "corpus")}}
	book, release, err := a.openBook(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return book
}

// TestHostileFacts holds what is known of the books: what the tests of the readers they broke say of them.
func TestHostileFacts(t *testing.T) {
	for _, c := range []struct {
		file, sheet, cell string
		kind              sheet.Type
		text              string
	}{
		{"hostile_calamine/errors.xlsx", "Feuil1", "A1", sheet.Error, "#DIV/0!"},
		{"hostile_calamine/errors.xlsx", "Feuil1", "A7", sheet.Error, "#N/A"},
		{"hostile_calamine/encoded_entities.xlsx", "Sheet1", "A1", sheet.Text, "&"},
		{"hostile_calamine/rph.xlsx", "Sheet1", "A1", sheet.Text, "課きく　毛こ"},
		{"hostile_calamine/with-annotation.ods", "table1", "A1", sheet.Text, "cell a.1"},
		{"hostile_calamine/special_cells.ods", "sheet1", "A5", sheet.Text, "  Value   With 2 spaces before and after  "},
		{"hostile_calamine/merged_cells.ods", "Sheet1", "C3", sheet.Text, "C"},
		{"hostile_calamine/multi-empty.ods", "Test", "A13", sheet.Text, "zzz"},
		{"hostile_calamine/richtext_issue.ods", "datatypes", "A1", sheet.Text, "abc"},
		{"hostile_calamine/non_monotonic_si.xlsx", "Sheet1", "C6", sheet.Number, "18"},
		{"hostile_calamine/table_with_absolute_paths.xlsx", "table", "B5", sheet.Text, "East"},
		{"hostile_calamine/xls_wrong_decimals.xls", "Sheet1", "A1", sheet.Number, "0.525625"},
		{"hostile_calamine/biff5_write.xls", "SheetJS", "D3", sheet.Text, "0.3"},
		{"hostile_calamine/sst_continue.xls", "Sheet1", "A7", sheet.Text, "This is a long string with a serial number at the end 0007"},
		{"hostile_calamine/strict_iso_paths.xlsx", "ml_out", "A1", sheet.Text, "Item"},
		{"hostile_excelize/OverflowNumericCell.xlsx", "Sheet1", "A1", sheet.Number, "8595602512225"},
		{"hostile_readxl/missing-v-node-xlsx.xlsx", "Sheet1", "C2", sheet.Empty, ""},
		{"hostile_readxl/big-texty-numbers-xls.xls", "Sheet1", "A5", sheet.Number, "2147483649"},
		{"hostile_readxl/big-texty-numbers-xls.xls", "Sheet1", "B5", sheet.Text, "2147483649"},
		{"hostile_readxl/vietnamese-utf8.xls", "Sheet1", "A4", sheet.Text, "CÁT THÔ lẫn sạn thạch anh"},
		{"hostile_readxl/utf8-sheet-names.xlsx", "∂", "A1", sheet.Text, "x"},
		{"hostile_readxl/mtcars.xls", "head(mtcars)", "C2", sheet.Number, "160"},
		{"hostile_readxl/missing-first-column.xlsx", "Sheet1", "B3", sheet.Number, "3"},
		{"hostile_readxl/new_line_errors.xlsx", "Blad1", "A3", sheet.Text, `Will show "_x000D_" in every new line in cell above`},
		{"hostile_readxl/inlineStr2.xlsx", "Requirements", "A1", sheet.Text, "NNNN"},
		{"hostile_messytables/multilineods.ods", "Sheet1", "A1", sheet.Text, "1\n2\n3\n4"},
		{"hostile_messytables/utf-16le_encoded.csv", "utf-16le_encoded", "B3", sheet.Text, "Herefordshire PCT"},
		{"hostile_messytables/simple.psv", "simple", "F2", sheet.Number, "45000"},
		{"hostile_messytables/weird_head_padding.csv", "weird_head_padding", "B7", sheet.Text, "Deutschland"},
		{"hostile_messytables/sw_gen.xlsx", "tweets", "A2", sheet.Text, "474939423470395392"},
	} {
		t.Run(c.file+"/"+c.cell, func(t *testing.T) {
			book := opened(t, c.file)
			row, col, _ := sheet.ParseA1(c.cell)
			for i, info := range book.Sheets() {
				if info.Name != c.sheet {
					continue
				}
				g, err := sheet.Load(t.Context(), book, i)
				if err != nil {
					t.Fatal(err)
				}
				cell := g.At(row, col)
				if cell == nil || cell.Type != c.kind || cell.Text != c.text {
					t.Errorf("%+v, want %s %q", cell, c.kind, c.text)
				}
				return
			}
			t.Errorf("there is no sheet %q", c.sheet)
		})
	}
}

// TestHostileDates has dates beside the text of what they are.
func TestHostileDates(t *testing.T) {
	for _, file := range []string{"datetime-rounding.xlsx", "dates-leap-year-1900-xls.xls", "dates-leap-year-1900-xlsx.xlsx"} {
		g, err := sheet.Load(t.Context(), opened(t, "hostile_readxl/"+file), 0)
		if err != nil {
			t.Fatal(err)
		}
		for row := 2; row <= g.MaxRow; row++ {
			serial, want := g.At(row, 1), g.At(row, 2).Text
			got, ok := sheet.Time(serial.Num)
			if serial.Type != sheet.Date || ok != (want != "1900-02-29 08:00:00") || ok && got.Format("2006-01-02 15:04:05") != want {
				t.Errorf("%s, row %d: %v, want %s", file, row, got, want)
			}
		}
	}
	for _, file := range []string{"hostile_calamine/date_1904.xls", "hostile_calamine/date_1904.xlsx"} {
		g, err := sheet.Load(t.Context(), opened(t, file), 0)
		if err != nil {
			t.Fatal(err)
		}
		if day, ok := sheet.Time(g.At(1, 1).Num); !ok || day.Format("2006-01-02") != "2021-01-01" {
			t.Errorf("%s: %v, want 2021-01-01", file, day)
		}
	}
}

// TestTwins reads books that were saved as .xls and as .xlsx: they hold the same.
func TestTwins(t *testing.T) {
	for _, twins := range [][2]string{
		{"hostile_calamine/any_sheets.xls", "hostile_calamine/any_sheets.xlsx"},
		{"hostile_calamine/any_sheets.xls", "hostile_calamine/any_sheets.ods"},
		{"hostile_calamine/date_1904.xls", "hostile_calamine/date_1904.xlsx"},
		{"hostile_calamine/merge_cells.xls", "hostile_calamine/merge_cells.xlsx"},
		{"hostile_calamine/merged_range.xls", "hostile_calamine/merged_range.xlsx"},
		{"hostile_readxl/big-texty-numbers-xls.xls", "hostile_readxl/big-texty-numbers-xlsx.xlsx"},
		{"hostile_readxl/dates-leap-year-1900-xls.xls", "hostile_readxl/dates-leap-year-1900-xlsx.xlsx"},
		{"hostile_readxl/deaths.xls", "hostile_readxl/deaths.xlsx"},
		{"hostile_readxl/missing-first-column.xls", "hostile_readxl/missing-first-column.xlsx"},
		{"hostile_readxl/style-only-cells.xls", "hostile_readxl/style-only-cells.xlsx"},
		{"hostile_readxl/utf8-sheet-names.xls", "hostile_readxl/utf8-sheet-names.xlsx"},
		{"hostile_readxl/vietnamese-utf8.xls", "hostile_readxl/vietnamese-utf8.xlsx"},
	} {
		t.Run(filepath.Base(twins[1]), func(t *testing.T) {
			if d := gocmp.Diff(values(t, opened(t, twins[0])), values(t, opened(t, twins[1]))); d != "" {
				t.Error(d)
			}
		})
	}
}

// values lists what a book says, apart from looks that formats keep differently. Numbers are compared to the 14 digits
// that every format keeps.
func values(t *testing.T, b sheet.Book) (lines []string) {
	t.Helper()
	for i, info := range b.Sheets() {
		lines = append(lines, fmt.Sprintf("sheet %q, hidden %v", info.Name, info.Hidden))
		tail, err := b.Scan(t.Context(), i, func(r *sheet.Row) error {
			for _, c := range r.Cells {
				text := c.Text
				if c.Type == sheet.Number || c.Type == sheet.Date {
					text = fmt.Sprintf("%.14g", c.Num)
				}
				style := b.Style(c.Style)
				lines = append(lines, fmt.Sprintf("%s %s %q formula %v/%v bold %v indent %d", sheet.A1(r.Number, c.Col), c.Type, text,
					c.Formula, c.NoCache, style.Bold, style.Indent))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		merges := slices.SortedFunc(slices.Values(tail.Merges), func(a, b sheet.Range) int { return cmp.Or(a.Row1-b.Row1, a.Col1-b.Col1) })
		lines = append(lines, fmt.Sprint("merges ", merges, " hidden columns ", tail.HiddenCols))
	}
	return lines
}
