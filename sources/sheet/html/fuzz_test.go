package html

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// checkBook reads a book whole and checks what the contract promises of every reader.
func checkBook(t *testing.T, data []byte) {
	limits := sheet.Limits{Inflated: 1 << 22, Cells: 1 << 16, Text: 1 << 12, Strings: 1 << 16, Merges: 1 << 8, Sheets: 16, Nesting: 16}
	b, err := sheet.Open(t.Context(), []sheet.Format{Format{}}, sheet.Input{Name: "b.xls", Data: bytes.NewReader(data), Size: int64(len(data))}, limits)
	if err != nil {
		checkFault(t, err)
		return
	}
	names := map[string]bool{}
	for i, info := range b.Sheets() {
		if names[info.Name] || info.Name == "" || !utf8.ValidString(info.Name) {
			t.Fatalf("sheet %q", info.Name)
		}
		names[info.Name] = true
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
		for k, m := range tail.Merges {
			if m.Row1 < 1 || m.Col1 < 1 || m.Row2 < m.Row1 || m.Col2 < m.Col1 || m.Row2 > sheet.MaxRows || m.Col2 > sheet.MaxCols {
				t.Fatalf("merged %+v", m)
			}
			for _, o := range tail.Merges[:k] {
				if m.Row1 <= o.Row2 && o.Row1 <= m.Row2 && m.Col1 <= o.Col2 && o.Col1 <= m.Col2 {
					t.Fatalf("%v and %v overlap", m, o)
				}
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

func FuzzPage(f *testing.F) {
	f.Add([]byte(write(described())))
	for _, rows := range []string{
		"<thead><tr><th rowspan=2>a<th colspan=3>b<tr><th rowspan=0>c</thead><tr><td rowspan=3 colspan=2>d<td>e<tr><td colspan=9>f",
		"<caption>a<br>b</caption><col span=2 hidden><tr><td x:num='1.5' style='mso-number-format:\"0\\.0\"'>x<td x:err=y><td sdval=2 sdnum='1;2;d'>",
		"<tr><td><table><tr><td>a<td>b<tr><td>c<td>d</table><td><font face=.VnTime>x</font>y<sup>1</sup><tr><td>&nbsp;<b>z</b><td style='display:none'>q",
	} {
		f.Add([]byte("<style>.a{font-weight:bold} td{border:1px solid}</style>" + paged(rows)))
	}
	f.Add([]byte("\xff\xfe<\x00t\x00a\x00b\x00l\x00e\x00>\x00"))
	f.Fuzz(checkBook)
}

// BenchmarkOpen reads a page of numbers such as programs save, and one of words; BenchmarkScan plays the first.
func benchmarkPage(rows int) string {
	var out strings.Builder
	out.WriteString("<html><head><style>.n{mso-number-format:\"0\\.00\";text-align:right} .t{font-family:Arial}</style></head><body><table border=1>\n")
	for range rows {
		out.WriteString("  <tr>\n    <td class=t>Sản xuất da và các sản phẩm có liên quan</td>\n")
		for range 12 {
			out.WriteString("    <td class=n x:num=\"110.24803914\">110,25</td>\n")
		}
		out.WriteString("  </tr>\n")
	}
	out.WriteString("</table></body></html>")
	return out.String()
}

func BenchmarkOpen(b *testing.B) {
	page := benchmarkPage(20_000)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := openText(b, page, sheet.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	book, err := openText(b, benchmarkPage(20_000), sheet.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	cells := 0
	b.ReportAllocs()
	for b.Loop() {
		_, err := book.Scan(b.Context(), 0, func(r *sheet.Row) error {
			cells += len(r.Cells)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cells)/b.Elapsed().Seconds(), "cells/s")
}
