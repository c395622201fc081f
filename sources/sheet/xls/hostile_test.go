package xls

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// number writes a sheet of one number.
func number(w *writer) { w.record(recNumber, cell(0, 0, 0), 2.25) }

// scanFirst opens a book and scans its first sheet.
func scanFirst(t testing.TB, data []byte, limits sheet.Limits) error {
	t.Helper()
	b, err := openBytes(t, data, limits)
	if err != nil {
		return err
	}
	_, err = b.Scan(t.Context(), 0, func(*sheet.Row) error { return nil })
	return err
}

func TestDamaged(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
		what string
	}{
		{"no string of that number", oneSheet(biff8, nil, func(w *writer) { w.record(recLabelSST, cell(6, 1, 0), uint32(7)) }),
			`sheet "S", cell B7: the cell refers to shared string 7, of which the book has 0`},
		{"text cut short", oneSheet(biff8, nil, func(w *writer) { w.record(recLabel, cell(0, 0, 0), 9, byte(0), "abc") }),
			`sheet "S", cell A1: the text of the cell is cut short`},
		{"fonts of a text cut short", oneSheet(biff5, nil, func(w *writer) { w.record(recRString, cell(0, 0, 0), w.long("ab"), byte(2), byte(1)) }),
			"the text of the cell is cut short"},
		{"text of a formula cut short", oneSheet(biff8, nil, func(w *writer) {
			w.record(recFormula, cell(0, 0, 0), []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 0, uint32(0), 0)
			w.record(recString, 9, byte(0), "abc")
		}), `sheet "S": the text of a formula is cut short`},
		{"number cut short", oneSheet(biff8, nil, func(w *writer) { w.record(recNumber, cell(0, 0, 0), uint32(1)) }), "a record of the sheet is cut short"},
		{"row cut short", oneSheet(biff8, nil, func(w *writer) { w.record(recRow, 0, 0) }), "a record of the sheet is cut short"},
		{"columns cut short", oneSheet(biff8, nil, func(w *writer) { w.record(recColInfo, 0, 0) }), "a record of the sheet is cut short"},
		{"note cut short", oneSheet(biff8, nil, func(w *writer) { w.record(recNote, 0, 0) }), "a record of the sheet is cut short"},
		{"fewer merges than counted", oneSheet(biff8, nil, func(w *writer) { w.record(recMergedCells, 0xFFFF, 0, 1, 0, 1) }), "a record of the sheet is cut short"},
		{"merge that ends before it begins", oneSheet(biff8, nil, func(w *writer) { w.record(recMergedCells, 1, 5, 1, 0, 1) }), "A6:B2 is not a merged range"},
		{"cell beyond the last column", oneSheet(biff8, nil, func(w *writer) { w.record(recMulBlank, 0, 0x3FFF, 0, 0, 0) }), "row 1 has cells beyond the last column"},
		{"sheet without an end", oneSheet(biff8, nil, func(w *writer) { w.bof(kindChart) }), `sheet "S": the book ends within this sheet`},
		{"sheet beyond the end", func() []byte {
			d := oneSheet(biff8, nil, number)
			le.PutUint32(d[20+recordHeader:], 0x7FFFFFFF)
			return d
		}(), `sheet "S": the book ends before this sheet`},
		{"sheet where none begins", func() []byte {
			d := oneSheet(biff8, nil, number)
			le.PutUint32(d[20+recordHeader:], 20)
			return d
		}(), `sheet "S": the book says that the sheet begins where none does`},
		{"sheet that begins with the book", func() []byte {
			d := oneSheet(biff8, nil, number)
			le.PutUint32(d[20+recordHeader:], 0)
			return d
		}(), `sheet "S": the book says that the sheet begins where none does`},
		{"no sheets", globalsOnly(biff8, func(*writer) {}), "the workbook lists no sheets"},
		{"sheet's name cut short", globalsOnly(biff8, func(w *writer) { w.record(recBoundSheet, uint32(0), 0, byte(9), byte(0), "abc") }), "the name of a sheet is cut short"},
		{"font cut short", globalsOnly(biff8, func(w *writer) { w.record(recFont, 200, 0, 0) }), "the name of a font is cut short"},
		{"format cut short", globalsOnly(biff5, func(w *writer) { w.record(recFormat, 164, byte(9), "0") }), "the code of a number format is cut short"},
		{"style cut short", globalsOnly(biff8, func(w *writer) { w.record(recXF, make([]byte, 16)) }), "the record of a cell format is cut short"},
		{"unknown code page", globalsOnly(biff5, func(w *writer) { w.record(recCodePage, 20127) }), "the book's texts are in code page 20127, which is not known"},
		{"BIFF2", put(recBOF2, 4, 2, kindSheet), "this is a book of Excel 2 (BIFF2), which cannot be read"},
		{"BIFF3", put(recBOF3, 6, 0, kindSheet, 0), "this is a book of Excel 3 (BIFF3), which cannot be read"},
		{"BIFF4", put(recBOF4, 6, 0, kindSheet, 0), "this is a book of Excel 4 (BIFF4), which cannot be read"},
		{"BIFF4 with a later record", put(recBOF, 8, 0x0400, kindGlobals, 0, 0), "Excel 4 (BIFF4)"},
		{"BIFF2 in a compound file", container(t, 512, stored{"Book", put(recBOF2, 4, 2, kindSheet)}), "Excel 2 (BIFF2)"},
		{"workbook that is none", container(t, 512, stored{"Workbook", []byte("words")}), "the workbook in this file does not begin as workbooks do"},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, scanFirst(t, c.data, sheet.Limits{}), fault.Input, c.what) })
	}
}

// globalsOnly writes a book without sheets, unless write lists some.
func globalsOnly(v version, write func(w *writer)) []byte {
	w := &writer{version: v}
	w.bof(kindGlobals)
	write(w)
	w.eof()
	return w.out
}

func TestLimits(t *testing.T) {
	texts := func(w *writer) {
		for i := range 100 {
			w.record(recLabel, cell(i, 0, 0), w.long(strings.Repeat("x", 100)))
		}
	}
	shared := func(w *writer) {
		var list text
		list.add(0, put(uint32(1<<31), uint32(1<<31))...) // counts are not believed
		for range 1000 {
			list.add(0, 0, 0, 0)
		}
		w.cut(recSST, list, nil)
	}
	for _, c := range []struct {
		name   string
		data   []byte
		limits sheet.Limits
		what   string
	}{
		{"cells", oneSheet(biff8, nil, texts), sheet.Limits{Cells: 99}, `sheet "S", cell A100: the book exceeds the limit book_cells of 99`},
		{"many cells in one record", oneSheet(biff8, nil, func(w *writer) { w.record(recMulBlank, 0, 0, make([]byte, 2000), 0) }), sheet.Limits{Cells: 999}, "book_cells"},
		{"text", oneSheet(biff8, nil, texts), sheet.Limits{Text: 99}, `sheet "S", cell A1: the book exceeds the limit book_text of 99`},
		{"text in bytes", oneSheet(biff5, nil, texts), sheet.Limits{Text: 99}, "book_text"},
		{"merges", oneSheet(biff8, nil, func(w *writer) { w.record(recMergedCells, 2, 0, 1, 0, 1, 2, 3, 0, 1) }), sheet.Limits{Merges: 1}, "book_merges"},
		{"strings", oneSheet(biff8, shared, number), sheet.Limits{Strings: 15999}, "book_strings"},
		{"comments", oneSheet(biff5, nil, func(w *writer) {
			for range 100 {
				w.record(recNote, 0, 0, 0)
			}
		}), sheet.Limits{Strings: 1599}, "book_strings"},
		{"sheets", oneSheet(biff8, func(w *writer) { w.record(recBoundSheet, uint32(0), 0, w.short("T")) }, number), sheet.Limits{Sheets: 1}, "book_sheets"},
		{"nesting", oneSheet(biff8, nil, func(w *writer) {
			for range 10 {
				w.bof(kindChart)
			}
		}), sheet.Limits{Nesting: 10}, "book_nesting"},
		{"length of the stream", oneSheet(biff8, nil, texts), sheet.Limits{Inflated: 1000}, "book_inflated"},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, scanFirst(t, c.data, c.limits), fault.Limit, c.what) })
	}
	if err := scanFirst(t, oneSheet(biff8, shared, number), sheet.Limits{Strings: 16000}); err != nil {
		t.Errorf("a list of a thousand strings that says it has two billion: %v", err)
	}
}

// TestLongestRecord reads a record as long as its header can say.
func TestLongestRecord(t *testing.T) {
	long := strings.Repeat("x", 1<<16-1-9)
	got, err := dump(t, oneSheet(biff8, nil, func(w *writer) {
		number(w)
		w.record(recLabel, cell(0, 1, 0), w.long(long))
		w.record(recNumber, cell(0, 2, 0), 3.25)
	}), sheet.Limits{})
	if d := cmp.Diff("!sheet S\n2.25 | "+long+" | 3.25\n", got); d != "" || err != nil {
		t.Error(err, d)
	}
}

// TestStreams finds the workbook whatever its name is written like, and the newer of two.
func TestStreams(t *testing.T) {
	book := func(v float64) []byte {
		return oneSheet(biff8, nil, func(w *writer) { w.record(recNumber, cell(0, 0, 0), v) })
	}
	for _, c := range []struct {
		name    string
		streams []stored
		want    string
	}{
		{"Workbook", []stored{{"Workbook", book(1)}}, "1"},
		{"WORKBOOK", []stored{{"WORKBOOK", book(1)}}, "1"},
		{"book", []stored{{"book", book(1)}}, "1"},
		{"two, the newer last", []stored{{"Book", book(1)}, {"Workbook", book(2)}}, "2"},
		{"two, the newer first", []stored{{"Workbook", book(2)}, {"Book", book(1)}}, "2"},
		{"among others", []stored{{"Other", book(3)}, {"Workbook", book(1)}}, "1"},
	} {
		got, err := dump(t, container(t, 512, c.streams...), sheet.Limits{})
		if d := cmp.Diff("!sheet S\n"+c.want+"\n", got); d != "" || err != nil {
			t.Errorf("%s: %v %s", c.name, err, d)
		}
	}
	for _, name := range []string{"WordDocument", "EncryptedPackage"} {
		in := sheetInput(container(t, 512, stored{name, []byte("x")}))
		if (Format{}).Match(compoundMagic, in) {
			t.Errorf("a compound file that holds a %s is taken for a book", name)
		}
	}
	for _, head := range []string{"<html>", "PK\x03\x04", "a,b\n", "\x09\x08\x10\x00\x00\x06\x99\x99", "\x09\x08"} {
		if (Format{}).Match([]byte(head), sheetInput([]byte(head))) {
			t.Errorf("%q is taken for a book", head)
		}
	}
}

// TestBrokenContainers damages the tables of a compound file.
func TestBrokenContainers(t *testing.T) {
	whole := container(t, 512, stored{"Workbook", oneSheet(biff8, nil, func(w *writer) {
		for i := range 2000 {
			w.record(recNumber, cell(i, 0, 0), float64(i)+0.3)
		}
	})})
	fat := int(le.Uint32(whole[76:])+1) * 512
	directory := int(le.Uint32(whole[48:])+1) * 512
	last := int(le.Uint32(whole[directory+128+116:])) // sector that the stream begins in; each goes on in the one before
	for _, c := range []struct {
		name   string
		at     int
		v      uint32
		anyway bool // the book can be read for all that
	}{
		{"sectors in a circle", fat + 4*(last-3), uint32(last), false},
		{"sector that goes on in itself", fat + 4*(last-3), uint32(last - 3), false},
		{"chain that ends early", fat + 4*(last-3), 0xFFFFFFFE, false},
		{"chain into free space", fat + 4*(last-3), 0xFFFFFFFF, false},
		{"chain beyond the file", fat + 4*(last-3), 0x00FFFFFF, false},
		{"directory in a circle", fat + 4*(directory/512-1), uint32(directory/512 - 1), false},
		{"stream longer than the file", directory + 128 + 120, 0x7FFFFFFF, true},
		{"stream that begins nowhere", directory + 128 + 116, 0x00FFFFFF, false},
		{"entry that is its own sibling", directory + 128 + 72, 1, false},
		{"table beyond the file", 76, 0x00FFFFFF, false},
		{"more tables than can be", 44, 0xFFFFFFFF, true},
		{"a table of tables beyond the file", 72, 0x00FFFFFF, false},
		{"unknown size of sectors", 30, 0x00060014, false},
		{"no directory", 48, 0xFFFFFFFE, false},
	} {
		data := bytes.Clone(whole)
		le.PutUint32(data[c.at:], c.v)
		start := time.Now()
		err := scanFirst(t, data, sheet.Limits{})
		switch {
		case c.anyway && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case !c.anyway && err == nil:
			t.Errorf("%s: the book is read", c.name)
		case err != nil && fault.KindOf(err) != fault.Input:
			t.Errorf("%s: %v", c.name, err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: took %v", c.name, took)
		}
	}
}

// TestHugeDirectory is a compound file that is all directory.
func TestHugeDirectory(t *testing.T) {
	data := container(t, 4096, stored{"Workbook", oneSheet(biff8, nil, number)}, stored{"Other", make([]byte, 2*maxDirectory)})
	directory := int(le.Uint32(data[48:])+1) * 4096
	first := le.Uint32(data[directory+2*128+116:])
	le.PutUint32(data[48:], first) // the other stream as directory
	_, err := openBytes(t, data, sheet.Limits{})
	refused(t, err, fault.Input, "the directory of the compound file is too large")
}

func TestContext(t *testing.T) {
	b, err := openBytes(t, oneSheet(biff8, nil, number), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Scan(ctx, 0, func(*sheet.Row) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	stop := errors.New("enough")
	if _, err := b.Scan(t.Context(), 0, func(*sheet.Row) error { return stop }); err != stop {
		t.Error(err)
	}
}
