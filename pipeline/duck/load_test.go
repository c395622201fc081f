package duck_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/extensions"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/duck"
)

var mixed = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "vùng", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "day", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
	{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, Nullable: true},
	{Name: "value", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "exact", Type: &arrow.Decimal128Type{Precision: 18, Scale: 2}, Nullable: true},
	{Name: "codes", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
	{Name: "flag", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
	{Name: "part", Type: arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int32, Nullable: true}), Nullable: true},
}, nil)

// batch makes rows first to first+n-1; every seventh row is null but for its id.
func batch(mem memory.Allocator, first, n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(mem, mixed)
	defer b.Release()
	for i := first; i < first+n; i++ {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		if i%7 == 0 {
			for k := 1; k < mixed.NumFields(); k++ {
				b.Field(k).AppendNull()
			}
			continue
		}
		b.Field(1).(*array.StringBuilder).Append(strings.Repeat("Cần Thơ ", i%3) + fmt.Sprint(i))
		b.Field(2).(*array.Date32Builder).Append(arrow.Date32(i % 20000))
		b.Field(3).(*array.TimestampBuilder).Append(arrow.Timestamp(i) * 1_000_000)
		b.Field(4).(*array.Float64Builder).Append(float64(i) / 8)
		b.Field(5).(*array.Decimal128Builder).Append(decimal128.FromI64(int64(i)))
		list := b.Field(6).(*array.ListBuilder)
		list.Append(true)
		for k := range i % 4 {
			list.ValueBuilder().(*array.StringBuilder).Append(fmt.Sprint("mã ", k))
		}
		b.Field(7).(*array.BooleanBuilder).Append(i%2 == 0)
		part := b.Field(8).(*array.StructBuilder)
		part.Append(true)
		part.FieldBuilder(0).(*array.Int32Builder).Append(int32(i))
	}
	return b.NewRecordBatch()
}

// batches streams rows 0 to total-1, releasing each batch after its turn; sizes vary.
func batches(mem memory.Allocator, total int) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for first, size := 0, 1; first < total; first, size = first+size, size%9000*3+1 {
			b := batch(mem, first, min(size, total-first))
			more := yield(b, nil)
			b.Release()
			if !more {
				return
			}
		}
	}
}

// sums are figures that show a wrong byte anywhere in the rows of batch.
const sums = `SELECT count(*), sum(id), count("vùng"), coalesce(sum(length("vùng")), 0), count(*) FILTER (id >= 100 AND right("vùng", 3) = right(id::VARCHAR, 3)),
	count(*) FILTER (epoch_us("at") <> id * 1000000), count(*) FILTER (day <> DATE '1970-01-01' + (id % 20000)::INTEGER),
	count(*) FILTER (value <> id / 8), count(*) FILTER (exact * 100 <> id), count(*) FILTER (len(codes) <> id % 4),
	count(*) FILTER (len(codes) = 3 AND codes[3] <> 'mã 2'), count(*) FILTER (flag <> (id % 2 = 0)), count(*) FILTER (part.x <> id),
	count(part), count(codes), count(flag) FROM `

func wantSums(n int) string {
	var ids, full, length, tails int
	for i := range n {
		ids += i
		if i%7 == 0 {
			continue
		}
		full++
		length += 8*(i%3) + len(fmt.Sprint(i))
		if i >= 100 {
			tails++
		}
	}
	return fmt.Sprintf("%d|%d|%d|%d|%d|0|0|0|0|0|0|0|0|%d|%d|%d", n, ids, full, length, tails, full, full, full)
}

func TestLoadKeepsEveryRow(t *testing.T) {
	for _, n := range []int{0, 1, 2048, 122_880, 300_001} {
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		db := create(t, duck.Options{})
		rows, err := db.Load(t.Context(), "t", mixed, batches(mem, n))
		if err != nil || rows != int64(n) {
			t.Fatalf("%d rows: got %d, %v", n, rows, err)
		}
		mem.AssertSize(t, 0)
		if n > 0 {
			equal(t, ask(t, db, sums+"t"), []string{wantSums(n)})
			equal(t, ask(t, db, "SELECT count(*) FROM (SELECT id, lag(id) OVER () AS before FROM t) WHERE id <> before + 1"), []string{"0"})
		}
		equal(t, ask(t, db, `SELECT string_agg(data_type, ' ' ORDER BY column_index) FROM duckdb_columns() WHERE table_name = 't'`),
			[]string{"BIGINT VARCHAR DATE TIMESTAMP WITH TIME ZONE DOUBLE DECIMAL(18,2) VARCHAR[] BOOLEAN STRUCT(x INTEGER)"})
		equal(t, ask(t, db, "SELECT count(*) FROM duckdb_views() WHERE NOT internal"), []string{"0"})
	}
}

func TestLoadInParallel(t *testing.T) {
	const n = 250_000
	want := wantSums(n)
	group, ctx := errgroup.WithContext(t.Context())
	var databases []*duck.DB
	for k := range 4 {
		db := create(t, duck.Options{Threads: 1 + k%2})
		databases = append(databases, db)
		for _, table := range []string{"a", "b"} {
			group.Go(func() error {
				_, err := db.Load(ctx, table, mixed, batches(memory.DefaultAllocator, n))
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, db := range databases {
		for _, table := range []string{"a", "b"} {
			equal(t, ask(t, db, sums+table), []string{want})
		}
	}
}

func TestLoadThatFailsLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	broken := errors.New("the book is broken")
	other := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int32}}, nil)
	after := func(n int, then func(yield func(arrow.RecordBatch, error) bool)) iter.Seq2[arrow.RecordBatch, error] {
		return func(yield func(arrow.RecordBatch, error) bool) {
			for b, err := range batches(memory.DefaultAllocator, n) {
				if !yield(b, err) {
					return
				}
			}
			then(yield)
		}
	}
	for _, c := range []struct {
		name    string
		ctx     context.Context
		batches iter.Seq2[arrow.RecordBatch, error]
		is      error
		want    string
	}{
		{"error at once", t.Context(), after(0, func(yield func(arrow.RecordBatch, error) bool) { yield(nil, broken) }), broken, "broken"},
		{"error later", t.Context(), after(400_000, func(yield func(arrow.RecordBatch, error) bool) { yield(nil, broken) }), broken, "broken"},
		{"panic", t.Context(), after(400_000, func(func(arrow.RecordBatch, error) bool) { panic("out of cheese") }), nil, "out of cheese"},
		{"wrong type", t.Context(), after(400_000, func(yield func(arrow.RecordBatch, error) bool) {
			b := array.NewRecordBuilder(memory.DefaultAllocator, other).NewRecordBatch()
			defer b.Release()
			yield(b, nil)
		}), nil, "columns"},
		{"cancelled", ctx, after(400_000, func(yield func(arrow.RecordBatch, error) bool) {
			cancel()
			b := batch(memory.DefaultAllocator, 0, 10)
			defer b.Release()
			yield(b, nil)
		}), context.Canceled, "canceled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := create(t, duck.Options{})
			_, err := db.Load(c.ctx, "t", mixed, c.batches)
			if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("got %v", err)
			}
			equal(t, ask(t, db, "SELECT table_name FROM duckdb_tables() WHERE table_name <> 'quarantine'"), nil)
			equal(t, ask(t, db, "SELECT view_name FROM duckdb_views() WHERE NOT internal"), nil)
			if _, err := db.Load(t.Context(), "t", mixed, batches(memory.DefaultAllocator, 10)); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	db := create(t, duck.Options{})
	exec(t, db, "CREATE TABLE taken AS SELECT 1 AS a")
	none := func(func(arrow.RecordBatch, error) bool) {}
	for _, typ := range []arrow.DataType{
		&arrow.Decimal256Type{Precision: 50}, arrow.FixedWidthTypes.Float16, arrow.BinaryTypes.StringView,
		&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String},
		arrow.ListOf(arrow.FixedWidthTypes.Float16), arrow.FixedWidthTypes.Duration_ms, extensions.NewUUIDType(),
	} {
		schema := arrow.NewSchema([]arrow.Field{{Name: "ok", Type: arrow.BinaryTypes.String}, {Name: "giá trị", Type: typ}}, nil)
		if _, err := db.Load(t.Context(), "t", schema, none); err == nil || !strings.Contains(err.Error(), `"giá trị"`) {
			t.Errorf("%s: got %v", typ, err)
		}
	}
	if _, err := db.Load(t.Context(), "taken", mixed, batches(memory.DefaultAllocator, 200_000)); err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("table that exists: got %v", err)
	}
	equal(t, ask(t, db, "SELECT a FROM taken"), []string{"1"})
}

func TestLoadRefusesBrokenText(t *testing.T) {
	db := create(t, duck.Options{})
	schema := arrow.NewSchema([]arrow.Field{{Name: "name", Type: arrow.BinaryTypes.String}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.StringBuilder).Append("C\xf3")
	bad := b.NewRecordBatch()
	defer bad.Release()
	_, err := db.Load(t.Context(), "t", schema, func(yield func(arrow.RecordBatch, error) bool) { yield(bad, nil) })
	if err == nil {
		t.Error("text that is not UTF-8 was taken")
	}
	if _, err := db.Load(t.Context(), "t", mixed, batches(memory.DefaultAllocator, 10)); err != nil {
		t.Errorf("the database cannot be used any more: %v", err)
	}
}

func TestRecordsGiveBackWhatWasLoaded(t *testing.T) {
	db := create(t, duck.Options{})
	const n = 10_000
	if _, err := db.Load(t.Context(), "t", mixed, batches(memory.DefaultAllocator, n)); err != nil {
		t.Fatal(err)
	}
	r, err := db.Records(t.Context(), "SELECT * FROM t ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if !r.Schema().Field(3).Equal(mixed.Field(3)) || r.Schema().Field(1).Name != "vùng" {
		t.Errorf("schema: %v", r.Schema())
	}
	want := batch(memory.DefaultAllocator, 0, n)
	defer want.Release()
	at := int64(0)
	for r.Next() {
		got := r.RecordBatch()
		for i := range mixed.NumFields() {
			part := array.NewSlice(want.Column(i), at, at+got.NumRows())
			if !array.Equal(part, got.Column(i)) {
				t.Fatalf("column %s differs from row %d on", mixed.Field(i).Name, at)
			}
			part.Release()
		}
		at += got.NumRows()
	}
	if r.Err() != nil || at != n {
		t.Errorf("read %d rows, %v", at, r.Err())
	}
}

func BenchmarkLoad(b *testing.B) {
	const n = 1_000_000
	var all []arrow.RecordBatch
	for r := range batches10(n) {
		r.Retain()
		all = append(all, r)
	}
	b.ResetTimer()
	for range b.N {
		db := create(b, duck.Options{})
		if _, err := db.Load(b.Context(), "t", all[0].Schema(), func(yield func(arrow.RecordBatch, error) bool) {
			for _, r := range all {
				if !yield(r, nil) {
					return
				}
			}
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
}

// batches10 streams n rows of ten columns as observations have them, 8,192 a batch.
func batches10(n int) iter.Seq2[arrow.RecordBatch, error] {
	var fields []arrow.Field
	for _, name := range []string{"area", "activity", "time_period", "obs_status", "unit", "snapshot_id", "sheet", "cell"} {
		fields = append(fields, arrow.Field{Name: name, Type: arrow.BinaryTypes.String})
	}
	fields = append(fields, arrow.Field{Name: "obs_value", Type: arrow.PrimitiveTypes.Float64},
		arrow.Field{Name: "vintage_from", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}})
	schema := arrow.NewSchema(fields, nil)
	return func(yield func(arrow.RecordBatch, error) bool) {
		for first := 0; first < n; first += 8192 {
			b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
			for i := first; i < min(first+8192, n); i++ {
				for k, text := range []string{fmt.Sprint(i % 63), fmt.Sprint("C", i/63%34), fmt.Sprint(2000+i/2142%25, "-", 1+i/53550%12),
					"A", "tỷ đồng", fmt.Sprintf("%064x", i/642_600), "IIP", fmt.Sprint("B", i%5000)} {
					b.Field(k).(*array.StringBuilder).Append(text)
				}
				b.Field(8).(*array.Float64Builder).Append(float64(i*7919%100_003) / 100)
				b.Field(9).(*array.TimestampBuilder).Append(arrow.Timestamp(i/642_600) * 86_400_000_000)
			}
			r := b.NewRecordBatch()
			more := yield(r, nil)
			r.Release()
			b.Release()
			if !more {
				return
			}
		}
	}
}
