package duck

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// Table describes a table or view for the sinks. Its rows come ordered by the given columns and then by all others;
// without any, in the order in which they were inserted.
func (db *DB) Table(ctx context.Context, name string, order []string) (sinks.Table, error) {
	columns, err := db.commented(ctx, name)
	if err != nil {
		return nil, err
	}
	t := &table{db: db, name: name, columns: columns, query: "SELECT * FROM " + Ident(name)}
	for _, o := range order {
		if !slices.ContainsFunc(columns, func(c sinks.Column) bool { return c.Name == o }) {
			return nil, fmt.Errorf("order table %s: it has no column %s", name, o)
		}
	}
	if len(order) > 0 {
		order = slices.Clone(order)
		for _, c := range columns {
			if !slices.Contains(order, c.Name) {
				order = append(order, c.Name)
			}
		}
		t.query += " ORDER BY " + strings.Join(idents(order), ", ")
	}
	if t.rows, err = db.count(ctx, "SELECT count(*) FROM "+Ident(name)); err != nil {
		return nil, fmt.Errorf("count table %s: %w", name, err)
	}
	err = db.pool.QueryRowContext(ctx, `
		SELECT coalesce(comment, '') FROM duckdb_tables() WHERE database_name = $1 AND schema_name = 'main' AND table_name = $2
		UNION ALL SELECT coalesce(comment, '') FROM duckdb_views() WHERE database_name = $1 AND schema_name = 'main' AND view_name = $2`,
		catalog, name).Scan(&t.comment)
	if err != nil {
		return nil, fmt.Errorf("describe table %s: %w", name, whole(ctx, err))
	}
	return t, nil
}

type table struct {
	db            *DB
	name, comment string
	columns       []sinks.Column
	rows          int64
	query         string
}

func (t *table) Name() string            { return t.name }
func (t *table) Comment() string         { return t.comment }
func (t *table) Columns() []sinks.Column { return slices.Clone(t.columns) }
func (t *table) Rows() int64             { return t.rows }

func (t *table) Records(ctx context.Context) (array.RecordReader, error) {
	r, err := t.db.Records(ctx, t.query)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", t.name, err)
	}
	return r, nil
}

func (t *table) WriteParquet(ctx context.Context, path string, o sinks.ParquetOptions) error {
	if len(o.PartitionBy) > 0 {
		return t.writePartitions(ctx, path, o)
	}
	settings, err := t.parquet(o)
	if err != nil {
		return fmt.Errorf("write table %s as Parquet: %w", t.name, err)
	}
	return durably(path, func(partial string) error {
		err := t.db.Exec(ctx, "COPY ("+t.query+") TO "+Literal(partial)+" ("+settings+")")
		if err != nil {
			return fmt.Errorf("write table %s as Parquet: %w", t.name, err)
		}
		return nil
	})
}

// parquet gives the settings of COPY. The descriptions go into the file's key-value metadata.
func (t *table) parquet(o sinks.ParquetOptions) (string, error) {
	if o.Codec == "" && o.Level == 0 {
		o.Codec, o.Level = "zstd", 3
	}
	if o.RowGroupRows == 0 {
		o.RowGroupRows = batchRows
	}
	described, measured := make(map[string]string, len(t.columns)), map[string]string{}
	for _, c := range t.columns {
		if c.Comment != "" {
			described[c.Name] = c.Comment
		}
		if unit := catalogue.Describe(c, nil).Unit; unit != "" {
			measured[c.Name] = unit
		}
	}
	columns, err := json.Marshal(described) // sorts its keys
	if err != nil {
		return "", err
	}
	units, err := json.Marshal(measured)
	if err != nil {
		return "", err
	}
	settings := []string{
		"FORMAT parquet", "USE_TMP_FILE false", "CODEC " + Literal(o.Codec), "ROW_GROUP_SIZE " + strconv.Itoa(o.RowGroupRows),
		"KV_METADATA {comment: " + Literal(t.comment) + ", columns: " + Literal(string(columns)) + ", units: " + Literal(string(units)) + "}",
	}
	switch o.Codec {
	case "zstd":
		if o.Level != 0 {
			settings = append(settings, "COMPRESSION_LEVEL "+strconv.Itoa(o.Level))
		}
	case "snappy", "uncompressed":
		if o.Level != 0 {
			return "", fmt.Errorf("the codec %s has no levels", o.Codec)
		}
	default:
		return "", fmt.Errorf("the codec %q is none of zstd, snappy, uncompressed", o.Codec)
	}
	return strings.Join(settings, ", "), nil
}
