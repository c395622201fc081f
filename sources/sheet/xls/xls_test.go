package xls

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func sheetInput(data []byte) sheet.Input {
	return sheet.Input{Name: "book.xls", Data: bytes.NewReader(data), Size: int64(len(data))}
}

func openFile(t testing.TB, path string, limits sheet.Limits) (sheet.Book, error) {
	t.Helper()
	return sheettest.OpenFile(t, Format{}, path, limits)
}

// oneSheet writes a book of a sheet called S, with what write adds to the part before it and to the sheet.
func oneSheet(v version, globals, body func(w *writer)) []byte {
	w := &writer{version: v}
	w.bof(kindGlobals)
	if globals != nil {
		globals(w)
	}
	at := len(w.out) + recordHeader
	w.record(recBoundSheet, uint32(0), 0, w.short("S"))
	w.eof()
	le.PutUint32(w.out[at:], uint32(len(w.out)))
	w.bof(kindSheet)
	body(w)
	w.eof()
	return w.out
}

// cell makes the beginning of a record of a cell.
func cell(row, col, style int) []byte { return put(row, col, style) }

// looks writes the fonts and cell formats that cells in these tests use: 0 plain, 1 a date, 2 in the font F.
func looks(w *writer) {
	for _, name := range []string{"A", "F"} {
		w.record(recFont, 200, 0, 0, 400, 0, 0, byte(vietnamese), byte(0), w.short(name))
	}
	code := "yyyy\\-mm\\-dd"
	if w.version == biff8 {
		w.record(recFormat, 164, w.long(code))
	} else {
		w.record(recFormat, 164, w.short(code))
	}
	for _, x := range [][2]int{{0, 0}, {0, 164}, {1, 0}} {
		w.record(recXF, x[0], x[1], 1, make([]byte, 14))
	}
}

func TestCells(t *testing.T) {
	text := func(s string) func(w *writer) []byte { return func(w *writer) []byte { return w.long(s) } }
	result := func(b ...byte) []byte { return append(b, 0xFF, 0xFF) }
	for _, c := range []struct {
		name string
		body func(w *writer)
		want string
	}{
		{"number", func(w *writer) { w.record(recNumber, cell(0, 0, 0), 110.24803915134594) }, `{font=A} 110.24803915134594`},
		{"negative zero is a zero", func(w *writer) { w.record(recRK, cell(0, 0, 0), uint32(0x80000000)) }, `{font=A} 0`},
		{"RK double", func(w *writer) { w.record(recRK, cell(0, 0, 0), uint32(0x3FF80000)) }, `{font=A} 1.5`},
		{"RK double in hundredths", func(w *writer) { w.record(recRK, cell(0, 0, 0), uint32(0x405EDC01)) }, `{font=A} 1.234375`},
		{"RK integer", func(w *writer) { w.record(recRK, cell(0, 0, 0), ^uint32(1)) }, `{font=A} -1`},
		{"RK integer in hundredths", func(w *writer) { w.record(recRK, cell(0, 0, 0), uint32(7<<2|3)) }, `{font=A} 0.07`},
		{"RK smallest", func(w *writer) { w.record(recRK, cell(0, 0, 0), uint32(0x80000002)) }, `{font=A} -536870912`},
		{"many numbers", func(w *writer) { w.record(recMulRK, 0, 1, 0, uint32(4<<2|2), 2, uint32(5<<2|2), 2) }, ` | {font=A} 4 | {font=F} 5`},
		{"many blanks", func(w *writer) { w.record(recMulBlank, 0, 1, 0, 2, 2) }, ` | {font=A} | {font=F}`},
		{"date", func(w *writer) { w.record(recNumber, cell(0, 0, 1), 45351.25) }, `{fmt=yyyy\-mm\-dd font=A date} 45351.25`},
		{"date among many", func(w *writer) { w.record(recMulRK, 0, 0, 1, uint32(45351<<2|2), 0) }, `{fmt=yyyy\-mm\-dd font=A date} 45351`},
		{"text in a date's format", func(w *writer) { w.record(recLabel, cell(0, 0, 1), text("x")(w)) }, `{fmt=yyyy\-mm\-dd font=A} x`},
		{"style out of range", func(w *writer) { w.record(recNumber, cell(0, 0, 99), 2.25) }, `2.25`},
		{"text", func(w *writer) { w.record(recLabel, cell(0, 0, 0), text("được")(w)) }, `{font=A} được`},
		{"empty text", func(w *writer) { w.record(recLabel, cell(0, 0, 0), text("")(w)) }, `{font=A} ""`},
		{"true", func(w *writer) { w.record(recBoolErr, cell(0, 0, 0), 1) }, `{font=A} TRUE`},
		{"error", func(w *writer) { w.record(recBoolErr, cell(0, 0, 0), byte(0x24), byte(1)) }, `{font=A} #NUM!`},
		{"formula", func(w *writer) { w.record(recFormula, cell(0, 0, 0), 2.5, 0, uint32(0), 0) }, `{font=A f} 2.5`},
		{"formula as BIFF4 has it", func(w *writer) { w.record(recFormula4, cell(0, 0, 0), 2.5, 0, uint32(0), 0) }, `{font=A f} 2.5`},
		{"formula cut after its result", func(w *writer) { w.record(recFormula, cell(0, 0, 0), 2.5, 0) }, `{font=A f} 2.5`},
		{"formula with a date", func(w *writer) { w.record(recFormula, cell(0, 0, 1), 45351.0, 0, uint32(0), 0) }, `{fmt=yyyy\-mm\-dd font=A f date} 45351`},
		{"zero", func(w *writer) { w.record(recFormula, cell(0, 0, 0), 0.0, 1, uint32(0), 0) }, `{font=A f} 0`},
		{"zero that was never calculated", func(w *writer) { w.record(recFormula, cell(0, 0, 0), 0.0, 3, uint32(0), 0) }, `{font=A nocache}`},
		{"value to be calculated again", func(w *writer) { w.record(recFormula, cell(0, 0, 0), 7.5, 3, uint32(0), 0) }, `{font=A f} 7.5`},
		{"formula with text", func(w *writer) {
			w.record(recFormula, cell(0, 0, 0), result(0, 0, 0, 0, 0, 0), 0, uint32(0), 0)
			w.record(recString, text("được")(w))
		}, `{font=A f} được`},
		{"shared formula with text", func(w *writer) {
			w.record(recFormula, cell(0, 0, 0), result(0, 0, 0, 0, 0, 0), 8, uint32(0), 0)
			w.record(0x04BC, make([]byte, 12)) // SHRFMLA
			w.record(recString, text("x")(w))
		}, `{font=A f} x`},
		{"array with text", func(w *writer) {
			w.record(recFormula, cell(0, 0, 0), result(0, 0, 0, 0, 0, 0), 0, uint32(0), 0)
			w.record(0x0221, make([]byte, 14))
			w.record(recString, text("x")(w))
			w.record(recNumber, cell(0, 1, 0), 1.0)
		}, `{font=A f} x | {font=A} 1`},
		{"table with text", func(w *writer) {
			w.record(recFormula, cell(0, 0, 0), result(0, 0, 0, 0, 0, 0), 0, uint32(0), 0)
			w.record(0x0236, make([]byte, 16))
			w.record(recString, text("x")(w))
		}, `{font=A f} x`},
		{"formula without its text", func(w *writer) {
			w.record(recFormula, cell(0, 0, 0), result(0, 0, 0, 0, 0, 0), 0, uint32(0), 0)
			w.record(recNumber, cell(0, 1, 0), 1.0)
			w.record(recString, text("of no cell")(w))
		}, `{font=A nocache} | {font=A} 1`},
		{"formula with empty text", func(w *writer) { w.record(recFormula, cell(0, 0, 0), result(3, 0, 0, 0, 0, 0), 0, uint32(0), 0) }, `{font=A f} ""`},
		{"formula with truth", func(w *writer) { w.record(recFormula, cell(0, 0, 0), result(1, 0, 1, 0, 0, 0), 0, uint32(0), 0) }, `{font=A f} TRUE`},
		{"formula with error", func(w *writer) { w.record(recFormula, cell(0, 0, 0), result(2, 0, 0x2A, 0, 0, 0), 0, uint32(0), 0) }, `{font=A f} #N/A`},
		{"formula with a result of no known kind", func(w *writer) { w.record(recFormula, cell(0, 0, 0), result(9, 0, 0, 0, 0, 0), 0, uint32(0), 0) }, `{font=A nocache}`},
		{"cells of a chart within the sheet", func(w *writer) {
			w.bof(kindChart)
			w.record(recNumber, cell(0, 0, 0), 9.0)
			w.bof(kindChart)
			w.eof()
			w.record(recMergedCells, 1, 0, 1, 0, 1)
			w.eof()
			w.record(recNumber, cell(0, 0, 0), 2.25)
		}, `{font=A} 2.25`},
	} {
		for name, v := range versions {
			got, err := dump(t, oneSheet(v, func(w *writer) {
				if v == biff5 {
					w.record(recCodePage, 1258)
				}
				looks(w)
			}, c.body), sheet.Limits{})
			if d := cmp.Diff("!sheet S\n"+c.want+"\n", got); d != "" || err != nil {
				t.Errorf("%s, %s: %v %s", name, c.name, err, d)
			}
		}
	}
}

// TestOddValues are values that no program should have written: they are errors in their cells, not of the book.
func TestOddValues(t *testing.T) {
	data := oneSheet(biff8, nil, func(w *writer) {
		w.record(recNumber, cell(0, 0, 0), []byte{0, 0, 0, 0, 0, 0, 0xF0, 0x7F})
		w.record(recNumber, cell(0, 1, 0), []byte{1, 0, 0, 0, 0, 0, 0xF0, 0x7F})
		w.record(recFormula, cell(0, 2, 0), []byte{0, 0, 0, 0, 0, 0, 0xF0, 0xFF}, 0, uint32(0), 0)
		w.record(recBoolErr, cell(0, 3, 0), 2)
		w.record(recBoolErr, cell(0, 4, 0), byte(0x99), byte(1))
	})
	b, err := openBytes(t, data, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []sheet.Cell
	if _, err := b.Scan(t.Context(), 0, func(r *sheet.Row) error {
		got = append(got, r.Cells...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []sheet.Cell{
		{Col: 1, Type: sheet.Error, Text: "+Inf"}, {Col: 2, Type: sheet.Error, Text: "NaN"}, {Col: 3, Type: sheet.Error, Formula: true, Text: "-Inf"},
		{Col: 4, Type: sheet.Error, Text: "#0x02"}, {Col: 5, Type: sheet.Error, Text: "#0x99"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNumberText(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", -1: "-1", 0.1: "0.1", 110.24803914: "110.24803914", 1.5e-7: "1.5E-7", -2e-12: "-2E-12", 0.0001: "0.0001", 0.00001: "1E-5",
		1e20: "100000000000000000000", 1e21: "1E+21", 1.7976931348623157e308: "1.7976931348623157E+308", 5e-324: "5E-324", 1.0 / 3: "0.3333333333333333",
		9007199254740993: "9007199254740992",
	} {
		if got := string(appendNumber(nil, v)); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

// TestOrder hands out rows in order and each cell once, in whatever order the records come.
func TestOrder(t *testing.T) {
	number := func(w *writer, row, col int, v float64) { w.record(recNumber, cell(row, col, 0), v) }
	hidden := func(w *writer, row int) { w.record(recRow, row, 0, 0, 0, uint32(0), 0x20, 0) }
	for _, c := range []struct {
		name string
		body func(w *writer)
		want string
	}{
		{"columns", func(w *writer) { number(w, 0, 2, 3); number(w, 0, 0, 1); number(w, 0, 1, 2) }, "1 | 2 | 3\n"},
		{"rows", func(w *writer) { number(w, 2, 0, 3); number(w, 0, 0, 1); number(w, 1, 0, 2) }, "1\n2\n3\n"},
		{"column by column", func(w *writer) {
			for i := range 4 {
				number(w, i%2, i/2, float64(i))
			}
		}, "0 | 2\n1 | 3\n"},
		{"the later of two", func(w *writer) { number(w, 0, 0, 1); number(w, 0, 1, 2); number(w, 0, 0, 3) }, "3 | 2\n"},
		{"the later of two in another order", func(w *writer) { number(w, 1, 0, 1); number(w, 0, 0, 2); number(w, 1, 0, 3) }, "2\n3\n"},
		{"a blank takes nothing away", func(w *writer) {
			number(w, 0, 0, 1)
			w.record(recBlank, cell(0, 0, 0))
			w.record(recMulBlank, 0, 0, 0, 0, 1)
			number(w, 0, 1, 2)
		}, "1 | 2\n"},
		{"a formula whose text is in another place", func(w *writer) {
			number(w, 1, 0, 1)
			w.record(recFormula, cell(0, 0, 0), []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 0, uint32(0), 0)
			w.record(recString, w.long("x"))
		}, "{f} x\n1\n"},
		{"hidden rows", func(w *writer) { hidden(w, 5); hidden(w, 1); number(w, 1, 0, 1); hidden(w, 3); number(w, 4, 0, 2) },
			"!row 2\n!hide row\n1\n!row 4\n!hide row\n\n2\n!hide row\n\n"},
		{"hidden rows told late", func(w *writer) { number(w, 4, 0, 2); number(w, 1, 0, 1); hidden(w, 5); hidden(w, 1); hidden(w, 3) },
			"!row 2\n!hide row\n1\n!row 4\n!hide row\n\n2\n!hide row\n\n"},
		{"shown again", func(w *writer) { hidden(w, 0); w.record(recRow, 0, 0, 0, 0, uint32(0), 0, 0); number(w, 0, 0, 1) }, "1\n"},
	} {
		got, err := dump(t, oneSheet(biff8, nil, c.body), sheet.Limits{})
		if d := cmp.Diff("!sheet S\n"+c.want, got); d != "" || err != nil {
			t.Errorf("%s: %v %s", c.name, err, d)
		}
	}
}
