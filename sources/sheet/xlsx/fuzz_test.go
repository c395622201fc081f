package xlsx

import (
	"errors"
	"math"
	"testing"
	"unicode/utf8"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// checkBook reads a book whole and checks what the contract promises of every reader.
func checkBook(t *testing.T, data []byte) {
	limits := sheet.Limits{Inflated: 1 << 22, Cells: 1 << 16, Text: 1 << 12, Strings: 1 << 16, Merges: 1 << 8, Sheets: 16}
	b, err := openBytes(t.Context(), data, limits)
	if err != nil {
		checkFault(t, err)
		return
	}
	for i := range b.Sheets() {
		last := 0
		_, err := b.Scan(t.Context(), i, func(r *sheet.Row) error {
			if r.Number <= last || r.Number > sheet.MaxRows || (len(r.Cells) == 0 && !r.Hidden) {
				t.Fatalf("row %d with %d cells after row %d", r.Number, len(r.Cells), last)
			}
			last = r.Number
			col := 0
			for _, c := range r.Cells {
				if c.Col <= col || c.Col > sheet.MaxCols {
					t.Fatalf("column %d after %d", c.Col, col)
				}
				col = c.Col
				checkCell(t, b, c)
			}
			return nil
		})
		if err != nil {
			checkFault(t, err)
		}
	}
}

func checkCell(t *testing.T, b sheet.Book, c sheet.Cell) {
	switch {
	case c.Type > sheet.Error, c.NoCache && (c.Type != sheet.Empty || !c.Formula), c.Type == sheet.Empty && c.Formula && !c.NoCache,
		math.IsNaN(c.Num), math.IsInf(c.Num, 0),
		(c.Type == sheet.Empty || c.Type == sheet.Text || c.Type == sheet.Error) && c.Num != 0,
		!utf8.ValidString(c.Text), b.Style(c.Style) == nil:
		t.Fatalf("%+v", c)
	}
	last := 0
	for _, r := range c.Runs {
		if r.End <= last {
			t.Fatalf("%+v", c)
		}
		last = r.End
	}
	if c.Runs != nil && last != len(c.Text) {
		t.Fatalf("runs end before the text: %+v", c)
	}
}

func checkFault(t *testing.T, err error) {
	if kind := fault.KindOf(err); kind != fault.Input && kind != fault.Limit {
		t.Fatalf("an error that is no fault of the book: %v", err)
	}
	var broke interface{ Stack() []byte }
	if errors.As(err, &broke) {
		t.Fatalf("%v\n%s", err, broke.Stack())
	}
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
