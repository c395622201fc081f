package records_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms/records"
)

// output writes what it is given as lines: the schema, then the records.
type output struct {
	begun int
	lines []string
}

func (o *output) Begin(s *arrow.Schema) error {
	o.begun++
	line := ""
	for _, f := range s.Fields() {
		kind := f.Type
		if d, ok := kind.(*arrow.DictionaryType); ok {
			kind = d.ValueType
		}
		line += fmt.Sprintf("%s:%s ", f.Name, kind)
	}
	o.lines = []string{strings.TrimSpace(line)}
	return nil
}

func (o *output) Write(b arrow.RecordBatch) error {
	for k := range int(b.NumRows()) {
		var fields []string
		for _, c := range b.Columns() {
			fields = append(fields, c.ValueStr(k))
		}
		o.lines = append(o.lines, strings.Join(fields, " | "))
	}
	return nil
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, book string
		want       []string
		begun      int
	}{
		{"types", `
			Firms of the province
			Name | Firms | Since | Seen | Large
			An   | 12.50 | {date} 45351 | {date} 45351.5 | TRUE
			!row 5
			Bình | .. | {date} 45352 | {date} 45352 | FALSE
			     |    | {date} 45353 |              |
		`, []string{
			"row:int32 Name:utf8 Firms:float64 Since:date32 Seen:timestamp[ms] Large:bool",
			"3 | An | 12.5 | 2024-02-29 | 2024-02-29T12:00:00 | true",
			"5 | Bình | (null) | 2024-03-01 | 2024-03-01T00:00:00 | false",
			"6 | (null) | (null) | 2024-03-02 | (null) | (null)",
		}, 1},
		{"mixed column keeps the digits", "Code | Value\n007 | 1\nA1 | 1.50\nB2 | none of these\n", []string{
			"row:int32 Code:utf8 Value:utf8", "2 | 007 | 1", "3 | A1 | 1.50", "4 | B2 | none of these",
		}, 1},
		{"no header", "1 | a\n2 | b\n", []string{"row:int32 A:float64 B:utf8", "1 | 1 | a", "2 | 2 | b"}, 1},
		{"names", "a | a | row | | b\n1 | 2 | 3 | 4 |\n", []string{
			"row:int32 a:float64 a (2):float64 row (2):float64 D:float64 b:utf8", "2 | 1 | 2 | 3 | 4 | (null)",
		}, 1},
		{"errors and formulas without a result are missing", "a | b\n1 | #N/A\n{nocache} | {f} 2\n", []string{
			"row:int32 a:float64 b:float64", "2 | 1 | (null)", "3 | (null) | 2",
		}, 1},
		{"what comes late", "a | b\n1 | x\n!row 900\n2 | y\n" + strings.Repeat("3 | z\n", 600) + "w | x | 5\n", nil, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := &output{}
			l, report, err := records.Read(t.Context(), sheettest.MustParse(c.book), 0, out)
			if err != nil {
				t.Fatal(err)
			}
			if out.begun != c.begun {
				t.Errorf("begun %d times, want %d", out.begun, c.begun)
			}
			if c.want != nil {
				if d := cmp.Diff(c.want, out.lines); d != "" {
					t.Error(d)
				}
				return
			}
			last := out.lines[len(out.lines)-1]
			if out.lines[0] != "row:int32 a:utf8 b:utf8 C:float64" || last != "1501 | w | x | 5" || report.Records != 603 || len(l.Columns) != 3 {
				t.Errorf("%s ... %s (%+v)", out.lines[0], last, report)
			}
		})
	}
}

// TestEveryColumnChangesItsMind is about time: a list in which column after column ceases to be numbers.
func TestEveryColumnChangesItsMind(t *testing.T) {
	b := sheettest.MustParse("x")
	const columns = 400
	line := func(row, words int) sheet.Row {
		r := sheet.Row{Number: row}
		for col := 1; col <= columns; col++ {
			c := sheet.Cell{Col: col, Type: sheet.Number, Num: 1, Text: "1"}
			if col <= words {
				c = sheet.Cell{Col: col, Type: sheet.Text, Text: "words"}
			}
			r.Cells = append(r.Cells, c)
		}
		return r
	}
	b.List[0].Rows = nil
	for row := 1; row <= 600; row++ {
		b.List[0].Rows = append(b.List[0].Rows, line(row, 0))
	}
	for n := 1; n <= columns; n++ {
		b.List[0].Rows = append(b.List[0].Rows, line(600+n, n))
	}
	out := &output{}
	_, report, err := records.Read(t.Context(), b, 0, out)
	if err != nil || report.Records != 600+columns || out.begun > 6 || strings.Contains(out.lines[0], "float64") {
		t.Errorf("%d records, begun %d times: %v", report.Records, out.begun, err)
	}
}

// TestWords reads a long list with words that recur, words that hardly do, and gaps among both.
func TestWords(t *testing.T) {
	b := sheettest.MustParse("Code | Kind\n")
	rows := &b.List[0].Rows
	header := len(*rows)
	const lines = 150_000 // more than a batch
	var want []string
	for n := range lines {
		code, kind := fmt.Sprintf("code number %d", n), fmt.Sprintf("kind %d", n%7)
		r := sheet.Row{Number: n + 2}
		line := fmt.Sprint(n + 2)
		for i, text := range []string{code, kind} {
			if (n+i)%10 == 0 {
				line += " | (null)"
				continue
			}
			r.Cells = append(r.Cells, sheet.Cell{Col: i + 1, Type: sheet.Text, Text: text})
			line += " | " + text
		}
		*rows = append(*rows, r)
		want = append(want, line)
	}
	if header != 1 {
		t.Fatalf("%d rows of header", header)
	}
	out := &output{}
	l, _, err := records.Read(t.Context(), b, 0, out)
	if err != nil {
		t.Fatal(err)
	}
	want = append([]string{"row:int32 Code:utf8 Kind:utf8"}, want...)
	if !slices.Equal(want, out.lines) {
		t.Error(cmp.Diff(want, out.lines))
	}
	if fields := l.Schema().Fields(); out.begun != 2 || fields[1].Type.ID() != arrow.STRING || fields[2].Type.ID() != arrow.DICTIONARY {
		t.Errorf("begun %d times: %v", out.begun, fields)
	}
}

func TestEmptySheet(t *testing.T) {
	_, _, err := records.Read(t.Context(), sheettest.MustParse("!sheet Trống"), 0, &output{})
	if want := `sheet "Trống": the sheet holds no list: it is empty (name another sheet)`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestFirstMissing(t *testing.T) {
	_, report, err := records.Read(t.Context(), sheettest.MustParse("a | b\n1 | 2\n2 | #DIV/0!\n3 | #REF!\n"), 0, &output{})
	if err != nil || report != (records.Report{Records: 3, Missing: 2, First: "B3"}) {
		t.Errorf("%+v, %v", report, err)
	}
}
