package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/statloom/statloom/sinks"
)

// Columns gives names and types of the columns of a table or view, in order.
func (db *DB) Columns(ctx context.Context, table string) ([]sinks.Column, error) {
	return db.columns(ctx, table, "SELECT column_name, column_type, '' FROM (DESCRIBE "+Ident(catalog)+".main."+Ident(table)+")")
}

// commented gives the columns with their comments. For that DuckDB goes through all columns of all tables, which takes ten
// times as long.
func (db *DB) commented(ctx context.Context, table string) ([]sinks.Column, error) {
	return db.columns(ctx, table, `SELECT column_name, data_type, coalesce(comment, '') FROM duckdb_columns()
		WHERE database_name = $2 AND schema_name = 'main' AND table_name = $1 ORDER BY column_index`, table, catalog)
}

// columns reads columns by a query.
func (db *DB) columns(ctx context.Context, table, query string, args ...any) ([]sinks.Column, error) {
	rows, err := db.Query(ctx, query, args...)
	if problem := (*duckdb.Error)(nil); errors.As(err, &problem) && problem.Type == duckdb.ErrorTypeCatalog {
		return nil, fmt.Errorf("describe table %s: there is no such table", table)
	}
	if err != nil {
		return nil, fmt.Errorf("describe table %s: %w", table, err)
	}
	defer rows.Close()
	var columns []sinks.Column
	for rows.Next() {
		var c sinks.Column
		if err := rows.Scan(&c.Name, &c.Type, &c.Comment); err != nil {
			return nil, fmt.Errorf("describe table %s: %w", table, err)
		}
		columns = append(columns, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("describe table %s: %w", table, whole(ctx, err))
	}
	if columns == nil {
		return nil, fmt.Errorf("describe table %s: there is no such table", table)
	}
	return columns, nil
}

// Comment describes a table, view or macro, or with a column name one of its columns.
func (db *DB) Comment(ctx context.Context, object, column, text string) error {
	target := "COLUMN " + Ident(object) + "." + Ident(column)
	if column == "" {
		kind, err := db.kindOf(ctx, object)
		if err != nil {
			return err
		}
		target = kind + " " + Ident(object)
	}
	if err := db.Exec(ctx, "COMMENT ON "+target+" IS "+Literal(text)); err != nil {
		return fmt.Errorf("comment on %s %s: %w", object, column, err)
	}
	return nil
}

// CommentTable describes a table and its columns at once.
func (db *DB) CommentTable(ctx context.Context, table, text string, columns []sinks.Column) error {
	var b strings.Builder
	fmt.Fprintf(&b, "COMMENT ON TABLE %s IS %s;\n", Ident(table), Literal(text))
	for _, c := range columns {
		fmt.Fprintf(&b, "COMMENT ON COLUMN %s.%s IS %s;\n", Ident(table), Ident(c.Name), Literal(c.Comment))
	}
	if err := db.atomically(ctx, b.String()); err != nil {
		return fmt.Errorf("comment on %s: %w", table, err)
	}
	return nil
}

// kindOf says what sort of object bears a name, in the words of COMMENT ON. To list the functions takes longer than to
// write a small table, so they are asked last.
func (db *DB) kindOf(ctx context.Context, object string) (kind string, err error) {
	for _, query := range []string{
		`SELECT 'TABLE' FROM duckdb_tables() WHERE database_name = $1 AND table_name = $2
			UNION ALL SELECT 'VIEW' FROM duckdb_views() WHERE database_name = $1 AND view_name = $2 LIMIT 1`,
		`SELECT CASE function_type WHEN 'macro' THEN 'MACRO' ELSE 'MACRO TABLE' END
			FROM duckdb_functions() WHERE database_name = $1 AND function_name = $2 LIMIT 1`,
	} {
		err = db.pool.QueryRowContext(ctx, query, catalog, object).Scan(&kind)
		if !errors.Is(err, sql.ErrNoRows) {
			break
		}
	}
	if err != nil {
		return "", fmt.Errorf("find %s in the database: %w", object, whole(ctx, err))
	}
	return kind, nil
}
