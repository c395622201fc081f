package duck

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// batchRows is the size batches are brought to: DuckDB's row group, below which scanning a stream costs twice as much.
const batchRows = 122_880

// stream is the record reader DuckDB pulls from. A goroutine of its own walks the caller's batches: DuckDB calls Next
// from its threads, where neither a coroutine may be resumed nor a panic survived.
type stream struct {
	schema *arrow.Schema
	ready  chan arrow.RecordBatch
	cancel context.CancelFunc
	done   chan struct{}

	current arrow.RecordBatch
	rows    int64 // handed to DuckDB
	ended   bool  // Next has seen the end
	err     error // of the goroutine; read after done is closed
	once    sync.Once
	refs    atomic.Int64
}

func newStream(ctx context.Context, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) *stream {
	ctx, cancel := context.WithCancel(ctx)
	s := &stream{schema: schema, ready: make(chan arrow.RecordBatch), cancel: cancel, done: make(chan struct{})}
	s.refs.Store(1)
	go func() {
		defer close(s.done)
		defer close(s.ready)
		s.err = s.walk(ctx, batches)
	}()
	return s
}

// walk brings the batches to size and hands them over.
func (s *stream) walk(ctx context.Context, batches iter.Seq2[arrow.RecordBatch, error]) (err error) {
	var held []arrow.RecordBatch
	var rows int64
	defer func() {
		for _, b := range held {
			b.Release()
		}
		if r := recover(); r != nil {
			err = fmt.Errorf("read the batches: panic: %v\n%s", r, debug.Stack())
		}
	}()
	flush := func() error {
		if rows == 0 {
			return nil
		}
		whole, err := concat(s.schema, held, rows)
		for _, b := range held {
			b.Release()
		}
		held, rows = held[:0], 0
		if err != nil {
			return err
		}
		select {
		case s.ready <- whole:
			return nil
		case <-ctx.Done():
			whole.Release()
			return ctx.Err()
		}
	}
	for b, err := range batches {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := checkBatch(s.schema, b); err != nil {
			return err
		}
		b.Retain()
		held, rows = append(held, b), rows+b.NumRows()
		if rows >= batchRows {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// concat makes one batch of several.
func concat(schema *arrow.Schema, batches []arrow.RecordBatch, rows int64) (arrow.RecordBatch, error) {
	if len(batches) == 1 {
		batches[0].Retain()
		return batches[0], nil
	}
	columns := make([]arrow.Array, schema.NumFields())
	defer func() {
		for _, c := range columns {
			if c != nil {
				c.Release()
			}
		}
	}()
	parts := make([]arrow.Array, len(batches))
	for i := range columns {
		for k, b := range batches {
			parts[k] = b.Column(i)
		}
		c, err := array.Concatenate(parts, memory.DefaultAllocator)
		if err != nil {
			return nil, fmt.Errorf("join batches of column %q: %w", schema.Field(i).Name, err)
		}
		columns[i] = c
	}
	return array.NewRecordBatch(schema, columns, rows), nil
}

// finish waits for the goroutine after DuckDB is done with the stream, and gives the rows that were handed over.
func (s *stream) finish() (int64, error) {
	s.stop()
	if s.ended {
		return s.rows, s.err
	}
	if s.err != nil && !errors.Is(s.err, context.Canceled) {
		return s.rows, s.err
	}
	return s.rows, errors.New("the stream was not read to its end")
}

// stop ends the goroutine and lets go of what it may still hold.
func (s *stream) stop() {
	s.once.Do(func() {
		s.cancel()
		for b := range s.ready {
			b.Release()
		}
		<-s.done
		if s.current != nil {
			s.current.Release()
			s.current = nil
		}
	})
}

// Next waits for a batch. An error ends the stream; Err gives it.
func (s *stream) Next() bool {
	if s.current != nil {
		s.current.Release()
		s.current = nil
	}
	b, ok := <-s.ready
	if !ok {
		<-s.done
		s.ended = true
		return false
	}
	s.current = b
	s.rows += b.NumRows()
	return true
}

func (s *stream) Err() error {
	if s.ended {
		return s.err
	}
	return nil
}

func (s *stream) Schema() *arrow.Schema          { return s.schema }
func (s *stream) RecordBatch() arrow.RecordBatch { return s.current }
func (s *stream) Record() arrow.RecordBatch      { return s.current }
func (s *stream) Retain()                        { s.refs.Add(1) }
func (s *stream) Release()                       { s.refs.Add(-1) }

var _ array.RecordReader = (*stream)(nil)
