package pipeline

import (
	"cmp"
	"context"
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
		report, err := r.reported(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		if len(report.Shapes) > 0 { // else the book does not hold the dataset
			mine = append(mine, edition{in, in.published(report), report.Shapes})
		}
	}
	slices.SortStableFunc(mine, func(a, b edition) int {
		return cmp.Or(strings.Compare(a.version.Source, b.version.Source), a.published.Compare(b.published),
			strings.Compare(a.version.Name, b.version.Name), cmp.Compare(a.version.Number, b.version.Number))
	})
	for i := 1; i < len(mine); i++ {
		if before, e := mine[i-1], mine[i]; before.version.Source == e.version.Source {
			more, stop := compared(d, before.input, e.input, r.Differ.Compare(before.shapes, e.shapes))
			rows, held = append(rows, more...), append(held, stop...)
		}
	}
	return rows, held, nil
}

// edition is a book of a series.
type edition struct {
	input
	published time.Time
	shapes    []transforms.TableShape
}

// published tells when a book was published, if the book or its source says so. When it was fetched plays no part: books that
// were all fetched one night stand in the order of their names.
func (in input) published(r transforms.Report) time.Time {
	if !r.Vintage.IsZero() {
		return r.Vintage
	}
	return in.version.Published
}

// reported gives what was seen when the dataset was read from a book.
func (r *running) reported(ctx context.Context, in input) (transforms.Report, error) {
	blob, ok, err := r.Lake.Fragment(ctx, in.key(r.Engine))
	if err == nil && !ok {
		err = fmt.Errorf("the fragment of %s is gone from the lake while the run needed it", in.version.Name)
	}
	if err != nil {
		return transforms.Report{}, err
	}
	defer blob.Close()
	t, _, err := readTrailer(blob)
	return t.Report, err
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
