package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/google/go-cmp/cmp"
)

// flatBatch has a column of each type that a list has, with nulls, without any, and of nulls alone.
func flatBatch(schema *arrow.Schema, from, n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := from; i < from+n; i++ {
		for k, f := range b.Fields() {
			if k > 0 && (i+k)%7 == 0 || k == len(b.Fields())-1 {
				f.AppendNull()
				continue
			}
			switch f := f.(type) {
			case *array.Int32Builder:
				f.Append(int32(i))
			case *array.Float64Builder:
				f.Append(float64(i) / 8)
			case *array.BooleanBuilder:
				f.Append(i%3 == 0)
			case *array.Date32Builder:
				f.Append(arrow.Date32(i))
			case *array.TimestampBuilder:
				f.Append(arrow.Timestamp(i) * 1000)
			case *array.StringBuilder:
				f.Append("từ " + strconv.Itoa(i))
			case *array.BinaryDictionaryBuilder:
				_ = f.AppendString("mã " + strconv.Itoa(i%11))
			}
		}
	}
	return b.NewRecordBatch()
}

func TestParquetOfListsHoldsWhatWasWritten(t *testing.T) {
	words := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "row", Type: arrow.PrimitiveTypes.Int32},
		{Name: "number", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "yes", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		{Name: "time", Type: &arrow.TimestampType{Unit: arrow.Millisecond}, Nullable: true},
		{Name: "text", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "word", Type: words, Nullable: true},
		{Name: "nothing", Type: words, Nullable: true},
	}, nil)
	path := filepath.Join(t.TempDir(), "list.parquet")
	p, err := newParquetFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Abort()
	if err := p.Begin(schema); err != nil {
		t.Fatal(err)
	}
	want := make([][]string, schema.NumFields())
	from := 0
	for _, n := range []int{rowGroup, 1, 0, 5_000} {
		b := flatBatch(schema, from, n)
		for k, c := range b.Columns() {
			for i := range c.Len() {
				want[k] = append(want[k], c.ValueStr(i))
			}
		}
		if err := p.Write(b); err != nil {
			t.Fatal(err)
		}
		b.Release()
		from += n
	}
	if err := p.Commit(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := pqarrow.ReadTable(t.Context(), f, parquet.NewReaderProperties(nil), pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	got := make([][]string, table.NumCols())
	for k := range got {
		for _, c := range table.Column(k).Data().Chunks() {
			for i := range c.Len() {
				got[k] = append(got[k], c.ValueStr(i))
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	r, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.NumRowGroups() != 3 {
		t.Errorf("%d row groups", r.NumRowGroups())
	}
}
