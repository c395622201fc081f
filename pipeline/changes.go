package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
)

// Differ compares the tables of a book with those of the book before.
type Differ interface {
	Compare(before, after []transforms.TableShape) []transforms.TableChange
}

var changeTable = tableSpec{
	name: "book_changes",
	comment: "Thay đổi về hình thức giữa các kỳ sách — What changed in the tables of a book since the book before: " +
		"moved, renamed, new and vanished lines and columns, units, price bases",
	columns: []columnSpec{
		{"dataset", textType, "Dataset that the tables are read for"},
		{"book_before", textType, "The book before"},
		{"book", textType, "The book"},
		{"kind", textType, "What changed"},
		{"of", textType, "table, column or line"},
		{"grave", yesNo, "True when the change alters what figures mean; the release is held back until a person accepts it"},
		{"accepted", yesNo, "True when the configuration accepts the book's changes"},
		{"was_sheet", textType, "Sheet of the book before"},
		{"was_cell", textType, "Cell of the book before"},
		{"was_text", textType, "What stood there"},
		{"sheet", textType, "Sheet of the book"},
		{"cell", textType, "Cell of the book"},
		{"text", textType, "What stands there"},
		{"note", textType, "The change in words"},
	},
}

// Bounds of what is kept of the changes between two books: a book that has nothing in common with the one before differs
// in every line, and one line says so too.
const maxChanges = 200

// loadChanges compares every book of a dataset with the one that was published before it, and gives the changes of meaning
// that nobody has accepted: they hold the release back.
func (r *running) loadChanges(ctx context.Context, db *duck.DB, inputs []input) (held []string, err error) {
	var rows [][]any
	for i := range r.Datasets {
		d := &r.Datasets[i]
		more, stop, err := r.datasetChanges(ctx, d, inputs)
		if err != nil {
			return nil, err
		}
		rows, held = append(rows, more...), append(held, stop...)
	}
	for _, h := range held {
		r.event(ctx, slog.LevelError, "load", "", "%s", h)
	}
	return held, changeTable.create(ctx, db, rows)
}

func (r *running) datasetChanges(ctx context.Context, d *Dataset, inputs []input) (rows [][]any, held []string, err error) {
	var mine []edition
	for _, in := range inputs {
		if in.dataset != d {
			continue
		}
		b, err := r.end(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		if b.Shaped { // else the book does not hold the dataset
			mine = append(mine, edition{in, in.published(b.End.Report), b.Key})
		}
	}
	slices.SortStableFunc(mine, func(a, b edition) int {
		return cmp.Or(strings.Compare(a.version.Source, b.version.Source), a.published.Compare(b.published),
			strings.Compare(a.version.Name, b.version.Name), cmp.Compare(a.version.Number, b.version.Number))
	})
	var last shaped
	for i := 1; i < len(mine); i++ {
		if before, e := mine[i-1], mine[i]; before.version.Source == e.version.Source {
			changes, err := r.differences(ctx, before, e, &last)
			if err != nil {
				return nil, nil, err
			}
			more, stop := compared(d, before.input, e.input, changes)
			rows, held = append(rows, more...), append(held, stop...)
		}
	}
	return rows, held, nil
}

// differences gives what a book differs in from the one before: two books are compared once. last is the book whose shapes
// are at hand, most often the one before.
func (r *running) differences(ctx context.Context, before, after edition, last *shaped) ([]transforms.TableChange, error) {
	p, err := r.pack(ctx, after.dataset)
	if err != nil {
		return nil, err
	}
	c := pair{pairKey: pairKey{before.id, after.id}}
	if i, ok := p.pairs[c.pairKey]; ok {
		return p.Pairs[i].Changes, nil
	}
	was := last.shapes
	if last.id != before.id {
		if was, err = r.shapes(ctx, before.input); err != nil {
			return nil, err
		}
	}
	*last = shaped{id: after.id}
	if last.shapes, err = r.shapes(ctx, after.input); err != nil {
		return nil, err
	}
	c.Changes = r.Differ.Compare(was, last.shapes)
	p.add(c)
	return c.Changes, nil
}

// shaped is a book with the shapes of its tables.
type shaped struct {
	id     string
	shapes []transforms.TableShape
}

// edition is a book of a series.
type edition struct {
	input
	published time.Time
	id        string // of its fragment
}

// published tells when a book was published, if the book or its source says so. When it was fetched plays no part: books that
// were all fetched one night stand in the order of their names.
func (in input) published(r transforms.Report) time.Time {
	if !r.Vintage.IsZero() {
		return r.Vintage
	}
	return in.version.Published
}

// shapes gives what the tables looked like when the dataset was read from a book. The book may be known from a pack, and
// its fragment be gone: then it is read again.
func (r *running) shapes(ctx context.Context, in input) ([]transforms.TableShape, error) {
	blob, ok, err := r.Lake.Fragment(ctx, in.key(r.Engine))
	if err != nil {
		return nil, err
	}
	if !ok {
		at := r.desk(in.version.SHA256, in.version.Name)
		defer at.close()
		end, unreadable, err := r.readOne(ctx, in, at)
		return end.Report.Shapes, errors.Join(unreadable, err)
	}
	defer blob.Close()
	var end trailer
	_, err = readEnd(blob, &end)
	return end.Report.Shapes, err
}

// compared makes rows of the changes between two books, and says which of them hold the release back.
func compared(d *Dataset, before, in input, changes []transforms.TableChange) (rows [][]any, held []string) {
	accepted := slices.Contains(d.Accepted, in.version.Name)
	var first transforms.TableChange
	grave := 0
	for i, c := range changes {
		if i < maxChanges {
			rows = append(rows, []any{
				d.ID, before.version.Name, in.version.Name, c.Kind, c.Of, c.Grave, accepted && c.Grave,
				c.Was.Sheet, c.Was.Cell, c.Was.Text, c.Is.Sheet, c.Is.Cell, c.Is.Text, c.Note,
			})
		}
		if c.Grave {
			if grave++; grave == 1 {
				first = c
			}
		}
	}
	if grave == 0 || accepted {
		return rows, nil
	}
	more := ""
	if grave > 1 {
		more = fmt.Sprintf("; and %d more changes of meaning, all are in the table %s", grave-1, changeTable.name)
	}
	return rows, []string{fmt.Sprintf("dataset %s, book %s, sheet %q, %s: %s (in %s, sheet %q, %s)%s; if it is right, name the book under accept_changes of the dataset",
		d.ID, in.version.Name, first.Is.Sheet, first.Is.Cell, first.Note, before.version.Name, first.Was.Sheet, first.Was.Cell, more)}
}
