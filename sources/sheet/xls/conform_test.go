package xls

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// described is the book that all formats give back, and what only some have.
func described(v version) *sheettest.Book {
	b := sheettest.Described()
	if v != biff8 { // has no indents
		for i := range b.Styles {
			b.Styles[i].Indent = 0
		}
	}
	more := sheettest.MustParse(`
		!sheet Thêm
		{font=Arial} #DIV/0! | {font=Arial} #N/A | {f font=Arial} 2.5 | {f font=Arial} TRUE | {f font=Arial} #N/A | {f font=Arial} được | {f font=Arial} "" | {nocache font=Arial}
		{font=Arial runs=5:,9:Symbol,16:Arial} Tên m abcdefghi | {font=Arial runs=3:Courier_New,4:Arial} ô x | {font=Arial} 0.07 | {font=Arial} -536870912 | {font=Arial} 536870912 | {font=Arial} 1E+21 | {font=Arial} 100000000000000000000
		!hide row
		!row 5
		{font=Arial} | {bottom font=Arial} | {top font=Arial} | {font=Arial} 0.0001 | {font=Arial} 1.5E-7 | {font=Arial} 1.7976931348623157E+308 | {fmt=d/m/yyyy font=Arial date} 45351.25
		!hide rows 7:8
		!hide cols B:B
		!hide cols D:E
	`)
	for _, s := range more.List {
		for r := range s.Rows {
			for c := range s.Rows[r].Cells {
				cell := &s.Rows[r].Cells[c]
				style := more.Styles[cell.Style]
				cell.Style = sheet.StyleID(len(b.Styles))
				b.Styles = append(b.Styles, style)
			}
		}
		s.Rows = append(s.Rows, sheet.Row{Number: 7, Hidden: true}, sheet.Row{Number: 9, Hidden: true})
		b.List = append(b.List, s)
	}
	return b
}

var versions = map[string]version{"BIFF5": biff5, "BIFF8": biff8}

func TestConform(t *testing.T) {
	for name, v := range versions {
		b := described(v)
		data := writeBook(t, v, b)
		t.Run(name, func(t *testing.T) { sheettest.Conform(t, Format{}, b, container(t, 512, stored{"Workbook", data})) })
		t.Run(name+", large sectors", func(t *testing.T) {
			sheettest.Conform(t, Format{}, b, container(t, 4096, stored{"BOOK", data}))
		})
		t.Run(name+", bare", func(t *testing.T) { sheettest.Conform(t, Format{}, b, data) })
	}
}

func openBytes(t testing.TB, data []byte, limits sheet.Limits) (sheet.Book, error) {
	t.Helper()
	return sheet.Open(t.Context(), []sheet.Format{Format{}}, sheetInput(data), limits)
}

func dump(t testing.TB, data []byte, limits sheet.Limits) (string, error) {
	t.Helper()
	b, err := openBytes(t, data, limits)
	if err != nil {
		return "", err
	}
	return sheettest.Dump(t.Context(), b)
}

// refused checks that a book is refused as it should be.
func refused(t testing.TB, err error, kind fault.Kind, what string) {
	t.Helper()
	sheettest.Refused(t, err, what, kind)
}

// TestCutAnywhere cuts a book short at every byte: it is read whole or refused, never read in part.
func TestCutAnywhere(t *testing.T) {
	for name, v := range versions {
		t.Run(name, func(t *testing.T) {
			whole := writeBook(t, v, described(v))
			want, err := dump(t, whole, sheet.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for n := 8; n < len(whole); n++ {
				got, err := dump(t, whole[:n], sheet.Limits{})
				if err == nil {
					t.Errorf("%d of %d bytes are read as a book: %s", n, len(whole), cmp.Diff(want, got))
				} else if fault.KindOf(err) != fault.Input {
					t.Errorf("%d of %d bytes: %v", n, len(whole), err)
				}
			}
		})
	}
}

// TestFileCutAnywhere cuts the compound file, whose tables are at its end.
func TestFileCutAnywhere(t *testing.T) {
	whole := container(t, 512, stored{"Workbook", writeBook(t, biff8, described(biff8))})
	want, err := dump(t, whole, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for n := 8; n < len(whole); n += 31 {
		got, err := dump(t, whole[:n], sheet.Limits{})
		switch {
		case err == nil && got != want:
			t.Errorf("%d of %d bytes: %s", n, len(whole), cmp.Diff(want, got))
		case err == nil:
			read++
		default:
			refused(t, err, fault.Input, "damaged")
		}
	}
	if read == 0 { // the last sector of the table is all but empty
		t.Error("a file whose last sector is cut short is not read")
	}
}
