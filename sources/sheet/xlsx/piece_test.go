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

// readLong reads a long sheet, and says how many rows came from pieces. The first visit waits, so that pieces are ready.
func readLong(t testing.TB, data []byte, strict bool, limits sheet.Limits) (rows []string, pieces int, failed string) {
	t.Helper()
	opened, err := (Format{}).Open(t.Context(), sheet.Input{Name: "b.xlsx", Data: bytes.NewReader(data), Size: int64(len(data))}, limits)
	if err != nil {
		t.Fatal(err)
	}
	b := opened.(*book)
	b.strict = strict
	_, err = b.Scan(t.Context(), 0, func(r *sheet.Row) error {
		if len(rows) == 0 {
			time.Sleep(20 * time.Millisecond)
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
	const rows = 6000
	row := func(r int) string { return fmt.Sprintf(`<row r="%d"><c r="A%d"><v>7</v></c></row>`, r, r) }
	for name, odd := range map[string]map[int]string{
		"nothing":                     nil,
		"a comment with rows":         {3000: "<!--" + strings.Repeat(row(9999), 4000) + "-->", 5000: "<!-- </row> -->"},
		"instructions":                {2000: "<?x </row><row r=\"1\"/>?>", 2500: "<?x </row>?>"},
		"text with rows":              {3000: "<x><![CDATA[" + strings.Repeat("</row>"+row(1), 3000) + "]]></x>"},
		"a formula with rows":         {3000: `<row r="2999"><c r="A2999"><f>"<![CDATA[</row>` + row(1) + `]]>"</f></c></row>`},
		"white space":                 {1000: strings.Repeat(" \n", 100), 2000: strings.Repeat("\n", 400_000), 3000: "\r\n\t"},
		"empty and hidden rows":       {7: "", 4000: `<row r="4000" hidden="1"/>`},
		"a row again":                 {4000: row(3999)},
		"a row from the start":        {3000: row(1)},
		"a cell too far back":         {4000: `<row r="4000"><c r="B4000"/><c r="A4000"/></row>`},
		"a string the book lacks":     {4000: `<row r="4000"><c r="A4000" t="s"><v>99</v></c></row>`},
		"an element that is not over": {4000: "<row>"},
		"the end before the end":      {4000: "</sheetData>"},
	} {
		t.Run(name, func(t *testing.T) {
			p := withStrings(`<si><t>không</t></si><si><t>a</t></si>`)
			p[sheet1] = longSheet(rows, odd)
			data := pack(t, p)
			want, _, wantFailed := readLong(t, data, true, sheet.Limits{})
			got, pieces, gotFailed := readLong(t, data, false, sheet.Limits{})
			if d := cmp.Diff(want, got); d != "" || gotFailed != wantFailed {
				t.Fatalf("%s, want %s\n%s", gotFailed, wantFailed, d)
			}
			if odd == nil && pieces < rows/10 {
				t.Errorf("%d rows came from pieces", pieces)
			}
		})
	}
}

// TestLimitWithinAPiece lets the limit on cells be met at any place of a long sheet.
func TestLimitWithinAPiece(t *testing.T) {
	p := withStrings(`<si><t>không</t></si><si><t>a</t></si>`)
	p[sheet1] = longSheet(6000, nil)
	data := pack(t, p)
	for _, cells := range []int64{1, 9_999, 22_222, 29_999, 30_000} {
		want, _, wantFailed := readLong(t, data, true, sheet.Limits{Cells: cells})
		got, _, gotFailed := readLong(t, data, false, sheet.Limits{Cells: cells})
		if d := cmp.Diff(want, got); d != "" || gotFailed != wantFailed || (gotFailed == "") != (cells == 30_000) {
			t.Errorf("%d cells: %s, want %s\n%s", cells, gotFailed, wantFailed, d)
		}
	}
}

// TestLongSheetsThatAreLeft ends scans in their midst, several at once; goleak sees to what is left behind.
func TestLongSheetsThatAreLeft(t *testing.T) {
	p := withStrings(`<si><t>không</t></si><si><t>a</t></si>`)
	p[sheet1] = longSheet(6000, nil)
	data := pack(t, p)
	b, err := (Format{}).Open(t.Context(), sheet.Input{Name: "b.xlsx", Data: bytes.NewReader(data), Size: int64(len(data))}, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	own := errors.New("mine")
	for _, at := range []int{1, 2500, 5999} {
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
