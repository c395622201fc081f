package draw_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/draw"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

var update = flag.Bool("update", false, "rewrite the wanted results of the cases")

func load(t *testing.T, book *sheettest.Book) *sheet.Grid {
	t.Helper()
	g, err := sheet.Load(t.Context(), book, 0)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func write(t *testing.T, s *draw.Sheet) string {
	t.Helper()
	text, err := s.HTML()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCases draws every book in testdata.
func TestCases(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*/in.txt")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, in := range dirs {
		dir := filepath.Dir(in)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			text, err := os.ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			got := write(t, draw.Lay(load(t, sheettest.MustParse(string(text))), draw.Options{ID: "s1", Languages: []string{"vi", "en"}}))
			want := filepath.Join(dir, "want.html")
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			held, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(held), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestHostile: whatever stands in a book or its formats, no element comes of it but those of the table.
func TestHostile(t *testing.T) {
	evil := `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	book := sheettest.Book{Styles: []sheet.Style{{NumFmt: "General"}, {NumFmt: `0"<script>alert(2)</script>"`, Font: evil, HAlign: evil}}}
	book.List = []*sheettest.Sheet{{Info: sheet.Info{Name: evil}, Rows: []sheet.Row{{Number: 1, Cells: []sheet.Cell{
		{Col: 1, Type: sheet.Text, Text: evil}, {Col: 2, Type: sheet.Number, Num: 1, Text: evil, Style: 1}, {Col: 3, Type: sheet.Error, Text: evil},
	}}}}}
	mark := func(int, int, *sheet.Cell) draw.Mark {
		return draw.Mark{ID: evil, Class: evil, Title: evil, Data: []draw.Attr{{Name: "k", Value: evil}, {Name: `x="" onclick`, Value: "alert(3)"}}}
	}
	text := write(t, draw.Lay(load(t, &book), draw.Options{ID: evil, Mark: mark, Languages: []string{evil, "en"}}))
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	cells := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if strings.Contains("script img", n.Data) {
			t.Errorf("element %s", n.Data)
		}
		if n.Data == "td" {
			cells++
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("attribute %s of %s", a.Key, n.Data)
			}
		}
	}
	if cells != 4 { // one is the corner
		t.Errorf("%d cells", cells)
	}
}

// TestWindow: a long sheet is drawn in part, and tells what is left out.
func TestWindow(t *testing.T) {
	var book sheettest.Book
	rows := make([]sheet.Row, 500)
	for i := range rows {
		rows[i] = sheet.Row{Number: i + 1, Cells: []sheet.Cell{{Col: 1, Type: sheet.Number, Num: 1, Text: "1"}, {Col: 80, Type: sheet.Number, Num: 2, Text: "2"}}}
	}
	book.List = []*sheettest.Sheet{{Info: sheet.Info{Name: "long"}, Rows: rows, Tail: sheet.Tail{Merges: []sheet.Range{{Row1: 3, Col1: 2, Row2: 450, Col2: 3}}}}}
	g := load(t, &book)
	s := draw.Lay(g, draw.Options{MaxRows: 20, MaxCols: 10})
	if s.LeftRows != 480 || s.LeftCols != 70 || s.Drawn(21, 1) || !s.Drawn(20, 10) {
		t.Errorf("left %d rows, %d columns", s.LeftRows, s.LeftCols)
	}
	if got := s.Rows[2].Cells[1]; got.RowSpan != 18 || got.ColSpan != 2 {
		t.Errorf("a merged cell spans %d rows, %d columns of the window", got.RowSpan, got.ColSpan)
	}
	for _, want := range []string{"480 rows and 70 columns"} {
		if got := s.LeftOut("en"); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
	s = draw.Lay(g, draw.Options{MaxRows: 20, MaxCols: 10, Focus: []sheet.Range{{Row1: 300, Col1: 80, Row2: 300, Col2: 80}}})
	if !s.Drawn(300, 80) || !s.Drawn(294, 75) || s.Drawn(293, 74) || !s.Drawn(14, 4) || s.Drawn(15, 5) {
		t.Error("the window is not round the cell that matters")
	}
	if text := write(t, s); strings.Count(text, `class="gap"`) != 2 || !strings.Contains(text, "279 left out") {
		t.Errorf("gaps are not told: %d", strings.Count(text, `class="gap"`))
	}
	// Each row covers as many columns as there are, whatever was left out of merged cells.
	height := map[int]int{}
	for i, r := range s.Rows {
		if r.Number == 0 {
			continue
		}
		n := height[i]
		for _, c := range r.Cells {
			n += c.ColSpan
			for k := 1; k < c.RowSpan; k++ {
				height[i+k] += c.ColSpan
			}
		}
		if n != len(s.Columns) {
			t.Errorf("row %d covers %d of %d columns", r.Number, n, len(s.Columns))
		}
	}
}
