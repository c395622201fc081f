// Package ducktest gives tests a real database to work on or publish from, and eyes to read what stands in one.
package ducktest

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/sinktest"
)

// Store makes a database that holds the fixtures, for sinktest.Suite.
func Store(t *testing.T, fixtures []sinktest.Fixture) (sinks.Store, []sinks.Table) {
	t.Helper()
	db := Create(t)
	var tables []sinks.Table
	for _, f := range fixtures {
		if _, err := db.Load(t.Context(), f.Name, f.Schema, f.Batches); err != nil {
			t.Fatal(err)
		}
		if err := db.Comment(t.Context(), f.Name, "", f.Comment); err != nil {
			t.Fatal(err)
		}
		for column, text := range f.Comments {
			if err := db.Comment(t.Context(), f.Name, column, text); err != nil {
				t.Fatal(err)
			}
		}
		table, err := db.Table(t.Context(), f.Name, f.Order)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	return db, tables
}

// Create makes an empty database that is closed with the test.
func Create(t *testing.T) *duck.DB {
	t.Helper()
	db, err := duck.Create(t.Context(), filepath.Join(t.TempDir(), "work.duckdb"), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Rows gives a query's rows as text, a line each: columns separated by |, and - for NULL.
func Rows(t *testing.T, db *duck.DB, query string) string {
	t.Helper()
	rows, err := db.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	values := make([]sql.NullString, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if i > 0 {
				b.WriteString("|")
			}
			if v.Valid {
				b.WriteString(v.String)
			} else {
				b.WriteString("-")
			}
		}
		b.WriteString("\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Read gives the rows of what stands behind FROM, in the order given.
func Read(t *testing.T, db *duck.DB, from, order string) sinktest.Content {
	t.Helper()
	types, err := db.Query(t.Context(), "SELECT column_name, column_type FROM (DESCRIBE FROM "+from+")")
	if err != nil {
		t.Fatal(err)
	}
	defer types.Close()
	var c sinktest.Content
	for types.Next() {
		var name, typ string
		if err := types.Scan(&name, &typ); err != nil {
			t.Fatal(err)
		}
		c.Columns, c.Types = append(c.Columns, name), append(c.Types, typ)
	}
	if err := types.Err(); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(t.Context(), fmt.Sprintf("SELECT coalesce(CAST(COLUMNS(*) AS VARCHAR), '%s') FROM (FROM %s %s)", sinktest.Null, from, order))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		row := make([]string, len(c.Columns))
		into := make([]any, len(row))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		c.Rows = append(c.Rows, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}
