package indicator

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
)

// edges collects the inputs and the formulas of all rows of Table, in the order in which they are computed.
type edges struct {
	into    []int64 // row of Table
	measure []uint8
	inputs  []lineage.Input

	termInto    []int64
	termMeasure []uint8
	formulas    [][]byte
	texts       map[string][]byte // formulas that have been there already
}

// fix is what has to be mended of a row.
type fix struct {
	row     int64 // of rowsTable
	measure int
	status  string
	lost    *lineage.Ref
}

// add notes how a row was made.
func (e *edges) add(into int64, measure int, t lineage.Trace) {
	for _, in := range t.Inputs {
		e.into, e.measure, e.inputs = append(e.into, into), append(e.measure, uint8(measure)), append(e.inputs, in)
	}
	formula, ok := e.texts[string(t.Formula)]
	if !ok {
		formula = append([]byte(nil), t.Formula...)
		e.texts[string(formula)] = formula
	}
	e.termInto, e.termMeasure, e.formulas = append(e.termInto, into), append(e.termMeasure, uint8(measure)), append(e.formulas, formula)
}

// fixOf says what has to be mended of a row. A row bears at least the weakest status of its inputs. Where a sum has passed
// over a part that is not known, the row has no value: a sum of what happens to be known is a smaller number that looks
// like a true one.
func fixOf(row computed, again lineage.Result) (fix, bool) {
	f := fix{row: row.id, measure: row.measure}
	given := strings.Index(statusOrder, row.status) // -1 for M and C, 0 for none
	switch {
	case !again.OK || row.status == "C" || row.status == "M":
		return f, false
	case again.Lost != nil:
		lost := *again.Lost
		f.status, f.lost = "M", &lost
		return f, true
	case row.measure == 0 && strings.IndexByte(statusOrder, again.Status) > given:
		f.status = string(again.Status)
		return f, true
	}
	return f, false
}

// store writes everything at once. order gives the final row of each row of Table, and own says of which places the rows
// are rows of Table too.
func (e *edges) store(ctx context.Context, b *builder, order []int64, own map[int32]bool) error {
	computed := make([]int64, len(order)) // by final row
	for into, row := range order {
		computed[row] = int64(into)
	}
	inputs, terms := newInputs(), newTerms()
	defer inputs.Release()
	defer terms.Release()
	starts, termStarts := starts(e.into, len(order)), starts(e.termInto, len(order))
	for row, into := range computed {
		for i := starts[into]; i < starts[into+1]; i++ {
			in := e.inputs[i]
			leaf := in.Row
			if own[in.Place] {
				leaf = order[leaf]
			}
			appendInput(inputs, int64(row), leaf, e.measure[i], in)
		}
		for i := termStarts[into]; i < termStarts[into+1]; i++ {
			terms.Field(0).(*array.Int64Builder).Append(int64(row))
			terms.Field(1).(*array.Uint8Builder).Append(e.termMeasure[i])
			terms.Field(2).(*array.StringBuilder).BinaryBuilder.Append(e.formulas[i])
		}
	}
	for _, t := range []struct {
		name string
		from *array.RecordBuilder
	}{{Edges, inputs}, {Terms, terms}} {
		if err := b.load(ctx, t.name, t.from); err != nil {
			return fmt.Errorf("store %s: %w", t.name, err)
		}
	}
	return nil
}

// starts gives where the entries of each row begin, of rows in ascending order.
func starts(rows []int64, n int) []int {
	out := make([]int, n+1)
	for _, row := range rows {
		out[row+1]++
	}
	for i := range n {
		out[i+1] += out[i]
	}
	return out
}

func (b *builder) load(ctx context.Context, name string, from *array.RecordBuilder) error {
	batch := from.NewRecordBatch()
	defer batch.Release()
	_, err := b.db.Load(ctx, name, batch.Schema(), func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) })
	return err
}

func recordBuilder(columns ...arrow.Field) *array.RecordBuilder {
	for i := range columns {
		columns[i].Nullable = true
	}
	return array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(columns, nil))
}

func newInputs() *array.RecordBuilder {
	whole, small, tiny := arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Uint8
	return recordBuilder(
		arrow.Field{Name: "into_row", Type: whole}, arrow.Field{Name: "n", Type: small}, arrow.Field{Name: "place", Type: small},
		arrow.Field{Name: "leaf", Type: whole}, arrow.Field{Name: "role", Type: tiny},
		arrow.Field{Name: "weight", Type: arrow.PrimitiveTypes.Float64}, arrow.Field{Name: "measure", Type: tiny})
}

func appendInput(to *array.RecordBuilder, row, leaf int64, measure uint8, in lineage.Input) {
	to.Field(0).(*array.Int64Builder).Append(row)
	to.Field(1).(*array.Int32Builder).Append(int32(in.N))
	to.Field(2).(*array.Int32Builder).Append(in.Place)
	to.Field(3).(*array.Int64Builder).Append(leaf)
	to.Field(4).(*array.Uint8Builder).Append(uint8(in.Role))
	if weight := to.Field(5).(*array.Float64Builder); math.IsNaN(in.Weight) || math.IsInf(in.Weight, 0) {
		weight.AppendNull()
	} else {
		weight.Append(in.Weight)
	}
	to.Field(6).(*array.Uint8Builder).Append(measure)
}

func newTerms() *array.RecordBuilder {
	return recordBuilder(arrow.Field{Name: "into_row", Type: arrow.PrimitiveTypes.Int64},
		arrow.Field{Name: "measure", Type: arrow.PrimitiveTypes.Uint8}, arrow.Field{Name: "formula", Type: arrow.BinaryTypes.String})
}

// loadFixes makes the table of what has to be mended.
func (b *builder) loadFixes(ctx context.Context, fixes []fix) error {
	t := recordBuilder(arrow.Field{Name: "into_row", Type: arrow.PrimitiveTypes.Int64}, arrow.Field{Name: "status", Type: arrow.BinaryTypes.String},
		arrow.Field{Name: "place", Type: arrow.PrimitiveTypes.Int32}, arrow.Field{Name: "leaf", Type: arrow.PrimitiveTypes.Int64},
		arrow.Field{Name: "measure", Type: arrow.PrimitiveTypes.Uint8})
	defer t.Release()
	for _, f := range fixes {
		t.Field(0).(*array.Int64Builder).Append(f.row)
		t.Field(1).(*array.StringBuilder).Append(f.status)
		place, leaf := t.Field(2).(*array.Int32Builder), t.Field(3).(*array.Int64Builder)
		if f.lost == nil {
			place.AppendNull()
			leaf.AppendNull()
		} else {
			place.Append(f.lost.Place)
			leaf.Append(f.lost.Row)
		}
		t.Field(4).(*array.Uint8Builder).Append(uint8(f.measure))
	}
	return b.load(ctx, recordsTable, t)
}

// termColumns are the columns of Terms.
func termColumns() []column {
	return []column{
		edgeColumns()[0],
		edgeColumns()[6],
		{"formula", "VARCHAR", transforms.Text{VI: "Cách tính từ các đầu vào; #1 là đầu vào n = 1", EN: "How it was computed of its inputs; #1 is the input with n = 1"}},
	}
}
