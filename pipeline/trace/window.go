package trace

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/draw"
)

// Reader reads sheets from the books of a lake.
type Reader struct {
	Lake    *lake.Lake
	Formats []sheet.Format
	Limits  sheet.Limits
}

// Sheet is a sheet of a book, or a window of it round the cells that matter, as it looks.
type Sheet struct {
	ID     string // of its section in the page; the cells that matter have the id ID-B7
	From   Source
	Hidden bool
	Drawn  *draw.Sheet
}

// How much of a big sheet is drawn: all of few rows and columns, else the top and what is near the cells that matter.
const (
	smallRows  = 120
	smallCols  = 40
	maxSources = 200 // sheets of one page
)

// Read fills in the texts that stand in the cells, and gives the sheets they stand in. A book that cannot be read is told
// of by its observations.
func (r *Reader) Read(ctx context.Context, v *Value) ([]Sheet, error) {
	type place struct{ snapshot, sheet string }
	wanted := map[place][]*Source{}
	var order []place
	for _, in := range v.Observations() {
		p := place{in.Source.Snapshot, in.Source.Sheet}
		if wanted[p] == nil {
			order = append(order, p)
		}
		wanted[p] = append(wanted[p], in.Source)
	}
	if len(order) > maxSources {
		order = order[:maxSources]
	}
	var out []Sheet
	for _, p := range order {
		s, err := r.read(ctx, wanted[p], fmt.Sprintf("s%d", len(out)+1))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			for _, source := range wanted[p] {
				source.Problem = err.Error()
			}
			continue
		}
		out = append(out, *s)
	}
	return out, nil
}

// read reads one sheet.
func (r *Reader) read(ctx context.Context, sources []*Source, id string) (*Sheet, error) {
	blob, err := r.Lake.Book(ctx, sources[0].Snapshot)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	book, err := sheet.Open(ctx, r.Formats, sheet.Input{Name: sources[0].Book, Data: blob, Size: blob.Size()}, r.Limits)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	i := slices.IndexFunc(book.Sheets(), func(s sheet.Info) bool { return s.Name == sources[0].Sheet })
	if i < 0 {
		return nil, fmt.Errorf("the book has no sheet %q", sources[0].Sheet)
	}
	g, err := sheet.Load(ctx, book, i)
	if err != nil {
		return nil, err
	}
	var marks []sheet.Range
	for _, s := range sources {
		mark, ok := sheet.ParseRange(s.Cell)
		if !ok {
			s.Problem = fmt.Sprintf("%q is no cell", s.Cell)
			continue
		}
		marks = append(marks, mark)
		s.InCell = textOf(g, mark)
	}
	return &Sheet{ID: id, From: *sources[0], Hidden: g.Hidden, Drawn: draw.Lay(g, options(id, marks))}, nil
}

// textOf gives what stands in a cell, or in the cells of a range.
func textOf(g *sheet.Grid, r sheet.Range) string {
	var parts []string
	for row := r.Row1; row <= min(r.Row2, g.MaxRow); row++ {
		for col := r.Col1; col <= min(r.Col2, g.MaxCol); col++ {
			if c := g.At(row, col); c != nil && c.Text != "" {
				parts = append(parts, c.Text)
			}
		}
	}
	return strings.Join(parts, " | ")
}

// options draw a sheet round the cells that matter, and mark these.
func options(id string, marks []sheet.Range) draw.Options {
	return draw.Options{ID: id + "-sheet", MaxRows: smallRows, MaxCols: smallCols, Focus: marks, Mark: func(row, col int, _ *sheet.Cell) draw.Mark {
		if !slices.ContainsFunc(marks, func(m sheet.Range) bool { return m.Contains(row, col) }) {
			return draw.Mark{}
		}
		return draw.Mark{ID: id + "-" + sheet.A1(row, col), Class: "mark"}
	}}
}
