package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// Write makes the table and copies its rows.
func (s *sink) Write(ctx context.Context, t sinks.Table) error {
	name := t.Name()
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(s.options.Tables) > 0 && !slices.Contains(s.options.Tables, name) {
		return nil
	}
	columns := t.Columns()
	names := []string{name}
	for _, c := range columns {
		names = append(names, c.Name)
	}
	for _, n := range names {
		if len(n) > nameLimit {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the name %q is longer than the %d bytes that Postgres keeps", n, nameLimit), Remedy: "shorten it, or leave the table out by the sink's option tables"}
		}
	}
	s.seen[name] = true
	if err := s.create(ctx, t, columns); err != nil {
		return fmt.Errorf("make the table %s: %w", name, err)
	}
	rows := newSource(ctx, t)
	defer rows.stop()
	n, err := s.tx.CopyFrom(ctx, pgx.Identifier{s.next(), name}, names[1:], rows)
	if rows.err != nil {
		err = rows.err // Postgres only says that the copy was ended
	}
	if err == nil && n != t.Rows() {
		err = fmt.Errorf("%d rows arrived of %d", n, t.Rows())
	}
	if err != nil {
		return fmt.Errorf("copy table %s to Postgres: %w", name, err)
	}
	if _, err := s.tx.Exec(ctx, "ANALYZE "+s.qualified(name)); err != nil {
		return fmt.Errorf("analyse table %s: %w", name, err)
	}
	return nil
}

func (s *sink) qualified(table string) string { return ident(s.next()) + "." + ident(table) }

// create makes the table with its descriptions.
func (s *sink) create(ctx context.Context, t sinks.Table, columns []sinks.Column) error {
	var parts []string
	for _, c := range columns {
		parts = append(parts, ident(c.Name)+" "+typeOf(c.Type))
	}
	table := s.qualified(t.Name())
	if _, err := s.tx.Exec(ctx, "CREATE TABLE "+table+" ("+strings.Join(parts, ", ")+")"); err != nil {
		return err
	}
	if t.Comment() != "" {
		if err := s.comment(ctx, "TABLE "+table, t.Comment()); err != nil {
			return err
		}
	}
	for _, c := range columns {
		if c.Comment == "" {
			continue
		}
		if err := s.comment(ctx, "COLUMN "+table+"."+ident(c.Name), c.Comment); err != nil {
			return err
		}
	}
	return nil
}

// typeOf gives Postgres's name of a type of DuckDB's.
func typeOf(t string) string {
	switch t {
	case "DOUBLE":
		return "double precision"
	case "FLOAT":
		return "real"
	case "TINYINT", "UTINYINT", "SMALLINT":
		return "smallint"
	case "USMALLINT", "INTEGER":
		return "integer"
	case "UINTEGER", "BIGINT":
		return "bigint"
	case "UBIGINT", "HUGEINT", "UHUGEINT":
		return "numeric"
	case "BOOLEAN":
		return "boolean"
	case "DATE":
		return "date"
	case "TIMESTAMP WITH TIME ZONE":
		return "timestamptz"
	case "TIMESTAMP":
		return "timestamp"
	case "JSON":
		return "jsonb"
	}
	if strings.HasPrefix(t, "DECIMAL(") {
		return "numeric" + strings.TrimPrefix(t, "DECIMAL")
	}
	return "text"
}

// source gives pgx the rows of a table.
type source struct {
	next func() (catalogue.Row, error, bool)
	stop func()
	row  catalogue.Row
	err  error
}

func newSource(ctx context.Context, t sinks.Table) *source {
	s := &source{}
	s.next, s.stop = iter.Pull2(catalogue.Rows(ctx, t))
	return s
}

// Next implements pgx.CopyFromSource.
func (s *source) Next() bool {
	row, err, ok := s.next()
	if !ok || err != nil {
		s.err = err
		return false
	}
	s.row = row
	return true
}

// Values implements pgx.CopyFromSource.
func (s *source) Values() ([]any, error) {
	for i, v := range s.row {
		switch v := v.(type) {
		case catalogue.Date:
			s.row[i] = v.Time
		case catalogue.Decimal:
			s.row[i] = string(v)
		case string:
			if strings.ContainsRune(v, 0) {
				s.err = errors.New("a text holds the character U+0000, which Postgres has no room for")
				return nil, s.err
			}
		}
	}
	return s.row, nil
}

// Err implements pgx.CopyFromSource.
func (s *source) Err() error { return s.err }
