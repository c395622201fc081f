package excel

import (
	"errors"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// page is a sheet that is written from top to bottom.
type page struct {
	w      *writer
	sheet  string
	stream *excelize.StreamWriter
	row    int   // the last one written
	links  int   // how many there are
	err    error // the first; further calls do nothing
}

// setup says how a sheet is shown and printed.
type setup struct {
	widths []float64 // of the columns, in characters
	folded []int     // columns that are folded away, from 1
	freeze int       // rows that stay in sight, and are repeated on every printed page
	tab    string    // colour of the tab
	single bool      // on one printed page
}

// open begins a sheet: A4 across, as wide as the paper, its name and the page's number at the foot.
func (w *writer) open(sheet string, s setup) *page {
	p := &page{w: w, sheet: sheet}
	yes, no, landscape, a4, once, any := true, false, "landscape", 9, 1, 0
	if s.single {
		any = 1
	}
	props := &excelize.SheetPropsOptions{FitToPage: &yes}
	if s.tab != "" {
		props.TabColorRGB = &s.tab
	}
	foot := "&L&8" + amp(w.release.Name.In(w.lang)) + "&C&8" + amp(sheet) + "&R&8&P/&N"
	head := ""
	if w.release.Illustrative {
		head = "&C&8&B" + amp(w.illustrative())
	}
	p.err = errors.Join(
		w.file.SetSheetProps(sheet, props),
		w.file.SetSheetView(sheet, 0, &excelize.ViewOptions{ShowGridLines: &no}),
		w.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &once, FitToHeight: &any}),
		w.file.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddHeader: cut(head, 255), OddFooter: cut(foot, 255)}),
	)
	if s.freeze > 0 {
		p.keep(w.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("%s!$%d:$%d", quoted(sheet), s.freeze, s.freeze), Scope: sheet}))
	}
	if p.err != nil {
		return p
	}
	p.stream, p.err = w.file.NewStreamWriter(sheet)
	if p.err == nil && s.freeze > 0 {
		p.keep(p.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: s.freeze, TopLeftCell: cellName(1, s.freeze+1), ActivePane: "bottomLeft"}))
	}
	for i, width := range s.widths {
		p.do(func() error { return p.stream.SetColWidth(i+1, i+1, width) })
	}
	for _, i := range s.folded {
		p.do(func() error {
			return errors.Join(p.stream.SetColOutlineLevel(i, 1), p.stream.SetColVisible(i, i, false))
		})
	}
	return p
}

// amp writes a text into a header or footer, where & begins a code.
func amp(s string) string { return strings.ReplaceAll(cut(s, 100), "&", "&&") }

func (p *page) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *page) do(f func() error) {
	if p.err == nil {
		p.err = f()
	}
}

// cell is a value with its look; a formula's value is what it gives.
type cell struct {
	value   any
	look    look
	formula string
}

// put writes the next row; nil leaves a cell out. A height of 0 leaves the row's height to the program that shows it.
func (p *page) put(height float64, cells ...*cell) {
	p.row++
	if p.err != nil {
		return
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		if c == nil {
			continue
		}
		style, err := p.w.style(c.look)
		if err != nil {
			p.err = err
			return
		}
		values[i] = excelize.Cell{StyleID: style, Value: exact(c.value), Formula: c.formula}
	}
	p.err = p.stream.SetRow(cellName(1, p.row), values, excelize.RowOpts{Height: height})
}

// text writes the next row with one text in its first cell.
func (p *page) text(l look, s string) { p.put(0, words(l, s)) }

// wide writes the next row with one text that runs over several columns, as high as it needs.
func (p *page) wide(l look, columns int, widths []float64, s string) {
	l.wrap, l.top = true, true
	room := 0.0
	for _, width := range widths[:min(columns, len(widths))] {
		room += width
	}
	size := l.size
	if size == 0 {
		size = 10
	}
	p.put(height(s, room*10/size, size), words(l, s))
	if columns > 1 {
		p.do(func() error { return p.stream.MergeCell(cellName(1, p.row), cellName(columns, p.row)) })
	}
}

// height estimates how high a text is that is wrapped at so many characters.
func height(s string, room, size float64) float64 {
	lines := 0.0
	for part := range strings.Lines(s) {
		n := float64(len([]rune(part)))
		lines += max(1, float64(int(n/max(1, room*0.95)))+1)
	}
	return min(400, max(1, lines)*size*1.35+3)
}

// words is a cell of text, whatever the text looks like.
func words(l look, s string) *cell {
	if l.format == "" {
		l.format = asText
	}
	return &cell{value: strings.ReplaceAll(s, mark, "\uFFFD"), look: l}
}

// maxLinks keeps a sheet below the number of links that Excel takes.
const maxLinks = 60_000

// link makes a cell lead somewhere: to a cell of this workbook ('SI01'!A1), or with outside set to an address.
func (p *page) link(column, row int, to string, outside bool) {
	if p.links++; p.links > maxLinks {
		return
	}
	kind := "Location"
	if outside {
		kind = "External"
	}
	p.do(func() error { return p.w.file.SetCellHyperLink(p.sheet, cellName(column, row), to, kind) })
}

// close ends the sheet.
func (p *page) close() error {
	p.do(func() error { return p.stream.Flush() })
	return p.err
}
