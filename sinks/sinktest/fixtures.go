package sinktest

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/statloom/statloom/sinks"
)

// Fixture is a table that the suite publishes.
type Fixture struct {
	Name     string
	Comment  string
	Comments map[string]string // of columns
	Schema   *arrow.Schema
	Types    []string // of the columns, in DuckDB's words
	Order    []string // columns that order its rows
	// Rows holds the values in that order, as Null or as DuckDB casts them to VARCHAR.
	Rows [][]string
	// Batches streams them in another order.
	Batches func(yield func(arrow.RecordBatch, error) bool)
}

// Null stands for a missing value in rows.
const Null = "∅"

func (f Fixture) names() []string {
	var names []string
	for _, field := range f.Schema.Fields() {
		names = append(names, field.Name)
	}
	return names
}

// Fixtures are the tables of the suite: one with every type and awkward texts, one under a Vietnamese name with more
// rows than a batch holds, and one without rows.
func Fixtures() []Fixture {
	return []Fixture{awkward(), long(), empty()}
}

func awkward() Fixture {
	f := Fixture{
		Name: "iip", Comment: `It's a "test"; 50 %`, Order: []string{"area", "time_period"},
		Schema: arrow.NewSchema([]arrow.Field{
			{Name: "area", Type: arrow.BinaryTypes.String, Nullable: true},
			{Name: "time_period", Type: arrow.BinaryTypes.String, Nullable: true},
			{Name: "period_start", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
			{Name: "obs_value", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
			{Name: "unit_mult", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
			{Name: "illustrative", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
			{Name: "vintage_from", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, Nullable: true},
		}, nil),
		Types: []string{"VARCHAR", "VARCHAR", "DATE", "DOUBLE", "INTEGER", "BOOLEAN", "TIMESTAMP WITH TIME ZONE"},
		Rows: [][]string{
			{"", "2024-01", "2024-01-01", "110.03", "0", "true", "2024-02-01 00:00:00+00"},
			{"Cần Thơ", "2024-02", "2024-02-01", "1e+300", "9", "true", "1970-01-01 00:00:00+00"},
			{`a,"b";c`, "2024-01", "1899-12-31", "-0.1", "-3", "false", "2024-02-01 12:34:56.789012+00"},
			{"two\nlines\tand a tab", "2024-02", "9999-12-31", "0.30000000000000004", "0", "true", "2024-02-01 00:00:00+00"},
			{"Đồng Nai", Null, Null, Null, Null, Null, Null},
			{Null, "2024-02", "2024-02-01", "12345678901234.5", "0", "true", "2024-02-01 00:00:00+00"},
		},
	}
	f.Batches = f.backwards(2)
	return f
}

func long() Fixture {
	f := Fixture{
		Name: "giá trị sản xuất", Comment: "Giá trị sản xuất", Order: []string{"mã"},
		Schema: arrow.NewSchema([]arrow.Field{
			{Name: "mã", Type: arrow.PrimitiveTypes.Int64}, {Name: "tên ngành", Type: arrow.BinaryTypes.String, Nullable: true},
		}, nil),
		Types: []string{"BIGINT", "VARCHAR"},
	}
	for i := range 5000 {
		row := []string{strconv.Itoa(i), "Chế biến, chế tạo " + strconv.Itoa(i%88)}
		if i%10 == 0 {
			row[1] = Null
		}
		f.Rows = append(f.Rows, row)
	}
	f.Batches = f.backwards(777)
	return f
}

func empty() Fixture {
	return Fixture{
		Name: "checks", Comment: "No row",
		Schema:  arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.BinaryTypes.String}, {Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil),
		Types:   []string{"VARCHAR", "BIGINT"},
		Batches: func(func(arrow.RecordBatch, error) bool) {},
	}
}

// Stream gives the rows of a fixture of one's own from the last to the first.
func Stream(f Fixture) func(yield func(arrow.RecordBatch, error) bool) { return f.backwards(777) }

// backwards streams the rows from the last to the first.
func (f Fixture) backwards(size int) func(func(arrow.RecordBatch, error) bool) {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for end := len(f.Rows); end > 0; end -= size {
			b := array.NewRecordBuilder(memory.DefaultAllocator, f.Schema)
			for i := end - 1; i >= max(0, end-size); i-- {
				for k, text := range f.Rows[i] {
					if text == Null {
						b.Field(k).AppendNull()
					} else if err := b.Field(k).AppendValueFromString(forArrow(f.Schema.Field(k).Type, text)); err != nil {
						b.Release()
						yield(nil, err)
						return
					}
				}
			}
			batch := b.NewRecordBatch()
			more := yield(batch, nil)
			batch.Release()
			b.Release()
			if !more {
				return
			}
		}
	}
}

// forArrow puts a time the way Arrow reads it.
func forArrow(t arrow.DataType, text string) string {
	if t.ID() != arrow.TIMESTAMP {
		return text
	}
	return strings.Replace(strings.TrimSuffix(text, "+00"), " ", "T", 1) + "Z"
}

var errBroken = errors.New("the disk is full")

// brokenTable gives an error in place of its rows.
type brokenTable struct{ sinks.Table }

func (brokenTable) Records(context.Context) (array.RecordReader, error) { return nil, errBroken }
func (brokenTable) WriteParquet(context.Context, string, sinks.ParquetOptions) error {
	return errBroken
}

type brokenStore struct{}

func (brokenStore) WriteDatabase(context.Context, string) error { return errBroken }
func (brokenStore) Records(context.Context, string) (array.RecordReader, error) {
	return nil, errBroken
}
