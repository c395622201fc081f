package indicator

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
)

// edges collects the inputs and the formulas of the rows of an indicator, in their order.
type edges struct {
	rows, before int64   // of Table: how many there are, and how many are of other indicators before them
	into         []int64 // row of the indicator
	measure      []uint8
	inputs       []lineage.Input

	termInto    []int64
	termMeasure []uint8
	formulas    []int32          // by number of distinct
	texts       map[string]int32 // most rows have the formula of another
	distinct    []string
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
		formula = int32(len(e.distinct))
		e.distinct = append(e.distinct, string(t.Formula))
		e.texts[e.distinct[formula]] = formula
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

// store writes what was collected. order gives the final row of each row of Table, and own says of which places the rows
// are rows of Table too.
func (b *builder) store(ctx context.Context, all []*edges, order []int64, own []bool) error {
	at := make([]rowEdges, len(order)) // by final row
	inputs, terms := 0, 0
	for _, e := range all {
		inputs, terms = inputs+len(e.inputs), terms+len(e.formulas)
		starts, termStarts := starts(e.into, e.rows), starts(e.termInto, e.rows)
		for i := range e.rows {
			at[order[e.before+i]] = rowEdges{e, starts[i], starts[i+1], termStarts[i], termStarts[i+1]}
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		t := newInputs(inputs)
		defer t.Release()
		add := appendInput(t)
		for row, a := range at {
			for i := a.from; i < a.to; i++ {
				in := a.e.inputs[i]
				leaf := in.Row
				if own[in.Place] {
					leaf = order[leaf]
				}
				add(int64(row), leaf, a.e.measure[i], in)
			}
		}
		return b.load(ctx, Edges, t)
	})
	g.Go(func() error {
		t := newTerms(terms)
		defer t.Release()
		into, measure, formula := t.Field(0).(*array.Int64Builder), t.Field(1).(*array.Uint8Builder), t.Field(2).(*array.StringBuilder)
		for row, a := range at {
			for i := a.termFrom; i < a.termTo; i++ {
				into.UnsafeAppend(int64(row))
				measure.UnsafeAppend(a.e.termMeasure[i])
				formula.Append(a.e.distinct[a.e.formulas[i]])
			}
		}
		return b.load(ctx, Terms, t)
	})
	return g.Wait()
}

// rowEdges is what was collected of a row.
type rowEdges struct {
	e                *edges
	from, to         int
	termFrom, termTo int
}

// starts gives where the entries of each row begin, of rows in ascending order.
func starts(rows []int64, n int64) []int {
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
	if err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	return nil
}

func recordBuilder(columns ...arrow.Field) *array.RecordBuilder {
	for i := range columns {
		columns[i].Nullable = true
	}
	return array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(columns, nil))
}

func newInputs(rows int) *array.RecordBuilder {
	whole, small, tiny := arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Uint8
	b := recordBuilder(
		arrow.Field{Name: "into_row", Type: whole}, arrow.Field{Name: "n", Type: small}, arrow.Field{Name: "place", Type: small},
		arrow.Field{Name: "leaf", Type: whole}, arrow.Field{Name: "role", Type: tiny},
		arrow.Field{Name: "weight", Type: arrow.PrimitiveTypes.Float64}, arrow.Field{Name: "measure", Type: tiny})
	b.Reserve(rows)
	return b
}

// appendInput gives what adds an input to a builder in which there is room for it.
func appendInput(to *array.RecordBuilder) func(row, leaf int64, measure uint8, in lineage.Input) {
	into, leaves := to.Field(0).(*array.Int64Builder), to.Field(3).(*array.Int64Builder)
	n, place := to.Field(1).(*array.Int32Builder), to.Field(2).(*array.Int32Builder)
	role, measures := to.Field(4).(*array.Uint8Builder), to.Field(6).(*array.Uint8Builder)
	weight := to.Field(5).(*array.Float64Builder)
	return func(row, leaf int64, measure uint8, in lineage.Input) {
		into.UnsafeAppend(row)
		n.UnsafeAppend(int32(in.N))
		place.UnsafeAppend(in.Place)
		leaves.UnsafeAppend(leaf)
		role.UnsafeAppend(uint8(in.Role))
		if math.IsNaN(in.Weight) || math.IsInf(in.Weight, 0) {
			weight.AppendNull()
		} else {
			weight.UnsafeAppend(in.Weight)
		}
		measures.UnsafeAppend(measure)
	}
}

func newTerms(rows int) *array.RecordBuilder {
	b := recordBuilder(arrow.Field{Name: "into_row", Type: arrow.PrimitiveTypes.Int64},
		arrow.Field{Name: "measure", Type: arrow.PrimitiveTypes.Uint8}, arrow.Field{Name: "formula", Type: arrow.BinaryTypes.String})
	b.Reserve(rows)
	return b
}

// loadFixes makes the table of what has to be mended.
func (b *builder) loadFixes(ctx context.Context, table string, fixes []fix) error {
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
	return b.load(ctx, table, t)
}

// termColumns are the columns of Terms.
func termColumns() []column {
	return []column{
		edgeColumns()[0],
		edgeColumns()[6],
		{"formula", "VARCHAR", transforms.Text{VI: "Cách tính từ các đầu vào; #1 là đầu vào n = 1", EN: "How it was computed of its inputs; #1 is the input with n = 1"}},
	}
}
