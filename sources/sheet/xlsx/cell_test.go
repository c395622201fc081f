package xlsx

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func TestCells(t *testing.T) {
	for _, c := range []struct{ name, cell, want string }{
		{"number", `<c r="A1"><v>12.3456789</v></c>`, `12.3456789`},
		{"digits as stored", `<c r="A1" t="n"><v>5.0999999999999996</v></c>`, `5.0999999999999996`},
		{"exponent", `<c r="A1"><v>1.0E-2</v></c>`, `1.0E-2`},
		{"white space", `<c r="A1"><v> 7 </v></c>`, `7`},
		{"too large", `<c r="A1"><v>1e999</v></c>`, `! 1e999`},
		{"not a number", `<c r="A1"><v>NaN</v></c>`, `! NaN`},
		{"hexadecimal", `<c r="A1"><v>0x1F</v></c>`, `! 0x1F`},
		{"infinity", `<c r="A1"><v>-Inf</v></c>`, `! -Inf`},
		{"comma", `<c r="A1"><v>1,5</v></c>`, `! 1,5`},
		{"empty", `<c r="A1"/>`, `{}`},
		{"empty value", `<c r="A1"><v></v></c>`, `{}`},
		{"shared", `<c r="A1" t="s"><v>1</v></c>`, `một`},
		{"shared without index", `<c r="A1" t="s"/>`, `{}`},
		{"inline", `<c r="A1" t="inlineStr"><is><t>a &amp; b</t></is></c>`, `a & b`},
		{"inline, rich", `<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t xml:space="preserve"> b</t></r><rPh><t>x</t></rPh></is></c>`, `a b`},
		{"inline, empty", `<c r="A1" t="inlineStr"><is><t/></is></c>`, `""`},
		{"inline as value", `<c r="A1" t="inlineStr"><v>a</v></c>`, `a`},
		{"text of a formula", `<c r="A1" t="str"><f>B1</f><v>a_x000D__x005F_x0041_</v></c>`, `{f} a\r_x0041_`},
		{"empty text of a formula", `<c r="A1" t="str"><f>B1</f><v></v></c>`, `{f} ""`},
		{"digits in text", `<c r="A1" t="str"><v>12</v></c>`, `"12"`},
		{"formula", `<c r="A1"><f>1+1</f><v>2</v></c>`, `{f} 2`},
		{"formula after value", `<c r="A1"><v>2</v><f>1+1</f></c>`, `{f} 2`},
		{"shared formula", `<c r="A1"><f t="shared" si="0"/><v>2</v></c>`, `{f} 2`},
		{"no cache", `<c r="A1"><f>1+1</f></c>`, `{nocache}`},
		{"no cache, empty value", `<c r="A1"><f>1+1</f><v/></c>`, `{nocache}`},
		{"no cache, text", `<c r="A1" t="str"><f>1+1</f></c>`, `{nocache}`},
		{"true", `<c r="A1" t="b"><v>1</v></c>`, `TRUE`},
		{"false", `<c r="A1" t="b"><v>0</v></c>`, `FALSE`},
		{"neither", `<c r="A1" t="b"><v>2</v></c>`, `! 2`},
		{"error", `<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>`, `{f} #DIV/0!`},
		{"date", `<c r="A1" s="1"><v>45351.25</v></c>`, `{fmt=dd/mm/yyyy date} 45351.25`},
		{"built-in date", `<c r="A1" s="3"><v>45351</v></c>`, `{fmt=mm-dd-yy date} 45351`},
		{"elapsed time", `<c r="A1" s="4"><v>1.5</v></c>`, `{fmt=[h]:mm:ss} 1.5`},
		{"text in a date's format", `<c r="A1" s="1" t="s"><v>0</v></c>`, `{fmt=dd/mm/yyyy} không`},
		{"ISO date", `<c r="A1" t="d"><v>2024-02-29T06:00:00.000</v></c>`, `D 45351.25 2024-02-29T06:00:00.000`},
		{"ISO day", `<c r="A1" t="d"><v>1900-02-28Z</v></c>`, `! 1900-02-28Z`},
		{"ISO day before the leap day", `<c r="A1" t="d"><v>1900-02-28</v></c>`, `D 59 1900-02-28`},
		{"ISO day after the leap day", `<c r="A1" t="d"><v>1900-03-01</v></c>`, `D 61 1900-03-01`},
		{"ISO time", `<c r="A1" t="d"><v>12:00:00</v></c>`, `D 0.5 12:00:00`},
		{"ISO nonsense", `<c r="A1" t="d"><v>29/02/2024</v></c>`, `! 29/02/2024`},
		{"no reference", `<c><v>1</v></c><c/><c><v>3</v></c>`, `1 | {} | 3`},
		{"style of the book", `<c r="A1" s="2"><v>1</v></c>`, `{b font=.VnTime} 1`},
		{"style out of range", `<c r="A1" s="99"><v>1</v></c>`, `1`},
		{"extension", `<c r="A1"><v>1</v><extLst><ext><v>9</v></ext></extLst></c>`, `1`},
		{"prefix", `<x:c xmlns:x="u" r="A1"><x:v>1</x:v></x:c>`, `1`},
		{"comment and CDATA", `<c r="A1" t="str"><v>a<!-- x --><![CDATA[<b>]]></v></c>`, `a<b>`},
	} {
		b, err := openBytes(t.Context(), pack(t, withSheet(grid(`<row r="1">`+c.cell+`</row>`))), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		_, err = b.Scan(t.Context(), 0, func(r *sheet.Row) error {
			for i := range r.Cells {
				got = append(got, describe(b, &r.Cells[i]))
			}
			return nil
		})
		if err != nil || strings.Join(got, " | ") != c.want {
			t.Errorf("%s: %s, %v, want %s", c.name, strings.Join(got, " | "), err, c.want)
		}
	}
}

// describe writes a cell in the notation of sheettest; what that has no words for, as "! text" or "D serial text".
func describe(b sheet.Book, c *sheet.Cell) string {
	switch {
	case c.Type == sheet.Error && !strings.HasPrefix(c.Text, "#"):
		return "! " + c.Text
	case c.Type == sheet.Date && strings.ContainsAny(c.Text, "-:"):
		return fmt.Sprint("D ", c.Num, " ", c.Text)
	}
	styled := *b.Style(c.Style)
	if styled.Font == "Arial" {
		styled.Font = ""
	}
	cell := *c
	cell.Col, cell.Style = 1, 1
	one := &sheettest.Book{
		Styles: []sheet.Style{{NumFmt: "General"}, styled},
		List:   []*sheettest.Sheet{{Rows: []sheet.Row{{Number: 1, Cells: []sheet.Cell{cell}}}}},
	}
	text, err := sheettest.Dump(context.Background(), one)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(strings.TrimPrefix(text, "!sheet \n"))
}

func withSheet(xml string) map[string]string {
	p := parts()
	p[sheet1] = xml
	return p
}

func TestNumbersAreNotRounded(t *testing.T) {
	b, err := openBytes(t.Context(), pack(t, withSheet(grid(`<row><c><v>12.3456789</v></c><c><v>0.1</v></c><c><v>-9007199254740993</v></c></row>`))), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	_, err = b.Scan(t.Context(), 0, func(r *sheet.Row) error {
		for _, c := range r.Cells {
			got = append(got, c.Num)
		}
		return nil
	})
	if d := cmp.Diff([]float64{12.3456789, 0.1, -9007199254740992}, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

func Test1904(t *testing.T) {
	got, err := dump(t, sheet.Limits{}, "xl/workbook.xml", `<workbook><workbookPr date1904="true"/><sheets><sheet name="S" r:id="rId1"/></sheets></workbook>`,
		sheet1, grid(`<row><c s="1"><v>0</v></c><c s="1"><v>43889.5</v></c><c><v>100</v></c></row>`))
	if err != nil {
		t.Fatal(err)
	}
	want := "!sheet S\n{fmt=dd/mm/yyyy font=Arial date} 0 | {fmt=dd/mm/yyyy font=Arial date} 43889.5 | {font=Arial} 100\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	p := withSheet(grid(`<row><c s="1"><v>0</v></c><c s="1"><v>43889.5</v></c><c><v>100</v></c></row>`))
	p["xl/workbook.xml"] = `<workbook><workbookPr date1904="1"/><sheets><sheet name="S" r:id="rId1"/></sheets></workbook>`
	b, err := openBytes(t.Context(), pack(t, p), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var nums []float64
	if _, err = b.Scan(t.Context(), 0, func(r *sheet.Row) error {
		for _, c := range r.Cells {
			nums = append(nums, c.Num)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float64{1462, 45351.5, 100}, nums); d != "" {
		t.Error(d)
	}
}

func TestRichTextKeepsFonts(t *testing.T) {
	got, err := dump(t, sheet.Limits{}, "xl/sharedStrings.xml", `<sst>`+
		`<si><r><t>một </t></r><r><rPr><rFont val=".VnTime"/></rPr><t>hai</t></r><r><rPr><rFont val=".VnTime"/></rPr><t>!</t></r><r><t></t></r></si>`+
		`<si><r><rPr><rFont val="Arial"/><b/></rPr><t>ba</t></r></si></sst>`,
		sheet1, grid(`<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s" s="2"><v>1</v></c></row>`))
	want := "!sheet Một\n{font=Arial runs=6:,10:.VnTime} một hai! | {font=Arial} ba | {b font=.VnTime runs=2:Arial} ba\n"
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

// TestDateFormats reads one number in every built-in format and in formats that books define.
func TestDateFormats(t *testing.T) {
	var formats, xfs, cells strings.Builder
	want := map[int]bool{}
	add := func(id int, date bool) {
		fmt.Fprintf(&xfs, `<xf numFmtId="%d"/>`, id)
		fmt.Fprintf(&cells, `<c s="%d"><v>45351</v></c>`, len(want))
		want[len(want)] = date
	}
	for id, date := range map[int]bool{
		0: false, 1: false, 4: false, 9: false, 11: false, 14: true, 17: true, 20: true, 22: true, 27: true, 36: true, 45: true, 46: false, 47: true, 49: false, 50: true, 58: true,
	} {
		add(id, date)
	}
	custom := map[string]bool{
		"[$-42A]dd mmmm yyyy": true, `"ngày"dd"tháng"mm`: true, `"Ngày" d "tháng" m "năm" yyyy`: true, "[$-1010000]d/m/yyyy;@": true, "[$-F800]dddd, mmmm dd, yyyy": true,
		`[$-42A]h:mm:ss\ AM/PM;@`: true, "dd-mmm-yy": true, `mm\/yyyy`: true, `"Quý" q`: false, `#,##0\ "đ"`: false, "#,##0.00 [$VND]": false, `0.0"%/tháng"`: false,
		"[h]:mm:ss": false, "[Red]-0.0": false, `_-* #,##0.00\ _₫_-`: false, "GENERAL": false, "@": false,
	}
	id := 164
	for code, date := range custom {
		fmt.Fprintf(&formats, `<numFmt numFmtId="%d" formatCode="%s"/>`, id, strings.ReplaceAll(code, `"`, "&quot;"))
		add(id, date)
		id++
	}
	p := withSheet(grid(`<row>` + cells.String() + `</row>`))
	p["xl/styles.xml"] = `<styleSheet><numFmts>` + formats.String() + `</numFmts><cellXfs>` + xfs.String() + `</cellXfs></styleSheet>`
	b, err := openBytes(t.Context(), pack(t, p), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Scan(t.Context(), 0, func(r *sheet.Row) error {
		for i, c := range r.Cells {
			if got := c.Type == sheet.Date; got != want[i] {
				t.Errorf("%s: date is %v", b.Style(c.Style).NumFmt, got)
			}
		}
		if len(r.Cells) != len(want) {
			t.Errorf("%d cells", len(r.Cells))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "_x": "_x", "a_x000D_\n": "a\r\n", "_x005F_x000D_": "_x000D_", "_x000d_": "\r", "_x00G0_": "_x00G0_",
		"_x1EA5_": "ấ", "_xD83D__xDE00_!": "😀!", "_xD83D_": "\uFFFD", "_xD83D_a": "\uFFFDa", "_xDE00_": "\uFFFD", "__x0041__": "_A_",
		"_x0041": "_x0041", "_x0041__x0042_": "AB", "_xD83D__x0041_": "\uFFFDA",
	} {
		if got := unescape(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
