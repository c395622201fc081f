package html

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// checkBook checks beside the contract that the reader itself names sheets apart and lays merged ranges side by side.
func checkBook(t *testing.T, data []byte) {
	limits := sheettest.FuzzLimits()
	limits.Nesting = 16
	b, err := sheettest.OpenBytes(t.Context(), Format{}, "b.xls", data, limits)
	tails := sheettest.Check(t, b, err)
	names := map[string]bool{}
	for i, tail := range tails {
		name := b.Sheets()[i].Name
		if names[name] || name == "" || !utf8.ValidString(name) {
			t.Fatalf("sheet %q", name)
		}
		names[name] = true
		if tail == nil {
			continue
		}
		for k, m := range tail.Merges {
			for _, o := range tail.Merges[:k] {
				if m.Row1 <= o.Row2 && o.Row1 <= m.Row2 && m.Col1 <= o.Col2 && o.Col1 <= m.Col2 {
					t.Fatalf("%v and %v overlap", m, o)
				}
			}
		}
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
