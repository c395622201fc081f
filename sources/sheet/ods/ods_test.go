package ods

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func openBytes(ctx context.Context, data []byte, limits sheet.Limits) (sheet.Book, error) {
	in := sheet.Input{Name: "b.ods", Data: bytes.NewReader(data), Size: int64(len(data))}
	return sheet.Open(ctx, []sheet.Format{Format{}}, in, limits)
}

// read opens a flat document whose spreadsheet holds the body.
func read(t testing.TB, styles, body string, limits sheet.Limits) (sheet.Book, error) {
	t.Helper()
	return openBytes(t.Context(), []byte(flat(styles, body)), limits)
}

// rows is the body of one sheet of rows.
func rows(xml string) string {
	return `<table:table table:name="S">` + xml + `</table:table>`
}

// cells is the body of one sheet of one row.
func cells(xml string) string {
	return rows(`<table:table-row>` + xml + `</table:table-row>`)
}

func text(s string) string {
	return `<table:table-cell office:value-type="string"><text:p>` + s + `</text:p></table:table-cell>`
}

func TestCells(t *testing.T) {
	const faces = `<style:style style:name="ce1" style:family="table-cell"><style:text-properties fo:font-family="'.VnTime'"/></style:style>` +
		`<style:style style:name="T1" style:family="text"><style:text-properties style:font-name=".VnTimeH"/></style:style>` +
		`<style:style style:name="T2" style:family="text" style:parent-style-name="T1"><style:text-properties fo:font-weight="bold"/></style:style>`
	for _, c := range []struct{ name, body, want string }{
		{"exact digits", cells(`<table:table-cell office:value-type="float" office:value="110.24803914134560"><text:p>110,2</text:p></table:table-cell>`), "110.24803914134560"},
		{"currency", cells(`<table:table-cell office:value-type="currency" office:currency="VND" office:value="1.5E3"><text:p>1.500 ₫</text:p></table:table-cell>`), "1.5E3"},
		{"percentage", cells(`<table:table-cell office:value-type="percentage" office:value="0.5"/>`), "{fmt=0.00%} 0.5"},
		{"date", cells(`<table:table-cell office:value-type="date" office:date-value="2024-02-29"/><table:table-cell office:value-type="date" office:date-value="2024-02-29T12:45:00"/>`),
			"{fmt=yyyy-mm-dd date} 45351 | {fmt=yyyy-mm-dd date} 45351.53125"},
		{"old dates", cells(`<table:table-cell office:value-type="date" office:date-value="1900-01-01"/><table:table-cell office:value-type="date" office:date-value="1900-02-28"/>` +
			`<table:table-cell office:value-type="date" office:date-value="1900-03-01"/><table:table-cell office:value-type="date" office:date-value="1896-05-01"/>`),
			"{fmt=yyyy-mm-dd date} 1 | {fmt=yyyy-mm-dd date} 59 | {fmt=yyyy-mm-dd date} 61 | {fmt=yyyy-mm-dd} 1896-05-01"},
		{"times", cells(`<table:table-cell office:value-type="time" office:time-value="PT12H45M00S"/><table:table-cell office:value-type="time" office:time-value="PT36H"/>`),
			"{fmt=hh:mm:ss date} 0.53125 | {fmt=hh:mm:ss} 1.5"},
		{"bool", cells(`<table:table-cell office:value-type="boolean" office:boolean-value="true"/><table:table-cell office:value-type="boolean" office:boolean-value="false"/>`), "TRUE | FALSE"},
		{"no number", cells(`<table:table-cell office:value-type="float" office:value="NaN"><text:p>x</text:p></table:table-cell><table:table-cell office:value-type="float"><text:p>7</text:p></table:table-cell>` +
			`<table:table-cell office:value-type="date" office:date-value="2024-02-30"/><table:table-cell office:value-type="boolean" office:boolean-value="2"/><table:table-cell office:value-type="float" office:value="1e999"/>`),
			"NaN | 7 | {fmt=yyyy-mm-dd} 2024-02-30 | 2 | 1e999"},
		{"no type", cells(`<table:table-cell><text:p>12</text:p></table:table-cell><table:table-cell><text:p/></table:table-cell>`), `"12"`},
		{"string value", cells(`<table:table-cell office:value-type="string" office:string-value="là 2"><text:p>shown</text:p></table:table-cell>` +
			`<table:table-cell office:value-type="string" office:string-value=""><text:p>shown</text:p></table:table-cell><table:table-cell office:value-type="string"/>`), `là 2 | shown | ""`},
		{"paragraphs", cells(`<table:table-cell office:value-type="string"><text:p>a</text:p><text:p/><text:h>b<text:line-break/>c<text:tab/>d</text:h></table:table-cell>`), `a\n\nb\nc\td`},
		{"white space", cells(text(`<text:s text:c="2"/>a  b <text:s/>c<text:s text:c="0"/>`)), `"  a  b  c"`},
		{"fields and links", cells(text(`<text:a>link <text:span>in</text:span></text:a><text:sheet-name>S</text:sheet-name><text:ruby><text:ruby-base>b</text:ruby-base><text:ruby-text>r</text:ruby-text></text:ruby>`)), "link inSb"},
		{"lists", cells(`<table:table-cell office:value-type="string"><text:list><text:list-item><text:p>a</text:p></text:list-item><text:list-item><text:p>b</text:p></text:list-item></text:list></table:table-cell>`), `a\nb`},
		{"entities", cells(text(`&lt;&amp;&#x111;`)), `<&đ`},
		{"formulas", cells(`<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/><table:table-cell table:formula="of:=1+1"/>` +
			`<table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell><table:table-cell table:formula="of:=A1" office:value-type="string" office:string-value="x"><text:p>x</text:p></table:table-cell>`),
			`{f} 2 | {nocache} | {f} "" | {f} x`},
		{"errors", cells(`<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>` +
			`<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0"><text:p>Err:502</text:p></table:table-cell>` +
			`<table:table-cell table:formula="of:=A" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#TÊN?</text:p></table:table-cell>` +
			`<table:table-cell office:value-type="string"><text:p>#N/A</text:p></table:table-cell>` +
			`<table:table-cell table:formula="of:=A" office:value-type="string" office:string-value="#N/A"><text:p>#N/A</text:p></table:table-cell>` +
			`<table:table-cell table:formula="of:=A" office:value-type="error"/>`),
			`{f} #DIV/0! | {f} Err:502 | {f} #TÊN? | "#N/A" | {f} "#N/A" | {nocache}`},
		{"fonts", cells(`<table:table-cell table:style-name="ce1" office:value-type="string"><text:p>a<text:span text:style-name="T2">bc</text:span></text:p><text:p>d</text:p></table:table-cell>` +
			`<table:table-cell table:style-name="ce1" office:value-type="string"><text:p><text:span text:style-name="none">x</text:span></text:p></table:table-cell>`),
			`{font=.VnTime runs=1:,3:.VnTimeH,5:} abc\nd | {font=.VnTime} x`},
		{"annotations", cells(`<table:table-cell office:value-type="float" office:value="1"><office:annotation><dc:date>2024</dc:date><text:p>remark</text:p></office:annotation><text:p>1</text:p></table:table-cell>` +
			`<table:table-cell office:value-type="string"><text:p>a<office:annotation><text:p>n</text:p></office:annotation>b</text:p></table:table-cell>`), "1 | ab"},
		{"drawings", cells(`<table:table-cell office:value-type="float" office:value="1"><draw:frame><draw:text-box><text:p>box</text:p><table:table><table:table-row>` + text("no") + `</table:table-row></table:table></draw:text-box></draw:frame><text:p>1</text:p></table:table-cell>`), "1"},
		{"repeated columns", cells(`<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="1"/><table:table-cell table:number-columns-repeated="3"/>` + text("x")), "1 | 1 |  |  |  | x"},
		{"covered", rows(`<table:table-row><table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="2" office:value-type="string"><text:p>a</text:p></table:table-cell><table:covered-table-cell/>` + text("b") + `</table:table-row>` +
			`<table:table-row><table:covered-table-cell table:number-columns-repeated="2"/>` + text("c") + `</table:table-row>`), "a |  | b\n |  | c\n!merge A1:B2"},
		{"covered values", cells(`<table:table-cell table:number-columns-spanned="2" office:value-type="string"><text:p>a</text:p></table:table-cell><table:covered-table-cell office:value-type="string"><text:p>under</text:p></table:covered-table-cell>`), "a | under\n!merge A1:B1"},
		{"repeated rows", rows(`<table:table-row table:number-rows-repeated="2">` + text("a") + `</table:table-row><table:table-row table:number-rows-repeated="1000"/><table:table-row>` + text("b") + `</table:table-row>`), "a\na\n!row 1003\nb"},
		{"blanks without end", rows(`<table:table-row table:number-rows-repeated="999999999"><table:table-cell table:style-name="ce1" table:number-columns-repeated="999999999"/></table:table-row>`), ""},
		{"blanks of some look", cells(`<table:table-cell table:style-name="ce1"/><table:table-cell table:style-name="ce1" table:number-columns-repeated="65"/>`), "{font=.VnTime}"},
		{"hidden", rows(`<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/><table:table-column table:visibility="filter" table:number-columns-repeated="2"/>` +
			`<table:table-row table:visibility="filter"/><table:table-row table:visibility="collapse">` + text("a") + `</table:table-row><table:table-row table:visibility="collapse" table:number-rows-repeated="9999"/>`),
			"!hide row\n\n!hide row\na\n!hide cols C:E"},
		{"groups", rows(`<table:table-header-columns><table:table-column/></table:table-header-columns><table:table-column-group table:display="false"><table:table-column/></table:table-column-group>` +
			`<table:table-header-rows><table:table-row>` + text("a") + `</table:table-row></table:table-header-rows><table:table-row-group><table:table-rows><table:table-row>` + text("b") + `</table:table-row></table:table-rows>` +
			`<table:table-row-group table:display="false"><table:table-row>` + text("c") + `</table:table-row></table:table-row-group></table:table-row-group>`), "a\nb\n!hide row\nc\n!hide cols B:B"},
		{"no sheets", `<table:tracked-changes><table:cell-content-change><table:table table:name="no"><table:table-row>` + text("x") + `</table:table-row></table:table></table:cell-content-change></table:tracked-changes>` +
			rows(`<table:shapes><draw:frame><table:table table:name="no"><table:table-row>`+text("x")+`</table:table-row></table:table></draw:frame></table:shapes><table:table-row>`+text("a")+`</table:table-row>`) +
			`<table:table table:name="'file:///tmp/b.ods'#S1"><table:table-row>` + text("x") + `</table:table-row></table:table>` +
			`<table:dde-links><table:dde-link><table:table table:name="no"><table:table-row>` + text("x") + `</table:table-row></table:table></table:dde-link></table:dde-links>`, "a"},
		{"epoch of 1904", `<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>` +
			cells(`<table:table-cell table:style-name="ce9" office:value-type="float" office:value="0.5"/><table:table-cell table:style-name="ce9" office:value-type="float" office:value="43889"/><table:table-cell office:value-type="float" office:value="43889"/>`),
			"{fmt=d date} 0.5 | {fmt=d date} 45351 | 43889"},
	} {
		b, err := read(t, faces+`<number:date-style style:name="N9"><number:day/></number:date-style><style:style style:name="ce9" style:family="table-cell" style:data-style-name="N9"/>`, c.body, sheet.Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := sheettest.Dump(t.Context(), b)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if d := cmp.Diff("!sheet S\n"+c.want, strings.TrimSuffix(got, "\n")); d != "" && strings.TrimSpace(got) != strings.TrimSpace("!sheet S\n"+c.want) {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// TestValuesThatAreUnknown checks that what cannot be read is an error, never a number.
func TestValuesThatAreUnknown(t *testing.T) {
	for _, attrs := range []string{
		`office:value-type="float" office:value="NaN"`, `office:value-type="float"`, `office:value-type="float" office:value="1,5"`, `office:value-type="currency" office:value="0x10"`,
		`office:value-type="date" office:date-value="2024-02-30"`, `office:value-type="time" office:time-value="P1M"`, `office:value-type="time" office:time-value="PT"`,
		`office:value-type="percentage" office:value="5%"`, `office:value-type="boolean" office:boolean-value="1"`, `office:value-type="float" office:value="1e999"`,
	} {
		b, err := read(t, "", cells(`<table:table-cell `+attrs+`><text:p>7</text:p></table:table-cell>`), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Scan(t.Context(), 0, func(r *sheet.Row) error {
			if c := r.Cells[0]; c.Type != sheet.Error || c.Num != 0 || c.Text == "" {
				t.Errorf("%s: %+v", attrs, c)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestStyles(t *testing.T) {
	const properties = `<style:style style:name="ce0" style:family="table-cell"><style:table-cell-properties fo:border="1pt solid #000000"/><style:text-properties style:font-name="F1" fo:font-weight="bold"/></style:style>`
	for _, c := range []struct{ name, style, want string }{
		{"parent", `style:parent-style-name="ce0"><style:table-cell-properties fo:border-top="none"/><style:text-properties fo:font-weight="normal" fo:font-style="italic"/>`, "{i bottom font=.VnArial}"},
		{"unknown parent", `style:parent-style-name="none"><style:text-properties fo:font-weight="700"/>`, "{b}"},
		{"itself as parent", `style:parent-style-name="ce1"><style:text-properties fo:font-weight="600"/>`, "{b}"},
		{"font family", `><style:text-properties fo:font-family="&apos;Times New Roman&apos;, serif"/>`, "{font=Times_New_Roman}"},
		{"align", `><style:table-cell-properties style:text-align-source="fix"/><style:paragraph-properties fo:text-align="end"/>`, "{right}"},
		{"align by type", `><style:table-cell-properties style:text-align-source="value-type"/><style:paragraph-properties fo:text-align="end"/>`, "{}"},
		{"align without source", `><style:paragraph-properties fo:text-align="center"/>`, "{center}"},
		{"fill", `><style:table-cell-properties style:repeat-content="true"/><style:paragraph-properties fo:text-align="start"/>`, "{fill}"},
		{"distributed", `><style:paragraph-properties fo:text-align="justify" css3t:text-justify="distribute"/>`, "{distributed}"},
		{"indent", `><style:paragraph-properties fo:margin-left="0.7055cm"/>`, "{>>}"},
		{"indent of LibreOffice", `><style:paragraph-properties fo:margin-left="10pt"/>`, "{>}"},
		{"indent from Calibri", `><style:paragraph-properties fo:margin-left="0.1457in"/>`, "{>}"},
		{"no indent", `><style:paragraph-properties fo:margin-left="0.2mm"/>`, "{}"},
		{"borders", `><style:table-cell-properties fo:border-top="0.06pt double #000000" fo:border-bottom="none"/>`, "{top}"},
	} {
		styles := `<style:font-face style:name="F1"/>` + properties + `<style:style style:name="ce1" style:family="table-cell" ` + c.style + `</style:style>`
		body := cells(`<table:table-cell table:style-name="ce1"/>`)
		doc := strings.Replace(flat(styles, body), "<office:automatic-styles>", `<office:font-face-decls><style:font-face style:name="F1" svg:font-family="&apos;.VnArial&apos;"/></office:font-face-decls><office:automatic-styles>`, 1)
		b, err := openBytes(t.Context(), []byte(doc), sheet.Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := sheettest.Dump(t.Context(), b)
		if err != nil {
			t.Error(err)
		}
		if got != "!sheet S\n"+c.want+"\n" {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestDefaultStyles reads styles that cells have from their row, their column or nowhere.
func TestDefaultStyles(t *testing.T) {
	font := func(name string) string {
		return `<style:style style:name="` + name + `" style:family="table-cell"><style:text-properties fo:font-family="` + name + `"/></style:style>`
	}
	styles := `<style:default-style style:family="table-cell"><style:text-properties fo:font-family="base"/></style:default-style>` + font("own") + font("row") + font("column")
	body := rows(`<table:table-column/><table:table-column table:number-columns-repeated="2" table:default-cell-style-name="column"/>` +
		`<table:table-row>` + text("a") + text("b") + text("c") + text("d") + `</table:table-row>` +
		`<table:table-row table:default-cell-style-name="row"><table:table-cell/>` + strings.Replace(text("b"), "<table:table-cell", `<table:table-cell table:style-name="own"`, 1) + text("c") + `</table:table-row>`)
	b, err := openBytes(t.Context(), pack(t, map[string]string{
		contentPart: content(styles, body), manifestPart: "<manifest/>",
		stylesPart: `<office:document-styles` + spaces + `><office:styles>` + font("row") + `</office:styles><office:automatic-styles>` + font("column") + `</office:automatic-styles></office:document-styles>`,
	}), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := sheettest.Dump(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("!sheet S\n{font=base} a | {font=column} b | {font=column} c | {font=base} d\n | {font=own} b | {font=row} c\n", got); d != "" {
		t.Error(d)
	}
}

func TestTail(t *testing.T) {
	note := func(text string) string {
		return `<table:table-cell><office:annotation><dc:creator>me</dc:creator>` + text + `</office:annotation></table:table-cell>`
	}
	b, err := read(t, "", rows(`<table:table-row>`+note(`<text:p>one</text:p><text:p>two</text:p>`)+`<table:table-cell/>`+note(`<text:list><text:list-item><text:p>three</text:p></text:list-item></text:list>`)+`</table:table-row>`+
		`<table:table-row table:number-rows-repeated="9"/><table:table-row>`+note(`<text:p>four</text:p>`)+note(``)+`</table:table-row>`+
		`<table:named-expressions><table:named-range table:name="own" table:cell-range-address="$'S 1'.$A$1:.$C$3"/></table:named-expressions>`)+
		`<table:named-expressions><table:named-range table:name="one" table:cell-range-address="$S.$B$2"/><table:named-range table:name="two" table:cell-range-address="$S.$B$2:$T.$B$3"/>`+
		`<table:named-expression table:name="three" table:expression="of:=1+1"/></table:named-expressions>`, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tail, err := b.Scan(t.Context(), 0, func(r *sheet.Row) error { return fmt.Errorf("row %d", r.Number) })
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]sheet.Comment{{Row: 1, Col: 1, Text: "one\ntwo"}, {Row: 1, Col: 3, Text: "three"}, {Row: 11, Col: 1, Text: "four"}}, tail.Comments); d != "" {
		t.Error(d)
	}
	want := []sheet.Name{{Name: "own", Sheet: 0, Refers: "'S 1'!$A$1:$C$3"}, {Name: "one", Sheet: -1, Refers: "S!$B$2"}, {Name: "two", Sheet: -1, Refers: "$S.$B$2:$T.$B$3"}, {Name: "three", Sheet: -1, Refers: "=1+1"}}
	if d := cmp.Diff(want, sheet.Names(b)); d != "" {
		t.Error(d)
	}
}

func TestRefuse(t *testing.T) {
	whole := content("", cells(text("a")))
	for _, c := range []struct {
		name  string
		parts map[string]string
		cut   int
		want  string
	}{
		{"encrypted", map[string]string{contentPart: "\x01\x02", manifestPart: `<m><file-entry/><file-entry full-path="content.xml"><encryption-data/></file-entry></m>`}, 0, "this book is encrypted with a password"},
		{"text document", map[string]string{"mimetype": documentTypes + "text", contentPart: strings.ReplaceAll(whole, "spreadsheet>", "text>")}, 0, "this is a text document (.odt), not a workbook"},
		{"no content", map[string]string{"mimetype": mimetype}, 0, "holds no content.xml"},
		{"no sheets", map[string]string{"mimetype": mimetype, contentPart: content("", "")}, 0, "the book has no sheets"},
		{"cut XML", map[string]string{"mimetype": mimetype, contentPart: whole[:len(whole)-60]}, 0, "truncated"},
		{"cut package", map[string]string{"mimetype": mimetype, contentPart: whole}, 30, "truncated or damaged"},
		{"two roots", map[string]string{"mimetype": mimetype, contentPart: whole + "<x/>"}, 0, "second root"},
		{"document type", map[string]string{"mimetype": mimetype, contentPart: strings.Replace(whole, "?>", "?><!DOCTYPE x [<!ENTITY a 'b'>]>", 1)}, 0, "document type"},
	} {
		data := pack(t, c.parts)
		_, err := openBytes(t.Context(), data[:len(data)-c.cut], sheet.Limits{})
		if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	valued := func(cols, rowsRepeated int) string {
		return rows(fmt.Sprintf(`<table:table-row table:number-rows-repeated="%d"><table:table-cell table:number-columns-repeated="%d" office:value-type="float" office:value="1"/></table:table-row>`, rowsRepeated, cols))
	}
	for _, c := range []struct {
		name, body string
		limits     sheet.Limits
		want       string
	}{
		{"repeats", valued(10, 10), sheet.Limits{Repeats: 99}, "cell A1: the book exceeds the limit book_repeats of 99"},
		{"endless", valued(999999999, 999999999), sheet.Limits{}, "book_repeats"},
		{"numbers beyond any", strings.Replace(valued(2, 2), `"2"`, `"99999999999999999999"`, 1), sheet.Limits{}, "book_repeats"},
		{"columns", valued(sheet.MaxCols+1, 1), sheet.Limits{}, "columns"},
		{"rows", valued(1, sheet.MaxRows+1), sheet.Limits{Repeats: 1 << 30}, "rows"},
		{"cells", valued(10, 10), sheet.Limits{Cells: 99}, "cell A1: the book exceeds the limit book_cells of 99"},
		{"text", rows(`<table:table-row><table:table-cell/>` + text("<text:s text:c='999999999'/>") + `</table:table-row>`), sheet.Limits{Text: 100}, "cell B1: the book exceeds the limit book_text of 100"},
		{"merges", cells(`<table:table-cell table:number-columns-spanned="1" table:number-rows-spanned="2" table:number-columns-repeated="10"/>`), sheet.Limits{Merges: 9}, "book_merges"},
		{"comments", cells(`<table:table-cell><office:annotation><text:p>long</text:p></office:annotation></table:table-cell>`), sheet.Limits{Strings: 60}, "book_strings"},
	} {
		b, err := read(t, "", c.body+rows(`<table:table-row>`+text("next")+`</table:table-row>`), c.limits)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, err = b.Scan(t.Context(), 0, func(*sheet.Row) error { return nil })
		if fault.KindOf(err) != fault.Limit || !strings.Contains(fmt.Sprint(err), c.want) || !strings.Contains(err.Error(), `sheet "S"`) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if _, err := b.Scan(t.Context(), 1, func(*sheet.Row) error { return nil }); err != nil && c.name != "comments" { // the sheet behind it is sound
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := read(t, "", rows("")+rows(""), sheet.Limits{Sheets: 1}); fault.KindOf(err) != fault.Limit {
		t.Error(err)
	}
	if _, err := read(t, "", cells(text(strings.Repeat("một hai ", 100))), sheet.Limits{Strings: 10}); fault.KindOf(err) != fault.Limit || !strings.Contains(fmt.Sprint(err), "book_strings") {
		t.Error(err)
	}
}

func TestMatch(t *testing.T) {
	whole := pack(t, map[string]string{"mimetype": mimetype, contentPart: content("", "")})
	for name, c := range map[string]struct {
		data string
		want bool
	}{
		"package":      {string(whole), true},
		"cut package":  {string(whole[:100]), true},
		"no mimetype":  {string(pack(t, map[string]string{contentPart: "x", manifestPart: "x"})), true},
		"other zip":    {string(pack(t, map[string]string{contentPart: "x"})), false},
		"flat":         {flat("", ""), true},
		"flat, marked": {"\xef\xbb\xbf" + flat("", ""), true},
		"other XML":    {`<?xml version="1.0"?><document/>`, false},
		"text":         {"<office:document", false},
	} {
		in := sheet.Input{Name: "b", Data: strings.NewReader(c.data), Size: int64(len(c.data))}
		if got := (Format{}).Match([]byte(c.data[:min(len(c.data), 4096)]), in); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, data := range [][]byte{[]byte(flat("", cells(text("a")))), pack(t, map[string]string{"mimetype": mimetype, contentPart: content("", cells(text("a")))})} {
		if _, err := openBytes(ctx, data, sheet.Limits{}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	b, err := read(t, "", rows(`<table:table-row table:number-rows-repeated="100000">`+text("a")+`</table:table-row>`), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Scan(ctx, 0, func(*sheet.Row) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
