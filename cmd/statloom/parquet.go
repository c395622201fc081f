package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms/records"
)

// parquetFile writes batches as one Parquet file under a name of its own, which becomes the file's only when all is
// written. Writing runs beside the reading that feeds it.
type parquetFile struct {
	ctx  context.Context
	path string
	temp *os.File

	feed  chan arrow.RecordBatch // nil when no writing goes on
	group *errgroup.Group
	gone  context.Context // done when writing has ended
}

// rowGroup is DuckDB's own size of a row group; what is written is kept in memory until one is full.
const rowGroup = 122_880

// queued is how many batches may wait to be written.
const queued = 2

func newParquetFile(ctx context.Context, path string) (*parquetFile, error) {
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".part")
	temp, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Config, File: path, What: "make the file", Err: err, Remedy: "name a folder that exists and may be written to"}
	}
	return &parquetFile{ctx: ctx, path: path, temp: temp}, nil
}

// Begin starts the file, and starts it anew when called again.
func (p *parquetFile) Begin(schema *arrow.Schema) error {
	if err := p.end(); err != nil {
		return err
	}
	if err := p.temp.Truncate(0); err != nil {
		return fmt.Errorf("begin %s: %w", p.path, err)
	}
	if _, err := p.temp.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("begin %s: %w", p.path, err)
	}
	feed := make(chan arrow.RecordBatch, queued)
	p.feed = feed
	p.group, p.gone = errgroup.WithContext(p.ctx)
	p.group.Go(func() error {
		err := writeParquet(p.temp, schema, feed)
		for b := range feed { // what was sent before the sender learnt of an error
			b.Release()
		}
		return err
	})
	return nil
}

// writeParquet writes all batches that come.
func writeParquet(f *os.File, schema *arrow.Schema, feed <-chan arrow.RecordBatch) error {
	props := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCompressionLevel(1), parquet.WithCreatedBy("statloom"), parquet.WithMaxRowGroupLength(rowGroup),
	}
	for _, field := range schema.Fields() {
		switch field.Type.ID() {
		case arrow.STRING:
			if field.Metadata.FindKey(records.Varied) >= 0 {
				props = append(props, parquet.WithDictionaryFor(field.Name, false))
			}
		case arrow.FLOAT64, arrow.TIMESTAMP: // they hardly recur, and a dictionary of them costs more than they do
			props = append(props, parquet.WithDictionaryFor(field.Name, false))
		case arrow.INT32:
			if field.Name == records.RowColumn { // which counts up
				props = append(props, parquet.WithDictionaryFor(field.Name, false), parquet.WithEncodingFor(field.Name, parquet.Encodings.DeltaBinaryPacked))
			}
		}
	}
	w, err := newBatchWriter(schema, keptOpen{f}, parquet.NewWriterProperties(props...))
	if err != nil {
		return err
	}
	for b := range feed {
		err := w.write(b)
		b.Release()
		if err != nil {
			return err
		}
	}
	return w.close()
}

// keptOpen is a file that the Parquet writer does not close.
type keptOpen struct{ io.Writer }

// Write takes a batch.
func (p *parquetFile) Write(b arrow.RecordBatch) error {
	b.Retain()
	select {
	case p.feed <- b:
		return nil
	case <-p.gone.Done():
		b.Release()
		return p.end()
	}
}

// end waits until what was sent is written.
func (p *parquetFile) end() error {
	if p.feed == nil {
		return nil
	}
	close(p.feed)
	p.feed = nil
	if err := p.group.Wait(); err != nil {
		return fmt.Errorf("write %s: %w", p.path, err)
	}
	return p.ctx.Err()
}

// Commit ends the file and gives it its name.
func (p *parquetFile) Commit() error {
	if err := p.end(); err != nil {
		return err
	}
	if err := p.temp.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", p.path, err)
	}
	if err := p.temp.Close(); err != nil {
		return fmt.Errorf("write %s: %w", p.path, err)
	}
	if err := os.Rename(p.temp.Name(), p.path); err != nil {
		return fmt.Errorf("write %s: %w", p.path, err)
	}
	return nil
}

// Abort leaves nothing behind. After Commit it does nothing.
func (p *parquetFile) Abort() {
	_ = p.end() // the file is given up whatever came of it
	if p.temp.Close() == nil {
		os.Remove(p.temp.Name())
	}
}
