package xls

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
)

// named writes a book of three sheets and a module of macros between them, with names.
func named(t *testing.T, v version, write func(w *writer)) []sheet.Name {
	t.Helper()
	w := &writer{version: v}
	w.bof(kindGlobals)
	w.record(recBoundSheet, uint32(0), 0, w.short("Data"))
	w.record(recBoundSheet, uint32(0), 0x0600, w.short("Module"))
	w.record(recBoundSheet, uint32(0), 0, w.short("Tổng hợp"))
	w.record(recBoundSheet, uint32(0), 0, w.short("it's"))
	if v == biff8 {
		w.record(recSupBook, 3, 0x0401)                                // this book
		w.record(recSupBook, 1, w.long("other.xls"), w.long("Sheet1")) // another one
		w.record(recExternSheet, 6, 0, 0, 0, 0, 2, 2, 0, 3, 3, 0, 0, 2, 1, 0, 0, 0, 0xFFFF, 0xFFFF)
	}
	write(w)
	w.eof()
	b, err := openBytes(t, w.out, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(b.Sheets()); got != 3 {
		t.Fatalf("%d sheets", got)
	}
	return sheet.Names(b)
}

// name writes a NAME record.
func (w *writer) name(flags int, name string, tab int, formula ...any) {
	f := put(formula...)
	head := put(flags, byte(0), byte(len([]rune(name))), len(f), 0, tab, uint32(0))
	if w.version == biff8 {
		var t text
		t.text8(name, nil, nil)
		w.record(recName, head, t.data, f)
	} else {
		w.record(recName, head, bytes1258(name), f)
	}
}

func TestNames(t *testing.T) {
	const area, ref = byte(tokenArea), byte(tokenCell)
	got := named(t, biff8, func(w *writer) {
		w.name(0, "area", 0, area, 0, 0, 29, 0, 5)
		w.name(0, "cell", 0, ref, 0, 6, 1)
		w.name(nameHidden, "hidden", 1, ref, 0, 6, 1)
		w.name(0, "quoted", 0, area, 1, 0, 1, 0, 0)
		w.name(0, "apostrophe", 4, ref, 2, 0, 0)
		w.name(0, "across", 0, area, 3, 0, 1, 0, 1)
		w.name(0, "vùng", 0, byte(0x5B), 0, 0, 1, 0, 1) // another class of the same token
		w.name(nameBuiltin, "\x06", 1, area, 0, 0, 99, 0, 9)
		w.name(nameBuiltin, "\x07", 1, byte(tokenMemory), 23, area, 0, 0, 0xFFFF, 0, 1, area, 0, 4, 5, 0, 255, byte(tokenUnion))
		w.name(0, "whole", 0, area, 0, 0, 0xFFFF, 0, 255)
		w.name(0, "brackets", 0, ref, 0, 0, 0, byte(tokenParens))
		// what is no area of this book is left out
		w.name(0, "relative", 0, ref, 0, 6, 0xC001)
		w.name(0, "other", 0, ref, 4, 0, 0)
		w.name(0, "deleted", 0, ref, 5, 0, 0)
		w.name(0, "nowhere", 0, ref, 99, 0, 0)
		w.name(0, "constant", 0, byte(0x1E), 7)
		w.name(0, "sum", 0, ref, 0, 0, 0, ref, 0, 1, 1, byte(3))
		w.name(0, "two", 0, ref, 0, 0, 0, ref, 0, 1, 1)
		w.name(0, "union of one", 0, ref, 0, 0, 0, byte(tokenUnion))
		w.name(0, "cut", 0, ref, 0, 0)
		w.name(0, "empty", 0)
		w.name(0, "of a module", 2, ref, 0, 0, 0)
		w.name(0, "of no sheet", 9, ref, 0, 0, 0)
		w.name(1<<1, "macro", 0, ref, 0, 0, 0)
		w.name(nameBuiltin, "\x63", 0, ref, 0, 0, 0)
		w.record(recName, 0, byte(0), byte(200), 0)
	})
	want := []sheet.Name{
		{Name: "area", Sheet: -1, Refers: "Data!$A$1:$F$30"},
		{Name: "cell", Sheet: -1, Refers: "Data!$B$7"},
		{Name: "hidden", Sheet: 0, Refers: "Data!$B$7", Hidden: true},
		{Name: "quoted", Sheet: -1, Refers: "'Tổng hợp'!$A$1:$A$2"},
		{Name: "apostrophe", Sheet: 2, Refers: "'it''s'!$A$1"},
		{Name: "across", Sheet: -1, Refers: "'Data:Tổng hợp'!$A$1:$B$2"},
		{Name: "vùng", Sheet: -1, Refers: "Data!$A$1:$B$2"},
		{Name: "_xlnm.Print_Area", Sheet: 0, Refers: "Data!$A$1:$J$100"},
		{Name: "_xlnm.Print_Titles", Sheet: 0, Refers: "Data!$A:$B,Data!$5:$6"},
		{Name: "whole", Sheet: -1, Refers: "Data!$1:$65536"},
		{Name: "brackets", Sheet: -1, Refers: "Data!$A$1"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNamesBeforeBIFF8(t *testing.T) {
	own := func(first, last int) []byte { return put(0xFFFF, make([]byte, 8), first, last) }
	got := named(t, biff5, func(w *writer) {
		w.name(0, "area", 0, byte(tokenArea), own(0, 0), 0, 29, byte(0), byte(5))
		w.name(0, "cell", 3, byte(tokenCell), own(2, 2), 6, byte(1))
		w.name(0, "columns", 0, byte(tokenArea), own(0, 0), 0, 0x3FFF, byte(0), byte(1))
		w.name(0, "relative", 0, byte(tokenCell), own(0, 0), 0x8006, byte(1))
		w.name(0, "other", 0, byte(tokenCell), put(1, make([]byte, 8), 0, 0), 6, byte(1))
		w.name(0, "cut", 0, byte(tokenCell), own(0, 0), 6)
	})
	want := []sheet.Name{
		{Name: "area", Sheet: -1, Refers: "Data!$A$1:$F$30"},
		{Name: "cell", Sheet: 1, Refers: "'Tổng hợp'!$B$7"},
		{Name: "columns", Sheet: -1, Refers: "Data!$A:$B"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNeedsQuotes(t *testing.T) {
	for name, want := range map[string]bool{
		"Data": false, "Tổng": false, "_x": false, "a.b": false, "Sheet10": false, "n2": true, "XFD1": true, "XFE1": false, "R1C1": true, "rc": true,
		"1.IIP": true, "a b": true, "it's": true, "": true, "true": true, "a-b": true, ".a": true,
	} {
		if got := needsQuotes(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestComments(t *testing.T) {
	want := []sheet.Comment{{Row: 1, Col: 2, Text: "ghi chú dài hơn hai mươi ký tự"}, {Row: 3, Col: 1, Text: "second"}}
	for name, v := range versions {
		data := oneSheet(v, func(w *writer) { w.record(recCodePage, 1258) }, func(w *writer) {
			b := bookWriter{writer: *w}
			b.comment(7, want[1])
			b.comment(8, want[0])
			w.out = b.out
			if v == biff8 {
				w.record(recNote, 5, 5, 0, 99, w.long("of no object"), byte(0))
				w.record(recObj, 0x15, 0x12, 2, 9, make([]byte, 12)) // a box of text
				w.record(recTXO, 0, 0, uint32(0), 0, 3, 0, uint32(0))
				w.record(recContinue, byte(0), "box")
				w.record(recNote, 6, 6, 0, 9, w.long(""), byte(0))
			}
		})
		b, err := openBytes(t, data, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		tail, err := b.Scan(t.Context(), 0, func(*sheet.Row) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, tail.Comments); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestKindsOfSheets(t *testing.T) {
	w := &writer{version: biff8}
	w.bof(kindGlobals)
	var places []int
	for _, s := range []struct {
		name        string
		state, kind byte
	}{{"Một", 0, 0}, {"hidden", 1, 0}, {"very hidden", 2, 0}, {"macros", 0, 1}, {"chart", 0, 2}, {"module", 0, 6}} {
		places = append(places, len(w.out)+recordHeader)
		w.record(recBoundSheet, uint32(0), s.state, s.kind, w.short(s.name))
	}
	w.eof()
	for i, kind := range []int{kindSheet, kindSheet, kindSheet, kindMacro, kindChart, kindModule} {
		le.PutUint32(w.out[places[i]:], uint32(len(w.out)))
		w.bof(kind)
		number(w)
		w.eof()
	}
	got, err := dump(t, w.out, sheet.Limits{})
	want := "!sheet Một\n2.25\n!sheet hidden hidden\n2.25\n!sheet very hidden hidden\n2.25\n!sheet macros\n2.25\n!sheet chart\n"
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
}

// TestSheetAlone reads a book that is one sheet and nothing else, as programs write that know no more of the format.
func TestSheetAlone(t *testing.T) {
	w := &writer{version: biff5}
	w.bof(kindSheet)
	looks(w)
	w.record(recNumber, cell(0, 0, 1), 45351.0)
	w.eof()
	got, err := dump(t, w.out, sheet.Limits{})
	if d := cmp.Diff("!sheet Sheet1\n{fmt=yyyy\\-mm\\-dd font=A date} 45351\n", got); d != "" || err != nil {
		t.Error(err, d)
	}
}

func Test1904(t *testing.T) {
	data := oneSheet(biff8, func(w *writer) { looks(w); w.record(recDateMode, 1) }, func(w *writer) {
		w.record(recNumber, cell(0, 0, 1), 0.0)
		w.record(recNumber, cell(0, 1, 1), 43889.5)
		w.record(recNumber, cell(0, 2, 0), 100.5)
	})
	b, err := openBytes(t, data, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var nums []float64
	var texts []string
	if _, err := b.Scan(t.Context(), 0, func(r *sheet.Row) error {
		for _, c := range r.Cells {
			nums, texts = append(nums, c.Num), append(texts, c.Text)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float64{1462, 45351.5, 100.5}, nums); d != "" {
		t.Error(d)
	}
	if got := strings.Join(texts, " "); got != "0 43889.5 100.5" {
		t.Errorf("digits %s", got)
	}
}
