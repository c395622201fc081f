package delim

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func openText(t testing.TB, text string, limits sheet.Limits) (sheet.Book, error) {
	t.Helper()
	in := sheet.Input{Name: "dir/Biểu 1.csv", Data: strings.NewReader(text), Size: int64(len(text))}
	return sheet.Open(t.Context(), []sheet.Format{Format{}}, in, limits)
}

// dump reads the text and writes what was read in the notation of sheettest, without the line that names the sheet.
func dump(t testing.TB, text string) (format, cells string, err error) {
	t.Helper()
	b, err := openText(t, text, sheet.Limits{})
	if err != nil {
		return "", "", err
	}
	cells, err = sheettest.Dump(t.Context(), b)
	return b.Format(), strings.TrimPrefix(cells, "!sheet Biểu 1\n"), err
}

func encode(t testing.TB, text string, e interface{ String(string) (string, error) }) string {
	t.Helper()
	out, err := e.String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRead(t *testing.T) {
	utf16le := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	utf16be := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()
	// windows-1258 stores a tone mark behind its vowel, other marks with it.
	parted := strings.NewReplacer("ấ", "â\u0301", "ồ", "ô\u0300", "ờ", "ơ\u0300", "ả", "a\u0309", "ố", "ô\u0301", "ỉ", "i\u0309").Replace("Tỉnh,Cấp\nSản lượng,số đồng\n")
	parted = strings.ReplaceAll(strings.ReplaceAll(parted, "ợ", "ơ\u0323"), "ứ", "ư\u0301")
	for _, c := range []struct{ name, text, format, want string }{
		{"comma", "Tên,2023\nGạo,110.5\n", "csv (comma, UTF-8)", "Tên | 2023\nGạo | 110.5\n"},
		{"mark", "\ufeffTên,2023\nGạo,110.5\n", "csv (comma, UTF-8)", "Tên | 2023\nGạo | 110.5\n"},
		{"utf-16le", encode(t, "Tên\t2023\nGạo\t1\n", utf16le), "csv (tab, UTF-16LE)", "Tên | 2023\nGạo | 1\n"},
		{"utf-16be", encode(t, "Tên;2023\nGạo;1\n", utf16be), "csv (semicolon, UTF-16BE)", "Tên | 2023\nGạo | 1\n"},
		{"windows-1252", encode(t, "Straße,Größe\nè à Niccolò,piùì\n", charmap.Windows1252.NewEncoder()), "csv (comma, windows-1252)", "Straße | Größe\nè à Niccolò | piùì\n"},
		{"windows-1258", encode(t, parted, charmap.Windows1258.NewEncoder()), "csv (comma, windows-1258)", "Tỉnh | Cấp\nSản lượng | số đồng\n"},
		{"line ends", "a,b\r\nc,d\re,f\n\n\ng,h", "csv (comma, UTF-8)", "a | b\nc | d\ne | f\n!row 6\ng | h\n"},
		{"quotes", "a,\"b,\"\"c\"\"\n\r\nd\",\"\"\n\"e\"f,g\"h,\"1\"\n", "csv (comma, UTF-8)", "a | b,\"c\"\\n\\r\\nd\n\"\"e\"f\" | g\"h | 1\n"},
		{"ragged", "Title\n\na,b,c\n1\n1,2,3,4\n,,x\n", "csv (comma, UTF-8)", "Title\n!row 3\na | b | c\n1\n1 | 2 | 3 | 4\n |  | x\n"},
		{"sep line", "sep=|\r\na,b|c\n", "csv (bar, UTF-8)", "a,b | c\n"},
		{"decimal commas", "Năm;Giá;Lượng\n2020;1,5;1.234,5\n2021;2,5;12.345\n", "csv (semicolon, UTF-8)", "Năm | Giá | Lượng\n2020 | 1,5 | 1.234,5\n2021 | 2,5 | \"12.345\"\n"},
		{"thousands or not", "a,b\n1.234,5\n12.345,6\n", "csv (comma, UTF-8)", "a | b\n\"1.234\" | 5\n\"12.345\" | 6\n"},
		{"decimal points", "a,b\n1.234,5\n12.3,6\n", "csv (comma, UTF-8)", "a | b\n1.234 | 5\n12.3 | 6\n"},
		{"points both ways", "a;b\n1.5;2,5\n", "csv (semicolon, UTF-8)", "a | b\n\"1.5\" | 2,5\n"},
		{"no numbers", "a,b\n007,+1\n1 000,\"1,000\"\n1e999,.5\n5.,0x1F\n- 5,--5\n-,..\n1_000,٣\n", "csv (comma, UTF-8)",
			"a | b\n\"007\" | +1\n1 000 | 1,000\n\"1e999\" | .5\n5. | 0x1F\n- 5 | --5\n- | ..\n1_000 | ٣\n"},
		{"numbers", "a,b\n 12 ,-0.5\n0,1e3\n0.25,1.5E-3\n123456789012345678901234567890,-7\n", "csv (comma, UTF-8)",
			"a | b\n12 | -0.5\n0 | 1e3\n0.25 | 1.5E-3\n123456789012345678901234567890 | -7\n"},
		{"one column", "a\nb\n", "csv (comma, UTF-8)", "a\nb\n"},
		{"one field", "Not found!", "csv (comma, UTF-8)", "Not found!\n"},
		{"one line", "a,b", "csv (comma, UTF-8)", "a | b\n"},
		{"empty fields", "\"\"\n\"\"\n", "csv (comma, UTF-8)", ""},
		{"commas in text", "Tên;Mô tả\nA;một, hai\nB;ba, bốn\n", "csv (semicolon, UTF-8)", "Tên | Mô tả\nA | một, hai\nB | ba, bốn\n"},
		{"semicolons in text", "name,note\nA,x; y\nB,z; w\n", "csv (comma, UTF-8)", "name | note\nA | x; y\nB | z; w\n"},
		{"PX-Web", "\"Average by Year\"\r\n\r\n\"Year\";\"Jan.\"\r\n\"2016\";201.5\r\n\"2017\";\"..\"\r\n", "csv (semicolon, UTF-8)", "Average by Year\n!row 3\nYear | Jan.\n2016 | 201.5\n2017 | ..\n"},
	} {
		format, got, err := dump(t, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if d := cmp.Diff(c.want, got); d != "" || format != c.format {
			t.Errorf("%s: %s, want %s; cells %s", c.name, format, c.format, d)
		}
	}
}

func TestRefuse(t *testing.T) {
	for text, want := range map[string]string{
		"<html><body>":                   "an HTML page",
		"{\"a\": 1}":                     "a JSON document",
		"[ {\"a\": 1}]":                  "a JSON document",
		"%PDF-1.4\n":                     "a PDF document",
		"CHARSET=\"ANSI\";\nTITLE=\"a\"": "of no format",
		"AXIS-VERSION=\"2006\";":         "of no format",
		"\xff\xfe<\x00a\x00":             "of no format",
		"a,b\x00c":                       "of no format",
		"\x01\x02":                       "of no format",
		" \r\n\t":                        "of no format",
		"a,b\n1,\"2\n3,4\n":              `sheet "Biểu 1", cell B2: a quote is opened here and never closed`,
		"\xff\xfea\x00,\x00b":            "half a character at its end",
		strings.Repeat("a,b\n", 2000) + "c,\x00d": `cell B2001: a NUL byte`,
	} {
		_, _, err := dump(t, text)
		if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), want) || !strings.Contains(err.Error(), "Biểu 1.csv") {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
	if _, _, err := dump(t, "[1] first,[2] second\n1,2\n"); err != nil {
		t.Errorf("a header in brackets: %v", err)
	}
}

// TestOneLine reads a text of one field only where the file's name says that it is delimited text.
func TestOneLine(t *testing.T) {
	const text = "Not found!"
	for name, ok := range map[string]bool{"a.csv": true, "b/A.TSV": true, "a.txt": true, "a": false, "a.csv.html": false, "csv": false} {
		_, err := sheet.Open(t.Context(), []sheet.Format{Format{}}, sheet.Input{Name: name, Data: strings.NewReader(text), Size: int64(len(text))}, sheet.Limits{})
		if ok && err != nil || !ok && (fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), "a line of text, not a table")) {
			t.Errorf("%s: %v, accepted is %t", name, err, ok)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		text   string
		limits sheet.Limits
		want   string
	}{
		{"a,b\nc,d\n", sheet.Limits{Inflated: 7}, "book_inflated of 7"},
		{"a,b\nc,d\n", sheet.Limits{Cells: 3}, "cell B2: the book exceeds the limit book_cells of 3"},
		{"a,b\nlong,d\n", sheet.Limits{Text: 3}, "cell A2: the book exceeds the limit book_text of 3"},
		{"a,b\n1,\"" + strings.Repeat("x", 100), sheet.Limits{Text: 50}, "cell B2: the book exceeds the limit book_text of 50"},
		{strings.Repeat("abc,", 100), sheet.Limits{Text: 3}, "book_text of 3"},
		{strings.Repeat(",", sheet.MaxCols) + "\na", sheet.Limits{}, "cell XFE1: the book exceeds the limit columns of 16384"},
	} {
		b, err := openText(t, c.text, c.limits)
		if err == nil {
			_, err = sheettest.Dump(t.Context(), b)
		}
		if fault.KindOf(err) != fault.Limit || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%.20q: %v, want %q", c.text, err, c.want)
		}
	}
}

func TestCancelled(t *testing.T) {
	b, err := openText(t, "a,b\nc,d\n", sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Scan(ctx, 0, func(*sheet.Row) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestUTF8AcrossChunks(t *testing.T) {
	for shift := range 4 { // a rune cut at the end of what is read at once
		text := strings.Repeat("x", shift) + strings.Repeat("ấ,b\n", 40_000)
		if format, _, err := dump(t, text); err != nil || format != "csv (comma, UTF-8)" {
			t.Errorf("%s, %v", format, err)
		}
	}
	if format, _, _ := dump(t, strings.Repeat("a,b\n", 40_000)+"\xe1\xba"); format != "csv (comma, windows-1252)" {
		t.Errorf("half a rune at the end is %s", format)
	}
}

// TestAgainstEncodingCSV holds the parser against encoding/csv on what that writes.
func TestAgainstEncodingCSV(t *testing.T) {
	field := rapid.StringOf(rapid.RuneFrom([]rune("ab1 ,;\t|\"\n\r.ấ")))
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 5).Draw(t, "width")
		records := rapid.SliceOfN(rapid.SliceOfN(field, width, width), 2, 6).Draw(t, "records")
		comma := rapid.SampledFrom(order).Draw(t, "comma")
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Comma = rune(comma)
		if err := w.WriteAll(records); err != nil {
			t.Fatal(err)
		}
		b := &book{
			in: sheet.Input{Name: "b.csv", Data: bytes.NewReader(out.Bytes()), Size: int64(out.Len())}, enc: &utf8Plain,
			limits: sheet.DefaultLimits(),
		}
		var got [][]string
		err := b.records(context.Background(), dialect{comma: comma, quote: '"'}, func(r *record) error {
			var fields []string
			for i := range r.fields() {
				fields = append(fields, string(r.field(i)))
			}
			got = append(got, fields)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(records, got); d != "" {
			t.Error(d)
		}
	})
}

// TestCorpus reads real exports and compares every field with encoding/csv.
func TestCorpus(t *testing.T) {
	commas := map[string]rune{"semicolon": ';', "comma": ',', "tab": '\t', "bar": '|'}
	files, err := filepath.Glob(filepath.Join(sheettest.Shared(t, "corpus"), "gso_pxweb/raw/*.csv"))
	if err != nil || len(files) < 190 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	cells, numbers := 0, 0
	formats := map[string]int{}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		in := sheet.Input{Name: path, Data: bytes.NewReader(data), Size: int64(len(data))}
		b, err := sheet.Open(t.Context(), []sheet.Format{Format{}}, in, sheet.Limits{})
		if err != nil {
			t.Error(err)
			continue
		}
		formats[b.Format()]++
		g, err := sheet.Load(t.Context(), b, 0)
		if err != nil {
			t.Error(err)
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(b.Format(), "csv ("), ",")
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
		r.Comma, r.FieldsPerRecord = commas[name], -1
		records, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var want, got [][]string // encoding/csv drops empty lines
		for _, record := range records {
			var kept []string
			for _, f := range record {
				if f != "" {
					kept = append(kept, f)
				}
			}
			if kept != nil {
				want = append(want, kept)
			}
		}
		for _, row := range g.Rows {
			var texts []string
			for _, c := range row.Cells {
				texts = append(texts, c.Text)
				cells++
				if c.Type == sheet.Number {
					numbers++
				}
			}
			got = append(got, texts)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", path, d)
		}
	}
	t.Logf("%d cells, %d numbers, %v", cells, numbers, formats)
}

func TestHostile(t *testing.T) {
	for _, c := range []struct {
		file, format string
		cells        map[string]string // "" for none
	}{
		{"mixedGLB.csv", "csv (comma, UTF-8)", map[string]string{"A1": "Combined Land--Ocean Temperature Anomaly (C) CR 1200km 1880 to 2012.", "A4": "Year", "S4": "SON", "S5": "-24"}},
		{"null.csv", "csv (comma, UTF-8)", map[string]string{"A1": "1", "B1": "null", "D1": "0", "C3": "", "A10": "10", "D10": "0"}},
		{"simple.psv", "csv (bar, UTF-8)", map[string]string{"A1": "Year", "F1": "Former owner occupiers", "A24": "2008", "F2": "45000"}},
		{"sparse_with_column_errors.csv", "csv (comma, windows-1252)", map[string]string{"A1": "LP", "C1": "Kapitel/Titel", "C4": "300368540", "A5": "", "C5": "300389440"}},
		{"utf-16le_encoded.csv", "csv (comma, UTF-16LE)", map[string]string{"A1": "Organisation_code", "S1": "Discharges_from_SCT", "A2": "5C1", "S2": "1"}},
		{"weird_head_padding.csv", "csv (semicolon, UTF-8)", map[string]string{"A1": "", "A2": ""}},
	} {
		data, err := os.ReadFile(filepath.Join(sheettest.Shared(t, "corpus"), "hostile_messytables", c.file))
		if err != nil {
			t.Fatal(err)
		}
		b, err := sheet.Open(t.Context(), []sheet.Format{Format{}}, sheet.Input{Name: c.file, Data: bytes.NewReader(data), Size: int64(len(data))}, sheet.Limits{})
		if err != nil {
			t.Error(err)
			continue
		}
		g, err := sheet.Load(t.Context(), b, 0)
		if err != nil {
			t.Error(err)
			continue
		}
		if b.Format() != c.format || g.Name != strings.TrimSuffix(c.file, filepath.Ext(c.file)) {
			t.Errorf("%s is %s, sheet %q", c.file, b.Format(), g.Name)
		}
		for a1, want := range c.cells {
			row, col, _ := sheet.ParseA1(a1)
			got := ""
			if at := g.At(row, col); at != nil {
				got = at.Text
			}
			if got != want {
				t.Errorf("%s: %s is %q, want %q", c.file, a1, got, want)
			}
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a;\"b\n\"\"c\"\"\";d\r\n", "\xff\xfea\x00,\x00\n\x00", "sep=;\na;b", "\xef\xbb\xbfa\tb", "C\xe2\xecp,\xf0\n", "1,5;2,5\n", "\"",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func(in sheet.Input) (string, error) {
			b, err := sheet.Open(t.Context(), []sheet.Format{Format{}}, in, sheet.Limits{Text: 1 << 10})
			if err != nil {
				return "", err
			}
			d, err := sheettest.Dump(t.Context(), b)
			return b.Format() + d, err
		}
		got, err := read(sheet.Input{Name: "b.csv", Data: bytes.NewReader(data), Size: int64(len(data))})
		sheettest.CheckDump(t, got, err)
	})
}
