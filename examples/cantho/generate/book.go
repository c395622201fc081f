package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// illustrative stands on every sheet of invented figures.
const illustrative = "SỐ LIỆU MINH HOẠ — không phải số liệu thống kê chính thức / ILLUSTRATIVE FIGURES — not official statistics"

// look is the part of a cell's style that the books use.
type look struct {
	size                     float64
	bold, italic, red, wrap  bool
	indent                   int
	align                    string // left, center, right
	format                   string
	top, bottom, left, right bool // borders
}

// book writes one workbook; the first error stops all that follows and save reports it.
type book struct {
	file   *excelize.File
	font   string
	sheet  string
	styles map[look]int
	err    error
}

func newBook(font, title, created string) *book {
	b := &book{file: excelize.NewFile(), font: font, styles: map[look]int{}}
	b.check(b.file.SetDefaultFont(font))
	b.check(b.file.SetDocProps(&excelize.DocProperties{
		Creator: "statloom", LastModifiedBy: "statloom", Title: title, Language: "vi-VN",
		Created: created + "T00:00:00Z", Modified: created + "T00:00:00Z",
	}))
	return b
}

func (b *book) check(err error) {
	if b.err == nil {
		b.err = err
	}
}

// addSheet begins a sheet; the first takes the place of the one a new file has.
func (b *book) addSheet(name string, widths ...float64) {
	if b.sheet == "" {
		b.check(b.file.SetSheetName("Sheet1", name))
	} else {
		_, err := b.file.NewSheet(name)
		b.check(err)
	}
	b.sheet = name
	for i, w := range widths {
		c := column(i + 1)
		b.check(b.file.SetColWidth(name, c, c, w))
	}
	hide := false
	b.check(b.file.SetSheetView(name, 0, &excelize.ViewOptions{ShowGridLines: &hide}))
}

// put writes a value and its look.
func (b *book) put(col, row int, value any, l look) {
	at := column(col) + strconv.Itoa(row)
	if value != nil {
		b.check(b.file.SetCellValue(b.sheet, at, value))
	}
	b.check(b.file.SetCellStyle(b.sheet, at, at, b.style(l)))
}

// span writes a value over merged columns of a row.
func (b *book) span(first, last, row int, value string, l look) {
	for c := first; c <= last; c++ {
		b.put(c, row, nil, l)
	}
	b.put(first, row, value, l)
	n := strconv.Itoa(row)
	b.check(b.file.MergeCell(b.sheet, column(first)+n, column(last)+n))
}

func (b *book) height(row int, points float64) {
	b.check(b.file.SetRowHeight(b.sheet, row, points))
}

// freeze keeps the rows above and the columns left of a cell in sight, and repeats the header rows on paper.
func (b *book) freeze(col, row, header int) {
	b.check(b.file.SetPanes(b.sheet, &excelize.Panes{
		Freeze: true, XSplit: col - 1, YSplit: row - 1, TopLeftCell: column(col) + strconv.Itoa(row), ActivePane: "bottomRight",
	}))
	b.check(b.file.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", Scope: b.sheet,
		RefersTo: fmt.Sprintf("'%s'!$%d:$%d", strings.ReplaceAll(b.sheet, "'", "''"), header, row-1),
	}))
}

// paper sets an A4 page that is one page wide.
func (b *book) paper(orientation string) {
	a4, wide, high, fit := 9, 1, 0, true
	b.check(b.file.SetPageLayout(b.sheet, &excelize.PageLayoutOptions{
		Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high,
	}))
	b.check(b.file.SetSheetProps(b.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
}

func (b *book) style(l look) int {
	if id, ok := b.styles[l]; ok {
		return id
	}
	if l.size == 0 {
		l.size = 10
	}
	s := &excelize.Style{
		Font:      &excelize.Font{Family: b.font, Size: l.size, Bold: l.bold, Italic: l.italic},
		Alignment: &excelize.Alignment{Horizontal: l.align, Vertical: "center", Indent: l.indent, WrapText: l.wrap},
	}
	if l.red {
		s.Font.Color = "C00000"
	}
	if l.format != "" {
		s.CustomNumFmt = &l.format
	}
	for side, on := range map[string]bool{"top": l.top, "bottom": l.bottom, "left": l.left, "right": l.right} {
		if on {
			s.Border = append(s.Border, excelize.Border{Type: side, Color: "000000", Style: 1})
		}
	}
	id, err := b.file.NewStyle(s)
	b.check(err)
	b.styles[l] = id
	return id
}

func (b *book) save(path string) error {
	if b.err != nil {
		return b.err
	}
	buf, err := b.file.WriteToBuffer()
	if err != nil {
		return fmt.Errorf("pack workbook: %w", err)
	}
	if err := b.file.Close(); err != nil {
		return fmt.Errorf("close workbook: %w", err)
	}
	return os.WriteFile(path, buf.Bytes(), 0o644)
}

// column gives a column's letter; no book here goes beyond Z.
func column(n int) string { return string(rune('A' + n - 1)) }
