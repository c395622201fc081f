package px

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

const fileName = "dir/table.px"

func open(t testing.TB, text string, limits sheet.Limits) (sheet.Book, error) {
	return sheettest.OpenBytes(t.Context(), Format{}, fileName, []byte(text), limits)
}

func dump(t testing.TB, text string, limits sheet.Limits) (string, error) {
	return sheettest.DumpBytes(t.Context(), Format{}, fileName, []byte(text), limits)
}

// small is a table of two regions and two years.
const small = `CHARSET="ANSI";CODEPAGE="utf-8";MATRIX="M1";TITLE="Workers";STUB="Region";HEADING="Year";
VALUES("Region")="North","South";VALUES("Year")="2020","2021";`

func TestTables(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"stub and heading", small + "UNITS=\"persons\";DATA=\n1 2.50\n3 4E2 ;", `
			!sheet M1
			{b} Workers
			Unit: persons
			{b} Region | {b} "2020" | {b} "2021"
			North | 1 | 2.50
			South | 3 | 4E2`},
		{"notes below", small + `NOTE="First#second";NOTEX="Shown";VALUENOTE("Region","North")="cold";SOURCE="Office";LAST-UPDATED="20240101 09:00";
			NOTE("Region")="as of 2020";NOTE="2015 = 100";BASEPERIOD="2015";CFPRICES="F";DATA=1 2 3 4;`, `
			!sheet M1
			{b} Workers
			{b} Constant prices
			{b} Region | {b} "2020" | {b} "2021"
			North | 1 | 2
			South | 3 | 4
			!row 7
			Shown
			First
			second
			Region: as of 2020
			Note: 2015 = 100
			North: cold
			Base period: 2015
			Source: Office
			Last updated: 20240101 09:00`},
		{"Vietnamese words", small + `LANGUAGE="vi";UNITS="tỷ đồng";SOURCE="TCTK";DATA=1 2 3 4;`, `
			!sheet M1
			{b} Workers
			Đơn vị tính: tỷ đồng
			{b} Region | {b} "2020" | {b} "2021"
			North | 1 | 2
			South | 3 | 4
			!row 7
			Nguồn: TCTK`},
		{"marks", small + "DATA=\".\" \"..\" - \"......\";", `
			!sheet M1
			{b} Workers
			{b} Region | {b} "2020" | {b} "2021"
			North | . | ..
			South | - | ......`},
		{"marks shown otherwise", small + `DATASYMBOL1=":";DATASYMBOL2="not asked";DATASYMBOLNIL="0";DATA="." .. "-" 1;`, `
			!sheet M1
			{b} Workers
			{b} Region | {b} "2020" | {b} "2021"
			North | : | ..
			South | - | 1
			!row 6
			.. = not asked
			Note: - = 0`},
		{"every delimiter of old", small + "DATA=1,2;3\t4;\r\n\x1a", `
			!sheet M1
			{b} Workers
			{b} Region | {b} "2020" | {b} "2021"
			North | 1 | 2
			South | 3 | 4`},
		{"no heading", `TITLE="T";STUB="A";VALUES("A")="a","b";DATA=1 2;`, `
			!sheet table
			{b} T
			{b} A | {b} Value
			a | 1
			b | 2`},
		{"no stub", `TITLE="T";HEADING="A";VALUES("A")="a","b";DATA=1 2;`, `
			!sheet table
			{b} T
			!row 2
			 | {b} a | {b} b
			Value | 1 | 2`},
		{"spans", `TITLE="T";STUB="A";HEADING="B","C";VALUES("A")="a";VALUES("B")="b1","b2";VALUES("C")="c1","c2";DECIMALS=2;SHOWDECIMALS=1;
			PRECISION("B","b2")=3;DATA=1 2 3 4;`, `
			!sheet table
			{b} T
			{b} A | {b center} b1 | | {b center} b2
			 | {b} c1 | {b} c2 | {b} c1 | {b} c2
			a | {fmt=0.0} 1 | {fmt=0.0} 2 | {fmt=0.000} 3 | {fmt=0.000} 4
			!merge A2:A3 B2:C2 D2:E2`},
		{"units of contents across", `TITLE="T";STUB="A";HEADING="C","Year";CONTVARIABLE="C";VALUES("A")="a";VALUES("C")="Firms","Turnover";VALUES("Year")="2020","2021";
			UNITS="number";UNITS("Firms")="number";UNITS("Turnover")="million";DATA=1 2 3 4;`, `
			!sheet table
			{b} T
			{b} A | {b center} Firms | | {b center} Turnover
			 | {b} "2020" | {b} "2021" | {b} "2020" | {b} "2021"
			 | {b center} Unit: number | | {b center} Unit: million
			a | 1 | 2 | 3 | 4
			!merge A2:A4 B2:C2 D2:E2 B4:C4 D4:E4`},
		{"units of contents down", `TITLE="T";STUB="C";HEADING="Year";CONTVARIABLE="C";VALUES("C")="Firms","Turnover";VALUES("Year")="2020","2021";
			UNITS("Firms")="number";UNITS("Turnover")="million";DATA=1 2 3 4;`, `
			!sheet table
			{b} T
			{b} C | {b} Unit | {b} "2020" | {b} "2021"
			Firms | number | 1 | 2
			Turnover | million | 3 | 4`},
		{"one unit for all contents", `TITLE="T";STUB="C";HEADING="Year";CONTVARIABLE="C";VALUES("C")="Firms","Shops";VALUES("Year")="2020","2021";
			UNITS("Firms")="number";UNITS("Shops")="number";DATA=1 2 3 4;`, `
			!sheet table
			{b} T
			Unit: number
			{b} C | {b} "2020" | {b} "2021"
			Firms | 1 | 2
			Shops | 3 | 4`},
		{"bare numbers as labels", `TITLE="T";STUB="Age";HEADING="Month";VALUES("Age")="0","1-4","65+","Total";VALUES("Month")="202001","202002";
			TIMEVAL("Month")=TLIST(M1,"202001"-"202002");DATA=1 2 3 4 5 6 7 8;`, `
			!sheet table
			{b} T
			{b} Age | {b} 2020-01 | {b} 2020-02
			Age 0 | 1 | 2
			Age 1-4 | 3 | 4
			Age 65+ | 5 | 6
			Total | 7 | 8`},
		{"quotes and lines", "TITLE=\"A \"\r\n\"long\"\n\"\" \" title with a \"\"word\"\"\";DESCRIPTION=\"\";STUB=\"A\";\nVALUES(\"A\")=\"a,b;c\",\n\"d\";DATA=1 2;", `
			!sheet table
			{b} A long title with a "word"
			{b} A | {b} Value
			a,b;c | 1
			d | 2`},
		{"codes for labels", `TITLE="T";STUB="A";CODES("A")="k1","k2";DATA=1 2;`, `
			!sheet table
			{b} T
			{b} A | {b} Value
			k1 | 1
			k2 | 2`},
		{"keys", small + `KEYS("Region")=VALUES;DATA="South",3 4;`, `
			!sheet M1
			{b} Workers
			{b} Region | {b} "2020" | {b} "2021"
			South | 3 | 4`},
		{"keys by code, out of order", `TITLE="T";STUB="A","B";HEADING="C";VALUES("A")="a1","a2";CODES("A")="1","2";VALUES("B")="b1","b2";VALUES("C")="c1","c2";
			KEYS("A")=CODES;KEYS("B")=VALUES;DATA=
			"2","b1",1 ".."
			"1","b2",3 4;`, `
			!sheet table
			{b} T
			{b} A | {b} B | {b} c1 | {b} c2
			a2 | b1 | 1 | ..
			a1 | b2 | 3 | 4`},
	} {
		got, err := dump(t, c.text, sheet.Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		want, err := sheettest.Dump(t.Context(), sheettest.MustParse(c.want))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestLanguages(t *testing.T) {
	got, err := dump(t, `LANGUAGE="sv";LANGUAGES="sv","en","fi";MATRIX="M";TITLE="Folk";TITLE[en]="People";STUB="Kön";STUB[en]="Sex";HEADING="År";HEADING[en]="Year";
VALUES("Kön")="män","kvinnor";VALUES[en]("Sex")="men","women";VALUES("År")="2020";CODES("Kön")="1","2";SOURCE="Byrån";SOURCE[en]="Office";DATA=1 2;`, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `!sheet M (sv)
{b} Folk
{b} Kön | {b} "2020"
män | 1
kvinnor | 2
!row 6
Source: Byrån
!sheet M (en)
{b} People
{b} Sex | {b} "2020"
men | 1
women | 2
!row 6
Source: Office
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestRemarks(t *testing.T) {
	b, err := open(t, small+`CELLNOTE("South","2020")="revised#later";CELLNOTEX("*","2021")="hot";CELLNOTE("East","2020")="gone";DATA=1 2 3 4;`, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := sheettest.Dump(t.Context(), b)
	if err != nil || !strings.Contains(g, "East; 2020: gone") {
		t.Errorf("%s, %v", g, err)
	}
	tail, err := b.Scan(t.Context(), 0, func(*sheet.Row) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Comment{{Row: 3, Col: 3, Text: "hot"}, {Row: 4, Col: 2, Text: "revised\nlater"}, {Row: 4, Col: 3, Text: "hot"}}
	if d := cmp.Diff(want, tail.Comments); d != "" {
		t.Error(d)
	}
}

func TestCharsets(t *testing.T) {
	text := func(head string) string {
		return head + `TITLE="Größe";STUB="A";VALUES("A")="é";DATA=1;`
	}
	enc := func(s string, e interface{ String(string) (string, error) }) string {
		out, err := e.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	utf16 := func(e unicode.Endianness) string {
		return enc(text(""), unicode.UTF16(e, unicode.UseBOM).NewEncoder())
	}
	for name, data := range map[string]string{
		"utf-8":                text(`CHARSET="ANSI";CODEPAGE="utf-8";`),
		"utf-8, said wrongly":  text(`CHARSET="ANSI";CODEPAGE="iso-8859-15";`),
		"mark":                 "\ufeff" + text(""),
		"utf-16le":             utf16(unicode.LittleEndian),
		"utf-16be":             utf16(unicode.BigEndian),
		"ansi":                 enc(text(`CHARSET="ANSI";`), charmap.Windows1252.NewEncoder()),
		"iso-8859-15":          enc(text(`CHARSET="ANSI";CODEPAGE="ISO-8859-15";`), charmap.ISO8859_15.NewEncoder()),
		"windows-1250":         enc(text(`CHARSET="ANSI";CODEPAGE="Windows-1250";`), charmap.Windows1250.NewEncoder()),
		"1252":                 enc(text(`CODEPAGE="1252";`), charmap.Windows1252.NewEncoder()),
		"oem":                  enc(text(`CHARSET="OEM";`), charmap.CodePage850.NewEncoder()),
		"nothing said":         enc(text(""), charmap.CodePage850.NewEncoder()),
		"850":                  enc(text(`CODEPAGE="cp850";`), charmap.CodePage850.NewEncoder()),
		"a page of ASCII only": strings.NewReplacer("ö", "o", "ß", "s", "é", "e").Replace(text(`CODEPAGE="unheard of";`)),
	} {
		got, err := dump(t, data, sheet.Limits{})
		want := "!sheet table\n{b} Größe\n{b} A | {b} Value\né | 1\n"
		if strings.Contains(data, "unheard") {
			want = "!sheet table\n{b} Grose\n{b} A | {b} Value\ne | 1\n"
		}
		if err != nil || got != want {
			t.Errorf("%s: %v, %s", name, err, got)
		}
	}
	vietnamese := strings.ReplaceAll(strings.ReplaceAll(text(`CODEPAGE="windows-1258";`), "Größe", "Tỉ lệ"), "ỉ", "i\u0309")
	vietnamese = enc(strings.ReplaceAll(vietnamese, "ệ", "ê\u0323"), charmap.Windows1258.NewEncoder())
	if got, err := dump(t, vietnamese, sheet.Limits{}); err != nil || !strings.Contains(got, "Tỉ lệ") {
		t.Errorf("%s, %v", got, err)
	}
}

func TestRefuse(t *testing.T) {
	for _, c := range []struct {
		text   string
		limits sheet.Limits
		kind   fault.Kind
		want   string
	}{
		{small + "DATA=1 2 3;", sheet.Limits{}, fault.Input, "the variables call for 4 values, but there are 3"},
		{small + "DATA=1 2 3 4 5 6;", sheet.Limits{}, fault.Input, "the variables call for 4 values, but there are 6"},
		{small + "DATA=1 2 3 4", sheet.Limits{}, fault.Input, "the file is truncated"},
		{small + "DATA=1 2 3 4 ", sheet.Limits{}, fault.Input, "do not end with a semicolon"},
		{small + "DATA=1 2 3 \"4", sheet.Limits{}, fault.Input, "the values end within one"},
		{small, sheet.Limits{}, fault.Input, "the text ends before the keyword DATA"},
		{`TITLE="T";STUB="A";DATA=1;`, sheet.Limits{}, fault.Input, `the variable "A" has no VALUES`},
		{`TITLE="T";STUB="A";VALUES("A")=;DATA=1;`, sheet.Limits{}, fault.Input, `the variable "A" has no VALUES`},
		{`TITLE="T";DATA=1;`, sheet.Limits{}, fault.Input, "neither STUB nor HEADING"},
		{`TITLE="T";STUB="A","A";VALUES("A")="a";DATA=1;`, sheet.Limits{}, fault.Input, `name the variable "A" twice`},
		{`TITLE="T";!`, sheet.Limits{}, fault.Input, `line 1: a keyword is expected, not '!'`},
		{"TITLE=\"T\";\nSTUB x", sheet.Limits{}, fault.Input, `line 2: 'x' is not expected after the keyword STUB`},
		{"TITLE=\"\xe9\";CODEPAGE=\"klingon\";STUB=\"A\";VALUES(\"A\")=\"a\";DATA=1;", sheet.Limits{}, fault.Input, "the code page klingon is not known"},
		{"TITLE=\"\xe9\";CODEPAGE=\"utf-8\";STUB=\"A\";VALUES(\"A\")=\"a\";DATA=1;", sheet.Limits{}, fault.Input, "not the UTF-8 that CODEPAGE promises"},
		{small + `KEYS("Region")=VALUES;DATA="West",1 2;`, sheet.Limits{}, fault.Input, `the key "West" of a line is no value of the variable "Region"`},
		{small + `KEYS("Region")=VALUES;DATA="North",1 2 "North",1 2;`, sheet.Limits{}, fault.Input, "two lines of values have the same keys"},
		{small + `KEYS("Region")=VALUES;DATA="North",1;`, sheet.Limits{}, fault.Input, "the last line has 1 values instead of 2"},
		{small + `LANGUAGE="en";LANGUAGES="sv";TITLE[sv]="T";VALUES[sv]("Region")="n";DATA=1 2 3 4;`, sheet.Limits{}, fault.Input, `VALUES of the variable "Region" are 2, but 1 in the language sv`},
		{small + "DATA=1 2 3 4;", sheet.Limits{Cells: 5}, fault.Limit, "book_cells of 5"},
		{small + "DATA=1 2 3 4;", sheet.Limits{Inflated: 50}, fault.Limit, "book_inflated of 50"},
		{small + "DATA=1 2 3 4;", sheet.Limits{Text: 3}, fault.Limit, "book_text of 3"},
		{small + "DATA=1 2 3 4;", sheet.Limits{Strings: 100}, fault.Limit, "book_strings of 100"},
		{small + `KEYS("Region")=VALUES;DATA="North",1 2 "South",1 2;`, sheet.Limits{Cells: 5}, fault.Limit, "book_cells of 5"},
		{small + `LANGUAGES="sv";TITLE[sv]="T";DATA=1 2 3 4;`, sheet.Limits{Sheets: 1}, fault.Limit, "book_sheets of 1"},
		{small + "DATA=" + strings.Repeat("1", 5000) + " 2 3 4;", sheet.Limits{}, fault.Limit, "book_text of 1024"},
		{huge(), sheet.Limits{}, fault.Limit, "book_cells of 50000000"},
	} {
		_, err := dump(t, c.text, c.limits)
		if fault.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.want) || !strings.Contains(err.Error(), "table.px") {
			t.Errorf("%.60q: %v, want %q", c.text, err, c.want)
		}
	}
}

// huge is a file of a few kilobytes whose variables call for 10^70 values.
func huge() string {
	var out, names strings.Builder
	for i := range 70 {
		fmt.Fprintf(&out, `VALUES("V%d")="0","1","2","3","4","5","6","7","8","9";`, i)
		if i > 0 {
			names.WriteByte(',')
		}
		names.WriteString(`"V` + strconv.Itoa(i) + `"`)
	}
	return `TITLE="T";STUB=` + names.String() + ";" + out.String() + "DATA=1;"
}

// TestWideTables turns what has no room across down.
func TestWideTables(t *testing.T) {
	list := func(prefix string, n int) string {
		var items []string
		for i := range n {
			items = append(items, fmt.Sprintf(`"%s%d"`, prefix, i))
		}
		return strings.Join(items, ",")
	}
	b, err := open(t, `TITLE="T";HEADING="A","B";VALUES("A")=`+list("a", 20)+`;VALUES("B")=`+list("b", 1000)+`;DATA=`+strings.Repeat("1 ", 20_000)+";", sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := sheet.Load(t.Context(), b, 0)
	if err != nil {
		t.Fatal(err)
	}
	if g.MaxRow != 22 || g.MaxCol != 1001 || g.At(22, 1).Text != "a19" || g.At(2, 1001).Text != "b999" {
		t.Errorf("%d rows, %d columns", g.MaxRow, g.MaxCol)
	}
}

func TestMatch(t *testing.T) {
	for head, want := range map[string]bool{
		`CHARSET="ANSI";`: true, " \r\nAXIS-VERSION=\"2006\";": true, `TITLE[en]="T";`: true, `VALUES("A","B")="x";`: true,
		"\ufeffMATRIX=\"a\";": true, `DECIMALS=1;`: true, `SHOWDECIMALS = 0;`: true,
		"TITLE,2020": false, "Title=1": false, "NOTES=\"a\"": false, "STUB\n": false, "": false, "CHARSET": false, "TITLE=a": false,
	} {
		if got := (Format{}).Match([]byte(head), sheet.Input{}); got != want {
			t.Errorf("%q: %v", head, got)
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{
		small + "DATA=1 2 3 4;", small + "DATA=\".\" \"..\" - 1e5;\n", small + `KEYS("Region")=VALUES;DATA="South",3 4;`,
		`TITLE="a"` + "\n" + `"b";STUB="A";VALUES("A")="x","y";CELLNOTE("x")="n";DATA=1 2;`,
		"\xff\xfeT\x00", small + "DATA=\".\"\x8a\x8a - 1e5;", "CHARSET=\"OEM\";TITLE=\"\x82\";STUB=\"A\";VALUES(\"A\")=\"x\";DATA=1;",
		`LANGUAGE="sv";LANGUAGES="en";TITLE="a";TITLE[en]="b";HEADING="A";TIMEVAL("A")=TLIST(A1,"1990"-"1991"),"1990","1991";UNITS("1990")="u";DATA=1 2;`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := dump(t, string(data), sheet.Limits{Text: 1 << 10, Cells: 1 << 12, Strings: 1 << 16})
		sheettest.CheckDump(t, got, err)
	})
}

func BenchmarkScan(b *testing.B) {
	const rows, cols = 2000, 200
	var text strings.Builder
	text.WriteString(`TITLE="T";STUB="A";HEADING="B";VALUES("A")=`)
	for i := range rows {
		fmt.Fprintf(&text, `"a%d",`, i)
	}
	text.WriteString(`"last";VALUES("B")=`)
	for i := range cols - 1 {
		fmt.Fprintf(&text, `"b%d",`, i)
	}
	text.WriteString(`"last";DATA=` + strings.Repeat("12345.6 ", (rows+1)*cols) + ";")
	book, err := open(b, text.String(), sheet.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := book.Scan(b.Context(), 0, func(*sheet.Row) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
