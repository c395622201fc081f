// Package bookgen writes the workbooks that readers are measured on. The same call always writes the same bytes, and
// rows are streamed, so that large books need no memory.
package bookgen

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// pack is a workbook package being written.
type pack struct {
	zip *zip.Writer
	err error
}

// written is when the parts say that they were written.
var written = time.Date(2024, time.January, 31, 8, 0, 0, 0, time.UTC)

// part writes a part of the package in pieces.
func (p *pack) part(name string, write func(w *bufio.Writer)) {
	if p.err != nil {
		return
	}
	f, err := p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: written})
	if err != nil {
		p.err = err
		return
	}
	w := bufio.NewWriterSize(f, 64<<10)
	write(w)
	p.err = w.Flush()
}

const (
	declaration  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n"
	main         = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	office       = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packages     = `http://schemas.openxmlformats.org/package/2006/`
	contentTypes = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
)

// book is what frames the sheets.
type book struct {
	sheets   []string // names
	styles   string
	strings  *stringTable
	names    string       // content of <definedNames>
	comments map[int]bool // sheets with a comments part
}

// frame writes every part but the sheets, in the order that Excel writes them.
func (p *pack) frame(b book) {
	p.part("[Content_Types].xml", func(w *bufio.Writer) { b.types(w) })
	p.part("_rels/.rels", func(w *bufio.Writer) {
		relations(w, [][2]string{{"officeDocument", "xl/workbook.xml"}, {"extended-properties", "docProps/app.xml"}})
	})
	p.part("xl/workbook.xml", func(w *bufio.Writer) {
		fmt.Fprintf(w, `%s<workbook xmlns="%s" xmlns:r="%s"><fileVersion appName="xl" lastEdited="7" lowestEdited="7" rupBuild="22228"/>`+
			`<workbookPr defaultThemeVersion="166925"/><bookViews><workbookView xWindow="0" yWindow="0" windowWidth="28800" windowHeight="12300"/></bookViews><sheets>`,
			declaration, main, office)
		for i, name := range b.sheets {
			fmt.Fprintf(w, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, escape(name), i+1, i+1)
		}
		fmt.Fprintf(w, `</sheets>%s<calcPr calcId="191029"/></workbook>`, b.names)
	})
	p.part("xl/_rels/workbook.xml.rels", func(w *bufio.Writer) {
		var rels [][2]string
		for i := range b.sheets {
			rels = append(rels, [2]string{"worksheet", fmt.Sprintf("worksheets/sheet%d.xml", i+1)})
		}
		relations(w, append(rels, [2]string{"theme", "theme/theme1.xml"}, [2]string{"styles", "styles.xml"}, [2]string{"sharedStrings", "sharedStrings.xml"}))
	})
	p.part("xl/theme/theme1.xml", func(w *bufio.Writer) { w.WriteString(declaration + theme()) })
	p.part("xl/styles.xml", func(w *bufio.Writer) { w.WriteString(declaration + b.styles) })
	p.part("xl/sharedStrings.xml", func(w *bufio.Writer) { b.strings.write(w) })
	p.part("docProps/app.xml", func(w *bufio.Writer) {
		w.WriteString(declaration + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Microsoft Excel</Application></Properties>`)
	})
}

func (b *book) types(w io.Writer) {
	fmt.Fprintf(w, `%s<Types xmlns="%scontent-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`+
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="%ssheet.main+xml"/>`, declaration, packages, contentTypes)
	for i := range b.sheets {
		fmt.Fprintf(w, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, contentTypes)
		if b.comments[i] {
			fmt.Fprintf(w, `<Override PartName="/xl/comments%d.xml" ContentType="%scomments+xml"/>`, i+1, contentTypes)
		}
	}
	fmt.Fprintf(w, `<Override PartName="/xl/theme/theme1.xml" ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/>`+
		`<Override PartName="/xl/styles.xml" ContentType="%sstyles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="%[1]ssharedStrings+xml"/>`+
		`<Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>`, contentTypes)
}

// relations writes a part of relations: kind and target of each.
func relations(w io.Writer, rels [][2]string) {
	fmt.Fprintf(w, `%s<Relationships xmlns="%srelationships">`, declaration, packages)
	for i, r := range rels {
		fmt.Fprintf(w, `<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>`, i+1, office, r[0], r[1])
	}
	fmt.Fprint(w, `</Relationships>`)
}

// stringTable gives texts their numbers in the order of first use.
type stringTable struct {
	index map[string]int
	texts []string
	count int
}

func newStringTable() *stringTable { return &stringTable{index: map[string]int{}} }

func (t *stringTable) add(s string) int {
	t.count++
	i, ok := t.index[s]
	if !ok {
		i = len(t.texts)
		t.index[s] = i
		t.texts = append(t.texts, s)
	}
	return i
}

func (t *stringTable) write(w *bufio.Writer) {
	fmt.Fprintf(w, `%s<sst xmlns="%s" count="%d" uniqueCount="%d">`, declaration, main, t.count, len(t.texts))
	for _, s := range t.texts {
		if s != strings.TrimSpace(s) {
			fmt.Fprintf(w, `<si><t xml:space="preserve">%s</t></si>`, escape(s))
		} else {
			fmt.Fprintf(w, `<si><t>%s</t></si>`, escape(s))
		}
	}
	w.WriteString(`</sst>`)
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// theme is a part that offices always write and that holds nothing of the tables.
func theme() string {
	var b strings.Builder
	b.WriteString(`<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Office"><a:themeElements><a:clrScheme name="Office">`)
	for i, name := range []string{"dk1", "lt1", "dk2", "lt2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink"} {
		fmt.Fprintf(&b, `<a:%s><a:srgbClr val="%06X"/></a:%s>`, name, 0x111111*i+0x1234, name)
	}
	b.WriteString(`</a:clrScheme><a:fontScheme name="Office"><a:majorFont><a:latin typeface="Calibri Light"/>`)
	for i := range 30 {
		fmt.Fprintf(&b, `<a:font script="S%03d" typeface="Font %d"/>`, i, i*7)
	}
	b.WriteString(`</a:majorFont><a:minorFont><a:latin typeface="Calibri"/></a:minorFont></a:fontScheme><a:fmtScheme name="Office"/></a:themeElements></a:theme>`)
	return b.String()
}
