package excel_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/excel"
	"github.com/statloom/statloom/sinks/sinktest"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/xlsx"
)

func TestSuite(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{
		New: func(t *testing.T) sinks.Sink {
			k := excel.Kind()
			sink, err := k.Build(t.Context(), kind.Env{}, k.Options())
			if err != nil {
				t.Fatal(err)
			}
			return sink
		},
		Store: ducktest.Store,
		Read: func(t *testing.T, r sinks.Release) map[string]sinktest.Content {
			return read(t, filepath.Join(r.Dir, "statloom.xlsx"))
		},
	})
}

// grid holds the cells of a sheet by row and column, from 1.
type grid map[int]map[int]sheet.Cell

// open reads all sheets of a workbook with the program's own reader.
func open(t *testing.T, path string) map[string]grid {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	book, err := sheet.Open(t.Context(), []sheet.Format{xlsx.Format{}}, sheet.Input{Name: path, Data: f, Size: info.Size()}, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	found := map[string]grid{}
	for i, info := range book.Sheets() {
		g := grid{}
		_, err := book.Scan(t.Context(), i, func(r *sheet.Row) error {
			g[r.Number] = map[int]sheet.Cell{}
			for _, c := range r.Cells {
				g[r.Number][c.Col] = c
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		found[info.Name] = g
	}
	return found
}

// read gives the rows of the data sheets, by the types that the sheet of columns tells.
func read(t *testing.T, path string) map[string]sinktest.Content {
	t.Helper()
	book := open(t, path)
	found := map[string]sinktest.Content{}
	columns := book["Cột"]
	for row := 5; columns[row][1].Text != ""; row++ {
		name := columns[row][1].Text
		content := found[name]
		content.Columns, content.Types = append(content.Columns, columns[row][2].Text), append(content.Types, columns[row][4].Text)
		found[name] = content
	}
	for name, content := range found {
		const head = 6
		for row := head + 1; len(book[name][row]) > 0; row++ {
			line := make([]string, len(content.Types))
			for k, typ := range content.Types {
				line[k] = typed(t, book[name][row], k+1, typ)
			}
			content.Rows = append(content.Rows, line)
		}
		found[name] = content
	}
	return found
}

// typed puts a cell as DuckDB casts its value to VARCHAR.
func typed(t *testing.T, row map[int]sheet.Cell, column int, typ string) string {
	t.Helper()
	c, ok := row[column]
	if !ok {
		return sinktest.Null
	}
	date := func(layout string) string {
		when := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(c.Num))
		return when.Add(time.Duration((c.Num - float64(int(c.Num))) * 24 * float64(time.Hour)).Round(time.Second)).Format(layout)
	}
	switch isText := c.Type == sheet.Text || c.Type == sheet.Empty; {
	case typ == "BOOLEAN":
		return strings.ToLower(strings.NewReplacer("1", "true", "0", "false").Replace(c.Text))
	case typ == "DATE" && !isText:
		return date("2006-01-02")
	case strings.HasPrefix(typ, "TIMESTAMP") && !isText:
		return date("2006-01-02 15:04:05+00")
	case strings.HasPrefix(typ, "TIMESTAMP"):
		return strings.NewReplacer("T", " ", "Z", "+00").Replace(c.Text)
	case typ == "DOUBLE" && len(c.Text) > 100:
		return strconv.FormatFloat(c.Num, 'e', -1, 64)
	}
	return c.Text
}

// publish writes fixtures as a workbook and gives its path.
func publish(t *testing.T, o excel.Options, r sinks.Release, fixtures ...sinktest.Fixture) (string, error) {
	t.Helper()
	return publishTo(t, excel.New(o), o.File, r, fixtures...)
}

func publishTo(t *testing.T, sink sinks.Sink, file string, r sinks.Release, fixtures ...sinktest.Fixture) (string, error) {
	t.Helper()
	store, tables := ducktest.Store(t, fixtures)
	r.Dir, r.Store = t.TempDir(), store
	if err := sink.Begin(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if err := sink.Write(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(r.Dir, file), sink.Commit(t.Context())
}

func options() excel.Options {
	return excel.Options{File: "statloom.xlsx", MaxRows: 200_000, Report: "report"}
}

// dangerous is a table of texts that a program might take for something else.
func dangerous(texts ...string) sinktest.Fixture {
	f := sinktest.Fixtures()[2]
	f.Name = "notes"
	f.Rows = nil
	for i, text := range texts {
		f.Rows = append(f.Rows, []string{text, strconv.Itoa(i)})
	}
	like := sinktest.Fixtures()[1]
	f.Schema, f.Types, f.Order = like.Schema, like.Types, like.Order
	for i := range f.Rows {
		f.Rows[i][0], f.Rows[i][1] = f.Rows[i][1], f.Rows[i][0]
	}
	f.Batches = sinktest.Stream(f)
	return f
}

func TestTextsNeverBecomeFormulas(t *testing.T) {
	texts := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://example.org\")", "_x0041_", "'quoted", "1e5", "00123", "TRUE", "a\u0001b"}
	path, err := publish(t, options(), sinks.Release{}, dangerous(texts...))
	if err != nil {
		t.Fatal(err)
	}
	g := open(t, path)["notes"]
	for i, want := range texts {
		c := g[7+i][2]
		if want == "a\u0001b" {
			want = "a\uFFFDb" // XML has no such character
		}
		if c.Formula || c.Type != sheet.Text || c.Text != want {
			t.Errorf("%q became %+v", want, c)
		}
	}
}

func TestEqualReleasesAreEqualBytes(t *testing.T) {
	r := sinks.Release{ID: "20240331T020000Z", Time: time.Date(2024, 3, 31, 2, 0, 0, 0, time.UTC), Name: sinks.Text{VI: "Số liệu", EN: "Figures"}}
	var books [2][]byte
	for i := range books {
		path, err := publish(t, options(), r, sinktest.Fixtures()...)
		if err != nil {
			t.Fatal(err)
		}
		if books[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(books[0], books[1]) {
		t.Error("two workbooks of one release differ")
	}
}

func TestTablesTooLongAreLeftOutWithAWord(t *testing.T) {
	o := options()
	o.MaxRows = 10
	for language, want := range map[string]string{"vi": "quá nhiều", "en": "too many"} {
		path, err := publish(t, o, sinks.Release{Language: language}, sinktest.Fixtures()...)
		if err != nil {
			t.Fatal(err)
		}
		book := open(t, path)
		if _, there := book["giá trị sản xuất"]; there {
			t.Error("a table with 5000 rows is there")
		}
		if cover := fmt.Sprint(book[map[string]string{"vi": "Bìa", "en": "Cover"}[language]]); !strings.Contains(cover, want) {
			t.Errorf("%s: the cover does not say what is left out", language)
		}
	}
}

// A table with more rows than a sheet takes goes on, in order, on further sheets, each with its heads and an Excel table of its
// own; the cover says so.
func TestLongTableIsSplit(t *testing.T) {
	if excel.RowLimit != 1<<20 {
		t.Errorf("a sheet takes %d rows", excel.RowLimit)
	}
	f := sinktest.Fixtures()[slices.IndexFunc(sinktest.Fixtures(), func(f sinktest.Fixture) bool { return f.Name == "giá trị sản xuất" })]
	const heads, rows = 6, 5000
	for size, parts := range map[int]int{heads + rows: 1, heads + rows - 1: 2, heads + rows/4: 4} {
		o := options()
		path, err := publishTo(t, excel.NewOfRows(o, size), o.File, sinks.Release{Language: "en"}, f)
		if err != nil {
			t.Fatal(err)
		}
		book := open(t, path)
		found := 0
		var first string // the first text of every row, in the order of the sheets
		for part := 1; ; part++ {
			name := f.Name
			if part > 1 {
				name = fmt.Sprintf("%s (%d)", f.Name, part)
			}
			sheet, there := book[name]
			if !there {
				if part-1 != parts {
					t.Errorf("%d rows a sheet: %d sheets, want %d", size, part-1, parts)
				}
				break
			}
			if head := sheet[heads][1].Text; part == 1 {
				first = head
			} else if head != first {
				t.Errorf("sheet %s begins with the head %q, not %q", name, head, first)
			}
			for n := range sheet {
				if n > size {
					t.Errorf("sheet %s has row %d", name, n)
				}
				if n > heads {
					found++
				}
			}
		}
		if found != rows {
			t.Errorf("%d rows a sheet: %d rows in all, want %d", size, found, rows)
		}
		if cover := fmt.Sprint(book["Cover"]); strings.Contains(cover, "more than a sheet takes") != (parts > 1) {
			t.Errorf("%d parts: the cover says %s", parts, cover)
		}
	}
}

func TestUnknownTable(t *testing.T) {
	o := options()
	o.Tables = []string{"nothing"}
	if _, err := publish(t, o, sinks.Release{}, sinktest.Fixtures()...); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("got %v", err)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		o   excel.Options
		key string
	}{
		{options(), ""},
		{excel.Options{File: "a/b.xlsx", MaxRows: 1}, "file"},
		{excel.Options{File: "a.xls", MaxRows: 1}, "file"},
		{excel.Options{File: "a.xlsx"}, "max_rows"},
		{excel.Options{File: "a.xlsx", MaxRows: 1, Report: "../x"}, "report"},
	} {
		found := c.o.Check()
		if c.key == "" && len(found) > 0 || c.key != "" && (len(found) != 1 || found[0].Key != c.key) {
			t.Errorf("%+v: %v", c.o, found)
		}
	}
}
