package main

import (
	"context"
	"io"
	"runtime"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"golang.org/x/sync/errgroup"
)

// columnsWriter writes lists as Parquet: every batch is a row group, whose columns are encoded and compressed side by side.
// The last row group is written when there is nothing left to read, so that with one core at it the other would be idle.
type columnsWriter struct {
	schema *arrow.Schema
	file   *file.Writer
	there  []int16 // definition levels of a column without nulls
}

// isFlat reports whether columnsWriter can write a schema.
func isFlat(schema *arrow.Schema) bool {
	for _, f := range schema.Fields() {
		if nested, ok := f.Type.(arrow.NestedType); ok && nested.NumFields() > 0 {
			return false
		}
	}
	return true
}

func newColumnsWriter(schema *arrow.Schema, w io.Writer, props *parquet.WriterProperties) (*columnsWriter, error) {
	stored, err := pqarrow.ToParquet(schema, props, pqarrow.DefaultWriterProps())
	if err != nil {
		return nil, err
	}
	f, err := file.NewParquetWriterWithError(w, stored.Root(), file.WithWriterProps(props))
	if err != nil {
		return nil, err
	}
	return &columnsWriter{schema: schema, file: f}, nil
}

// write writes a batch.
func (w *columnsWriter) write(b arrow.RecordBatch) error {
	if b.NumRows() == 0 {
		return nil
	}
	group, err := w.file.AppendBufferedRowGroupChecked()
	if err != nil {
		return err
	}
	for n := int(b.NumRows()); len(w.there) < n; {
		w.there = append(w.there, 1)
	}
	var workers errgroup.Group
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for i, column := range b.Columns() {
		to, err := group.Column(i)
		if err != nil {
			return err
		}
		workers.Go(func() error { return w.column(to, column, w.schema.Field(i).Nullable) })
	}
	if err := workers.Wait(); err != nil {
		return err
	}
	return group.Close()
}

// column encodes and compresses a column into memory; closing the row group writes it.
func (w *columnsWriter) column(to file.ColumnChunkWriter, column arrow.Array, nullable bool) error {
	var levels []int16
	switch {
	case !nullable:
	case column.NullN() == 0:
		levels = w.there[:column.Len()]
	default:
		levels = make([]int16, column.Len())
		for i := range levels {
			if column.IsValid(i) {
				levels[i] = 1
			}
		}
	}
	props := pqarrow.DefaultWriterProps()
	ctx := pqarrow.NewArrowWriteContext(context.Background(), &props) // of its own: it holds a buffer
	if err := pqarrow.WriteArrowToColumn(ctx, to, column, levels, nil, nullable); err != nil {
		return err
	}
	// What is not compressed yet would be when the row group is closed, column after column.
	if _, words := any(to.CurrentEncoder()).(interface{ DictEncodedSize() int }); words {
		if to, ok := to.(interface{ FlushCurrentPage() error }); ok { // there is one: the numbers of a row group fit a page
			return to.FlushCurrentPage()
		}
		return nil
	}
	if to, ok := to.(interface{ FlushBufferedDataPages() error }); ok {
		return to.FlushBufferedDataPages()
	}
	return nil
}

func (w *columnsWriter) close() error { return w.file.Close() }

// rowsWriter writes any batches as Parquet, and fills row groups with them.
type rowsWriter struct{ *pqarrow.FileWriter }

func (w rowsWriter) write(b arrow.RecordBatch) error { return w.WriteBuffered(b) }
func (w rowsWriter) close() error                    { return w.Close() }

// batchWriter writes batches as a Parquet file.
type batchWriter interface {
	write(arrow.RecordBatch) error
	close() error
}

func newBatchWriter(schema *arrow.Schema, w io.Writer, props *parquet.WriterProperties) (batchWriter, error) {
	if isFlat(schema) {
		return newColumnsWriter(schema, w, props)
	}
	f, err := pqarrow.NewFileWriter(schema, w, props, pqarrow.DefaultWriterProps())
	return rowsWriter{f}, err
}
