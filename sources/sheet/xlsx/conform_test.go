package xlsx

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// writeExcelize writes a book with excelize.
func writeExcelize(t testing.TB, b *sheettest.Book) []byte {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	f := excelize.NewFile()
	defer f.Close()
	styles := map[sheet.StyleID]int{}
	for i, s := range b.List {
		name := s.Info.Name
		if i == 0 {
			check(f.SetSheetName("Sheet1", name))
		} else {
			_, err := f.NewSheet(name)
			check(err)
		}
		if s.Info.Hidden {
			check(f.SetSheetVisible(name, false))
		}
		for _, row := range s.Rows {
			for _, c := range row.Cells {
				cell := sheet.A1(row.Number, c.Col)
				switch c.Type {
				case sheet.Number, sheet.Date:
					check(f.SetCellFloat(name, cell, c.Num, -1, 64))
					check(f.SetCellDefault(name, cell, c.Text))
				case sheet.Text:
					check(f.SetCellStr(name, cell, c.Text))
				case sheet.Bool:
					check(f.SetCellBool(name, cell, c.Num != 0))
				}
				if c.NoCache {
					check(f.SetCellFormula(name, cell, "1+1"))
				}
				if _, ok := styles[c.Style]; !ok {
					styles[c.Style] = excelizeStyle(t, f, b.Style(c.Style))
				}
				check(f.SetCellStyle(name, cell, cell, styles[c.Style]))
			}
			if row.Hidden {
				check(f.SetRowVisible(name, row.Number, false))
			}
		}
		for _, m := range s.Tail.Merges {
			check(f.MergeCell(name, sheet.A1(m.Row1, m.Col1), sheet.A1(m.Row2, m.Col2)))
		}
		for _, span := range s.Tail.HiddenCols {
			check(f.SetColVisible(name, fmt.Sprintf("%s:%s", sheet.ColumnName(span.First), sheet.ColumnName(span.Last)), false))
		}
	}
	var out bytes.Buffer
	check(f.Write(&out))
	return out.Bytes()
}

func excelizeStyle(t testing.TB, f *excelize.File, s *sheet.Style) int {
	t.Helper()
	style := &excelize.Style{
		Font:      &excelize.Font{Family: s.Font, Bold: s.Bold, Italic: s.Italic},
		Alignment: &excelize.Alignment{Horizontal: s.HAlign, Indent: s.Indent},
	}
	if s.NumFmt != "General" {
		style.CustomNumFmt = &s.NumFmt
	}
	if s.BorderTop {
		style.Border = append(style.Border, excelize.Border{Type: "top", Style: 1})
	}
	if s.BorderBot {
		style.Border = append(style.Border, excelize.Border{Type: "bottom", Style: 1})
	}
	id, err := f.NewStyle(style)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestConform(t *testing.T) {
	b := sheettest.Described()
	sheettest.Conform(t, Format{}, b, writeExcelize(t, b))
}
