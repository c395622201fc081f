package ods

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
	limits := sheet.Limits{Inflated: 1 << 22, Cells: 1 << 16, Text: 1 << 12, Strings: 1 << 16, Merges: 1 << 8, Sheets: 16, Repeats: 1 << 12}
	b, err := openBytes(t.Context(), data, limits)
	if err != nil {
		checkFault(t, err)
		return
	}
	for i := range b.Sheets() {
		last := 0
		tail, err := b.Scan(t.Context(), i, func(r *sheet.Row) error {
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
			continue
		}
		for _, m := range tail.Merges {
			if m.Row1 < 1 || m.Col1 < 1 || m.Row2 < m.Row1 || m.Col2 < m.Col1 || m.Row2 > sheet.MaxRows || m.Col2 > sheet.MaxCols {
				t.Fatalf("merged %+v", m)
			}
		}
	}
}

func checkCell(t *testing.T, b sheet.Book, c sheet.Cell) {
	switch {
	case c.Type > sheet.Error, c.NoCache && (c.Type != sheet.Empty || !c.Formula), c.Type == sheet.Empty && c.Formula && !c.NoCache,
		math.IsNaN(c.Num), math.IsInf(c.Num, 0),
		(c.Type == sheet.Empty || c.Type == sheet.Text || c.Type == sheet.Error) && c.Num != 0,
		c.Type == sheet.Error && c.Text == "", !utf8.ValidString(c.Text), b.Style(c.Style) == nil:
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

func FuzzContent(f *testing.F) {
	styles, body := write(described())
	f.Add(styles, body)
	f.Add(`<number:number-style style:name="a"><number:number number:decimal-places="2" number:grouping="true"/><style:map style:condition="value()&lt;0" style:apply-style-name="a"/></number:number-style>`,
		cells(`<table:table-cell table:formula="of:=1" office:value-type="time" office:time-value="PT1H"/>`))
	f.Add("", rows(`<table:table-row table:number-rows-repeated="99999"><table:table-cell table:number-columns-repeated="3" table:number-rows-spanned="2" office:value-type="float" office:value="1"/></table:table-row>`))
	f.Add("", cells(text(`<text:s text:c="3"/><text:span text:style-name="T1">x</text:span><office:annotation><text:p>n</text:p></office:annotation>`)))
	f.Fuzz(func(t *testing.T, styles, body string) { checkBook(t, []byte(flat(styles, body))) })
}

func FuzzFile(f *testing.F) {
	styles, body := write(described())
	data := pack(f, map[string]string{"mimetype": mimetype, contentPart: content(styles, body)})
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(flat(styles, body)))
	f.Fuzz(checkBook)
}
