package bookgen

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
)

// Columns of the large books.
const (
	MixedColumns   = 20
	NumbersColumns = 10
)

// Mixed writes a book of one sheet as a ministry's register exported by Excel looks: texts shared and inline, whole
// numbers, decimals as computed and as typed, dates, booleans, formulas, blanks that are stored for their style.
func Mixed(w io.Writer, rows int) error {
	p := &pack{zip: zip.NewWriter(w)}
	table := newStringTable()
	words := newVocabulary(table)
	p.part("xl/worksheets/sheet1.xml", func(w *bufio.Writer) {
		r := rand.New(rand.NewPCG(1, 2))
		openSheet(w, rows, MixedColumns)
		c := cellWriter{w: w}
		c.row(1, MixedColumns)
		for col := range MixedColumns {
			c.shared(col, 1, table.add("Cột "+strconv.Itoa(col+1)))
		}
		w.WriteString(`</row>`)
		for n := 2; n <= rows; n++ {
			c.row(n, MixedColumns)
			mixedRow(&c, r, words, n)
			w.WriteString(`</row>`)
		}
		closeSheet(w)
	})
	p.frame(book{sheets: []string{"Dữ liệu"}, styles: largeStyles, strings: table})
	if p.err != nil {
		return p.err
	}
	return p.zip.Close()
}

func mixedRow(c *cellWriter, r *rand.Rand, words *vocabulary, n int) {
	quantity, price := r.IntN(20_000), float64(r.IntN(5_000_000))/100
	c.number(0, 0, strconv.Itoa(n-1))
	c.shared(1, 0, words.pick(r, words.firms))
	c.shared(2, 0, words.pick(r, words.provinces))
	c.shared(3, 0, words.pick(r, words.products))
	c.number(4, 2, strconv.Itoa(43_000+r.IntN(2_500)))
	c.number(5, 3, strconv.FormatFloat(float64(43_000+r.IntN(2_500))+float64(r.IntN(86_400))/86_400, 'g', 17, 64))
	c.number(6, 4, strconv.Itoa(quantity))
	c.number(7, 5, strconv.FormatFloat(price, 'f', -1, 64))
	c.number(8, 5, strconv.FormatFloat(float64(quantity)*price*1.08, 'g', 17, 64))
	c.number(9, 6, strconv.FormatFloat(90+float64(r.IntN(400))/10, 'f', -1, 64))
	c.number(10, 7, strconv.FormatFloat(r.Float64(), 'f', 4, 64))
	c.shared(11, 0, words.pick(r, words.states))
	c.boolean(12, r.IntN(3) > 0)
	if r.IntN(10) == 0 {
		c.shared(13, 0, words.pick(r, words.notes))
	} else {
		c.blank(13, 1)
	}
	c.shared(14, 0, words.pick(r, words.units))
	c.number(15, 0, strconv.Itoa(2015+r.IntN(10)))
	c.formula(16, 0, "TEXT(E"+strconv.Itoa(n)+",\"mm\")", fmt.Sprintf("Q%d", 1+r.IntN(4)))
	c.inline(17, 0, fmt.Sprintf("VN-%05d", r.IntN(100_000)))
	c.number(18, 5, strconv.FormatFloat(float64(r.IntN(1_000_000))/1000, 'f', -1, 64))
	if r.IntN(4) > 0 { // a quarter of the cells is not stored at all
		c.number(19, 7, strconv.FormatFloat((r.Float64()-0.5)/3, 'g', 17, 64))
	}
}

// Numbers writes a book of one sheet of numbers alone, as programs export series.
func Numbers(w io.Writer, rows int) error {
	p := &pack{zip: zip.NewWriter(w)}
	p.part("xl/worksheets/sheet1.xml", func(w *bufio.Writer) {
		r := rand.New(rand.NewPCG(3, 4))
		openSheet(w, rows, NumbersColumns)
		c := cellWriter{w: w}
		for n := 1; n <= rows; n++ {
			c.row(n, 0)
			c.number(0, 0, strconv.Itoa(n))
			c.number(1, 0, strconv.Itoa(r.IntN(1000)))
			c.number(2, 0, strconv.Itoa(r.IntN(10_000_000)))
			c.number(3, 0, strconv.FormatFloat(float64(r.IntN(100_000))/10, 'f', -1, 64))
			c.number(4, 0, strconv.FormatFloat(float64(r.IntN(10_000_000))/100, 'f', -1, 64))
			c.number(5, 0, strconv.FormatFloat(float64(r.IntN(2_000_000)-1_000_000)/1000, 'f', -1, 64))
			c.number(6, 0, strconv.FormatFloat(100+20*r.NormFloat64(), 'f', 4, 64))
			c.number(7, 0, strconv.FormatFloat(r.Float64(), 'g', 17, 64))
			c.number(8, 0, strconv.FormatFloat(r.ExpFloat64()*1e6, 'f', -1, 64))
			c.number(9, 0, strconv.Itoa(r.IntN(2)))
			w.WriteString(`</row>`)
		}
		closeSheet(w)
	})
	p.frame(book{sheets: []string{"Series"}, styles: largeStyles, strings: newStringTable()})
	if p.err != nil {
		return p.err
	}
	return p.zip.Close()
}

func openSheet(w *bufio.Writer, rows, cols int) {
	fmt.Fprintf(w, `%s<worksheet xmlns="%s" xmlns:r="%s" xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"><dimension ref="A1:%c%d"/>`+
		`<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/>`+
		`<cols><col min="1" max="%d" width="12.7109375" customWidth="1"/></cols><sheetData>`, declaration, main, office, 'A'+cols-1, rows, cols)
}

func closeSheet(w *bufio.Writer) {
	w.WriteString(`</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>`)
}

// cellWriter writes the cells of one row after the other.
type cellWriter struct {
	w   *bufio.Writer
	ref []byte // the row's number
	buf []byte
}

// row begins a row; spans of 0 leaves out what only Excel writes.
func (c *cellWriter) row(n, spans int) {
	c.ref = strconv.AppendInt(c.ref[:0], int64(n), 10)
	c.w.WriteString(`<row r="`)
	c.w.Write(c.ref)
	if spans > 0 {
		fmt.Fprintf(c.w, `" spans="1:%d" x14ac:dyDescent="0.25`, spans)
	}
	c.w.WriteString(`">`)
}

func (c *cellWriter) open(col, style int, kind string) {
	c.buf = append(c.buf[:0], `<c r="`...)
	c.buf = append(append(c.buf, byte('A'+col)), c.ref...)
	if style > 0 {
		c.buf = strconv.AppendInt(append(c.buf, `" s="`...), int64(style), 10)
	}
	if kind != "" {
		c.buf = append(append(c.buf, `" t="`...), kind...)
	}
	c.buf = append(c.buf, '"')
}

func (c *cellWriter) value(v string) {
	c.buf = append(append(append(c.buf, `><v>`...), v...), `</v></c>`...)
	c.w.Write(c.buf)
}

func (c *cellWriter) number(col, style int, v string) {
	c.open(col, style, "")
	c.value(v)
}

func (c *cellWriter) shared(col, style, i int) {
	c.open(col, style, "s")
	c.value(strconv.Itoa(i))
}

func (c *cellWriter) boolean(col int, v bool) {
	c.open(col, 0, "b")
	c.value(map[bool]string{true: "1", false: "0"}[v])
}

func (c *cellWriter) blank(col, style int) {
	c.open(col, style, "")
	c.w.Write(append(c.buf, `/>`...))
}

func (c *cellWriter) formula(col, style int, formula, v string) {
	c.open(col, style, "str")
	c.buf = append(append(append(c.buf, `><f>`...), escape(formula)...), `</f><v>`...)
	c.w.Write(append(append(c.buf, escape(v)...), `</v></c>`...))
}

func (c *cellWriter) inline(col, style int, v string) {
	c.open(col, style, "inlineStr")
	c.buf = append(append(c.buf, `><is><t>`...), escape(v)...)
	c.w.Write(append(c.buf, `</t></is></c>`...))
}

const largeStyles = `<styleSheet xmlns="` + main + `"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy\ hh:mm:ss"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="8"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
