package xlsx

import (
	"testing"

	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func checkBook(t *testing.T, data []byte) {
	b, err := openBytes(t.Context(), data, sheettest.FuzzLimits())
	sheettest.Check(t, b, err)
}

func FuzzParts(f *testing.F) {
	p := parts()
	add := func(sheetXML string) { f.Add(sheetXML, p["xl/sharedStrings.xml"], p["xl/styles.xml"]) }
	add(p[sheet1])
	add(grid(`<row r="1" hidden="1"><c r="A1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><r><rPr><rFont val="x"/></rPr><t>a</t></r></is></c></row>`))
	add(grid(`<row><c t="str" s="1"><f>1</f><v>_x000D_</v></c><c t="b"><v>1</v></c><c t="d"><v>2024-01-01</v></c><c><f/></c></row>`))
	add(`<worksheet><cols><col min="1" max="2" hidden="1"/></cols><sheetData/><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`)
	add(grid(`<row r="1"><c r="A1"><v>1</v></c>`))
	f.Fuzz(func(t *testing.T, sheetXML, stringsXML, stylesXML string) {
		p := withSheet(sheetXML)
		p["xl/sharedStrings.xml"], p["xl/styles.xml"] = stringsXML, stylesXML
		checkBook(t, pack(t, p))
	})
}

func FuzzFile(f *testing.F) {
	data := pack(f, parts())
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(data[:len(data)-20])
	f.Fuzz(checkBook)
}
