package layout

import (
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/statloom/statloom/transforms"
)

// batchRows is how many rows a batch holds; large batches load fastest.
const batchRows = 122_880

// writer gathers rows into record batches.
type writer struct {
	out   transforms.Output
	b     *array.RecordBuilder
	rows  int
	total int64
}

func newWriter(schema *arrow.Schema, out transforms.Output) *writer {
	return &writer{out: out, b: array.NewRecordBuilder(memory.DefaultAllocator, schema)}
}

func (w *writer) release() { w.b.Release() }

// flush hands out the rows gathered.
func (w *writer) flush() error {
	if w.rows == 0 {
		return nil
	}
	batch := w.b.NewRecordBatch()
	defer batch.Release()
	w.rows = 0
	if err := w.out.Batch(batch); err != nil {
		return fmt.Errorf("hand over a batch: %w", err)
	}
	return nil
}

func (w *writer) added() error {
	w.total++
	if w.rows++; w.rows == batchRows {
		return w.flush()
	}
	return nil
}

func (w *writer) text(i int, s string) { w.b.Field(i).(*array.StringBuilder).Append(s) }

// textOrNull appends null for "".
func (w *writer) textOrNull(i int, s string) {
	if s == "" {
		w.b.Field(i).AppendNull()
		return
	}
	w.text(i, s)
}

func (w *writer) date(i int, t time.Time) {
	w.b.Field(i).(*array.Date32Builder).Append(arrow.Date32FromTime(t))
}

// provenance appends the last columns of a row.
func (w *writer) provenance(i int, snapshot, sheet, cell string, vintage time.Time) {
	w.text(i, snapshot)
	w.text(i+1, sheet)
	w.text(i+2, cell)
	w.b.Field(i + 3).(*array.TimestampBuilder).Append(arrow.Timestamp(vintage.UnixMicro()))
}

// observation appends a row of observations.
func (w *writer) observation(o observation, snapshot string, vintage time.Time) error {
	for i, d := range o.dims {
		w.text(i, d)
	}
	i := len(o.dims)
	w.text(i, o.period.String())
	w.date(i+1, o.period.Start)
	w.date(i+2, o.period.End)
	w.text(i+3, o.period.Freq)
	if o.value == nil {
		w.b.Field(i + 4).AppendNull()
	} else {
		w.b.Field(i + 4).(*array.Float64Builder).Append(*o.value)
	}
	w.text(i+5, o.status)
	w.textOrNull(i+6, o.comment)
	w.textOrNull(i+7, o.unit)
	if o.unit == "" {
		w.b.Field(i + 8).AppendNull()
	} else {
		w.b.Field(i + 8).(*array.Int32Builder).Append(int32(o.mult))
	}
	w.textOrNull(i+9, o.priceBase)
	w.provenance(i+10, snapshot, o.sheet, o.cell, vintage)
	return w.added()
}
