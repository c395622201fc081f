package duck

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sinks"
)

// partitionLimit is how many folders a table is divided into at most: each costs a file, and a look at the whole table.
const partitionLimit = 1000

// writePartitions writes a table as a folder of Parquet files, divided by the values of some columns as Hive does:
// time_period=2024/data_0.parquet. Each part is written by itself, so that its bytes do not hang on how threads share the work.
func (t *table) writePartitions(ctx context.Context, path string, o sinks.ParquetOptions) error {
	for _, name := range o.PartitionBy {
		if !slices.ContainsFunc(t.columns, func(c sinks.Column) bool { return c.Name == name }) {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("table %s has no column %q to divide it by", t.name, name), Remedy: "correct the option partition_by"}
		}
	}
	if len(o.PartitionBy) == len(t.columns) {
		return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("table %s has no column left to write when it is divided by all of them", t.name), Remedy: "correct the option partition_by"}
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		return fmt.Errorf("write table %s as Parquet: %w", t.name, err)
	}
	parts, err := t.partitions(ctx, o.PartitionBy)
	if err != nil {
		return err
	}
	settings, err := t.parquet(o)
	if err != nil {
		return fmt.Errorf("write table %s as Parquet: %w", t.name, err)
	}
	without := "SELECT * EXCLUDE (" + strings.Join(idents(o.PartitionBy), ", ") + ") FROM (" + t.query + ")"
	for _, part := range parts {
		dir := path
		var where []string
		for i, name := range o.PartitionBy {
			dir = filepath.Join(dir, url.PathEscape(name)+"="+hiveValue(part[i]))
			condition := "CAST(" + Ident(name) + " AS VARCHAR) = " + Literal(part[i].String)
			if !part[i].Valid {
				condition = Ident(name) + " IS NULL"
			}
			where = append(where, condition)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("write table %s as Parquet: %w", t.name, err)
		}
		err := durably(filepath.Join(dir, "data_0.parquet"), func(partial string) error {
			return t.db.Exec(ctx, "COPY ("+without+" WHERE "+strings.Join(where, " AND ")+") TO "+Literal(partial)+" ("+settings+")")
		})
		if err != nil {
			return fmt.Errorf("write table %s as Parquet: %w", t.name, err)
		}
		for up := filepath.Dir(dir); len(up) >= len(path); up = filepath.Dir(up) {
			if err := syncFile(up); err != nil {
				return fmt.Errorf("write table %s as Parquet: %w", t.name, err)
			}
		}
	}
	return nil
}

// hiveValue names a folder for a value; characters that paths do not take are escaped.
func hiveValue(v sql.NullString) string {
	if !v.Valid {
		return "__HIVE_DEFAULT_PARTITION__"
	}
	return strings.ReplaceAll(url.QueryEscape(v.String), "+", "%20")
}

// partitions lists the values by which a table is divided.
func (t *table) partitions(ctx context.Context, by []string) (parts [][]sql.NullString, err error) {
	var names []string
	for _, c := range by {
		names = append(names, "CAST("+Ident(c)+" AS VARCHAR)")
	}
	list := strings.Join(names, ", ")
	rows, err := t.db.Query(ctx, "SELECT DISTINCT "+list+" FROM "+Ident(t.name)+" ORDER BY "+list)
	if err != nil {
		return nil, fmt.Errorf("divide table %s: %w", t.name, err)
	}
	defer rows.Close()
	for rows.Next() {
		part := make([]sql.NullString, len(by))
		into := make([]any, len(by))
		for i := range part {
			into[i] = &part[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("divide table %s: %w", t.name, err)
		}
		if parts = append(parts, part); len(parts) > partitionLimit {
			return nil, &fault.Error{Kind: fault.Config, What: fmt.Sprintf("table %s falls into more than %d parts by %s", t.name, partitionLimit, strings.Join(by, ", ")),
				Remedy: "take fewer columns for partition_by"}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("divide table %s: %w", t.name, whole(ctx, err))
	}
	return parts, nil
}
