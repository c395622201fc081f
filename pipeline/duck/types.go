package duck

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
)

// checkTypes refuses what DuckDB cannot take from Arrow, or takes wrongly, before anything is read.
func checkTypes(schema *arrow.Schema) error {
	if schema.NumFields() == 0 {
		return fmt.Errorf("the schema has no columns")
	}
	for _, f := range schema.Fields() {
		if t := unsupported(f.Type); t != nil {
			return fmt.Errorf("column %q has the type %s, which cannot be loaded", f.Name, t)
		}
	}
	return nil
}

// unsupported gives the part of a type that cannot be loaded, or nil.
func unsupported(t arrow.DataType) arrow.DataType {
	switch t := t.(type) {
	case *arrow.BooleanType, *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type,
		*arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type,
		*arrow.Float32Type, *arrow.Float64Type, *arrow.Decimal128Type,
		*arrow.StringType, *arrow.LargeStringType, *arrow.BinaryType, *arrow.LargeBinaryType,
		*arrow.Date32Type, *arrow.Date64Type, *arrow.TimestampType, *arrow.Time64Type:
		return nil
	case *arrow.ListType:
		return unsupported(t.Elem())
	case *arrow.LargeListType:
		return unsupported(t.Elem())
	case *arrow.StructType:
		for _, f := range t.Fields() {
			if bad := unsupported(f.Type); bad != nil {
				return bad
			}
		}
		return nil
	}
	return t
}

// checkBatch refuses a batch that is not of the schema: DuckDB would read its memory as something else.
func checkBatch(schema *arrow.Schema, b arrow.RecordBatch) error {
	if int(b.NumCols()) != schema.NumFields() {
		return fmt.Errorf("a batch has %d columns instead of %d", b.NumCols(), schema.NumFields())
	}
	for i, f := range schema.Fields() {
		if got := b.Column(i).DataType(); !arrow.TypeEqual(got, f.Type) {
			return fmt.Errorf("column %q of a batch has the type %s instead of %s", f.Name, got, f.Type)
		}
	}
	return nil
}
