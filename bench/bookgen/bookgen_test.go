package bookgen

import (
	"bytes"
	"io"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/xlsx"
)

// TestBooks writes small books of every kind twice, and reads them: the bytes are the same, and so many cells are in them.
func TestBooks(t *testing.T) {
	for name, c := range map[string]struct {
		write func(io.Writer) error
		types map[sheet.Type]bool
		least int // cells
	}{
		"mixed": {func(w io.Writer) error { return Mixed(w, 200) }, map[sheet.Type]bool{
			sheet.Empty: true, sheet.Number: true, sheet.Text: true, sheet.Bool: true, sheet.Date: true,
		}, 199 * (MixedColumns - 1)},
		"numbers": {func(w io.Writer) error { return Numbers(w, 200) }, map[sheet.Type]bool{sheet.Number: true}, 200 * NumbersColumns},
		"small":   {func(w io.Writer) error { return Small(w, 7) }, map[sheet.Type]bool{sheet.Empty: true, sheet.Number: true, sheet.Text: true}, SmallSheets * (SmallRows - 3) * SmallColumns},
	} {
		var first, second bytes.Buffer
		if err := c.write(&first); err != nil {
			t.Fatal(err)
		}
		if err := c.write(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: another time other bytes (%v)", name, err)
		}
		in := sheet.Input{Name: name, Data: bytes.NewReader(first.Bytes()), Size: int64(first.Len())}
		b, err := sheet.Open(t.Context(), []sheet.Format{xlsx.Format{}}, in, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		cells, comments := 0, 0
		for i := range b.Sheets() {
			tail, err := b.Scan(t.Context(), i, func(r *sheet.Row) error {
				for _, cell := range r.Cells {
					if !c.types[cell.Type] {
						t.Errorf("%s: a cell is %s", name, cell.Type)
					}
					cells++
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			comments += len(tail.Comments)
		}
		if cells < c.least || (comments > 0) != (name == "small") {
			t.Errorf("%s: %d cells, %d comments", name, cells, comments)
		}
	}
}
