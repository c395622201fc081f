package duck

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/duckdb/duckdb-go/v2"
)

// Load makes a table of the record batches and says how many rows it has. The table must not exist yet. A batch stays
// the caller's: Load retains it while it needs it. An error of the batches, a type that DuckDB cannot take, or a count
// that differs from what was streamed leaves no table behind.
func (db *DB) Load(ctx context.Context, table string, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (int64, error) {
	rows, err := db.load(ctx, table, schema, batches)
	if err != nil {
		return 0, fmt.Errorf("load table %s: %w", table, whole(ctx, err))
	}
	return rows, nil
}

// load follows the one way of scanning an Arrow stream that is safe: a view on the in-memory database, read once and
// whole by CREATE TABLE AS, counted, dropped, and only then released.
func (db *DB) load(ctx context.Context, table string, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (n int64, err error) {
	if err := checkTypes(schema); err != nil {
		return 0, err
	}
	conn, err := db.connect(ctx, "memory")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()

	stream := newStream(ctx, schema, batches)
	defer stream.stop()
	arrowConn, err := duckdb.NewArrowFromConn(conn)
	if err != nil {
		return 0, err
	}
	view := fmt.Sprintf("arrow_%d", db.seq.Add(1))
	release, err := arrowConn.RegisterView(stream, view)
	if err != nil {
		return 0, err
	}
	defer release()

	target := Ident(catalog) + ".main." + Ident(table)
	err = exec(ctx, conn, "CREATE TABLE "+target+" AS SELECT * FROM memory.main."+view)
	made := err == nil
	dropErr := exec(context.WithoutCancel(ctx), conn, "DROP VIEW memory.main."+view)
	streamed, streamErr := stream.finish()
	if streamErr != nil && (made || stream.ended) {
		err = streamErr // DuckDB's error only quotes it
	}
	if err == nil {
		n, err = arrived(ctx, db, target, streamed)
	}
	if err != nil && made {
		err = errors.Join(err, exec(context.WithoutCancel(ctx), conn, "DROP TABLE "+target))
	}
	return n, errors.Join(err, dropErr)
}

// arrived counts a table's rows and compares.
func arrived(ctx context.Context, db *DB, target string, streamed int64) (int64, error) {
	n, err := db.count(ctx, "SELECT count(*) FROM "+target)
	if err == nil && n != streamed {
		err = fmt.Errorf("%d rows were streamed but %d arrived", streamed, n)
	}
	return n, err
}

// connect gives a connection of its own, outside the pool, whose current database is the one named.
func (db *DB) connect(ctx context.Context, current string) (driver.Conn, error) {
	conn, err := db.connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := exec(ctx, conn, "USE "+Ident(current)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// exec runs statements on a driver connection.
func exec(ctx context.Context, conn driver.Conn, sql string) error {
	_, err := conn.(driver.ExecerContext).ExecContext(ctx, sql, nil)
	return err
}
