package html

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// dump reads a page and writes what was read in the notation of sheettest.
func dump(t testing.TB, text string) (string, error) {
	t.Helper()
	b, err := openText(t, text, sheet.Limits{})
	if err != nil {
		return "", err
	}
	return sheettest.Dump(t.Context(), b)
}

// paged wraps rows in a page with a second row of data, so that it is a sheet.
func paged(rows string) string {
	return "<html><body><table>" + rows + "<tr><td>y<td>z</tr></table></body></html>"
}

func TestTables(t *testing.T) {
	for _, c := range []struct{ name, rows, want string }{
		{"plain", "<tr><td>a</td><td>b</td></tr>", "a | b\ny | z\n"},
		{"no end tags", "<tr><td>a<td>b<tr><td>c<td>d", "a | b\nc | d\ny | z\n"},
		{"no row", "<td>a<td>b", "a | b\ny | z\n"},
		{"groups", "<thead><tr><th>a<th>b</thead><tbody><tr><td>1<td>2</tbody><tfoot><tr><td>3</tfoot>", "{b} a | {b} b\n1 | 2\n3\ny | z\n"},
		{"colspan", "<tr><td colspan=2>a<td>b<tr><td>c<td>d<td>e", "a |  | b\nc | d | e\ny | z\n!merge A1:B1\n"},
		{"rowspan", "<tr><td rowspan=2>a<td>b<tr><td>c", "a | b\n | c\ny | z\n!merge A1:A2\n"},
		{"both spans", "<tr><td rowspan=2 colspan=2>a<td>b<tr><td>c<tr><td>d", "a |  | b\n |  | c\nd\ny | z\n!merge A1:B2\n"},
		{"spans of a header", "<tr><th rowspan=2>a<th colspan=2>b<th rowspan=2>c<tr><th>d<th>e<tr><td>1<td>2<td>3<td>4",
			"{b} a | {b} b |  | {b} c\n | {b} d | {b} e\n1 | 2 | 3 | 4\ny | z\n!merge A1:A2 B1:C1 D1:D2\n"},
		{"rowspan 0 reaches to the end of the group", "<tbody><tr><td rowspan=0>a<td>b<tr><td>c</tbody><tbody><tr><td>d<td>e", "a | b\n | c\nd | e\ny | z\n!merge A1:A2\n"},
		{"rowspan beyond the table", "<tr><td>a<td>b<tr><td>c<td>d<td rowspan=99>e", "a | b\nc | d | e\ny | z\n!merge C2:C3\n"},
		{"rowspan of one row left", "<tbody><tr><td rowspan=9>a<td>b</tbody><tbody><tr><td>c<td>d", "a | b\nc | d\ny | z\n"},
		{"overlapping spans", "<tr><td>a<td rowspan=2>b<tr><td colspan=3>c<td>d", "a | b\nc |  | d\ny | z\n!merge B1:B2\n"},
		{"odd spans", "<tr><td colspan=0>a<td colspan=-1>b<td colspan=x rowspan=''>c<td colspan='2.5'>d<td>e", "a | b | c | d |  | e\ny | z\n!merge D1:E1\n"},
		{"blank cells", "<tr><td>a<td>&nbsp;<td> <td><br><td>b", "a |  |  |  | b\ny | z\n"},
		{"caption", "<caption>Bảng 1. <b>Dân số</b><br>(nghìn người)</caption><tr><td>a<td>b", "Bảng 1. Dân số\n(nghìn người)\na | b\ny | z\n"},
		{"hidden", "<col><col span=2 style='display:none'><tr><td>a<td>b<td>c<tr style='display: none'><td>d<tr hidden><td>e<tr style='display:none'><tr style='visibility:collapse'>",
			"a | b | c\n!hide row\nd\n!hide row\ne\n!hide row\n\n!hide row\n\ny | z\n!hide cols B:C\n"},
		{"hidden cells take no place", "<tr><td>a<td style='display:none'>x<td>b", "a | b\ny | z\n"},
		{"hidden cells of hidden columns do", "<col><col style='display:none'><tr><td>a<td style='display:none'>x<td>b", "a |  | b\ny | z\n!hide cols B:B\n"},
	} {
		got, err := dump(t, paged(c.rows))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, got, _ = strings.Cut(got, "\n")
		want := strings.ReplaceAll(c.want, " B1:C1 D1:D2", "\n!merge B1:C1\n!merge D1:D2")
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestCells(t *testing.T) {
	for _, c := range []struct{ name, cell, want string }{
		{"white space", " \n một\t\r\n hai ", "một hai"},
		{"line breaks", "<br>một<br>hai<br/><br>ba<br>", `một\nhai\n\nba`},
		{"blocks", "<div>a</div><p>b<p>c</p> d<ul><li>e<li>f</ul>", `a\nb\nc\nd\ne\nf`},
		{"spaces that do not break", "&nbsp;&nbsp; Gạo&nbsp;&nbsp;", `"   Gạo"`},
		{"pre", "<pre> a\n  b</pre>", `" a\n  b"`},
		{"spaces of Excel", "<span style='mso-spacerun:yes'>  </span>a", `"  a"`},
		{"entities", "&lt;a&gt; &amp;amp; &#272;&ocirc;ng", "<a> &amp; Đông"},
		{"tags within words", "S<b>ả</b>n <i>l</i>ượng", "Sản lượng"},
		{"bold", "<b>a</b> <strong>b</strong>", "{b} a b"},
		{"bold and italic", "<b><i>a</i></b>", "{b i} a"},
		{"bold in part", "<b>a</b>b", "ab"},
		{"font", "<font face='.VnTime, serif'>a</font>", "{font=.VnTime} a"},
		{"fonts", "<font face=.VnTime>ab</font>c<span style=\"font-family:'.VnTimeH'\">d</span>", "{runs=2:.VnTime,3:,4:.VnTimeH} abcd"},
		{"footnotes", "123<sup>1)</sup>", "123¹)"},
		{"units", "m<sup>2</sup>, CO<sub>2</sub>", "m², CO₂"},
		{"hidden", "<span style='display:none'>7005</span>1<span hidden>x</span><script>x</script><style>y</style><!-- z --><select><option>o</select>", "1"},
		{"hidden by class", "<span class=sortkey>7005<b>x</b></span>12", "12"},
		{"hidden within hidden", "<span hidden><b style='display:inline'>x</b></span>1", "1"},
		{"not to be seen", "a&shy;b&#8203;c&#65279;", "abc"},
		{"a table of one cell", "<table><tr><td>a<tr><td>b</table>", `a\nb`},
		{"links", "<a href=x>a</a><img alt=no>", "a"},
	} {
		got, err := dump(t, "<style>.sortkey{display:none}</style>"+paged("<tr><td>"+c.cell+"<td>w</tr>"))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if want := "!sheet Table 1\n" + c.want + " | w\ny | z\n"; got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ name, rows, want string }{
		{"plain", "<tr><td>12<td>-0<td>1e3<td>123456789012345678901234567890", "12 | -0 | 1e3 | 123456789012345678901234567890"},
		{"no numbers", "<tr><td>007<td>+1<td>1,000<td>1 000<td>5.<td>.5<td>0x1F<td>1e999<td>٣<td>12%", `"007" | +1 | 1,000 | 1 000 | 5. | .5 | 0x1F | "1e999" | ٣ | 12%`},
		{"decimal points", "<tr><td>1.234<td>12.3", "1.234 | 12.3"},
		{"thousands or not", "<tr><td>1.234<td>12.345", `"1.234" | "12.345"`},
		{"decimal commas", "<tr><td>1.234<td>12,3", `"1.234" | 12,3`},
		{"raised digits", "<tr><td>12<sup>3</sup><td x:num>12<sup>3</sup>", "12³ | 12³"},
		{"Excel", "<tr><td x:num=\"1234.5\">1.234,50<td x:num>12<td x:num='x'>5<td x:str>5<td x:str=\"'5 \">5<td x:num='' >&nbsp;<td>1.234", `1234.5 | 12 | x | "5" | '5_ |  | "1.234"`},
		{"Excel's errors", "<tr><td x:err=\"#N/A\">#N/A<td x:bool=TRUE>ĐÚNG<td x:fmla='=A1' x:num='2'>2,0<td x:fmla='=A1'><td x:num='NaN'>3", `#N/A | TRUE | {f} 2 | {nocache} | NaN`},
		{"formats", "<tr><td style='mso-number-format:\"\\@\"'>5<td style='mso-number-format:\"0\\.00\"' x:num='1.5'>1,50<td style='mso-number-format:\"dd\\/mm\\/yyyy\"' x:num=45351>29/02/2024<td style='mso-number-format:Percent' x:num=0.5>50,00%<td style='mso-number-format:\"\\0022a\\0022\"'>b",
			`{fmt=@} "5" | {fmt=0.00} 1.5 | {fmt=dd/mm/yyyy date} 45351 | {fmt=0.00%} 0.5 | {fmt="a"} b`},
		{"LibreOffice", "<tr><td sdval=\"0.5\" sdnum=\"1033;0;0.00%\">50%<td sdval='45351' sdnum='1033;0;DD/MM/YYYY'>29/02/2024<td sdnum='1033;0;@'>5<td sdval=2 sdnum='1033;'>x",
			`{fmt=0.00%} 0.5 | {fmt=DD/MM/YYYY date} 45351 | {fmt=@} "5" | 2`},
		{"errors that LibreOffice stores as 0", "<tr><td sdval=0 sdnum='1033;'>#DIV/0!<td sdval=0 sdnum='1033;'>Err:502<td sdval=0>0", "#DIV/0! | Err:502 | 0"},
	} {
		got, err := dump(t, paged(c.rows))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		want := "!sheet Table 1\n" + strings.ReplaceAll(c.want, "'5_", "\"'5 \"") + "\ny | z\n"
		if got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

// TestValuesThatAreUnknown checks the types of what the page calls a number but is none.
func TestValuesThatAreUnknown(t *testing.T) {
	b, err := openText(t, paged("<tr><td x:num='1,5'>1,5<td sdval='0x10'>16<td x:num=Infinity>9"), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Scan(t.Context(), 0, func(r *sheet.Row) error {
		for _, c := range r.Cells {
			if r.Number == 1 && (c.Type != sheet.Error || c.Num != 0) {
				t.Errorf("%+v", c)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestLooks(t *testing.T) {
	const css = `<style><!-- /* a; } */ td{font-family:Arial;} .b{font-weight:bold} td.i, .j{font-style:italic}
		.in{padding-left:18px;mso-char-indent-count:2} .pad{padding-left:2px} .top{border-top:.5pt solid windowtext;border-bottom:none}
		@media print{ .b{font-weight:normal} } table .b{font-weight:normal} .q{mso-number-format:"0\;\0022a\{\0022";font-weight:700} --></style>`
	for _, c := range []struct{ name, cell, want string }{
		{"tag", "<td>a", "{font=Arial} a"},
		{"class", "<td class='b x'>a", "{b font=Arial} a"},
		{"tag and class", "<td class=i>a", "{i font=Arial} a"},
		{"classes in a list", "<td class=j>a", "{i font=Arial} a"},
		{"own style goes first", "<td class=b style='font-weight:normal;text-align:Right!important'>a", "{right font=Arial} a"},
		{"attribute", "<td align=CENTER>a", "{center font=Arial} a"},
		{"indent", "<td class=in>a", "{>> font=Arial} a"},
		{"padding of every cell", "<td class=pad>a", "{font=Arial} a"},
		{"padding alone", "<td style='padding-left:27px'>a", "{>>> font=Arial} a"},
		{"border", "<td class=top>a", "{top font=Arial} a"},
		{"border of a blank", "<td class=top>", "{top font=Arial}"},
		{"quotes and braces", "<td class=q>a", `{b fmt=0;"a{" font=Arial} a`},
	} {
		got, err := dump(t, css+paged("<tr>"+c.cell+"<td>b<tr style='font-weight:bold' align=right><td>c<td style='font-weight:400'>d"))
		want := "!sheet Table 1\n" + c.want + " | {font=Arial} b\n{b right font=Arial} c | {right font=Arial} d\n{font=Arial} y | {font=Arial} z\n"
		if err != nil || got != want {
			t.Errorf("%s: %s, want %s (%v)", c.name, got, want, err)
		}
	}
}

func TestSheets(t *testing.T) {
	const data = "<tr><td>a<td>1<tr><td>b<td>2"
	const menu = "<table><tr><td>home<tr><td>news</table>"
	for _, c := range []struct{ name, page, want string }{
		{"names", "<h2>Dân <b>số</b></h2><p>prose<table>" + data + "</table><table>" + data + "</table><table id=t1>" + data + "</table><table id=t2><caption>Bảng 3</caption>" + data + "</table><h1>Dân số</h1><table>" + data + "</table>",
			"Dân số|Table 2|t1|Bảng 3|Dân số (2)"},
		{"menus and lines", menu + "<table><tr><td>a<td>b<td>c</table><table>" + data + "</table>", "Table 1"},
		{"layout", "<table><tr><td>" + menu + "<td><table id=inner>" + data + "</table></table>", "inner"},
		{"layout of layout", "<table><tr><td><table><tr><td><table id=a>" + data + "</table><td><table id=b>" + data + "</table></table></table>", "a|b"},
		{"data within data", "<table id=outer><tr><td>x<td>y<tr><td><table id=inner>" + data + "</table><td>z<tr><td>u<td>v</table>", "outer|inner"},
		{"hidden", "<table id=a style='display:none'>" + data + "</table><table id=b>" + data + "</table>", "a hidden|b"},
		{"a table that begins before the other ends", "<table id=a>" + data + "</td></tr><table id=b>" + data + "</table>", "a|b"},
		{"end of the page", "<body><table id=a>" + data + "</body>", "a"},
		{"Excel", "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><!--[if gte mso 9]><xml><x:ExcelWorkbook><x:Name>Biểu 1 &amp; 2</x:Name></x:ExcelWorkbook></xml><![endif]--><body><table><tr><td>1</table>", "Biểu 1 & 2"},
		{"LibreOffice", "<html><meta name=generator content='LibreOffice 7.4'><h1>Overview</h1><a name=table0><h1>Sheet 1: <em>Dân số</em></h1></a><table><tr><td align=left>1</table><h1>Sheet 2: <em>IIP</em></h1><table></table>", "Dân số|IIP"},
		{"Excel with more sheets than tables", "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><!--<x:Name>a</x:Name><x:Name>b</x:Name>--><body><table><tr><td>1</table>", "Table 1"},
	} {
		b, err := openText(t, c.page, sheet.Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var names []string
		for _, info := range b.Sheets() {
			if info.Hidden {
				info.Name += " hidden"
			}
			names = append(names, info.Name)
		}
		if got := strings.Join(names, "|"); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if _, err := sheettest.Dump(t.Context(), b); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestLibreOffice reads texts that look like numbers, which have no sdval, and alignments that follow from the type.
func TestLibreOffice(t *testing.T) {
	got, err := dump(t, "<meta name=generator content='LibreOffice 7.4'><table><tr><td align=left>0.50<td align=right sdval=2.5>2,5<td align=center>a</table>")
	if want := "!sheet Table 1\n\"0.50\" | 2.5 | {center} a\n"; err != nil || got != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
}

func TestTablesWithinCells(t *testing.T) {
	got, err := dump(t, "<table id=o><tr><td>x<table><tr><td>1<td>2</table>y<td>z<tr><td>u<td><table id=i><tr><td>a<td>b<tr><td>c<td>d</table></table>")
	if want := "!sheet o\nx\\n1 2\\ny | z\nu\n!sheet i\na | b\nc | d\n"; err != nil || got != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
}

func TestEncodings(t *testing.T) {
	page := func(charset string) string {
		return "<meta http-equiv=Content-Type content='text/html; charset=" + charset + "'>" + paged("<tr><td>Dân số<td>Größe")
	}
	utf16le := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(paged("<tr><td>Dân số<td>Größe"))) {
		utf16le = append(utf16le, byte(u), byte(u>>8))
	}
	latin, err := charmap.Windows1252.NewEncoder().String(strings.ReplaceAll(page("iso-8859-1"), "Dân số", "Dân"))
	if err != nil {
		t.Fatal(err)
	}
	vietnamese, err := charmap.Windows1258.NewEncoder().String(strings.ReplaceAll(page("windows-1258"), "Dân số", "Dân sô\u0301"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, format, want string }{
		{"UTF-8", page("utf-8"), "html (utf-8)", "Dân số | Größe"},
		{"UTF-8 with a mark", "\ufeff" + paged("<tr><td>Dân số<td>Größe"), "html (utf-8)", "Dân số | Größe"},
		{"UTF-8 undeclared", paged("<tr><td>Dân số<td>Größe"), "html (utf-8)", "Dân số | Größe"},
		{"UTF-8 declared as something else", page("iso-8859-1"), "html (utf-8)", "Dân số | Größe"},
		{"UTF-16", string(utf16le), "html (utf-16le)", "Dân số | Größe"},
		{"UTF-16 without a mark", string(utf16le[2:]), "html (utf-16le)", "Dân số | Größe"},
		{"windows-1252", latin, "html (windows-1252)", "Dân | Größe"},
		{"windows-1258", vietnamese, "html (windows-1258)", "Dân số | Größe"},
		{"undeclared", "<html>" + paged("<tr><td>"+strings.Repeat(" ", 2000)+"a<td>Gr\xf6\xdfe"), "html (windows-1252)", "a | Größe"},
		{"declared and broken", "<meta charset=utf-8>" + paged("<tr><td>a\xff<td>b"), "html (utf-8)", "a\ufffd | b"},
	} {
		b, err := openText(t, c.text, sheet.Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := sheettest.Dump(t.Context(), b)
		if want := "!sheet Table 1\n" + c.want + "\ny | z\n"; err != nil || got != want || b.Format() != c.format {
			t.Errorf("%s: %s %s, want %s %s (%v)", c.name, b.Format(), got, c.format, want, err)
		}
	}
}

func TestRefuse(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"error page", "<!DOCTYPE html><html><head><title>404 Not\n Found</title></head><body><h1>Not found</h1></body></html>",
			`this is an HTML page saved under a workbook's name, and it holds no table of data; its title is "404 Not Found" (if it is an error page, fetch it again)`},
		{"layout only", "<table><tr><td>Login<td><input></table>", "holds no table of data"},
		{"frames", "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheet><x:Name>S</x:Name><x:WorksheetSource HRef=\"b_files/sheet001.htm\"/></x:ExcelWorksheet></x:ExcelWorkbook></xml><![endif]--></head><frameset rows='*,39'><frame src='b_files/sheet001.htm'></frameset></html>",
			"only the frame of an Excel web page"},
		{"web archive", "MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=\"x\"\r\n\r\n", "this is a web archive (MHTML"},
		{"truncated", "<table><tr><td>a<td>b<tr><td>c<td>d", "ends within a table: it is truncated"},
		{"encoding", "<meta charset=iso-2022-kr><table><tr><td>\xff", "an encoding that cannot be read"},
	} {
		_, err := openText(t, c.text, sheet.Limits{})
		if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), c.want) || !strings.Contains(err.Error(), "b.xls") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	big := strings.Repeat("<tr><td>a<td>b", 10)
	for _, c := range []struct {
		name, rows string
		limits     sheet.Limits
		want       string
	}{
		{"cells", big, sheet.Limits{Cells: 5}, "cell B3: the book exceeds the limit book_cells of 5"},
		{"merges", "<tr><td colspan=2>a<td colspan=2>b", sheet.Limits{Merges: 1}, "cell C1: the book exceeds the limit book_merges of 1"},
		{"text", "<tr><td>a<td>" + strings.Repeat("long ", 30), sheet.Limits{Text: 100}, "cell B1: the book exceeds the limit book_text of 100"},
		{"text of an attribute", "<tr><td>a<td x:str='" + strings.Repeat("long ", 30) + "'>", sheet.Limits{Text: 100}, "cell B1: the book exceeds the limit book_text of 100"},
		{"columns", "<tr>" + strings.Repeat("<td colspan=1000>", 17) + "a", sheet.Limits{}, "columns of 16384"},
	} {
		b, err := openText(t, paged(c.rows)+paged("<tr><td>next"), c.limits)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, err = b.Scan(t.Context(), 0, func(*sheet.Row) error { return nil })
		if fault.KindOf(err) != fault.Limit || !strings.Contains(fmt.Sprint(err), c.want) || !strings.Contains(err.Error(), `sheet "Table 1"`) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if len(b.Sheets()) > 1 {
			if _, err := b.Scan(t.Context(), 1, func(*sheet.Row) error { return nil }); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
	for _, c := range []struct {
		name, page string
		limits     sheet.Limits
		want       string
	}{
		{"size", paged(big), sheet.Limits{Inflated: 100}, "book_inflated"},
		{"sheets", paged(big) + paged(big), sheet.Limits{Sheets: 1}, "book_sheets"},
		{"tables within tables", strings.Repeat("<table><tr><td>", 200), sheet.Limits{}, "book_nesting"},
		{"elements within elements", paged("<tr><td>" + strings.Repeat("<b>", 200)), sheet.Limits{}, "book_nesting"},
		{"memory", paged(strings.Repeat("<tr><td>một<td>hai", 1000)), sheet.Limits{Strings: 10}, "book_strings"},
		{"a tag without end", "<html><p " + strings.Repeat("x", 9000), sheet.Limits{Text: 1000}, "book_text"},
	} {
		b, err := openText(t, c.page, c.limits)
		if err == nil {
			_, err = sheettest.Dump(t.Context(), b)
		}
		if fault.KindOf(err) != fault.Limit || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for text, want := range map[string]bool{
		"<!DOCTYPE html>":                            true,
		"\ufeff \r\n<HTML>":                          true,
		"<?xml version='1.0'?>\n<html xmlns=''>":     true,
		"<!-- a --><table>":                          true,
		"<table border=1>":                           true,
		"<meta charset=utf-8>":                       true,
		"<br/>":                                      true,
		"<?xml version='1.0'?><Table>":               false,
		"<?xml version='1.0'?><Workbook>":            false,
		"<office:document>":                          false,
		"<tablet>":                                   false,
		"a,b\n<table>":                               false,
		"MIME-Version: 1.0\r\n":                      true,
		"From: <x>\r\nSubject: y\r\nMIME-Version: 1": true,
		"": false,
	} {
		if got := (Format{}).Match([]byte(text), sheet.Input{}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in := []byte(paged("<tr><td>a"))
	_, err := sheet.Open(ctx, []sheet.Format{Format{}}, sheet.Input{Name: "b.xls", Data: bytes.NewReader(in), Size: int64(len(in))}, sheet.Limits{})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
