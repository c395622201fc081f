package indicator

import (
	"context"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
)

// store writes what was collected. order gives the final row of each row of Table.
func (b *builder) store(ctx context.Context, order []int64) error {
	all, own := b.recorder.edges, make([]bool, len(b.rewriter.Places())) // own: places whose rows are those of Table
	for i, p := range b.rewriter.Places() {
		own[i] = p.Relation.Kind == lineage.Leaf && b.readable.sourceTable(p) == Table
	}
	for _, e := range all {
		e.own(own)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.storeRows(ctx, all, order) })
	g.Go(func() error { return b.storeShapes(ctx, all) })
	return g.Wait()
}

// storeRows writes Edges.
func (b *builder) storeRows(ctx context.Context, all []*edges, order []int64) error {
	type source struct {
		e     *edges
		row   int
		first int32 // number of the first shape
	}
	var at []source // by final row
	if first := int32(0); len(all) > 0 {
		at = make([]source, len(order))
		for _, e := range all {
			for i := range e.ends {
				at[order[int(e.before)+i]] = source{e, i, first}
			}
			first += int32(len(e.shapes))
		}
	}
	whole, fraction := arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Float64
	t := recordBuilder(arrow.Field{Name: "into_row", Type: whole}, arrow.Field{Name: "shape", Type: arrow.PrimitiveTypes.Int32},
		arrow.Field{Name: "leaves", Type: arrow.ListOf(whole)}, arrow.Field{Name: "weights", Type: arrow.ListOf(fraction)})
	defer t.Release()
	t.Reserve(len(order))
	into, number := t.Field(0).(*array.Int64Builder), t.Field(1).(*array.Int32Builder)
	leaves, weights := t.Field(2).(*array.ListBuilder), t.Field(3).(*array.ListBuilder)
	rows, values := leaves.ValueBuilder().(*array.Int64Builder), weights.ValueBuilder().(*array.Float64Builder)
	for row, s := range at {
		e, from := s.e, [2]int{}
		if s.row > 0 {
			from = e.ends[s.row-1]
		}
		into.UnsafeAppend(int64(row))
		number.UnsafeAppend(s.first + e.shape[s.row])
		leaves.Append(true)
		moves := e.shapes[e.shape[s.row]].moves
		for i, leaf := range e.leaves[from[0]:e.ends[s.row][0]] {
			if i < len(moves) && moves[i] {
				leaf = order[leaf]
			}
			rows.Append(leaf)
		}
		more := e.weights[from[1]:e.ends[s.row][1]]
		weights.Append(len(more) > 0)
		values.AppendValues(more, nil)
	}
	return b.load(ctx, Edges, t)
}

// own notes which leaves of shapes are rows of Table, which move.
func (e *edges) own(own []bool) {
	for i := range e.shapes {
		s := &e.shapes[i]
		for _, in := range s.inputs {
			if own[in.place] {
				for int(in.leaf) > len(s.moves) {
					s.moves = append(s.moves, false)
				}
				s.moves[in.leaf-1] = true
			}
		}
	}
}

// storeShapes writes Shapes and ShapeInputs.
func (b *builder) storeShapes(ctx context.Context, all []*edges) error {
	small, tiny := arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Uint8
	formulas := recordBuilder(arrow.Field{Name: "shape", Type: small}, arrow.Field{Name: "measure", Type: tiny}, arrow.Field{Name: "formula", Type: arrow.BinaryTypes.String})
	defer formulas.Release()
	inputs := recordBuilder(arrow.Field{Name: "shape", Type: small}, arrow.Field{Name: "measure", Type: tiny}, arrow.Field{Name: "n", Type: small},
		arrow.Field{Name: "place", Type: small}, arrow.Field{Name: "role", Type: tiny}, arrow.Field{Name: "leaf", Type: small},
		arrow.Field{Name: "weight", Type: arrow.PrimitiveTypes.Float64}, arrow.Field{Name: "weight_at", Type: small})
	defer inputs.Release()
	whole := func(column int, x int32) { inputs.Field(column).(*array.Int32Builder).Append(x) }
	number := int32(0)
	for _, e := range all {
		for _, s := range e.shapes {
			for _, f := range s.formulas {
				formulas.Field(0).(*array.Int32Builder).Append(number)
				formulas.Field(1).(*array.Uint8Builder).Append(f.measure)
				formulas.Field(2).(*array.StringBuilder).Append(f.text)
			}
			for _, in := range s.inputs {
				whole(0, number)
				inputs.Field(1).(*array.Uint8Builder).Append(in.measure)
				whole(2, in.n)
				whole(3, in.place)
				inputs.Field(4).(*array.Uint8Builder).Append(in.role)
				whole(5, in.leaf)
				if math.IsNaN(in.weight) {
					inputs.Field(6).AppendNull()
				} else {
					inputs.Field(6).(*array.Float64Builder).Append(in.weight)
				}
				if in.weightAt == 0 {
					inputs.Field(7).AppendNull()
				} else {
					whole(7, in.weightAt)
				}
			}
			number++
		}
	}
	if err := b.load(ctx, Shapes, formulas); err != nil {
		return err
	}
	return b.load(ctx, ShapeInputs, inputs)
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

// edgeColumns are the columns of Edges.
func edgeColumns() []column {
	return []column{
		{"into_row", "BIGINT", transforms.Text{VI: "Dòng của bảng indicators (rowid)", EN: "Row of the table indicators (rowid)"}},
		{"shape", "INTEGER", transforms.Text{VI: "Cách tính và các đầu vào: " + Shapes + ", " + ShapeInputs, EN: "How it was made and of what inputs: " + Shapes + ", " + ShapeInputs}},
		{"leaves", "BIGINT[]", transforms.Text{
			VI: "Các dòng của bộ dữ liệu, hoặc của bảng các phần của phép cộng (rowid)", EN: "Rows of datasets, or of the table of a sum's parts (rowid)",
		}},
		{"weights", "DOUBLE[]", transforms.Text{VI: "Các hệ số riêng của dòng này", EN: "The weights that are this row's own"}},
	}
}

// shapeColumns are the columns of Shapes.
func shapeColumns() []column {
	return []column{
		edgeColumns()[1],
		shapeInputColumns()[1],
		{"formula", "VARCHAR", transforms.Text{VI: "Cách tính từ các đầu vào; #1 là đầu vào n = 1", EN: "How it was computed of its inputs; #1 is the input with n = 1"}},
	}
}

// shapeInputColumns are the columns of ShapeInputs.
func shapeInputColumns() []column {
	return []column{
		edgeColumns()[1],
		{"measure", "UTINYINT", transforms.Text{VI: "Của giá trị (0), cận dưới (1) hay cận trên (2)", EN: "Of the value (0), the lower (1) or the upper end of the band (2)"}},
		{"n", "INTEGER", transforms.Text{VI: "Số thứ tự của đầu vào", EN: "Number of the input"}},
		{"place", "INTEGER", transforms.Text{VI: "Bộ dữ liệu và cột, hoặc phép cộng của một mô hình", EN: "Dataset and column, or a sum of a model"}},
		{"role", "UTINYINT", transforms.Text{VI: "Vai trò", EN: "Role"}},
		{"leaf", "INTEGER", transforms.Text{VI: "Dòng nào trong leaves, từ 1", EN: "Which of leaves, from 1"}},
		{"weight", "DOUBLE", transforms.Text{VI: "Hệ số, khi mọi dòng như nhau", EN: "Weight, where it is the same in all rows"}},
		{"weight_at", "INTEGER", transforms.Text{VI: "Hệ số nào trong weights, từ 1, khi mỗi dòng một khác", EN: "Which of weights, from 1, where every row has its own"}},
	}
}
