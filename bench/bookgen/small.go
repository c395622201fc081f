package bookgen

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
)

// SmallSheets, SmallRows and SmallColumns say how large a small book is.
const (
	SmallSheets  = 4
	SmallRows    = 40
	SmallColumns = 10
)

// Small writes a statistical book as offices publish them by the month: a few sheets, each with a title, a header of
// merged cells, a stub indented by level, figures, notes below, and now and then a comment.
func Small(w io.Writer, number int) error {
	p := &pack{zip: zip.NewWriter(w)}
	r := rand.New(rand.NewPCG(7, uint64(number)))
	table := newStringTable()
	b := book{styles: smallStyles(), strings: table, comments: map[int]bool{1: true}}
	var names strings.Builder
	names.WriteString(`<definedNames>`)
	for i := range SmallSheets {
		title := fmt.Sprintf("%d.%s", i+1, []string{"IIP", "San pham", "Von dau tu", "Xuat khau"}[i%4])
		b.sheets = append(b.sheets, title)
		fmt.Fprintf(&names, `<definedName name="_xlnm.Print_Titles" localSheetId="%d">'%s'!$4:$6</definedName>`, i, title)
		p.part(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), func(w *bufio.Writer) { smallSheet(w, r, table, number, i) })
		if b.comments[i] {
			p.part(fmt.Sprintf("xl/worksheets/_rels/sheet%d.xml.rels", i+1), func(w *bufio.Writer) {
				relations(w, [][2]string{{"comments", fmt.Sprintf("../comments%d.xml", i+1)}})
			})
			p.part(fmt.Sprintf("xl/comments%d.xml", i+1), func(w *bufio.Writer) {
				fmt.Fprintf(w, `%s<comments xmlns="%s"><authors><author>TCTK</author></authors><commentList><comment ref="C9" authorId="0"><text>`+
					`<r><rPr><b/><sz val="9"/><rFont val="Tahoma"/></rPr><t>TCTK:</t></r><r><t xml:space="preserve"> Số sơ bộ</t></r></text></comment></commentList></comments>`, declaration, main)
			})
		}
	}
	names.WriteString(`</definedNames>`)
	b.names = names.String()
	p.frame(b)
	if p.err != nil {
		return p.err
	}
	return p.zip.Close()
}

// Styles of a small book, by their place in cellXfs.
const (
	styleTitle  = 1
	styleHeader = 2
	styleStub   = 3 // to 6, by level
	styleOne    = 7 // one decimal
	styleWhole  = 8
	styleNote   = 9
)

func smallSheet(w *bufio.Writer, r *rand.Rand, table *stringTable, number, index int) {
	openSheet(w, SmallRows, SmallColumns)
	c := cellWriter{w: w}
	text := func(row int, cells map[int]string, style int) {
		c.row(row, SmallColumns)
		for col := range SmallColumns {
			if s, ok := cells[col]; ok {
				c.shared(col, style, table.add(s))
			} else {
				c.blank(col, style)
			}
		}
		w.WriteString(`</row>`)
	}
	month := number%12 + 1
	text(1, map[int]string{0: fmt.Sprintf("%d. Chỉ số sản xuất công nghiệp tháng %d năm %d", index+1, month, 2010+number%15)}, styleTitle)
	text(3, map[int]string{9: "Đơn vị tính: %"}, styleNote)
	text(4, map[int]string{0: "Ngành", 1: "Mã", 2: fmt.Sprintf("Tháng %d", month), 5: "Cộng dồn", 8: "Ghi chú"}, styleHeader)
	text(5, map[int]string{2: "Chính thức", 3: "Ước tính", 4: "So với cùng kỳ", 5: "Chính thức", 6: "Ước tính", 7: "So với cùng kỳ"}, styleHeader)
	stubs := []string{"Toàn ngành công nghiệp", "Khai khoáng", "Khai thác than cứng và than non", "Khai thác dầu thô", "Chế biến, chế tạo", "Sản xuất trang phục", "Dệt"}
	for row := 6; row <= SmallRows-3; row++ {
		c.row(row, SmallColumns)
		c.shared(0, styleStub+row%4, table.add(stubs[row%len(stubs)]+strings.Repeat(" ", row%2)))
		c.number(1, styleWhole, strconv.Itoa(1000+row*7))
		for col := 2; col < 8; col++ {
			if r.IntN(12) == 0 {
				c.shared(col, styleOne, table.add(".."))
				continue
			}
			c.number(col, styleOne, strconv.FormatFloat(100+15*r.NormFloat64(), 'g', 17, 64))
		}
		c.blank(8, styleNote)
		c.blank(9, styleNote)
		w.WriteString(`</row>`)
	}
	text(SmallRows-1, map[int]string{0: "Ghi chú: (1) Số liệu sơ bộ."}, styleNote)
	text(SmallRows, map[int]string{0: "Nguồn: Tổng cục Thống kê"}, styleNote)
	w.WriteString(`</sheetData><mergeCells count="6"><mergeCell ref="A1:J1"/><mergeCell ref="A4:A5"/><mergeCell ref="B4:B5"/><mergeCell ref="C4:E4"/>` +
		`<mergeCell ref="F4:H4"/><mergeCell ref="I4:J5"/></mergeCells><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>`)
	w.WriteString(`</worksheet>`)
}

// smallStyles are as many as an old book has gathered, most of them never used.
func smallStyles() string {
	var b strings.Builder
	b.WriteString(`<styleSheet xmlns="` + main + `"><numFmts count="3"><numFmt numFmtId="164" formatCode="0.0"/><numFmt numFmtId="165" formatCode="#,##0.0"/>` +
		`<numFmt numFmtId="166" formatCode="_(* #,##0.00_);_(* \(#,##0.00\);_(* &quot;-&quot;??_);_(@_)"/></numFmts><fonts count="20">`)
	for i := range 20 {
		bold := map[bool]string{true: "<b/>"}[i%3 == 1]
		fmt.Fprintf(&b, `<font>%s<sz val="%d"/><color theme="1"/><name val="%s"/><family val="1"/></font>`, bold, 9+i%5, []string{"Times New Roman", "Arial", "Calibri"}[i%3])
	}
	b.WriteString(`</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top style="thin"><color auto="1"/></top><bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="80">`)
	for i := range 80 {
		format := map[int]int{styleOne: 164, styleWhole: 1}[i]
		font := map[int]int{styleTitle: 1, styleHeader: 4, styleStub: 1}[i]
		border := map[bool]int{true: 1}[i == styleHeader]
		fmt.Fprintf(&b, `<xf numFmtId="%d" fontId="%d" fillId="0" borderId="%d" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1">`, format, font, border)
		switch {
		case i == styleTitle || i == styleHeader:
			b.WriteString(`<alignment horizontal="center" vertical="center" wrapText="1"/>`)
		case i >= styleStub && i < styleStub+4:
			fmt.Fprintf(&b, `<alignment horizontal="left" indent="%d"/>`, i-styleStub)
		default:
			b.WriteString(`<alignment vertical="center"/>`)
		}
		b.WriteString(`</xf>`)
	}
	b.WriteString(`</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles><dxfs count="0"/></styleSheet>`)
	return b.String()
}
