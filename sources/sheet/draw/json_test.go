package draw_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/draw"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// TestJSON writes a sheet for scripts: texts and looks with their places, merged cells with their extent, nothing for blanks.
func TestJSON(t *testing.T) {
	book := sheettest.Book{Styles: []sheet.Style{{NumFmt: "General"}, {NumFmt: "0.0", Bold: true, Indent: 1}}}
	book.List = []*sheettest.Sheet{{Info: sheet.Info{Name: "</script>"}, Rows: []sheet.Row{
		{Number: 1, Cells: []sheet.Cell{{Col: 1, Type: sheet.Text, Text: "<b>Title</b>"}}},
		{Number: 3, Hidden: true, Cells: []sheet.Cell{{Col: 2, Type: sheet.Number, Num: 110.03824, Text: "110.03824", Style: 1}}},
	}, Tail: sheet.Tail{Merges: []sheet.Range{{Row1: 1, Col1: 1, Row2: 2, Col2: 2}}, HiddenCols: []sheet.Span{{First: 1, Last: 1}}}}}
	got, err := draw.Lay(load(t, &book), draw.Options{}).JSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"\u003c/script\u003e","cols":[[1,1],[2,0]],"rows":[[1,0,[[1,"\u003cb\u003eTitle\u003c/b\u003e","",2,2]]],[2,0,[]],[3,1,[[1,"","hc"],[2,"110.0","sb in1 ar",1,1,"110.03824"]]]]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

// TestJSONInPart: what is left out of a large sheet is counted.
func TestJSONInPart(t *testing.T) {
	text, err := os.ReadFile("testdata/looks/in.txt")
	if err != nil {
		t.Fatal(err)
	}
	g := load(t, sheettest.MustParse(string(text)))
	got, err := draw.Lay(g, draw.Options{MaxRows: 1, MaxCols: 1}).JSON()
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf(`"left":[%d,%d]`, g.MaxRow-1, g.MaxCol-1); g.MaxRow < 2 || !strings.Contains(string(got), want) {
		t.Errorf("%s lacks %s", got, want)
	}
}
