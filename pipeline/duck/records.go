package duck

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"
)

// Records runs a query and streams its result as Arrow; the caller releases the reader, before the database is closed.
func (db *DB) Records(ctx context.Context, sql string) (array.RecordReader, error) {
	conn, err := db.connect(ctx, catalog)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	arrowConn, err := duckdb.NewArrowFromConn(conn)
	if err == nil {
		var reader array.RecordReader
		if reader, err = arrowConn.QueryContext(ctx, sql); err == nil {
			r := &results{RecordReader: reader, conn: conn}
			r.refs.Store(1)
			return r, nil
		}
	}
	return nil, errors.Join(whole(ctx, err), conn.Close())
}

// results closes its connection with the last reference.
type results struct {
	array.RecordReader
	conn driver.Conn
	refs atomic.Int64
}

func (r *results) Retain() { r.refs.Add(1) }

func (r *results) Release() {
	if r.refs.Add(-1) != 0 {
		return
	}
	r.RecordReader.Release()
	_ = r.conn.Close() // nothing was written through it
}
