package ods

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

const mimetype = "application/vnd.oasis.opendocument.spreadsheet"

// pack makes a package of the parts.
func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range []string{"mimetype", contentPart, stylesPart, manifestPart} {
		text, ok := parts[name]
		if !ok {
			continue
		}
		method := zip.Deflate
		if name == "mimetype" {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const spaces = ` xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"` +
	` xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"` +
	` xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"` +
	` xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"` +
	` xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"`

// content makes a content.xml of styles and of what the spreadsheet holds.
func content(styles, body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><office:document-content` + spaces + `><office:automatic-styles>` + styles +
		`</office:automatic-styles><office:body><office:spreadsheet>` + body + `</office:spreadsheet></office:body></office:document-content>`
}

// flat makes a flat document of the same.
func flat(styles, body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<office:document` + spaces + ` office:mimetype="` + mimetype + `"><office:automatic-styles>` +
		styles + `</office:automatic-styles><office:body><office:spreadsheet>` + body + `</office:spreadsheet></office:body></office:document>`
}

// writer writes books as LibreOffice does.
type writer struct {
	book   *sheettest.Book
	styles strings.Builder
	body   strings.Builder
}

// write gives the automatic styles and the body of a book.
func write(b *sheettest.Book) (styles, body string) {
	w := &writer{book: b}
	w.styles.WriteString(`<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>`)
	w.styles.WriteString(`<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>`)
	for i, s := range b.Styles {
		w.style(i, s)
	}
	for _, s := range b.List {
		w.sheet(s)
	}
	return w.styles.String(), w.body.String()
}

func (w *writer) style(i int, s sheet.Style) {
	data := ""
	if s.NumFmt != "General" {
		data = fmt.Sprintf(` style:data-style-name="N%d"`, i)
		w.dataStyle(i, s.NumFmt)
	}
	fmt.Fprintf(&w.styles, `<style:style style:name="ce%d" style:family="table-cell" style:parent-style-name="Default"%s>`, i, data)
	source := "value-type"
	if s.HAlign != "" {
		source = "fix"
	}
	border := func(on bool) string {
		if on {
			return "0.74pt solid #000000"
		}
		return "none"
	}
	fmt.Fprintf(&w.styles, `<style:table-cell-properties style:text-align-source="%s" fo:border-top="%s" fo:border-bottom="%s"/>`, source, border(s.BorderTop), border(s.BorderBot))
	w.styles.WriteString(`<style:paragraph-properties`)
	if s.HAlign != "" {
		align := map[string]string{"left": "start", "right": "end"}[s.HAlign]
		if align == "" {
			align = s.HAlign
		}
		fmt.Fprintf(&w.styles, ` fo:text-align="%s"`, align)
	}
	if s.Indent > 0 {
		fmt.Fprintf(&w.styles, ` fo:margin-left="%.4fin"`, float64(s.Indent)*0.1457)
	}
	w.styles.WriteString(`/><style:text-properties`)
	if s.Font != "" {
		fmt.Fprintf(&w.styles, ` style:font-name="%s"`, html.EscapeString(s.Font))
	}
	if s.Bold {
		w.styles.WriteString(` fo:font-weight="bold"`)
	}
	if s.Italic {
		w.styles.WriteString(` fo:font-style="italic"`)
	}
	w.styles.WriteString(`/></style:style>`)
}

// dataStyle writes the formats 0.00 and dd/mm/yyyy, with any number of places.
func (w *writer) dataStyle(i int, code string) {
	if code == "dd/mm/yyyy" {
		fmt.Fprintf(&w.styles, `<number:date-style style:name="N%d"><number:day number:style="long"/><number:text>/</number:text>`+
			`<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>`, i)
		return
	}
	places := len(code) - len("0.")
	fmt.Fprintf(&w.styles, `<number:number-style style:name="N%d"><number:number number:decimal-places="%d" number:min-integer-digits="1"/></number:number-style>`, i, places)
}

func (w *writer) sheet(s *sheettest.Sheet) {
	look := "ta1"
	if s.Info.Hidden {
		look = "ta2"
	}
	fmt.Fprintf(&w.body, `<table:table table:name="%s" table:style-name="%s">`, html.EscapeString(s.Info.Name), look)
	last := 0
	for _, span := range s.Tail.HiddenCols {
		fmt.Fprintf(&w.body, `<table:table-column table:number-columns-repeated="%d"/>`, span.First-1-last)
		fmt.Fprintf(&w.body, `<table:table-column table:visibility="collapse" table:number-columns-repeated="%d"/>`, span.Last-span.First+1)
		last = span.Last
	}
	fmt.Fprintf(&w.body, `<table:table-column table:number-columns-repeated="%d"/>`, sheet.MaxCols-last)
	next := 1
	for _, row := range s.Rows {
		if gap := row.Number - next; gap > 0 {
			fmt.Fprintf(&w.body, `<table:table-row table:number-rows-repeated="%d"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>`, gap)
		}
		next = row.Number + 1
		w.row(s, row)
	}
	fmt.Fprintf(&w.body, `<table:table-row table:number-rows-repeated="%d"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>`, sheet.MaxRows-next)
	w.body.WriteString(`</table:table>`)
}

func (w *writer) row(s *sheettest.Sheet, row sheet.Row) {
	w.body.WriteString(`<table:table-row`)
	if row.Hidden {
		w.body.WriteString(` table:visibility="collapse"`)
	}
	w.body.WriteString(`>`)
	next := 1
	for _, c := range row.Cells {
		if gap := c.Col - next; gap > 0 {
			fmt.Fprintf(&w.body, `<table:table-cell table:number-columns-repeated="%d"/>`, gap)
		}
		next = c.Col + 1
		w.cell(s, row.Number, c)
	}
	if next <= sheet.MaxCols {
		fmt.Fprintf(&w.body, `<table:table-cell table:number-columns-repeated="%d"/>`, sheet.MaxCols-next+1)
	}
	w.body.WriteString(`</table:table-row>`)
}

func (w *writer) cell(s *sheettest.Sheet, row int, c sheet.Cell) {
	tag, attrs := "table:table-cell", fmt.Sprintf(` table:style-name="ce%d"`, c.Style)
	for _, m := range s.Tail.Merges {
		switch {
		case m.Row1 == row && m.Col1 == c.Col:
			attrs += fmt.Sprintf(` table:number-columns-spanned="%d" table:number-rows-spanned="%d"`, m.Col2-m.Col1+1, m.Row2-m.Row1+1)
		case m.Contains(row, c.Col):
			tag = "table:covered-table-cell"
		}
	}
	if c.Formula {
		attrs += ` table:formula="of:=1+1"`
	}
	text := ""
	switch c.Type {
	case sheet.Number:
		attrs += fmt.Sprintf(` office:value-type="float" office:value="%s"`, c.Text)
		text = "shown"
	case sheet.Date:
		day, _ := sheet.Time(c.Num)
		attrs += fmt.Sprintf(` office:value-type="date" office:date-value="%s"`, day.Format("2006-01-02"))
		text = "shown"
	case sheet.Bool:
		attrs += fmt.Sprintf(` office:value-type="boolean" office:boolean-value="%t"`, c.Num != 0)
		text = "shown"
	case sheet.Text:
		attrs += ` office:value-type="string"`
		text = c.Text
	}
	fmt.Fprintf(&w.body, `<%s%s>`, tag, attrs)
	if c.Type != sheet.Empty {
		for _, p := range strings.Split(text, "\n") {
			bare := strings.TrimLeft(p, " ")
			fmt.Fprintf(&w.body, `<text:p>`)
			if n := len(p) - len(bare); n > 0 {
				fmt.Fprintf(&w.body, `<text:s text:c="%d"/>`, n)
			}
			fmt.Fprintf(&w.body, `%s</text:p>`, html.EscapeString(bare))
		}
	}
	fmt.Fprintf(&w.body, `</%s>`, tag)
}
