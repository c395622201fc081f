package report

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/sinks"
)

// asker asks the release. Queries cast what they select to VARCHAR, DOUBLE, BIGINT or BOOLEAN, so that rows are read the
// same way whatever a table's types are.
type asker struct {
	store  sinks.Store
	tables map[string]*table
}

// table is what the database says of a table or view.
type table struct {
	names   []string // of columns, in order
	columns map[string]sinks.Column
}

// learn asks which tables there are: a release without targets has none, and older programs made fewer.
func (a *asker) learn(ctx context.Context) error {
	a.tables = map[string]*table{}
	return a.each(ctx, `SELECT table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns()
		WHERE schema_name = 'main' AND NOT internal AND database_name = current_database() ORDER BY table_name, column_index`, func(r row) error {
		t := a.tables[r.text(0)]
		if t == nil {
			t = &table{columns: map[string]sinks.Column{}}
			a.tables[r.text(0)] = t
		}
		t.names = append(t.names, r.text(1))
		t.columns[r.text(1)] = sinks.Column{Name: r.text(1), Type: r.text(2), Comment: r.text(3)}
		return nil
	})
}

// has reports whether there is a table with these columns.
func (a *asker) has(name string, columns ...string) bool {
	t := a.tables[name]
	if t == nil {
		return false
	}
	for _, c := range columns {
		if _, ok := t.columns[c]; !ok {
			return false
		}
	}
	return true
}

// each runs a query and visits its rows.
func (a *asker) each(ctx context.Context, query string, visit func(row) error) error {
	reader, err := a.store.Records(ctx, query)
	if err != nil {
		return fmt.Errorf("ask the release: %w", err)
	}
	defer reader.Release()
	for reader.Next() {
		batch := reader.RecordBatch()
		if err := ctx.Err(); err != nil {
			return err
		}
		for i := range int(batch.NumRows()) {
			if err := visit(row{batch, i}); err != nil {
				return err
			}
		}
	}
	if err := reader.Err(); err != nil {
		return fmt.Errorf("ask the release: %w", err)
	}
	return nil
}

// row is one row of a result.
type row struct {
	batch arrow.RecordBatch
	i     int
}

// text gives a VARCHAR, "" where it is null. It may be kept.
func (r row) text(c int) string {
	a, ok := r.batch.Column(c).(*array.String)
	if !ok || a.IsNull(r.i) {
		return ""
	}
	return strings.Clone(a.Value(r.i))
}

// number gives a DOUBLE, nil where it is null.
func (r row) number(c int) *float64 {
	a, ok := r.batch.Column(c).(*array.Float64)
	if !ok || a.IsNull(r.i) {
		return nil
	}
	v := a.Value(r.i)
	if v != v || v-v != 0 { // JSON has neither NaN nor infinities
		return nil
	}
	return &v
}

// whole gives a BIGINT, 0 where it is null.
func (r row) whole(c int) int64 {
	a, ok := r.batch.Column(c).(*array.Int64)
	if !ok || a.IsNull(r.i) {
		return 0
	}
	return a.Value(r.i)
}

func (r row) yes(c int) bool {
	a, ok := r.batch.Column(c).(*array.Boolean)
	return ok && !a.IsNull(r.i) && a.Value(r.i)
}

func (r row) null(c int) bool { return r.batch.Column(c).IsNull(r.i) }

// instant gives a time that was selected by micros, "" where it is null.
func (r row) instant(c int) string {
	if r.null(c) {
		return ""
	}
	return instant(time.UnixMicro(r.whole(c)))
}

// instant writes a time in the form pages read: to the second, or the day alone where the time is its first moment, UTC.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if t = t.UTC(); t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02T15:04:05Z")
}

// What is selected, by the type that rows are read as.

func ident(name string) string    { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
func asText(column string) string { return ident(column) + "::VARCHAR" }
func asNumber(c string) string    { return ident(c) + "::DOUBLE" }
func micros(column string) string { return "epoch_us(" + ident(column) + ")::BIGINT" }

// texts selects columns as texts.
func texts(columns ...string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = asText(c)
	}
	return out
}

// from writes SELECT ... FROM table.
func from(name string, selected ...string) string {
	return "SELECT " + strings.Join(selected, ", ") + " FROM " + ident(name)
}
