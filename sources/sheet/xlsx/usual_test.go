package xlsx

import (
	"archive/zip"
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
)

// rowsOf reads the first sheet and writes down all there is to its rows, and its error.
func rowsOf(t testing.TB, data []byte, strict bool) ([]string, string) {
	t.Helper()
	limits := sheet.Limits{Inflated: 1 << 22, Cells: 1 << 12, Text: 1 << 10}
	opened, err := (Format{}).Open(t.Context(), sheet.Input{Name: "b.xlsx", Data: bytes.NewReader(data), Size: int64(len(data))}, limits.WithDefaults())
	if err != nil {
		return nil, err.Error()
	}
	b := opened.(*book)
	b.strict = strict
	var out []string
	tail, err := b.Scan(t.Context(), 0, func(r *sheet.Row) error {
		out = append(out, fmt.Sprintf("row %d hidden %v", r.Number, r.Hidden))
		for _, c := range r.Cells {
			out = append(out, fmt.Sprintf("%+v", c))
		}
		return nil
	})
	if err != nil {
		return out, err.Error()
	}
	for i := range b.shared.len() {
		text, known := b.shared.text(i)
		out = append(out, fmt.Sprintf("%q %v %+v", text, known, b.shared.runs[i]))
	}
	return append(out, fmt.Sprintf("%+v", *tail)), ""
}

// sameBothWays checks that the quick reader and the strict one agree, on every cell and on what is wrong.
func sameBothWays(t *testing.T, data []byte) {
	t.Helper()
	quick, quickErr := rowsOf(t, data, false)
	strict, strictErr := rowsOf(t, data, true)
	quickErr, strictErr = position.ReplaceAllString(quickErr, ""), position.ReplaceAllString(strictErr, "")
	if d := cmp.Diff(strict, quick); d != "" || quickErr != strictErr {
		t.Fatalf("read strictly: %s\nquickly: %s\n%s", strictErr, quickErr, d)
	}
}

// position is where in a part an error was met, which may be in front of white space or behind it.
var position = regexp.MustCompile(` \(at byte \d+\)`)

// usualRowSamples are rows as programs write them, and such that are nearly so.
var usualRowSamples = []string{
	`<row r="1" spans="1:4" x14ac:dyDescent="0.25"><c r="A1" s="1" t="s"><v>1</v></c><c r="B1"><v>2.5</v></c><c r="D1" s="2"/></row>`, // Excel
	`<row r="2" spans="1:1" ht="15.75" customHeight="1" hidden="1"/><row r="3" hidden="1"><c r="A3" t="b"><v>1</v></c></row>`,
	`<row r="1" customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false"><c r="A1" s="0" t="n"><f aca="false">SUM(B1:C1)</f><v>1</v></c></row>`, // LibreOffice
	`<row r="1" spans="1:3"><c r="A1" t="inlineStr"><is><t>Tỉnh</t></is></c><c r="B1" s="1" /><c r="C1" t="n"><v>-1.5E-7</v></c></row>`,                                                      // openpyxl
	`<row r="12" s="1" customFormat="1"><c r="AA12" t="str"><f t="shared" ref="A1:A2" si="0">A1&amp;"x"</f><v>a b</v></c><c r="XFD12" t="e"><f t="shared" si="0"/><v>#N/A</v></c></row>`,
	`<row><c><v>1</v></c><c r="B1"><v>2</v></c></row><row><c r="A2"><v>3</v></c></row>`,
	"<row r=\"1\">\n  <c r=\"A1\">\n<v>1</v>\n</c>\n\t<c r=\"B1\"><v>2</v></c>\n</row>\n",
	`<row r="1"><c r="A1"><v>1</v></c><x:c r="B1"><v>2</v></x:c><c r="C1"><v>3</v></c></row><row r="2"><c r="A2"><v>4</v></c></row>`,
	`<x:row r="1"><c r="A1"><v>1</v></c></x:row><row r="2"><c r="A2"><v>1</v></c></row>`,
	`<row x:r="7"><c r="A7"><v>1</v></c></row>`,
	`<row r="1" r="2"><c r="A2"><v>1</v></c></row>`,
	`<row r="1"><c t="s" r="A1"><v>1</v></c><c r='B1' t='s'><v>0</v></c><c s="1" r="C1"/><c r="D1" t="s" s="1"><v>1</v></c></row>`,
	`<row r="1"><c r="A1" t="s"><v>1</v><!-- c --></c><!-- d --><c r="B1" t="str"><v>a<![CDATA[b]]></v></c></row>`,
	`<row r="1"><c r="A1" t="str"><v>_x000D_</v></c><c r="B1" t="str"><f>_xlfn.X()</f><v>a_b</v></c><c r="C1" t="inlineStr"><is><t xml:space="preserve"> a &lt; b</t></is></c></row>`,
	`<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><rFont val="x"/></rPr><t>a</t></r></is></c><c r="B1" t="inlineStr"><is><t></t></is></c><c r="C1"><is><t>x</t></is></c></row>`,
	`<row r="1"><c r="A1"><v></v></c><c r="B1" t="str"><v></v></c><c r="C1"><v> 7 </v></c><c r="D1"><v>NaN</v></c><c r="E1"><v>1e999</v></c><c r="F1"><v>12345678901234567890.5</v></c></row>`,
	`<row r="1"><c r="A1" s="999999999"><v>1</v></c><c r="B1" s="x"><v>1</v></c><c r="C1" s=""><v>1</v></c><c r="D1" s="01"><v>1</v></c><c r="E1" s="99999999999"><v>1</v></c></row>`,
	`<row r="1"><c r="A1"><f>1</f></c><c r="B1"><f/></c><c r="C1"><v>2</v><f>1+1</f></c><c r="D1"><f>&bad;</f><v>1</v></c></row>`,
	`<row r="1"><c r="A1" t="s"><v>9</v></c></row>`, `<row r="1"><c r="A1" t="zz"><v>9</v></c></row>`, `<row r="1"><c r="A2"><v>9</v></c></row>`,
	`<row r="1"><c r="B1"/><c r="A1"/></row>`, `<row r="2"/><row r="1"/>`, `<row r="0"/>`, `<row r="1048576"><c r="A1048576"/></row><row/>`,
	`<row r="1"><c r="A1"><v>1</v></c>`, `<row r="1"><c r="A1"><v>1</v></row>`, `<row r="1"><c r="A1"><v>1</c></row>`, `<row r="1" a:b:c="1"/>`, `<row 0="1"/>`, `<row r="1"><c r="A1" 0="1"/><c r="B1"><f 0="1">1</f></c></row>`, `<row r="1" a="<"/>`,
	"<row r=\"1\"><c r=\"A1\"><f>\xc3&amp;a</f><v>1</v></c></row>",
	`<row r="1"><c r="A1" t="d"><v>2024-02-29</v></c><c r="B1" t="b"><v>true</v></c><c r="C1" t="b"><v>2</v></c><c r="D1" t="e"><v> #N/A </v></c></row>`,
	"<row r=\"1\"><c r=\"A1\" t=\"str\"><v>a\r\nb\tc\nd</v></c><c r=\"B1\" t=\"str\"><v>\xff</v></c></row>", "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>\x01</v></c></row>",
	`<row r="1"><c r="$A$1"><v>1</v></c><c r="b1"><v>1</v></c><c r="AAAA1"><v>1</v></c></row>`, `<row r="1"><c r="1"><v>1</v></c></row>`,
	`<row r="1"><c r="A1" t="str"><v>` + strings.Repeat("a", 1025) + `</v></c></row>`, `<row r="1"><c r="A1"><v>` + strings.Repeat("1", 40) + `</v></c></row>`,
}

// usualStringSamples are shared strings, likewise.
var usualStringSamples = []string{
	`<si><t>không</t></si><si><t xml:space="preserve"> một </t></si><si><t/></si><si><t></t></si><si/>`,
	"<si>\n<t>a</t></si>\n\t<si><t>b</t></si> <!-- c --> <si><t>d</t></si>",
	`<si><t>&lt;a&gt;</t></si><si><t>&quot;&apos;é &amp;amp; &amp;_x000D_</t></si><si><t>&#65;&euro;</t></si><si><t>a &am</t></si>`,
	`<si><t>a &amp; b</t></si><si><t>_x000D_</t></si><si><t>a_b</t></si><si><t>c</t><rPh><t>x</t></rPh></si><x:si><t>d</t></x:si><si><t>e</t></si>`,
	`<si><r><rPr><rFont val=".VnTime"/></rPr><t>a</t></r></si><si><t>b</t></si><other><t>x</t></other><si><t>c</t></si>`,
	`<si><t>a</t></si><si><t>b</si>`, `<si><t>a</t></si><si><t>b`, "<si><t>\xff</t></si>", "<si><t>\x02</t></si>", `<si><t>a</t></si></sst><si><t>b</t></si>`,
	`<si><t>` + strings.Repeat("a", 1025) + `</t></si>`,
}

// withStrings is a book with these shared strings.
func withStrings(items string) map[string]string {
	p := withSheet(grid(`<row r="1"><c r="A1" t="s"><v>1</v></c></row>`))
	p["xl/sharedStrings.xml"] = `<sst>` + items + `</sst>`
	return p
}

func TestUsualStringsAreReadAsStrictly(t *testing.T) {
	for _, items := range usualStringSamples {
		t.Run("", func(t *testing.T) { sameBothWays(t, pack(t, withStrings(items))) })
	}
}

func TestUsualRowsAreReadAsStrictly(t *testing.T) {
	for _, rows := range usualRowSamples {
		t.Run("", func(t *testing.T) { sameBothWays(t, pack(t, withSheet(grid(rows)))) })
	}
}

// nearly gives the samples with something that matters to XML put in somewhere.
func nearly(samples []string, yield func(string)) {
	for _, s := range samples {
		if len(s) > 1000 {
			continue
		}
		for i := range s {
			for k, in := range []string{"<", ":", "\x80", ` 0="1"`, "&amp;"} {
				if (i+k)%3 == 0 { // a third of all, for time
					yield(s[:i] + in + s[i:])
				}
			}
		}
	}
}

// TestNearlyUsualRowsAreReadAsStrictly takes what fuzzing comes upon too seldom.
func TestNearlyUsualRowsAreReadAsStrictly(t *testing.T) {
	t.Parallel()
	nearly(usualRowSamples, func(rows string) { sameBothWays(t, pack(t, withSheet(grid(rows)))) })
}

func TestNearlyUsualStringsAreReadAsStrictly(t *testing.T) {
	t.Parallel()
	nearly(usualStringSamples, func(items string) { sameBothWays(t, pack(t, withStrings(items))) })
}

// TestUsualRowsAtTheEndOfWhatIsRead lets the bytes that are read at once end after every byte of the samples.
func TestUsualRowsAtTheEndOfWhatIsRead(t *testing.T) {
	const atOnce = 160 << 10 // of the first chunk of a part
	for i, rows := range usualRowSamples {
		want, wantErr := rowsOf(t, pack(t, withSheet(grid(rows))), true)
		if strings.Contains(wantErr, "at byte") || len(rows) > 1000 {
			continue // errors say where, which the padding moves
		}
		for cut := range len(rows) {
			var out bytes.Buffer
			w := zip.NewWriter(&out)
			for name, content := range withSheet(`<worksheet><sheetData>` + strings.Repeat(" ", atOnce-len(`<worksheet><sheetData>`)-cut) + rows + `</sheetData></worksheet>`) {
				f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
				if err == nil {
					_, err = f.Write([]byte(content))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			got, gotErr := rowsOf(t, out.Bytes(), false)
			if d := cmp.Diff(want, got); d != "" || gotErr != wantErr {
				t.Fatalf("sample %d, cut after %q: %s, want %s\n%s", i, rows[:cut], gotErr, wantErr, d)
			}
		}
	}
}

func FuzzUsual(f *testing.F) {
	for _, rows := range usualRowSamples {
		f.Add(rows, usualStringSamples[0])
	}
	for _, items := range usualStringSamples {
		f.Add(usualRowSamples[0], items)
	}
	f.Fuzz(func(t *testing.T, rows, items string) {
		p := withStrings(items)
		p[sheet1] = grid(rows)
		sameBothWays(t, pack(t, p))
	})
}
