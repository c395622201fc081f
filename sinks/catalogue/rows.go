package catalogue

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/sinks"
)

// Decimal is an exact decimal number in its own digits.
type Decimal string

// Row holds the values of a row: nil, string, bool, int64, float64, Decimal, or time.Time (a Date for days).
type Row []any

// Date is a day without a time.
type Date struct{ time.Time }

// Query gives the rows of a SELECT over a release. The loop's body may end it at any time.
func Query(ctx context.Context, store sinks.Store, sql string) iter.Seq2[Row, error] {
	return stream(func() (array.RecordReader, error) { return store.Records(ctx, sql) })
}

// Rows gives the rows of a table in its fixed order.
func Rows(ctx context.Context, t sinks.Table) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for row, err := range stream(func() (array.RecordReader, error) { return t.Records(ctx) }) {
			if err == nil {
				err = ctx.Err()
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

func stream(open func() (array.RecordReader, error)) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		reader, err := open()
		if err != nil {
			yield(nil, err)
			return
		}
		defer reader.Release()
		for reader.Next() {
			batch := reader.RecordBatch()
			for i := range int(batch.NumRows()) {
				row := make(Row, batch.NumCols())
				for k, column := range batch.Columns() {
					row[k] = value(column, i)
				}
				if !yield(row, nil) {
					return
				}
			}
		}
		if err := reader.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// value takes one value out of a column.
func value(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.String:
		return strings.Clone(a.Value(i))
	case *array.Float64:
		return a.Value(i)
	case *array.Float32:
		return float64(a.Value(i))
	case *array.Int64:
		return a.Value(i)
	case *array.Int32:
		return int64(a.Value(i))
	case *array.Int16:
		return int64(a.Value(i))
	case *array.Int8:
		return int64(a.Value(i))
	case *array.Boolean:
		return a.Value(i)
	case *array.Date32:
		return Date{a.Value(i).ToTime()}
	case *array.Timestamp:
		return a.Value(i).ToTime(a.DataType().(*arrow.TimestampType).Unit).UTC()
	case *array.Decimal128:
		return Decimal(a.Value(i).ToString(a.DataType().(*arrow.Decimal128Type).Scale)) // ValueStr rounds
	case *array.Uint64, *array.Uint32, *array.Uint16, *array.Uint8:
		return Decimal(a.ValueStr(i))
	case *array.Dictionary:
		return value(a.Dictionary(), a.GetValueIndex(i))
	}
	return a.ValueStr(i)
}

// Text is a value as text: nothing for null, days and times as ISO 8601 writes them.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case Date:
		return v.Format(time.DateOnly)
	case time.Time:
		return v.Format("2006-01-02T15:04:05.999999Z07:00")
	}
	return fmt.Sprint(v)
}
