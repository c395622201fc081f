package xlsx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
)

// longSheet is a sheet of many rows, several times as long as what is read at once; odd gives what stands in front of a row.
func longSheet(rows int, odd map[int]string) string {
	var b strings.Builder
	for r := 1; r <= rows; r++ {
		b.WriteString(odd[r])
		fmt.Fprintf(&b, `<row r="%d" spans="1:5"><c r="A%d"><v>%d</v></c><c r="B%d" s="1" t="s"><v>%d</v></c><c r="C%d" t="str"><f>A%d&amp;"x"</f><v>%dx</v></c>`+
			`<c r="D%d" t="inlineStr"><is><t>số %d</t></is></c><c r="E%d"><v>%d.25</v></c></row>`, r, r, r, r, r%2, r, r, r, r, r, r, r)
	}
	return grid(b.String())
}

// wait is how long readLong waits, so that pieces are ready.
const wait = 20 * time.Millisecond

// readLong reads a long sheet, and says how many rows came from pieces. The first visit waits.
func readLong(t testing.TB, data []byte, strict bool, limits sheet.Limits, wait time.Duration) (rows []string, pieces int, failed string) {
	t.Helper()
	opened, err := (Format{}).Open(t.Context(), sheet.Input{Name: "b.xlsx", Data: bytes.NewReader(data), Size: int64(len(data))}, limits)
	if err != nil {
		t.Fatal(err)
	}
	b := opened.(*book)
	b.strict = strict
	_, err = b.Scan(t.Context(), 0, func(r *sheet.Row) error {
		if len(rows) == 0 {
			time.Sleep(wait)
		}
		if len(r.Cells) > 0 && len(r.Cells) == cap(r.Cells) { // only those of a piece leave no room
			pieces++
		}
		rows = append(rows, fmt.Sprintf("%d %v %+v", r.Number, r.Hidden, r.Cells))
		return nil
	})
	if err != nil {
		failed = position.ReplaceAllString(err.Error(), "")
	}
	return rows, pieces, failed
}

// TestPiecesAreReadAsStrictly puts what is unusual or wrong into sheets of which pieces are read beside the scanner.
func TestPiecesAreReadAsStrictly(t *testing.T) {
	const rows = 3000
	row := func(r int) string { return fmt.Sprintf(`<row r="%d"><c r="A%d"><v>7</v></c></row>`, r, r) }
	for name, odd := range map[string]map[int]string{
		"nothing":                     nil,
		"a comment with rows":         {1500: "<!--" + strings.Repeat(row(9999), 2000) + "-->", 2500: "<!-- </row> -->"},
		"instructions":                {1000: "<?x </row><row r=\"1\"/>?>", 1250: "<?x </row>?>"},
		"text with rows":              {1500: "<x><![CDATA[" + strings.Repeat("</row>"+row(1), 3000) + "]]></x>"},
		"a formula with rows":         {1500: `<row r="1499"><c r="A1499"><f>"<![CDATA[</row>` + row(1) + `]]>"</f></c></row>`},
		"white space":                 {500: strings.Repeat(" \n", 100), 1000: strings.Repeat("\n", 400_000), 1500: "\r\n\t"},
		"empty and hidden rows":       {7: "", 2000: `<row r="2000" hidden="1"/>`},
		"a row again":                 {2000: row(1999)},
		"a row from the start":        {1500: row(1)},
		"a cell too far back":         {2000: `<row r="2000"><c r="B2000"/><c r="A2000"/></row>`},
		"a string the book lacks":     {2000: `<row r="2000"><c r="A2000" t="s"><v>99</v></c></row>`},
		"an element that is not over": {2000: "<row>"},
		"the end before the end":      {2000: "</sheetData>"},
	} {
		t.Run(name, func(t *testing.T) {
			p := withStrings(`<si><t>không</t></si><si><t>a</t></si>`)
			p[sheet1] = longSheet(rows, odd)
			data := pack(t, p)
			want, _, wantFailed := readLong(t, data, true, sheet.Limits{}, 0)
			got, _, gotFailed := readLong(t, data, false, sheet.Limits{}, wait)
			if d := cmp.Diff(want, got); d != "" || gotFailed != wantFailed {
				t.Fatalf("%s, want %s\n%s", gotFailed, wantFailed, d)
			}
		})
	}
}

// TestRowsComeFromPieces makes sure that pieces are used at all; a busy machine may take a while to have one ready.
func TestRowsComeFromPieces(t *testing.T) {
	p := withStrings(`<si><t>không</t></si><si><t>a</t></si>`)
	p[sheet1] = longSheet(3000, nil)
	data := pack(t, p)
	for wait := wait; ; wait *= 2 {
		if _, pieces, failed := readLong(t, data, false, sheet.Limits{}, wait); failed != "" || wait > 10*time.Second {
			t.Fatalf("%d rows came from pieces: %s", pieces, failed)
		} else if pieces > 300 {
			return
		}
	}
}

// TestLimitWithinAPiece lets the limit on cells be met at any place of a long sheet.
func TestLimitWithinAPiece(t *testing.T) {
	p := withStrings(`<si><t>không</t></si><si><t>a</t></si>`)
	p[sheet1] = longSheet(3000, nil)
	data := pack(t, p)
	for _, cells := range []int64{1, 4_999, 11_111, 14_999, 15_000} {
		want, _, wantFailed := readLong(t, data, true, sheet.Limits{Cells: cells}, 0)
		got, _, gotFailed := readLong(t, data, false, sheet.Limits{Cells: cells}, wait)
		if d := cmp.Diff(want, got); d != "" || gotFailed != wantFailed || (gotFailed == "") != (cells == 15_000) {
			t.Errorf("%d cells: %s, want %s\n%s", cells, gotFailed, wantFailed, d)
		}
	}
}

// TestLongSheetsThatAreLeft ends scans in their midst, several at once; goleak sees to what is left behind.
func TestLongSheetsThatAreLeft(t *testing.T) {
	p := withStrings(`<si><t>không</t></si><si><t>a</t></si>`)
	p[sheet1] = longSheet(3000, nil)
	data := pack(t, p)
	b, err := (Format{}).Open(t.Context(), sheet.Input{Name: "b.xlsx", Data: bytes.NewReader(data), Size: int64(len(data))}, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	own := errors.New("mine")
	for _, at := range []int{1, 1250, 2999} {
		ctx, cancel := context.WithCancel(t.Context())
		ends := make(chan error)
		for _, end := range []func() error{func() error { return own }, func() error { cancel(); return nil }, func() error { return nil }} {
			go func() {
				seen := 0
				_, err := b.Scan(ctx, 0, func(r *sheet.Row) error {
					if seen++; r.Number != seen || r.Cells[0].Num != float64(seen) {
						return fmt.Errorf("row %d is %d: %+v", seen, r.Number, r.Cells[0])
					}
					for i := range r.Cells { // as visitors may
						r.Cells[i] = sheet.Cell{}
					}
					r.Cells = append(r.Cells, sheet.Cell{Col: 1 << 20})
					if r.Number == at {
						return end()
					}
					return nil
				})
				ends <- err
			}()
		}
		for range 3 {
			if err := <-ends; err != nil && !errors.Is(err, own) && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		cancel()
	}
}
