package indicator

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/statloom/statloom/transforms/lineage"
)

// edges collects how the rows of an indicator were made, in their order. Most rows have the shape of another: the same
// formula and the same inputs but for the rows that these stand in, which is then all that is kept of them.
type edges struct {
	before int64 // how many rows of other indicators are before them in Table

	shape   []int32   // by row
	leaves  []int64   // one after the other
	weights []float64 // of the inputs whose weight hangs on the row
	ends    [][2]int  // by row: where its leaves and weights end

	shapes  []shape
	numbers map[string]int32 // of shapes, by what tells them apart
	inputs  int              // how many all rows have

	// Of the row being collected:
	now   shape
	key   []byte   // what tells its shape
	last  []byte   // the same of the row before
	texts [][2]int // where the texts of its formulas stand in key
	from  [2]int   // where its leaves and weights begin
	of    []*lineage.Relation
	known map[leafKey]int32 // of its leaves, by number; only where they are many
}

// leafKey names a row that is an input.
type leafKey struct {
	of  *lineage.Relation
	row int64
}

func newEdges() edges { return edges{numbers: map[string]int32{}, known: map[leafKey]int32{}} }

// shape is what rows may have in common.
type shape struct {
	formulas []shapeFormula
	inputs   []shapeInput
	moves    []bool // of which leaves the rows are rows of Table
}

type shapeFormula struct {
	measure uint8
	text    string
}

// shapeInput is an input of which the row says in which row it stands.
type shapeInput struct {
	n        int32
	place    int32
	role     uint8
	measure  uint8
	leaf     int32   // which of the row's leaves, from 1
	weight   float64 // NaN: none
	weightAt int32   // which of the row's weights, from 1; 0: the weight is the same in all rows
}

// fix is what has to be mended of a row.
type fix struct {
	row     int64 // of rowsTable
	measure int
	status  string
	lost    *lineage.Ref
}

// add notes how a measure of a row was made; end closes the row.
func (e *edges) add(places []lineage.Place, measure int, t lineage.Trace) {
	e.key = append(e.key, uint8(measure))
	e.texts = append(e.texts, [2]int{len(e.key), len(e.key) + len(t.Formula)})
	e.key = append(append(e.key, t.Formula...), 0)
	e.now.formulas = append(e.now.formulas, shapeFormula{measure: uint8(measure)})
	for _, in := range t.Inputs {
		s := shapeInput{n: int32(in.N), place: in.Place, role: uint8(in.Role), measure: uint8(measure), weight: in.Weight}
		s.leaf = e.leaf(leafKey{places[in.Place].Relation, in.Row})
		switch {
		case math.IsNaN(in.Weight) || math.IsInf(in.Weight, 0):
			s.weight = math.NaN()
		case in.Weight != 1:
			e.weights = append(e.weights, in.Weight)
			s.weight, s.weightAt = math.NaN(), int32(len(e.weights)-e.from[1])
		}
		e.key = s.tell(e.key)
		e.now.inputs = append(e.now.inputs, s)
	}
}

// tell writes what tells an input from another.
func (s shapeInput) tell(key []byte) []byte {
	key = append(key, s.role)
	for _, x := range []int32{s.n, s.place, s.leaf, s.weightAt} {
		key = binary.LittleEndian.AppendUint32(key, uint32(x))
	}
	return binary.LittleEndian.AppendUint64(key, math.Float64bits(s.weight))
}

// leaf numbers a row that is an input: one of which several columns are inputs is kept once.
func (e *edges) leaf(k leafKey) int32 {
	own := e.leaves[e.from[0]:]
	if len(own) <= fewLeaves {
		for i, row := range own {
			if row == k.row && e.of[i] == k.of {
				return int32(i + 1)
			}
		}
	} else {
		for i := len(e.known); i < len(own); i++ {
			e.known[leafKey{e.of[i], own[i]}] = int32(i + 1)
		}
		if at, ok := e.known[k]; ok {
			return at
		}
	}
	e.leaves, e.of = append(e.leaves, k.row), append(e.of, k.of)
	return int32(len(own) + 1)
}

// fewLeaves is up to how many leaves are looked through one by one.
const fewLeaves = 12

// end closes a row.
func (e *edges) end() {
	e.inputs += len(e.now.inputs)
	number := int32(-1)
	if n := len(e.shape); n > 0 && bytes.Equal(e.key, e.last) {
		number = e.shape[n-1]
	} else if at, ok := e.numbers[string(e.key)]; ok {
		number = at
	}
	if number < 0 {
		number = int32(len(e.shapes))
		e.numbers[string(e.key)] = number
		e.shapes = append(e.shapes, e.shaped())
	}
	e.shape = append(e.shape, number)
	e.from = [2]int{len(e.leaves), len(e.weights)}
	e.ends = append(e.ends, e.from)
	e.last, e.key = e.key, e.last[:0]
	e.now, e.texts, e.of = shape{formulas: e.now.formulas[:0], inputs: e.now.inputs[:0]}, e.texts[:0], e.of[:0]
	if len(e.known) > 0 {
		clear(e.known)
	}
}

// shaped keeps the shape of the row being collected.
func (e *edges) shaped() shape {
	s := shape{formulas: slices.Clone(e.now.formulas), inputs: slices.Clone(e.now.inputs)}
	for i := range s.formulas {
		s.formulas[i].text = string(e.key[e.texts[i][0]:e.texts[i][1]])
	}
	return s
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
