package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// parts are the parts of a small sound book; tests replace some.
func parts() map[string]string {
	return map[string]string{
		"[Content_Types].xml": `<Types/>`,
		"_rels/.rels":         `<Relationships><Relationship Id="r1" Type="http://schemas/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     `<workbook><sheets><sheet name="Một" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships>` +
			`<Relationship Id="rId1" Type="http://schemas/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="http://schemas/styles" Target="styles.xml"/>` +
			`<Relationship Id="rId3" Type="http://schemas/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>` +
			`<fonts><font><name val="Arial"/></font><font><b/><i val="0"/><name val=".VnTime"/></font></fonts>` +
			`<borders><border/></borders><cellXfs><xf/><xf numFmtId="164"/><xf fontId="1"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml":     `<sst><si><t>không</t></si><si><t>một</t></si></sst>`,
		"xl/worksheets/sheet1.xml": grid(`<row r="1"><c r="A1"><v>1</v></c></row>`),
	}
}

func grid(rows string) string { return `<worksheet><sheetData>` + rows + `</sheetData></worksheet>` }

func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, parts[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openBytes(ctx context.Context, data []byte, limits sheet.Limits) (sheet.Book, error) {
	in := sheet.Input{Name: "b.xlsx", Data: bytes.NewReader(data), Size: int64(len(data))}
	return sheet.Open(ctx, []sheet.Format{Format{}}, in, limits)
}

// dump reads a book of the given parts, beside those of parts, into the notation of sheettest.
func dump(t testing.TB, limits sheet.Limits, replaced ...string) (string, error) {
	t.Helper()
	p := parts()
	for i := 0; i < len(replaced); i += 2 {
		p[replaced[i]] = replaced[i+1]
		if replaced[i+1] == "" {
			delete(p, replaced[i])
		}
	}
	b, err := openBytes(t.Context(), pack(t, p), limits)
	if err != nil {
		return "", err
	}
	return sheettest.Dump(t.Context(), b)
}

const sheet1 = "xl/worksheets/sheet1.xml"

func TestSheetProperties(t *testing.T) {
	got, err := dump(t, sheet.Limits{}, sheet1, `<worksheet><dimension ref="A1"/>`+
		`<cols><col min="2" max="3" hidden="1"/><col min="4" max="4" hidden="true"/><col min="5" max="5"/><col min="16384" max="99999" hidden="1"/></cols>`+
		`<sheetData><row/><row hidden="1"/><row r="4"><c r="B4"/></row><row r="1048576"><c r="XFD1048576" t="s"><v>0</v></c></row></sheetData>`+
		`<mergeCells count="9"><mergeCell ref="A:A"/><mergeCell ref="B4:$C$5"/></mergeCells></worksheet>`)
	want := "!sheet Một\n!row 2\n!hide row\n\n!row 4\n | {font=Arial}\n!row 1048576\n" + strings.Repeat(" | ", sheet.MaxCols-1) +
		"{font=Arial} không\n!hide cols B:D\n!hide cols XFD:XFD\n!merge A1:A1048576\n!merge B4:C5\n"
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestDamagedSheets(t *testing.T) {
	for xml, want := range map[string]string{
		`<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>`:             `part xl/worksheets/sheet1.xml: the part is truncated: </sheetData> is missing`,
		`<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>`: `the part is truncated: </worksheet> is missing`,
		`<worksheet><sheetData></sheetData></worksheet><row/>`:                      `a second root element`,
		`<worksheet></worksheet>`:                         `the sheet has no <sheetData>`,
		`<worksheet><sheetData/><sheetData/></worksheet>`: `a second <sheetData>`,
		`<table/>`: `a sheet is expected, not <table>`,
		`<!DOCTYPE worksheet [<!ENTITY a "b">]><worksheet/>`:                                      `a document type or entity declaration`,
		grid(`<row r="2"/><row r="1"/>`):                                                          `row 1 comes after row 2`,
		grid(`<row r="2"/><row r="2"/>`):                                                          `row 2 comes after row 2`,
		grid(`<row r="2"/><row/><row r="3"/>`):                                                    `row 3 comes after row 3`,
		grid(`<row r="0"/>`):                                                                      `"0" is not a row number`,
		grid(`<row r="1048577"/>`):                                                                `"1048577" is not a row number`,
		grid(`<row r="99999999999999999999"/>`):                                                   `is not a row number`,
		grid(`<row r="1048576"/><row/>`):                                                          `more rows than a sheet can have`,
		grid(`<row r="1"><c r="B1"/><c r="A1"/></row>`):                                           `cell A1 comes after cell B1`,
		grid(`<row r="1"><c r="B1"/><c r="B1"/></row>`):                                           `cell B1 comes after cell B1`,
		grid(`<row r="1"><c r="B1"/><c/><c r="C1"/></row>`):                                       `cell C1 comes after cell C1`,
		grid(`<row r="1"><c r="A2"/></row>`):                                                      `cell A2 stands in row 1`,
		grid(`<row r="1"><c r="XFE1"/></row>`):                                                    `"XFE1" is not a cell`,
		grid(`<row r="1"><c r="XFD1"/><c/></row>`):                                                `row 1 has more cells than a sheet has columns`,
		grid(`<row r="1"><c r="7"/></row>`):                                                       `"7" is not a cell`,
		grid(`<row r="1"><c r="B1" t="s"><v>2</v></c></row>`):                                     `cell B1: part xl/worksheets/sheet1.xml: the cell refers to shared string "2", of which the book has 2`,
		grid(`<row r="1"><c r="B1" t="s"><v>-1</v></c></row>`):                                    `the cell refers to shared string "-1"`,
		grid(`<row r="1"><c r="B1" t="s"><v>x</v></c></row>`):                                     `the cell refers to shared string "x"`,
		grid(`<row r="1"><c r="B1" t="zz"><v>1</v></c></row>`):                                    `cell B1: part xl/worksheets/sheet1.xml: the cell type "zz"`,
		grid(`<row r="1"><c r="B1">12</c></row>`):                                                 `a value that stands outside of <v>`,
		grid(`<row r="1"><c r="B1"><v>1</v><v>2</v></c></row>`):                                   `two values in one cell`,
		grid(`<row r="1"><c r="B1" t="inlineStr"><is><t>a</t></is><is><t>b</t></is></c></row>`):   `two texts in one cell`,
		grid(`<row r="1"><c r="B1"><v>1<b/></v></c></row>`):                                       `<b> within a text`,
		`<worksheet><sheetData/><mergeCells><mergeCell ref="A1:?"/></mergeCells></worksheet>`:     `"A1:?" is not a merged range`,
		`<worksheet><cols>` + strings.Repeat(`<col/>`, 16385) + `</cols><sheetData/></worksheet>`: `more column definitions than columns`,
	} {
		_, err := dump(t, sheet.Limits{}, sheet1, xml)
		if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), want) || !strings.Contains(err.Error(), `b.xlsx, sheet "Một"`) {
			t.Errorf("%.120s: %v, want %q", xml, err, want)
		}
	}
}

// TestEveryTruncation cuts a sheet, the shared strings and the styles after every byte: never is a shorter table read.
func TestEveryTruncation(t *testing.T) {
	p := parts()
	p[sheet1] = grid(`<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="inlineStr"><is><t>a&amp;b</t></is></c></row><row r="2"><c r="A2"><f>1</f></c></row>`) + "\n<!-- end -->"
	for _, name := range []string{sheet1, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} {
		whole := p[name]
		end := strings.LastIndex(whole, "</") // of the root
		end += strings.IndexByte(whole[end:], '>')
		for cut := 0; cut <= end; cut++ {
			if _, err := dump(t, sheet.Limits{}, sheet1, p[sheet1], name, cmpOr(whole[:cut], " ")); fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), "part "+name) {
				t.Errorf("%s cut after %q: %v", name, whole[:cut], err)
			}
		}
		if _, err := dump(t, sheet.Limits{}, name, whole); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func cmpOr(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

// TestTruncatedFile cuts the file itself.
func TestTruncatedFile(t *testing.T) {
	data := pack(t, parts())
	for cut := 1; cut < len(data); cut += 7 {
		b, err := openBytes(t.Context(), data[:cut], sheet.Limits{})
		if err == nil {
			_, err = sheettest.Dump(t.Context(), b)
		}
		if fault.KindOf(err) != fault.Input {
			t.Errorf("cut after %d of %d bytes: %v", cut, len(data), err)
		}
	}
	_, err := openBytes(t.Context(), data[:len(data)-50], sheet.Limits{})
	if !strings.Contains(fmt.Sprint(err), "read the zip package, which is truncated or damaged") {
		t.Error(err)
	}
}

// TestWrongBytes flips a bit of every byte of the parts' data: a checksum or the structure tells.
func TestWrongBytes(t *testing.T) {
	whole, err := dump(t, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	data := pack(t, parts())
	silent := 0
	for i := range data[:bytes.Index(data, []byte("PK\x01\x02"))] { // the directory has no checksum
		damaged := bytes.Clone(data)
		damaged[i] ^= 0x10
		b, err := openBytes(t.Context(), damaged, sheet.Limits{})
		got := ""
		if err == nil {
			got, err = sheettest.Dump(t.Context(), b)
		}
		if err == nil && got != whole {
			t.Errorf("byte %d: read as %q", i, got)
		}
		if err == nil {
			silent++ // a byte that says nothing: local headers repeat the directory
		}
	}
	if silent > len(data)/2 {
		t.Errorf("%d of %d wrong bytes went unnoticed", silent, len(data))
	}
}

func TestBooks(t *testing.T) {
	const rels = "xl/_rels/workbook.xml.rels"
	one := "!sheet Một\n{font=Arial} 1\n"
	for _, c := range []struct {
		name     string
		replaced []string
		want     string // "" when err is expected
		err      string
	}{
		{"as it is", nil, one, ""},
		{"no styles", []string{rels, `<Relationships><Relationship Id="rId1" Type="u/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`}, "!sheet Một\n1\n", ""},
		{"absolute target", []string{rels, `<Relationships><Relationship Id="rId1" Type="u/worksheet" Target="/xl/worksheets/sheet1.xml"/></Relationships>`}, "!sheet Một\n1\n", ""},
		{"backslashes", []string{rels, `<Relationships><Relationship Id="rId1" Type="u/worksheet" Target="..\xl\worksheets\SHEET1.xml"/></Relationships>`}, "!sheet Một\n1\n", ""},
		{"no package relations", []string{"_rels/.rels", ""}, one, ""},
		{"no content types", []string{"[Content_Types].xml", ""}, one, ""},
		{"other main part", []string{"_rels/.rels", `<Relationships><Relationship Id="r" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/book.xml"/></Relationships>`,
			"book.xml", `<workbook><sheets><sheet name="S" id="a"/></sheets></workbook>`, "_rels/book.xml.rels", `<Relationships><Relationship Id="a" Type="u/worksheet" Target="xl/worksheets/sheet1.xml"/></Relationships>`},
			"!sheet S\n1\n", ""},
		{"prefixes", []string{"xl/workbook.xml", `<x:workbook xmlns:x="u" xmlns:y="v"><x:sheets><x:sheet name="Một" sheetId="1" y:id="rId1"/></x:sheets></x:workbook>`}, one, ""},
		{"escaped name", []string{"xl/workbook.xml", `<workbook><sheets><sheet name="a_x0026_b &lt;c&gt;" state="veryHidden" r:id="rId1"/></sheets></workbook>`},
			"!sheet a&b <c> hidden\n{font=Arial} 1\n", ""},
		{"chart sheet", []string{"xl/workbook.xml", `<workbook><sheets><sheet name="C" r:id="c"/><sheet name="Một" r:id="rId1"/></sheets></workbook>`,
			rels, `<Relationships><Relationship Id="c" Type="u/chartsheet" Target="chartsheets/sheet1.xml"/><Relationship Id="rId1" Type="u/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
			"xl/chartsheets/sheet1.xml", `<chartsheet/>`}, "!sheet C\n!sheet Một\n1\n", ""},
		{"dialog sheet", []string{sheet1, `<dialogsheet><sheetPr/></dialogsheet>`}, "!sheet Một\n", ""},
		{"no shared strings", []string{rels, `<Relationships><Relationship Id="rId1" Type="u/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
			sheet1, grid(`<row><c t="s"><v>0</v></c></row>`)}, "", `sheet "Một", cell A1: part xl/worksheets/sheet1.xml: the cell refers to shared string "0", of which the book has 0`},
		{"missing relation", []string{rels, `<Relationships/>`}, "", `sheet "Một": the workbook lists the sheet but the package does not hold it`},
		{"missing sheet", []string{sheet1, ""}, "", `sheet "Một": part xl/worksheets/sheet1.xml: the part is missing`},
		{"missing workbook", []string{"xl/workbook.xml", ""}, "", "part xl/workbook.xml: the part is missing"},
		{"missing styles", []string{"xl/styles.xml", ""}, "", "part xl/styles.xml: the part is missing"},
		{"wrong styles", []string{"xl/styles.xml", "<sst/>"}, "", "part xl/styles.xml: the part does not hold styles"},
		{"wrong strings", []string{"xl/sharedStrings.xml", "<styleSheet/>"}, "", "part xl/sharedStrings.xml: the part does not hold shared strings"},
		{"no sheets", []string{"xl/workbook.xml", "<workbook><sheets/></workbook>"}, "", "the workbook lists no sheets"},
		{"text document", []string{"xl/workbook.xml", "<w:document/>"}, "", "this is a text document (.docx)"},
		{"presentation", []string{"xl/workbook.xml", "<p:presentation/>"}, "", "this is a presentation (.pptx)"},
		{"something else", []string{"xl/workbook.xml", "<html/>"}, "", "the package's main part is not a workbook"},
		{"xlsb", []string{"_rels/.rels", `<Relationships><Relationship Id="r" Type="u/officeDocument" Target="xl/workbook.bin"/></Relationships>`}, "", "this is a binary workbook (.xlsb)"},
	} {
		got, err := dump(t, sheet.Limits{}, c.replaced...)
		if c.err != "" {
			if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), c.err) || !strings.Contains(err.Error(), "b.xlsx") {
				t.Errorf("%s: %v, want %q", c.name, err, c.err)
			}
			continue
		}
		if d := cmp.Diff(c.want, got); d != "" || err != nil {
			t.Errorf("%s: %v %s", c.name, err, d)
		}
	}
}

func TestMatch(t *testing.T) {
	other := pack(t, map[string]string{"a.xlsx": string(pack(t, parts())), "b.csv": "a"})
	docs := pack(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"})
	whole := pack(t, parts())
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"book":           {whole, true},
		"truncated book": {whole[:len(whole)/2], true},
		"archive":        {other, false},
		"OpenDocument":   {docs, false},
		"text":           {[]byte("a,b"), false},
		"nothing":        {nil, false},
	} {
		in := sheet.Input{Data: bytes.NewReader(c.data), Size: int64(len(c.data))}
		if got := (Format{}).Match(c.data[:min(len(c.data), 4096)], in); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestLimits(t *testing.T) {
	rows := grid(strings.Repeat(`<row><c t="s"><v>0</v></c><c/></row>`, 3))
	for _, c := range []struct {
		limits   sheet.Limits
		replaced []string
		want     string
	}{
		{sheet.Limits{Inflated: 100}, nil, "book_inflated of 100"},
		{sheet.Limits{Ratio: 3}, []string{sheet1, grid(strings.Repeat(" ", 11<<20))}, "book_ratio (part xl/worksheets/sheet1.xml) of 3"},
		{sheet.Limits{Cells: 5}, []string{sheet1, rows}, `sheet "Một", cell B3: the book exceeds the limit book_cells of 5`},
		{sheet.Limits{Merges: 1}, []string{sheet1, `<worksheet><sheetData/><mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:B2"/></mergeCells></worksheet>`}, "book_merges of 1"},
		{sheet.Limits{Text: 6}, []string{"xl/sharedStrings.xml", `<sst><si><r><t>bốn</t></r><r><t>năm</t></r></si></sst>`, sheet1, rows}, "book_text of 6"},
		{sheet.Limits{Text: 2}, []string{sheet1, grid(`<row><c><v>123</v></c></row>`)}, "book_text of 2"},
		{sheet.Limits{Strings: 3 * stringCost}, []string{"xl/sharedStrings.xml", `<sst><si/><si/><si/><si/></sst>`, sheet1, rows}, "book_strings of 48"},
		{sheet.Limits{Sheets: 1}, []string{"xl/workbook.xml", `<workbook><sheets><sheet/><sheet/></sheets></workbook>`}, "book_sheets of 1"},
		{sheet.Limits{}, []string{"xl/styles.xml", `<styleSheet><fonts>` + strings.Repeat(`<font/>`, maxStyles+1) + `</fonts></styleSheet>`}, "styles of 262144"},
	} {
		_, err := dump(t, c.limits, c.replaced...)
		if fault.KindOf(err) != fault.Limit || !strings.Contains(fmt.Sprint(err), c.want) || !strings.Contains(err.Error(), "b.xlsx") {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// TestHugeButHollow reads sheets that claim much and hold little: memory follows what they hold.
func TestHugeButHollow(t *testing.T) {
	var rows strings.Builder
	for r := 1; r <= 50; r++ {
		fmt.Fprintf(&rows, `<row r="%d">%s</row>`, r*20_000, strings.Repeat(`<c s="1"/>`, sheet.MaxCols))
	}
	rows.WriteString(`<row r="1048576"><c r="XFD1048576" s="1"/></row>`)
	xml := `<worksheet><dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" hidden="1"/></cols><sheetData>` + rows.String() +
		`</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>`
	data := pack(t, withSheet(xml))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b, err := openBytes(t.Context(), data, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := sheet.Load(t.Context(), b, 0)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if g.MaxRow != 0 || len(g.Rows) != 0 || len(g.Merges) != 1 {
		t.Errorf("%d rows up to %d", len(g.Rows), g.MaxRow)
	}
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 16<<20 {
		t.Errorf("%d MiB were allocated", spent>>20)
	}
}

func TestVisitorsErrorComesBack(t *testing.T) {
	b, err := openBytes(t.Context(), pack(t, parts()), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	own := &fault.Error{Kind: fault.Check, What: "mine"}
	_, err = b.Scan(t.Context(), 0, func(*sheet.Row) error { return own })
	if any(err) != any(own) || own.Sheet != "" || own.File != "" {
		t.Errorf("%#v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Scan(ctx, 0, func(*sheet.Row) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestScansSideBySide(t *testing.T) {
	described := sheettest.Described()
	b, err := openBytes(t.Context(), writeExcelize(t, described), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := sheettest.Dump(t.Context(), described)
	if err != nil {
		t.Fatal(err)
	}
	g, ctx := errgroup.WithContext(t.Context())
	for range 8 {
		g.Go(func() error {
			got, err := sheettest.Dump(ctx, b)
			if got != want && err == nil {
				err = errors.New(cmp.Diff(want, got))
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}
