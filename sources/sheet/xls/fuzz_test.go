package xls

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
	limits := sheet.Limits{Inflated: 1 << 22, Cells: 1 << 16, Text: 1 << 12, Strings: 1 << 16, Merges: 1 << 8, Sheets: 16, Nesting: 8}
	b, err := openBytes(t, data, limits)
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
			if m.Row1 < 1 || m.Row2 < m.Row1 || m.Col1 < 1 || m.Col2 < m.Col1 || m.Col2 > sheet.MaxCols {
				t.Fatalf("merged range %v", m)
			}
		}
	}
	for _, n := range sheet.Names(b) {
		if n.Sheet < -1 || n.Sheet >= len(b.Sheets()) || n.Refers == "" {
			t.Fatalf("%+v", n)
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

func FuzzStream(f *testing.F) {
	for _, v := range versions {
		f.Add(writeBook(f, v, described(v)))
	}
	f.Add(encrypt(oneSheet(biff8, nil, number), methods[2], defaultPassword))
	list, shared := sharedSample()
	f.Add(oneSheet(biff8, func(w *writer) { w.cut(recSST, shared, []int{20, 50, 51, 90}) }, func(w *writer) {
		for i := range list {
			w.record(recLabelSST, cell(len(list)-i, 0, 0), uint32(i))
		}
	}))
	f.Add(oneSheet(biff8, func(w *writer) {
		w.record(recSupBook, 3, 0x0401)
		w.record(recExternSheet, 1, 0, 0, 0)
		w.name(0, "area", 0, byte(tokenArea), 0, 0, 29, 0, 5)
	}, func(w *writer) {
		b := bookWriter{writer: *w}
		b.comment(1, sheet.Comment{Row: 1, Col: 1, Text: "words"})
		w.out = b.out
	}))
	f.Fuzz(checkBook)
}

func FuzzFile(f *testing.F) {
	data := container(f, 512, stored{"Workbook", oneSheet(biff8, nil, number)})
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(container(f, 4096, stored{"Book", oneSheet(biff5, nil, number)}))
	f.Fuzz(checkBook)
}
