package xlsx

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/charset"
	"github.com/statloom/statloom/sources/sheet/numfmt"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// unread lists books that are not compared, and why; TestHostile says how they are read here.
var unread = map[string]string{
	"pass_protected.xlsx": "encrypted with a password",
	"encryptAES.xlsx":     "encrypted with a password",
	"BadWorkbook.xlsx":    "lists no sheets, which is an error here and an empty book for excelize",
}

// explained lists differences that are right, by book and what is compared.
var explained = map[string]string{
	"Ch1_Woodland_FS2022.xlsx format 43": "the book defines a built-in number format anew; excelize gives the built-in one",
	"issue_261.xlsx row 61":              "cells without a reference, whose styles excelize does not find",
}

// TestAgainstExcelize compares real books with what excelize reads: values, types, number formats, looks and merges. It
// takes every sixth book, or all of them where STATLOOM_CORPUS is "full".
func TestAgainstExcelize(t *testing.T) {
	root := sheettest.Shared(t, "corpus")
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err == nil && (ext == ".xlsx" || ext == ".xlsm") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	step := 6
	switch {
	case os.Getenv("STATLOOM_CORPUS") == "full":
		step = 1
	case testing.Short():
		step = 16
	}
	values := 0
	for i := 0; i < len(files); i += step {
		name, err := filepath.Rel(root, files[i])
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			if why := unread[filepath.Base(name)]; why != "" {
				t.Skip(why)
			}
			values += againstExcelize(t, files[i])
		})
	}
	t.Logf("%d values compared", values)
	if values < 10_000 {
		t.Errorf("only %d values were compared", values)
	}
}

func againstExcelize(t *testing.T, path string) (compared int) {
	theirs, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	ours, err := openFile(t, path, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	looks := map[sheet.StyleID]bool{}
	for i, info := range ours.Sheets() {
		names = append(names, info.Name)
		d := differ{t: t, book: filepath.Base(path), ours: ours, theirs: theirs, index: i, name: theirs.GetSheetList()[i], looks: looks}
		d.sheet()
		compared += d.compared
	}
	var composed []string
	for _, name := range theirs.GetSheetList() {
		composed = append(composed, charset.Compose(name))
	}
	if got, want := strings.Join(names, "|"), strings.Join(composed, "|"); got != want {
		t.Errorf("sheets %s, excelize lists %s", got, want)
	}
	return compared
}

// differ compares one sheet.
type differ struct {
	t        *testing.T
	book     string
	ours     sheet.Book
	theirs   *excelize.File
	index    int
	name     string
	rows     [][]string
	filled   int // values that excelize has and we have not met
	compared int
	looks    map[sheet.StyleID]bool // styles that were compared
}

func (d *differ) sheet() {
	var err error
	if d.rows, err = d.theirs.GetRows(d.name); err != nil {
		d.t.Fatal(err)
	}
	for _, row := range d.rows {
		for _, v := range row {
			if v != "" {
				d.filled++
			}
		}
	}
	tail, err := d.ours.Scan(d.t.Context(), d.index, func(r *sheet.Row) error {
		for i := range r.Cells {
			d.cell(r.Number, &r.Cells[i])
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	if d.filled != 0 {
		d.t.Errorf("%s: %d values that excelize reads were not read", d.name, d.filled)
	}
	d.merges(tail)
}

func (d *differ) cell(row int, c *sheet.Cell) {
	at := fmt.Sprintf("%s!%s", d.name, sheet.A1(row, c.Col))
	v := ""
	if row <= len(d.rows) && c.Col <= len(d.rows[row-1]) {
		v = d.rows[row-1][c.Col-1]
	}
	if c.Text != charset.Compose(v) { // what sheet.Open hands out is composed
		d.t.Errorf("%s: %q, excelize reads %q", at, c.Text, v)
	}
	if n, err := strconv.ParseFloat(v, 64); c.Type == sheet.Number && (err != nil || n != c.Num) {
		d.t.Errorf("%s: %v, excelize reads %q", at, c.Num, v)
	}
	if v != "" {
		d.filled--
	}
	d.compared++
	if d.looks[c.Style] {
		return
	}
	kind, err := d.theirs.GetCellType(d.name, sheet.A1(row, c.Col))
	if err != nil {
		d.t.Fatal(err)
	}
	if textual := kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString; textual && c.Type != sheet.Text && c.Type != sheet.Empty {
		d.t.Errorf("%s is a %s, for excelize a text", at, c.Type)
	}
	d.look(at, row, c)
}

// look compares the style of a cell, as far as excelize tells.
func (d *differ) look(at string, row int, c *sheet.Cell) {
	id, err := d.theirs.GetCellStyle(d.name, sheet.A1(row, c.Col))
	if err != nil {
		d.t.Fatal(err)
	}
	if id != int(c.Style) {
		if c.Style != 0 && explained[fmt.Sprintf("%s row %d", d.book, row)] == "" { // for 0 excelize gives the style of the row or the column
			d.t.Errorf("%s: style %d, excelize reads %d", at, c.Style, id)
		}
		return
	}
	d.looks[c.Style] = true
	want, err := d.theirs.GetStyle(id)
	if err != nil {
		if id == 0 {
			return // a book without styles
		}
		d.t.Fatal(err)
	}
	got := d.ours.Style(c.Style)
	format := numfmt.Builtin(want.NumFmt)
	if want.CustomNumFmt != nil {
		format = *want.CustomNumFmt
	}
	if !strings.EqualFold(got.NumFmt, format) && explained[fmt.Sprintf("%s format %d", d.book, want.NumFmt)] == "" {
		d.t.Errorf("%s: number format %q, excelize reads %d %q", at, got.NumFmt, want.NumFmt, format)
	}
	if f := want.Font; f != nil && (got.Bold != f.Bold || got.Italic != f.Italic || got.Font != f.Family) {
		d.t.Errorf("%s: font %+v, excelize reads %+v", at, got, f)
	}
	if a := want.Alignment; a != nil && (got.Indent != a.Indent || got.HAlign != strings.TrimPrefix(a.Horizontal, "general")) {
		d.t.Errorf("%s: alignment %+v, excelize reads %+v", at, got, a)
	}
}

func (d *differ) merges(tail *sheet.Tail) {
	merged, err := d.theirs.GetMergeCells(d.name, true)
	if err != nil {
		if len(d.rows) == 0 && len(tail.Merges) == 0 {
			return // a chart sheet
		}
		d.t.Fatal(err)
	}
	var got, want []string
	for _, m := range tail.Merges {
		got = append(got, m.String())
	}
	for _, m := range merged {
		r, ok := sheet.ParseRange(m.GetStartAxis() + ":" + m.GetEndAxis())
		if !ok {
			d.t.Fatalf("%s: excelize reads a merged range %v", d.name, m)
		}
		want = append(want, r.String())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(slices.Compact(got), slices.Compact(want)) {
		d.t.Errorf("%s: merges %v, excelize reads %v", d.name, got, want)
	}
}
