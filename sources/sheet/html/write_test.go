package html

import (
	"cmp"
	"fmt"
	stdhtml "html"
	"slices"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// write writes a book as Excel does, with all sheets on one page.
func write(b *sheettest.Book) string {
	var out strings.Builder
	out.WriteString("<html xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\r\n<head><meta http-equiv=Content-Type content=\"text/html; charset=utf-8\">\r\n")
	out.WriteString("<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets>")
	for _, s := range b.List {
		fmt.Fprintf(&out, "<x:ExcelWorksheet><x:Name>%s</x:Name></x:ExcelWorksheet>", stdhtml.EscapeString(s.Info.Name))
	}
	out.WriteString("</x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]-->\r\n<style>\r\n<!--table {mso-displayed-decimal-separator:\"\\.\";}\r\n@page {margin:1in;}\r\ntd\r\n\t{padding-top:1px; mso-ignore:padding;}\r\n")
	for i, s := range b.Styles {
		fmt.Fprintf(&out, ".xl%d\r\n\t{mso-style-parent:style0;\r\n%s}\r\n", i, css(s))
	}
	out.WriteString("-->\r\n</style></head><body>\r\n")
	for _, s := range b.List {
		writeTable(&out, s)
	}
	out.WriteString("</body></html>\r\n")
	return out.String()
}

func css(s sheet.Style) string {
	var out strings.Builder
	set := func(on bool, format string, args ...any) {
		if on {
			fmt.Fprintf(&out, "\t"+format+";\r\n", args...)
		}
	}
	var code strings.Builder
	for _, c := range s.NumFmt {
		if strings.ContainsRune(`/.#,@;"\()-`, c) {
			code.WriteByte('\\')
		}
		code.WriteRune(c)
	}
	set(s.NumFmt != "General", `mso-number-format:"%s"`, code.String())
	set(s.Font != "", `font-family:"%s", sans-serif`, s.Font)
	set(s.Bold, "font-weight:700")
	set(s.Italic, "font-style:italic")
	set(s.HAlign != "", "text-align:%s", s.HAlign)
	set(s.Indent > 0, "padding-left:%dpx;mso-char-indent-count:%d", 9*s.Indent, s.Indent)
	set(s.BorderTop, "border-top:.5pt solid windowtext")
	set(s.BorderBot, "border-bottom:.5pt solid windowtext")
	return out.String()
}

func writeTable(out *strings.Builder, s *sheettest.Sheet) {
	style := ""
	if s.Info.Hidden {
		style = " style='display:none'"
	}
	fmt.Fprintf(out, "<table x:str border=0 cellpadding=0%s>\r\n", style)
	last := 0
	for _, span := range s.Tail.HiddenCols {
		fmt.Fprintf(out, " <col width=64 span=%d>\r\n <col span=%d style='display:none'>\r\n", span.First-1-last, span.Last-span.First+1)
		last = span.Last
	}
	next := 1
	for _, row := range s.Rows {
		for ; next < row.Number; next++ {
			out.WriteString(" <tr height=17></tr>\r\n")
		}
		next++
		if row.Hidden {
			out.WriteString(" <tr style='display:none'>\r\n")
		} else {
			out.WriteString(" <tr>\r\n")
		}
		col := 1
		for _, c := range row.Cells {
			for ; col < c.Col; col++ {
				if !covered(s, row.Number, col) {
					out.WriteString("  <td></td>\r\n")
				}
			}
			if !covered(s, row.Number, c.Col) {
				writeCell(out, s, row.Number, c)
			}
			col = c.Col + 1
		}
		out.WriteString(" </tr>\r\n")
	}
	out.WriteString("</table>\r\n")
}

// covered reports whether a cell lies under a merged one.
func covered(s *sheettest.Sheet, row, col int) bool {
	for _, m := range s.Tail.Merges {
		if m.Contains(row, col) && (m.Row1 != row || m.Col1 != col) {
			return true
		}
	}
	return false
}

func writeCell(out *strings.Builder, s *sheettest.Sheet, row int, c sheet.Cell) {
	attrs := fmt.Sprintf(" class=xl%d", c.Style)
	for _, m := range s.Tail.Merges {
		if m.Row1 == row && m.Col1 == c.Col {
			attrs += fmt.Sprintf(" colspan=%d rowspan=%d", m.Col2-m.Col1+1, m.Row2-m.Row1+1)
		}
	}
	text := strings.ReplaceAll(stdhtml.EscapeString(c.Text), "\n", "<br>\r\n    ")
	switch c.Type {
	case sheet.Number, sheet.Date:
		attrs += fmt.Sprintf(" align=right x:num=%q", c.Text)
		text = "shown"
	case sheet.Bool:
		attrs += fmt.Sprintf(" x:bool=%q", strings.ToUpper(fmt.Sprint(c.Num != 0)))
	case sheet.Text:
		if bare := strings.TrimSpace(c.Text); bare != c.Text {
			attrs += fmt.Sprintf(" x:str='%s'", stdhtml.EscapeString(c.Text))
		}
	}
	fmt.Fprintf(out, "  <td%s>%s</td>\r\n", attrs, text)
}

func openText(t testing.TB, text string, limits sheet.Limits) (sheet.Book, error) {
	t.Helper()
	in := sheet.Input{Name: "b.xls", Data: strings.NewReader(text), Size: int64(len(text))}
	return sheet.Open(t.Context(), []sheet.Format{Format{}}, in, limits)
}

// described is the book that formats have to give back, without what a page cannot hold: cells under merged ones, and an
// order of merged ranges of its own.
func described() *sheettest.Book {
	b := sheettest.Described()
	for _, s := range b.List {
		for i := range s.Rows {
			row := &s.Rows[i]
			kept := row.Cells[:0]
			for _, c := range row.Cells {
				if !covered(s, row.Number, c.Col) {
					kept = append(kept, c)
				}
			}
			row.Cells = kept
		}
		sortMerges(s.Tail.Merges)
	}
	return b
}

func TestConform(t *testing.T) {
	b := described()
	sheettest.Conform(t, Format{}, b, []byte(write(b)))
}

func sortMerges(merges []sheet.Range) {
	slices.SortFunc(merges, func(a, b sheet.Range) int { return cmp.Or(a.Row1-b.Row1, a.Col1-b.Col1) })
}
