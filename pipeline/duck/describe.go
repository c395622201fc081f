package duck

import (
	"context"
	"fmt"

	"github.com/statloom/statloom/sinks"
)

// Columns describes the columns of a table or view, in order.
func (db *DB) Columns(ctx context.Context, table string) ([]sinks.Column, error) {
	rows, err := db.Query(ctx, `SELECT column_name, data_type, coalesce(comment, '') FROM duckdb_columns()
		WHERE database_name = ? AND schema_name = 'main' AND table_name = ? ORDER BY column_index`, catalog, table)
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
	kind, err := db.kindOf(ctx, object)
	if err != nil {
		return err
	}
	target := kind + " " + Ident(object)
	if column != "" {
		target = "COLUMN " + Ident(object) + "." + Ident(column)
	}
	if err := db.Exec(ctx, "COMMENT ON "+target+" IS "+Literal(text)); err != nil {
		return fmt.Errorf("comment on %s %s: %w", object, column, err)
	}
	return nil
}

// kindOf says what sort of object bears a name, in the words of COMMENT ON.
func (db *DB) kindOf(ctx context.Context, object string) (string, error) {
	var kind string
	err := db.pool.QueryRowContext(ctx, `
		SELECT 'TABLE' FROM duckdb_tables() WHERE database_name = $1 AND table_name = $2
		UNION ALL SELECT 'VIEW' FROM duckdb_views() WHERE database_name = $1 AND view_name = $2
		UNION ALL SELECT DISTINCT CASE function_type WHEN 'macro' THEN 'MACRO' ELSE 'MACRO TABLE' END
			FROM duckdb_functions() WHERE database_name = $1 AND function_name = $2
		LIMIT 1`, catalog, object).Scan(&kind)
	if err != nil {
		return "", fmt.Errorf("find %s in the database: %w", object, whole(ctx, err))
	}
	return kind, nil
}
