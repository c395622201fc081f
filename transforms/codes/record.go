package codes

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Schema is the schema of the release's table of code lists.
func Schema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{
		{Name: "code_list", Type: arrow.BinaryTypes.String},
		{Name: "code", Type: arrow.BinaryTypes.String},
		{Name: "valid_from", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		{Name: "valid_to", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		{Name: "parent", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "name_vi", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "name_en", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "attributes", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
}

// Record gives the list as rows of the release's table of code lists, in the file's order. valid_to is the last day a
// code is valid on; attributes is a JSON object in the order of the file's columns. The caller releases it.
func (l *List) Record(mem memory.Allocator) arrow.RecordBatch {
	b := array.NewRecordBuilder(mem, Schema())
	defer b.Release()
	for i := range l.Codes {
		c := &l.Codes[i]
		b.Field(0).(*array.StringBuilder).Append(l.ID)
		b.Field(1).(*array.StringBuilder).Append(c.Code)
		appendDay(b.Field(2).(*array.Date32Builder), c.ValidFrom)
		appendDay(b.Field(3).(*array.Date32Builder), c.ValidTo)
		for k, v := range []string{c.Parent, c.Name.VI, c.Name.EN, attributes(c.Attributes)} {
			if v == "" {
				b.Field(4 + k).AppendNull()
			} else {
				b.Field(4 + k).(*array.StringBuilder).Append(v)
			}
		}
	}
	return b.NewRecordBatch()
}

func appendDay(b *array.Date32Builder, day time.Time) {
	if day.IsZero() {
		b.AppendNull()
		return
	}
	b.Append(arrow.Date32FromTime(day))
}

// attributes writes a JSON object that keeps the order of the columns; "" if there are none.
func attributes(list []Attribute) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	for i, a := range list {
		b.WriteByte("{,"[min(i, 1)])
		b.Write(quote(a.Name))
		b.WriteByte(':')
		b.Write(quote(a.Value))
	}
	b.WriteByte('}')
	return b.String()
}

// quote writes a JSON string; encoding one cannot fail.
func quote(s string) []byte {
	b, _ := json.Marshal(s)
	return b
}
