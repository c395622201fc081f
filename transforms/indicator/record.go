package indicator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
	"github.com/statloom/statloom/transforms/query"
)

// Names of tables that live only while indicators are computed.
const (
	edgesTable    = "__edges"
	recordsTable  = "__records"
	formulasTable = "__formulas"
)

// maxInputs bounds what one release records.
const maxInputs = 50_000_000

// recorder notes of which cells every value was made, and computes it again from them.
type recorder struct {
	cells    *cells
	tree     *lineage.Tree
	before   int64 // rows of Table before those of the indicator at hand
	recorded int64
	used     map[int32]bool // places
}

// startRecord makes the empty tables. An input is noted by numbers: the row of Table that it went into, its place and
// its row there.
func (b *builder) startRecord(ctx context.Context) error {
	c := &cells{ctx: ctx, db: b.db, places: b.rewriter.Places, source: b.readable.sourceTable}
	b.recorder = &recorder{cells: c, tree: lineage.NewTree(c), used: map[int32]bool{}}
	err := b.db.Exec(ctx, fmt.Sprintf(`CREATE TABLE %s (into_row BIGINT, n INTEGER, place INTEGER, leaf BIGINT, role UTINYINT, weight DOUBLE);
		CREATE TABLE %s (into_row BIGINT, formula VARCHAR)`, Edges, formulasTable))
	if err != nil {
		return fmt.Errorf("create table %s: %w", Edges, err)
	}
	return nil
}

// edges collects the inputs of one indicator's rows, and what its rows have to say for themselves.
type edges struct {
	inputs, records *array.RecordBuilder
	fixes           int
}

func newEdges() *edges {
	field := func(name string, t arrow.DataType) arrow.Field {
		return arrow.Field{Name: name, Type: t, Nullable: true}
	}
	word, whole, small := arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Int32
	return &edges{
		inputs: array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{
			field("into_row", whole), field("n", small), field("place", small), field("leaf", whole), field("role", arrow.PrimitiveTypes.Uint8),
			field("weight", arrow.PrimitiveTypes.Float64),
		}, nil)),
		records: array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{
			field("into_row", whole), field("formula", word), field("status", word), field("place", small), field("leaf", whole),
		}, nil)),
	}
}

func (e *edges) release() {
	e.inputs.Release()
	e.records.Release()
}

// record follows every row of an indicator that has just been computed.
func (b *builder) record(ctx context.Context, n *node) error {
	e := newEdges()
	defer e.release()
	sql := fmt.Sprintf("SELECT rowid::BIGINT, %s, obs_value, obs_status FROM %s ORDER BY rowid", termColumn, rowsTable)
	err := scan(ctx, b.db, sql, func(batch arrow.RecordBatch) error {
		ids, terms := batch.Column(0).(*array.Int64), batch.Column(1).(*array.String)
		values, statuses := batch.Column(2).(*array.Float64), batch.Column(3).(*array.String)
		for i := range int(batch.NumRows()) {
			row := computed{id: ids.Value(i), value: math.NaN()}
			if values.IsValid(i) {
				row.value = values.Value(i)
			}
			if statuses.IsValid(i) {
				row.status = strings.Clone(statuses.Value(i))
			}
			if err := b.follow(ctx, n, row, terms.Value(i), e); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = b.storeEdges(ctx, e)
	}
	var known *fault.Error
	if err != nil && !errors.As(err, &known) {
		err = fmt.Errorf("record the inputs of indicator %s: %w", n.id, query.Reason(err))
	}
	return err
}

// computed is a row as the database gave it.
type computed struct {
	id     int64
	value  float64 // NaN where there is none
	status string
}

// follow computes a row again from its cells alone, compares, and notes what went into it.
func (b *builder) follow(ctx context.Context, n *node, row computed, term string, e *edges) error {
	r := b.recorder
	again, err := r.tree.Solve(term)
	if err != nil {
		return err
	}
	if !agrees(row.value, again) {
		return b.disagrees(ctx, n, row, again)
	}
	trace, err := r.tree.Follow()
	if err != nil {
		return err
	}
	r.recorded += int64(len(trace.Inputs))
	if r.recorded > maxInputs {
		return &fault.Error{
			Kind: fault.Config, What: fmt.Sprintf("indicator %s brings the inputs of all indicators to more than %d", n.id, int64(maxInputs)),
			Remedy: "make what many rows share, such as a total, an indicator of its own: its rows are then one input each",
		}
	}
	for _, in := range trace.Inputs {
		r.used[in.Place] = true
	}
	e.add(row, trace, again)
	return nil
}

// agrees compares what was published with what was computed again. Not-a-number and infinity are published as missing.
func agrees(published float64, again lineage.Result) bool {
	missing := math.IsNaN(published) || math.IsInf(published, 0)
	if missing || !again.OK {
		return missing && !again.OK
	}
	return math.Abs(published-again.Value) <= 1e-9*max(1, math.Abs(published), math.Abs(again.Value))
}

func (b *builder) disagrees(ctx context.Context, n *node, row computed, again lineage.Result) error {
	key := append(idents(n.indicator.Dimensions), transforms.ColTimePeriod)
	at, err := b.strings(ctx, fmt.Sprintf("SELECT concat_ws(', ', %s) FROM %s WHERE rowid = ?", strings.Join(key, ", "), rowsTable), row.id)
	if err != nil || len(at) == 0 {
		at = []string{"?"}
	}
	show := func(x float64, ok bool) string {
		if !ok || math.IsNaN(x) {
			return "no value"
		}
		return fmt.Sprint(x)
	}
	return &fault.Error{
		Kind: fault.Failed,
		What: fmt.Sprintf("indicator %s at %s: the SELECT gives %s, but computed again from its recorded inputs it is %s",
			n.id, at[0], show(row.value, true), show(again.Value, again.OK)),
		Remedy: "write the SELECT in simpler steps, and let it not hang on an order that it does not state",
	}
}

// statusOrder are the statuses of figures, from the strongest to the weakest.
const statusOrder = "ABPEF"

// add notes a row: its inputs, its formula, and what has to be mended of it. A row bears at least the weakest status of
// its inputs. Where a sum has passed over a part that is not known, the row has no value: a sum of what happens to be
// known is a smaller number that looks like a true one.
func (e *edges) add(row computed, t lineage.Trace, again lineage.Result) {
	e.records.Field(0).(*array.Int64Builder).Append(row.id)
	e.records.Field(1).(*array.StringBuilder).BinaryBuilder.Append(t.Formula)
	status, place, leaf := e.records.Field(2).(*array.StringBuilder), e.records.Field(3).(*array.Int32Builder), e.records.Field(4).(*array.Int64Builder)
	given := strings.Index(statusOrder, row.status) // -1 for M and C, 0 for none
	switch {
	case !again.OK || row.status == "C" || row.status == "M":
		status.AppendNull()
	case again.Lost != nil:
		status.Append("M")
		e.fixes++
	case strings.IndexByte(statusOrder, again.Status) > given:
		status.Append(string(again.Status))
		e.fixes++
	default:
		status.AppendNull()
	}
	if again.OK && again.Lost != nil && row.status != "C" {
		place.Append(again.Lost.Place)
		leaf.Append(again.Lost.Row)
	} else {
		place.AppendNull()
		leaf.AppendNull()
	}
	at, n := e.inputs.Field(0).(*array.Int64Builder), e.inputs.Field(1).(*array.Int32Builder)
	where, cell := e.inputs.Field(2).(*array.Int32Builder), e.inputs.Field(3).(*array.Int64Builder)
	role, weight := e.inputs.Field(4).(*array.Uint8Builder), e.inputs.Field(5).(*array.Float64Builder)
	for i, in := range t.Inputs {
		at.Append(row.id)
		n.Append(int32(i + 1))
		where.Append(in.Place)
		cell.Append(in.Row)
		role.Append(uint8(in.Role))
		if w := in.Weight; math.IsNaN(w) || math.IsInf(w, 0) {
			weight.AppendNull()
		} else {
			weight.Append(w)
		}
	}
}

// storeEdges mends the rows and moves what was noted to the tables.
func (b *builder) storeEdges(ctx context.Context, e *edges) (err error) {
	defer func() {
		drop := "DROP TABLE IF EXISTS " + edgesTable + "; DROP TABLE IF EXISTS " + recordsTable
		if derr := b.db.Exec(context.WithoutCancel(ctx), drop); err == nil {
			err = derr
		}
	}()
	for _, t := range []struct {
		name string
		from *array.RecordBuilder
	}{{edgesTable, e.inputs}, {recordsTable, e.records}} {
		batch := t.from.NewRecordBatch()
		_, err := b.db.Load(ctx, t.name, batch.Schema(), func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) })
		batch.Release()
		if err != nil {
			return err
		}
	}
	if e.fixes > 0 {
		if err := b.mend(ctx); err != nil {
			return err
		}
	}
	return b.db.Exec(ctx, fmt.Sprintf(`INSERT INTO %[1]s SELECT into_row + %[2]d, n, place, leaf, role, weight FROM %[3]s;
		INSERT INTO %[4]s SELECT into_row + %[2]d, formula FROM %[5]s`, Edges, b.recorder.before, edgesTable, formulasTable, recordsTable))
}

// mend gives rows the status their inputs ask for, and takes values away of which a part is not known.
func (b *builder) mend(ctx context.Context) error {
	if err := b.db.Exec(ctx, "ALTER TABLE "+recordsTable+" ADD COLUMN missing VARCHAR"); err != nil {
		return err
	}
	for i, p := range b.rewriter.Places() {
		if p.Relation.Kind == lineage.Interned || !b.recorder.used[int32(i)] {
			continue
		}
		key := b.keyText(p, "h")
		for _, c := range p.Relation.Columns {
			if c.Name == transforms.ColObsComment {
				key += " || coalesce(' (' || h.obs_comment || ')', '')"
			}
		}
		err := b.db.Exec(ctx, fmt.Sprintf("UPDATE %s f SET missing = %s || %s FROM %s h WHERE f.place = %d AND h.rowid = f.leaf",
			recordsTable, duck.Literal("thiếu số — no figure: "+p.Relation.Name+" "), key, duck.Ident(b.readable.sourceTable(p)), i))
		if err != nil {
			return err
		}
	}
	return b.db.Exec(ctx, fmt.Sprintf(`UPDATE %s r SET obs_status = f.status,
		obs_value = CASE WHEN f.leaf IS NULL THEN r.obs_value END, obs_low = CASE WHEN f.leaf IS NULL THEN r.obs_low END,
		obs_high = CASE WHEN f.leaf IS NULL THEN r.obs_high END, obs_comment = nullif(concat_ws('; ', r.obs_comment, f.missing), '')
		FROM %s f WHERE f.into_row = r.rowid AND f.status IS NOT NULL`, rowsTable, recordsTable))
}
