package layout

import (
	"context"

	"github.com/statloom/statloom/sources/sheet"
)

// understood is what is known of a book that was read with the same pins: recognition costs much like reading, and a book
// is read for several datasets.
type understood struct {
	book   sheet.Book
	pins   Pins
	sheets []*Sheet // by index; nil for one not kept
	cells  int      // of those kept
}

// mostKept bounds the cells that are kept of a book; the sheets beyond are loaded and recognised every time.
const mostKept = 1 << 19

// sheet gives a sheet recognised.
func (u *understood) sheet(ctx context.Context, i int, known *Recogniser) (*Sheet, error) {
	for len(u.sheets) <= i {
		u.sheets = append(u.sheets, nil)
	}
	if s := u.sheets[i]; s != nil {
		return s, nil
	}
	g, err := sheet.Load(ctx, u.book, i)
	if err != nil {
		return nil, err
	}
	s := known.RecogniseWith(g, u.pins)
	cells := 0
	for k := range g.Rows {
		cells += len(g.Rows[k].Cells)
	}
	if u.cells+cells <= mostKept {
		u.cells += cells
		u.sheets[i] = s
	}
	return s, nil
}
