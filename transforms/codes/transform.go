package codes

import (
	"context"
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/statloom/statloom/transforms"
)

// Column says which list codes a column of labels, and what happens to labels the list does not know.
type Column struct {
	Name string
	List *List
	Keep bool // keep an unmatched label as it stands; otherwise its row is rejected
}

// Transform puts codes in the place of labels. Labels are matched on the last day of the row's period where the batch
// has one (period_end), so that a code is never used outside its validity. A missing label stays missing.
func Transform(columns ...Column) transforms.Transform { return transform{columns} }

type transform struct{ columns []Column }

// Schema checks that the columns are there and hold text; the schema stays as it is.
func (t transform) Schema(in *arrow.Schema) (*arrow.Schema, error) {
	for _, c := range t.columns {
		found := in.FieldIndices(c.Name)
		if len(found) != 1 {
			return nil, fmt.Errorf("code column %s: the table has %d columns of that name", c.Name, len(found))
		}
		if f := in.Field(found[0]); f.Type.ID() != arrow.STRING {
			return nil, fmt.Errorf("code column %s: it is %s, want utf8", c.Name, f.Type)
		}
	}
	return in, nil
}

// Apply gives the batch with codes; rows that cannot be coded go to out.
func (t transform) Apply(ctx context.Context, in arrow.RecordBatch, out transforms.Output) (arrow.RecordBatch, error) {
	if _, err := t.Schema(in.Schema()); err != nil {
		return nil, err
	}
	ends, _ := column(in, transforms.ColPeriodEnd).(*array.Date32)
	rejected := make([]bool, in.NumRows())
	coded := make(map[int]arrow.Array, len(t.columns))
	defer func() {
		for _, a := range coded {
			a.Release()
		}
	}()
	for _, c := range t.columns {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		at := in.Schema().FieldIndices(c.Name)[0]
		labels := in.Column(at).(*array.String)
		coded[at] = c.code(labels, ends, func(row int, m Match) {
			if !rejected[row] {
				rejected[row] = true
				out.Reject(reject(in, row, labels.Value(row), c.Name, m))
			}
		})
	}
	arrays := make([]arrow.Array, in.NumCols())
	for i := range arrays {
		arrays[i] = in.Column(i)
		if a := coded[i]; a != nil {
			arrays[i] = a
		}
	}
	whole := array.NewRecordBatch(in.Schema(), arrays, in.NumRows())
	defer whole.Release()
	return without(whole, rejected)
}

// asked is a label on a day.
type asked struct {
	label string
	day   arrow.Date32
	dated bool
}

// code makes the column of codes; refuse is told of rows without one.
func (c Column) code(labels *array.String, ends *array.Date32, refuse func(row int, m Match)) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(labels.Len())
	known := make(map[asked]Match)
	for row := range labels.Len() {
		if labels.IsNull(row) {
			b.AppendNull()
			continue
		}
		ask := asked{label: labels.Value(row)}
		var day time.Time
		if ends != nil && ends.IsValid(row) {
			ask.day, ask.dated = ends.Value(row), true
			day = ask.day.ToTime()
		}
		m, ok := known[ask]
		if !ok {
			m = c.List.MatchOn(ask.label, day)
			known[ask] = m
		}
		switch {
		case m.OK():
			b.Append(m.Code)
		case c.Keep:
			b.Append(ask.label)
		default:
			b.AppendNull()
			refuse(row, m)
		}
	}
	return b.NewArray()
}

// column gives the column of that name, or nil.
func column(in arrow.RecordBatch, name string) arrow.Array {
	found := in.Schema().FieldIndices(name)
	if len(found) == 0 {
		return nil
	}
	return in.Column(found[0])
}

func reject(in arrow.RecordBatch, row int, label, name string, m Match) transforms.Reject {
	r := transforms.Reject{Text: label, Reason: name + ": " + m.Reason()}
	if a, ok := column(in, transforms.ColSheet).(*array.String); ok && a.IsValid(row) {
		r.Sheet = a.Value(row)
	}
	if a, ok := column(in, transforms.ColCell).(*array.String); ok && a.IsValid(row) {
		r.Cell = a.Value(row)
	}
	return r
}

// without gives the batch without the rejected rows.
func without(in arrow.RecordBatch, rejected []bool) (arrow.RecordBatch, error) {
	var kept []arrow.RecordBatch
	defer func() {
		for _, k := range kept {
			k.Release()
		}
	}()
	rows, from := int64(0), -1
	for i := 0; i <= len(rejected); i++ {
		switch end := i == len(rejected) || rejected[i]; {
		case !end && from < 0:
			from = i
		case end && from >= 0:
			kept = append(kept, in.NewSlice(int64(from), int64(i)))
			rows += int64(i - from)
			from = -1
		}
	}
	switch len(kept) {
	case 0:
		return in.NewSlice(0, 0), nil
	case 1:
		kept[0].Retain()
		return kept[0], nil
	}
	arrays := make([]arrow.Array, 0, in.NumCols())
	defer func() {
		for _, a := range arrays {
			a.Release()
		}
	}()
	for c := range int(in.NumCols()) {
		parts := make([]arrow.Array, len(kept))
		for i, k := range kept {
			parts[i] = k.Column(c)
		}
		a, err := array.Concatenate(parts, memory.DefaultAllocator)
		if err != nil {
			return nil, fmt.Errorf("leave out rejected rows: %w", err)
		}
		arrays = append(arrays, a)
	}
	return array.NewRecordBatch(in.Schema(), arrays, rows), nil
}
