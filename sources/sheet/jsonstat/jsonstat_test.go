package jsonstat

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms/layout"
)

const fileName = "dir/answer.json"

func open(t testing.TB, text string, limits sheet.Limits) (sheet.Book, error) {
	return sheettest.OpenBytes(t.Context(), Format{}, fileName, []byte(text), limits)
}

func dump(t testing.TB, text string, limits sheet.Limits) (string, error) {
	return sheettest.DumpBytes(t.Context(), Format{}, fileName, []byte(text), limits)
}

// regions and years are dimensions of two categories.
const (
	regions = `"geo":{"label":"Region","category":{"index":["N","S"],"label":{"N":"North","S":"South"}}}`
	years   = `"time":{"label":"Year","category":{"index":{"2021":1,"2020":0}}}`
	small   = `{"version":"2.0","class":"dataset","label":"Workers","id":["geo","time"],"size":[2,2],"dimension":{` + regions + `,` + years + `},`
)

func TestTables(t *testing.T) {
	head := "!sheet answer\n{b} Workers\n{b} Region | {b} \"2020\" | {b} \"2021\"\n"
	for _, c := range []struct{ name, text, want string }{
		{"list", small + `"value":[1,2.50,3e2,-0.5]}`, head + "North | 1 | 2.50\nSouth | 3e2 | -0.5"},
		{"values first", `{"value":[1,2,3,4],"class":"dataset","label":"Workers","dimension":{` + years + `,` + regions + `},"size":[2,2],"id":["geo","time"]}`,
			head + "North | 1 | 2\nSouth | 3 | 4"},
		{"byte order mark", "\ufeff" + small + `"value":[1,2,3,4]}`, head + "North | 1 | 2\nSouth | 3 | 4"},
		{"nothing known", small + `"value":[1,null,null,4]}`, head + "North | 1 | null\nSouth | null | 4"},
		{"sparse", small + `"value":{"3":4,"0":1}}`, head + "North | 1\nSouth |  | 4"},
		{"marks", small + `"value":[1,null,null,null],"status":["",":","c","odd"]}`, head + "North | 1 | :\nSouth | c | null"},
		{"flags in a list", small + `"value":[1,2,3,4],"status":["p","A",null,"e"]}`, head + "North | 1 p | 2\nSouth | 3 | 4 e"},
		{"flags of some", small + `"value":{"0":1,"1":2,"2":3},"status":{"1":"bp","2":"u","3":":"}}`, head + "North | 1 | 2 bp\nSouth | 3 | :"},
		{"one flag for all", small + `"value":[1,2,3,4],"status":"f"}`, head + "North | 1 f | 2 f\nSouth | 3 f | 4 f"},
		{"one flag in a list", small + `"value":[1,2,3,4],"status":["f"]}`, head + "North | 1 f | 2 f\nSouth | 3 f | 4 f"},
		{"a point that shows", small + `"value":[1.125,2.5,3,4],"status":"p"}`, head + "North | 1.125 p | 2.5 p\nSouth | 3 p | 4 p"},
		{"a point that does not show", small + `"value":[1.125,2.250,3,4],"status":"p"}`, head + "North | 1.125 | 2.250\nSouth | 3 p | 4 p"},
		{"texts", small + `"value":["a","2",true,4]}`, head + "North | a | \"2\"\nSouth | \"true\" | 4"},
		{"notes", small + `"value":[1,2,3,4],"note":["First","Second"],"source":"Office","updated":"2024-01-01T00:00:00Z","extension":{"id":"T1","status":{"label":{"p":"provisional"}}}}`,
			"!sheet T1\n{b} Workers\n{b} Region | {b} \"2020\" | {b} \"2021\"\nNorth | 1 | 2\nSouth | 3 | 4\n!row 6\nFirst\nSecond\np = provisional\nSource: Office\nLast updated: 2024-01-01T00:00:00Z"},
		{"escapes", strings.ReplaceAll(small, "Workers", `a\u1ea5\ud83d\ude00\n\"\/\ud800x`) + `"value":[1,2,3,4]}`,
			"!sheet answer\n{b} aấ😀\\n\"/\ufffdx\n{b} Region | {b} \"2020\" | {b} \"2021\"\nNorth | 1 | 2\nSouth | 3 | 4"},
		{"hierarchy and units", `{"class":"dataset","id":["c","t"],"size":[3,1],"dimension":{"c":{"label":"Item","note":["of all"],"category":{"index":["T","A","B"],
			"label":{"T":"Total","A":"Part","B":"Piece"},"child":{"T":["A"],"A":["B"]},"note":{"A":["about half"]},
			"unit":{"T":{"base":"tonnes","multiplier":3,"decimals":1},"A":{"label":"items","decimals":0}}}},
			"t":{"category":{"label":{"2020":"2020"}}}},"role":{"time":["t"],"metric":["c"]},"value":[1,2,3]}`,
			"!sheet answer\n{b} Item | {b} Unit | {b} \"2020\"\nTotal | thousand tonnes | {fmt=0.0} 1\n{>} Part | items | {fmt=0} 2\n{>>} Piece |  | 3\n!row 6\nItem: of all\nPart: about half"},
		{"two dimensions across", `{"class":"dataset","id":["geo","time","sex"],"size":[2,2,2],"dimension":{` + regions + `,` + years + `,"sex":{"label":"Sex","category":{"index":["M","F"]}}},
			"role":{"time":["time"]},"value":[1,2,3,4,5,6,7,8]}`,
			"!sheet answer\n{b} Region | {b center} \"2020\" |  | {b center} \"2021\"\n | {b} M | {b} F | {b} M | {b} F\nNorth | 1 | 2 | 3 | 4\nSouth | 5 | 6 | 7 | 8\n!merge A1:A2 B1:C1 D1:E1"},
		{"months and ages", `{"class":"dataset","id":["age","time"],"size":[2,2],"dimension":{"age":{"label":"Age","category":{"index":["Y0","Y1"],"label":{"Y0":"0","Y1":"1"}}},
			"time":{"category":{"index":["202001","202002"]}}},"role":{"time":["time"]},"value":[1,2,3,4]}`,
			"!sheet answer\n{b} Age | {b} 2020-01 | {b} 2020-02\nAge 0 | 1 | 2\nAge 1 | 3 | 4"},
		{"version 1", `{"jobs":{"label":"Workers","value":[1,2,3,4],"status":{"0":"e"},"dimension":{"id":["geo","time"],"size":[2,2],"role":{"time":["time"]},` + regions + `,` + years + `}}}`,
			head + "North | 1 e | 2\nSouth | 3 | 4"},
		{"collection", `{"class":"collection","label":"Both","link":{"item":[` + small + `"value":[1,2,3,4]},{"class":"dataset","href":"x"},` + small + `"value":[5,6,7,8]}]}}`,
			strings.Replace(head, "answer", "Workers", 1) + "North | 1 | 2\nSouth | 3 | 4\n" + strings.Replace(head, "answer", "Workers (2)", 1) + "North | 5 | 6\nSouth | 7 | 8"},
		{"bundle", `{"a":{"value":[1],"dimension":{"id":["d"],"size":[1],"d":{"category":{"label":{"x":"Ex"}}}}},"b":{"value":[2],"dimension":{"id":["d"],"size":[1],"d":{"category":{"index":{"y":0}}}}}}`,
			"!sheet a\n!row 1\n | {b} Ex\nValue | 1\n!sheet b\n | {b} y\nValue | 2"},
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

func TestRemarks(t *testing.T) {
	b, err := open(t, small+`"value":[1,2.125,null,4],"status":{"0":"u","1":"p","2":"low reliability"},"extension":{"status":{"label":{"u":"unreliable"}}}}`, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tail, err := b.Scan(t.Context(), 0, func(*sheet.Row) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Comment{{Row: 3, Col: 2, Text: "u = unreliable"}, {Row: 3, Col: 3, Text: "p"}, {Row: 4, Col: 2, Text: "low reliability"}}
	if d := cmp.Diff(want, tail.Comments); d != "" {
		t.Error(d)
	}
}

// TestReadWithoutRecipe holds that values, labels, units and statuses are recognised as they were meant.
func TestReadWithoutRecipe(t *testing.T) {
	b, err := open(t, `{"class":"dataset","label":"Employment by region and age","id":["freq","unit","geo","age","time"],"size":[1,1,2,3,3],"role":{"time":["time"],"geo":["geo"]},
		"dimension":{"freq":{"label":"Frequency","category":{"index":{"A":0},"label":{"A":"Annual"}}},"unit":{"label":"Unit of measure","category":{"index":["THS"],"label":{"THS":"Thousand persons"}}},
		`+regions+`,"age":{"label":"Age","category":{"index":["T","0","65"],"label":{"T":"Total","0":"0","65":"65+"}}},"time":{"label":"Time","category":{"index":["2019","2020","2021"]}}},
		"value":[1000,1010.5,1020,500,510,520,50,null,52,3000,3010,3020,1500,1510,1520,150,151,null],"status":{"2":"p","5":"e","7":"c","11":"p","17":":"}}`, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := sheet.Load(t.Context(), b, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for c := range layout.Cells(g, layout.Recognise(g)) {
		value := "?"
		if c.Value != nil {
			value = fmt.Sprint(*c.Value)
		}
		got = append(got, strings.Join(append(slices.Concat(c.RowPath, c.ColPath), value, c.Status), " | "))
	}
	want := []string{}
	for i, line := range []string{"North | Total", "North | Age 0", "North | Age 65+", "South | Total", "South | Age 0", "South | Age 65+"} {
		values := [][]string{{"1000 | A", "1010.5 | A", "1020 | P"}, {"500 | A", "510 | A", "520 | E"}, {"50 | A", "? | C", "52 | A"},
			{"3000 | A", "3010 | A", "3020 | P"}, {"1500 | A", "1510 | A", "1520 | A"}, {"150 | A", "151 | A", "? | M"}}[i]
		for k, year := range []string{"2019", "2020", "2021"} {
			want = append(want, "Annual | "+line+" | "+year+" | "+values[k])
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestRefuse(t *testing.T) {
	many := `"V":{"category":{"index":["0","1","2","3","4","5","6","7","8","9"]}}`
	var ids, dims []string
	for i := range 40 {
		ids = append(ids, fmt.Sprintf(`"V%d"`, i))
		dims = append(dims, strings.Replace(many, "V", fmt.Sprintf("V%d", i), 1))
	}
	huge := `{"class":"dataset","id":[` + strings.Join(ids, ",") + `],"dimension":{` + strings.Join(dims, ",") + `},"value":{"0":1}}`
	for _, c := range []struct {
		text   string
		limits sheet.Limits
		kind   fault.Kind
		want   string
	}{
		{small + `"value":[1,2,3]}`, sheet.Limits{}, fault.Input, "the dimensions call for 4 values, but there are 3"},
		{small + `"value":[1,2,3,4,5]}`, sheet.Limits{}, fault.Input, "the dimensions call for 4 values, but there are 5"},
		{small + `"value":{"4":1}}`, sheet.Limits{}, fault.Input, `there is no value "4" among 4`},
		{small + `"value":{"1":1,"1":2}}`, sheet.Limits{}, fault.Input, "the value 1 is given twice"},
		{small + `"value":[1,2,3,4],"status":["a","b"]}`, sheet.Limits{}, fault.Input, "there are 4 values, but 2 statuses"},
		{small + `"value":[1,2,3,4`, sheet.Limits{}, fault.Input, "it ends early"},
		{small + `"value":[1,2,3,04]}`, sheet.Limits{}, fault.Input, "this is no number: 04"},
		{small + `"value":[1,2,3,4]} x`, sheet.Limits{}, fault.Input, "something follows its end"},
		{small + `"value":7}`, sheet.Limits{}, fault.Input, "has no values"},
		{strings.Replace(small, "[2,2]", "[2,3]", 1) + `"value":[1,2,3,4]}`, sheet.Limits{}, fault.Input, `the dimension "time" has 2 categories, but size says otherwise`},
		{strings.Replace(small, `"2021":1`, `"2021":5`, 1) + `"value":[1,2,3,4]}`, sheet.Limits{}, fault.Input, "its categories are not numbered from 0 on"},
		{strings.Replace(small, `"geo":{`, `"area":{`, 1) + `"value":[1,2,3,4]}`, sheet.Limits{}, fault.Input, `the dimension "geo" is missing`},
		{`{"class":"dataset","dimension":{` + years + `},"value":[1,2]}`, sheet.Limits{}, fault.Input, "does not tell the order of its dimensions"},
		{`{"class":"collection","link":{"item":[{"class":"dataset","href":"https://a/b"},{"class":"dataset","href":"https://a/c"}]}}`, sheet.Limits{}, fault.Input,
			"holds no dataset, only 2 links to others (fetch what it links to, such as https://a/b)"},
		{`{"class":"dimension","category":{"index":["a"]}}`, sheet.Limits{}, fault.Input, "this is a JSON-stat dimension, which has no values"},
		{`{"class":"dataset","error":[{"status":400},"bad query"]}`, sheet.Limits{}, fault.Input, "the server answered with an error: bad query"},
		{small + `"value":[1,2,3,4]}`, sheet.Limits{Cells: 5}, fault.Limit, "book_cells of 5"},
		{small + `"value":[1,2,3,4]}`, sheet.Limits{Text: 3}, fault.Limit, "book_text of 3"},
		{small + `"value":[1,2,3,4]}`, sheet.Limits{Strings: 50}, fault.Limit, "book_strings of 50"},
		{small + `"value":[1,2,3,4]}`, sheet.Limits{Inflated: 50}, fault.Limit, "book_inflated of 50"},
		{small + `"x":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `,"value":[1,2,3,4]}`, sheet.Limits{}, fault.Limit, "book_nesting of 128"},
		{huge, sheet.Limits{}, fault.Limit, "book_cells of 50000000"},
	} {
		_, err := dump(t, c.text, c.limits)
		if fault.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.want) || !strings.Contains(err.Error(), "answer.json") {
			t.Errorf("%.80q: %v, want %q", c.text, err, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	long := `"href":"` + strings.Repeat("x", 5000) + `",`
	for text, want := range map[string]bool{
		small + `"value":[1,2,3,4]}`:                   true,
		`{` + long + `"class":"dataset","value":[]}`:   true,
		`{` + long + `"a":1}`:                          false,
		`{"class":"other","value":[1]}`:                false,
		`[{"class":"dataset"}]`:                        false,
		`{"a":{"value":[1],"dimension":{"d":{}}}}`:     true,
		`{"a":{"value":[1]}}`:                          false,
		`{"type":"FeatureCollection","features":[{}]}`: false,
		`{`: false,
		`a`: false,
		``:  false,
	} {
		in := sheet.Input{Name: "a", Data: strings.NewReader(text), Size: int64(len(text))}
		if got := (Format{}).Match([]byte(text)[:min(len(text), 4096)], in); got != want {
			t.Errorf("%.60s: %v", text, got)
		}
	}
}

// FuzzParser holds the parser against encoding/json: both take the same texts.
func FuzzParser(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":null,"d":true}}`, `[]`, `"\ud83d\ude00"`, `{"a":01}`, `[1,]`, ` {} `, `-`, `1.`, `"` + "\x01" + `"`, `nul`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !utf8.Valid(data) {
			return
		}
		p := newParser(t.Context(), sheet.Input{Name: "a", Data: strings.NewReader(string(data)), Size: int64(len(data))}, sheet.DefaultLimits(), 0)
		err := p.readAny()
		if err == nil {
			if rest, _ := p.peekEnd(); rest {
				err = errors.New("more follows")
			}
		}
		if fault.KindOf(err) == fault.Limit || strings.Contains(fmt.Sprint(err), "too many digits") {
			return
		}
		if valid := json.Valid(data); valid != (err == nil) {
			t.Errorf("%q is valid: %v, but %v", data, valid, err)
		}
	})
}

// readAny reads a value of any kind with its texts.
func (p *parser) readAny() error {
	c, err := p.peek()
	switch {
	case err != nil:
		return err
	case c == '{':
		return p.object(func(string) error { return p.readAny() })
	case c == '[':
		return p.array(func(int64) error { return p.readAny() })
	}
	_, _, err = p.plain(nil)
	return err
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{
		small + `"value":[1,2.125,null,4],"status":{"1":"p"}}`, small + `"value":{"0":1,"3":":"},"status":["a","b","c","d"]}`,
		`{"class":"collection","link":{"item":[` + small + `"value":[1,2,3,4]}]}}`,
		`{"a":{"value":[1],"dimension":{"id":["d"],"size":[1],"role":{"metric":["d"]},"d":{"category":{"label":{"x":"X"},"unit":{"x":{"decimals":2}},"child":{"x":["x"]}}}}}}`,
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
	text.WriteString(`{"class":"dataset","id":["a","b"],"dimension":{`)
	for _, d := range []struct {
		id string
		n  int
	}{{"a", rows}, {"b", cols}} {
		fmt.Fprintf(&text, `%q:{"category":{"index":["%s0"`, d.id, d.id)
		for i := 1; i < d.n; i++ {
			fmt.Fprintf(&text, `,"%s%d"`, d.id, i)
		}
		text.WriteString(`]}},`)
	}
	text.WriteString(`"c":{}},"value":[1` + strings.Repeat(",12345.6", rows*cols-1) + `]}`)
	for _, part := range []string{"open", "scan"} {
		b.Run(part, func(b *testing.B) {
			in := sheet.Input{Name: "a.json", Data: strings.NewReader(text.String()), Size: int64(text.Len())}
			book, err := Format{}.Open(b.Context(), in, sheet.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if part == "open" {
					_, err = Format{}.Open(b.Context(), in, sheet.Limits{})
				} else {
					_, err = book.Scan(b.Context(), 0, func(*sheet.Row) error { return nil })
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
