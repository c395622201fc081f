package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/draw"
)

// How much of a sheet is drawn: all of one within these bounds, else its top and what is near the cells that are cited.
const (
	wholeRows = 5_000
	wholeCols = 250
)

// library draws sheets of the books in the lake for sinks. What it drew of a book is kept there as a fragment, so that a run
// draws new books only.
type library struct {
	lake    *lake.Lake
	formats []sheet.Format
	limits  sheet.Limits
	engine  string
	names   map[string]string // of books, by snapshot
}

// library reads the names of the release's books.
func (r *running) library(ctx context.Context, db *duck.DB) (*library, error) {
	b := &library{lake: r.Lake, formats: r.Formats, limits: r.Limits, engine: r.Engine, names: map[string]string{}}
	rows, err := db.Query(ctx, "SELECT snapshot_id, any_value(name ORDER BY uri, version) FROM snapshots GROUP BY snapshot_id")
	if err != nil {
		return nil, fmt.Errorf("list the books: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("list the books: %w", err)
		}
		b.names[id] = name
	}
	return b, rows.Err()
}

// Style implements sinks.Books.
func (b *library) Style() []byte { return []byte(draw.CSS()) }

// drawn is a drawing as a fragment keeps it.
type drawn struct {
	Sheet   string          `json:"sheet"`
	Drawing json.RawMessage `json:"drawing,omitempty"`
	Problem string          `json:"problem,omitempty"`
	Part    bool            `json:"part,omitempty"`  // it shows only what is near Cells
	Cells   string          `json:"cells,omitempty"` // hash over them
}

// Draw implements sinks.Books.
func (b *library) Draw(ctx context.Context, snapshot string, sheets []sinks.Citation) ([]sinks.Drawing, error) {
	parts := [][]byte{[]byte("drawings"), []byte(b.engine)}
	for _, s := range sheets {
		parts = append(parts, []byte(s.Sheet))
	}
	key := lake.FragmentKey{Snapshot: snapshot, Recipe: RecipeHash(parts...)}
	list, err := b.kept(ctx, key, sheets)
	if err != nil {
		return nil, err
	}
	if list == nil {
		if list, err = b.draw(ctx, snapshot, sheets); err != nil {
			return nil, err
		}
		err := b.lake.PutFragment(ctx, key, func(w io.Writer) error { return json.NewEncoder(w).Encode(list) })
		if err != nil {
			return nil, fmt.Errorf("keep the drawings of a book: %w", err)
		}
	}
	out := make([]sinks.Drawing, len(list))
	for i, d := range list {
		out[i] = sinks.Drawing{Sheet: d.Sheet, JSON: d.Drawing, Problem: d.Problem}
	}
	return out, nil
}

// kept gives what an earlier run drew, nil where there is nothing or where other cells are cited now.
func (b *library) kept(ctx context.Context, key lake.FragmentKey, sheets []sinks.Citation) ([]drawn, error) {
	blob, ok, err := b.lake.Fragment(ctx, key)
	if err != nil || !ok {
		return nil, err
	}
	defer blob.Close()
	text := make([]byte, blob.Size())
	if _, err := io.ReadFull(io.NewSectionReader(blob, 0, blob.Size()), text); err != nil {
		return nil, fmt.Errorf("read the drawings of a book: %w", err)
	}
	var list []drawn
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&list); err != nil || len(list) != len(sheets) {
		return nil, nil // of another program: drawn anew
	}
	for i, d := range list {
		if d.Part && d.Cells != cellsHash(sheets[i]) {
			return nil, nil
		}
	}
	return list, nil
}

func cellsHash(c sinks.Citation) string { return RecipeHash([]byte(strings.Join(c.Cells, " "))) }

// draw draws sheets of a book. A book that cannot be read gives problems in their place: the release does not hang on its
// pictures.
func (b *library) draw(ctx context.Context, snapshot string, sheets []sinks.Citation) ([]drawn, error) {
	list := make([]drawn, len(sheets))
	blob, err := b.lake.Book(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	book, err := sheet.Open(ctx, b.formats, sheet.Input{Name: b.names[snapshot], Data: blob, Size: blob.Size()}, b.limits)
	if err == nil {
		defer book.Close()
	}
	for i, s := range sheets {
		list[i] = drawn{Sheet: s.Sheet, Cells: cellsHash(s)}
		problem := err
		if problem == nil {
			problem = fault.Guard(fault.Error{Kind: fault.Input, What: "drawing broke on this sheet"}, func() error { return list[i].fill(ctx, book, s) })
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if problem != nil {
			list[i].Problem = problem.Error()
		}
	}
	return list, nil
}

// fill draws one sheet.
func (d *drawn) fill(ctx context.Context, book sheet.Book, c sinks.Citation) error {
	i := slices.IndexFunc(book.Sheets(), func(s sheet.Info) bool { return s.Name == c.Sheet })
	if i < 0 {
		return fmt.Errorf("the book has no sheet %q", c.Sheet)
	}
	g, err := sheet.Load(ctx, book, i)
	if err != nil {
		return err
	}
	o := draw.Options{MaxRows: wholeRows, MaxCols: wholeCols}
	if d.Part = g.MaxRow > wholeRows || g.MaxCol > wholeCols; d.Part {
		for _, cell := range c.Cells {
			if r, ok := sheet.ParseRange(cell); ok {
				o.Focus = append(o.Focus, r)
			}
		}
	}
	d.Drawing, err = draw.Lay(g, o).JSON()
	return err
}
