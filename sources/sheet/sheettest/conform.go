package sheettest

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
)

// Described is the book that formats have to give back: hierarchy by indents, bold headings, merges, hidden parts,
// every type of value, formulas with and without a result, gaps between rows and columns, Vietnamese text.
func Described() *Book {
	return MustParse(`
		!sheet 1. IIP
		{b center font=Arial} Chỉ số sản xuất công nghiệp
		!merge A1:D1 B3:C3 A3:A4
		!row 3
		{b font=Arial} Ngành | {b center bottom font=Arial} Tháng 3 | {b center bottom font=Arial} | {i font=Arial} Ghi chú
		{font=Arial} | {b fmt=0.0 font=Arial} 2023 | {b font=Arial} 2024 | {font=Arial} "  lùi vào "
		{b font=Arial} TOÀN NGÀNH | {fmt=0.00 font=Arial} 110.24803915134594 | {fmt=0.00 font=Arial} -0.5 | {font=Arial} dòng một\ndòng hai
		{> font=Arial} Khai khoáng | {font=Arial} 12345678901 | {font=Arial} 1.5E-7 | {font=Arial} "007"
		{>> font=Arial} Khai thác than | {font=Arial} .. | {font=Arial} "#N/A" | {font=Arial} <&>"'
		!hide row
		{>>> font=Arial} Than \p đá | {fmt=dd/mm/yyyy font=Arial date} 45351 | {font=Arial} TRUE | {font=Arial} FALSE
		!row 1000
		 |  | {top bottom right font=Arial} 0
		!hide cols F:H
		!sheet Ẩn đi & 'lạ' <x> hidden
		{font=Arial} 1
		!sheet Trống
	`)
}

// Conform checks that the format gives the book back that was written as data: the same sheets, and in each the same
// cells with the same looks.
func Conform(t *testing.T, format sheet.Format, want *Book, data []byte) {
	t.Helper()
	in := sheet.Input{Name: "described", Data: bytes.NewReader(data), Size: int64(len(data))}
	b, err := sheet.Open(t.Context(), []sheet.Format{format}, in, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}()
	got, err := Dump(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	expected, err := Dump(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(expected, got); d != "" {
		t.Error(d)
	}
	again, err := Dump(t.Context(), b) // a book can be scanned more than once
	if err != nil || again != got {
		t.Errorf("a second scan gives something else (%v)", err)
	}
	inner := 0
	_, err = b.Scan(t.Context(), 0, func(*sheet.Row) error {
		if inner > 0 {
			return nil
		}
		_, err := b.Scan(t.Context(), 0, func(*sheet.Row) error { inner++; return nil })
		return err
	})
	if err != nil || inner != len(want.List[0].Rows) {
		t.Errorf("a scan within a scan gives %d rows, want %d (%v)", inner, len(want.List[0].Rows), err)
	}
}
