package layout_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms/layout"
)

// FuzzRecognise recognises and draws sheets of any shape.
func FuzzRecognise(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*/in.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range seeds {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), 0, 0)
	}
	f.Add("1 | 2\n3 | 4", 1, 1)
	f.Fuzz(func(t *testing.T, text string, header, stub int) {
		book, err := sheettest.Parse(text)
		if err != nil {
			return
		}
		for i := range book.Sheets() {
			g, err := sheet.Load(t.Context(), book, i)
			if err != nil || g.MaxRow > 5000 || g.MaxCol > 500 {
				return
			}
			s := new(layout.Recogniser).RecogniseWith(g, layout.Pins{HeaderRows: max(0, header%10), StubColumns: max(0, stub%10)})
			for c := range layout.Cells(g, s) {
				if g.At(c.Row, c.Col) == nil {
					t.Fatalf("cell %s does not stand in the sheet", c.Cell)
				}
			}
			if err := layout.Draw(io.Discard, g, s, layout.DrawOptions{Color: true, Width: 40, MaxRows: 30}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestAttributeWithoutName recognises lines of words above a column of years of which one has no label.
func TestAttributeWithoutName(t *testing.T) {
	book := sheettest.MustParse("Unit | 6\n | kg\n2012\n2013\n2014\n2015\n2016\n!! end\n")
	g, err := sheet.Load(t.Context(), book, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range layout.Recognise(g).Tables {
		for _, c := range table.Columns {
			for _, a := range c.Attributes {
				if a.Name == "" {
					t.Errorf("an attribute has no name: %+v", a)
				}
			}
		}
	}
}
