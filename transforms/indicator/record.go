package indicator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
	"github.com/statloom/statloom/transforms/query"
)

// maxInputs bounds what one release records.
const maxInputs = 20_000_000

// recorder keeps of which cells every value was made.
type recorder struct {
	cells *cells

	adding sync.Mutex // held by who adds rows to Table
	rows   int64      // of Table
	edges  []*edges   // of the indicators in Table, in its order

	taking sync.Mutex
	inputs int
	used   []uint8 // by place: whether values or bands are made of it
}

// recording is the record of one indicator: its values are computed again from their cells.
type recording struct {
	tree  *lineage.Tree
	edges edges
	used  []uint8
}

// What a place is used for.
const (
	ofValue uint8 = 1 << iota
	ofBand
)

func (b *builder) recording() *recording {
	c := b.recorder.cells
	return &recording{tree: lineage.NewTree(c), used: make([]uint8, len(c.places)), edges: newEdges()}
}

// record follows every row of an indicator that has just been computed, and says what has to be mended of them.
func (b *builder) record(ctx context.Context, n *node, r *recording) (fixes []fix, err error) {
	wants, err := r.wanted(n)
	if err != nil {
		return nil, err
	}
	columns := []string{"rowid::BIGINT", transforms.ColObsStatus}
	for _, w := range wants {
		columns = append(columns, w.Column)
	}
	columns = append(columns, n.termColumns()...)
	sql := fmt.Sprintf("SELECT %s FROM %s", strings.Join(columns, ", "), n.temporary(rowsTable))
	err = scan(ctx, b.db, sql, func(batch arrow.RecordBatch) error {
		ids, statuses := batch.Column(0).(*array.Int64), batch.Column(1).(*array.String)
		for i := range int(batch.NumRows()) {
			row := computed{id: ids.Value(i)}
			if statuses.IsValid(i) {
				row.status = statuses.Value(i)
			}
			for m := range wants {
				w, values := &wants[m], batch.Column(2+m).(*array.Float64)
				row.value, row.measure = math.NaN(), w.measure
				if values.IsValid(i) {
					row.value = values.Value(i)
				}
				if row.measure > 0 && (math.IsNaN(row.value) || math.IsInf(row.value, 0)) {
					continue // there is no band
				}
				again, err := w.solve(r.tree, batch, i)
				if err != nil {
					return err
				}
				fix, mend, err := b.follow(ctx, n, r, row, again)
				if err != nil {
					return err
				}
				if mend {
					fixes = append(fixes, fix)
				}
			}
			r.edges.end()
		}
		return nil
	})
	if err == nil {
		err = b.recorder.take(n, r)
	}
	var known *fault.Error
	if err != nil && !errors.As(err, &known) {
		err = fmt.Errorf("record the inputs of indicator %s: %w", n.id, query.Reason(err))
	}
	return fixes, err
}

// take adds up what the records of indicators come to.
func (to *recorder) take(n *node, r *recording) error {
	to.taking.Lock()
	defer to.taking.Unlock()
	r.edges.numbers = nil
	for place, as := range r.used {
		to.used[place] |= as
	}
	if to.inputs += r.edges.inputs; to.inputs > maxInputs {
		return n.tooMany()
	}
	return nil
}

// wanted is a measure that is followed: where its terms stand in the batches of rows.
type wanted struct {
	lineage.Want
	measure int            // of measures
	mould   *lineage.Mould // nil: the term is a text
	columns []int          // the text, or the row ids
	rows    []int64
}

func (r *recording) wanted(n *node) ([]wanted, error) {
	wants := n.wants()
	names, before := n.termColumns(), 2+len(wants)
	out := make([]wanted, len(wants))
	for i, w := range wants {
		out[i] = wanted{Want: w, measure: slices.Index(measures(), w.Column)}
		from := []string{w.Name()}
		if s := n.shapes[i]; s != nil {
			from = s.Columns()
			var err error
			if out[i].mould, err = r.tree.Mould(s); err != nil {
				return nil, err
			}
		}
		for _, c := range from {
			out[i].columns = append(out[i].columns, before+slices.Index(names, c))
		}
		out[i].rows = make([]int64, len(from))
	}
	return out, nil
}

// solve computes the measure of a row of a batch from its cells alone.
func (w *wanted) solve(t *lineage.Tree, batch arrow.RecordBatch, i int) (lineage.Result, error) {
	if w.mould == nil {
		return t.Solve(batch.Column(w.columns[0]).(*array.String).Value(i))
	}
	for k, c := range w.columns {
		ids := batch.Column(c).(*array.Int64)
		if w.rows[k] = -1; ids.IsValid(i) {
			w.rows[k] = ids.Value(i)
		}
	}
	return t.SolveRow(w.mould, w.rows)
}

// tooMany says that more would be recorded than a release can hold.
func (n *node) tooMany() error {
	return &fault.Error{
		Kind: fault.Config, What: fmt.Sprintf("indicator %s brings the inputs of all indicators to more than %d, sums of many parts counted as one", n.id, maxInputs),
		Remedy: "make what many rows share, such as a total, an indicator of its own: its rows are then one input each",
	}
}

// computed is a row as the database gave it.
type computed struct {
	id      int64
	value   float64 // NaN where there is none
	measure int     // of measures
	status  string  // it goes with its batch
}

// follow compares a row with what its cells alone come to, and notes what went into it.
func (b *builder) follow(ctx context.Context, n *node, r *recording, row computed, again lineage.Result) (fix, bool, error) {
	if !agrees(row.value, again) {
		return fix{}, false, b.disagrees(ctx, n, row, again)
	}
	trace, err := r.tree.Follow()
	if err != nil {
		return fix{}, false, err
	}
	r.edges.add(b.recorder.cells.places, row.measure, trace)
	if r.edges.inputs > maxInputs {
		return fix{}, false, n.tooMany()
	}
	as := ofValue
	if row.measure > 0 {
		as = ofBand
	}
	for _, in := range trace.Inputs {
		r.used[in.Place] |= as
	}
	if again.Lost != nil {
		r.used[again.Lost.Place] |= as
	}
	f, mend := fixOf(row, again)
	return f, mend, nil
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
	at, err := b.strings(ctx, fmt.Sprintf("SELECT concat_ws(', ', %s) FROM %s WHERE rowid = ?", strings.Join(key, ", "), n.temporary(rowsTable)), row.id)
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
		What: fmt.Sprintf("indicator %s at %s: the SELECT gives %s %s, but computed again from its recorded inputs it is %s",
			n.id, at[0], measures()[row.measure], show(row.value, true), show(again.Value, again.OK)),
		Remedy: "write the SELECT in simpler steps, and let it not hang on an order that it does not state",
	}
}

// statusOrder are the statuses of figures, from the strongest to the weakest.
const statusOrder = "ABPEF"

// mend gives rows the status their inputs ask for, and takes values away of which a part is not known: in the indicator's
// own rows and, as they come out of these, in Table.
func (b *builder) mend(ctx context.Context, n *node, r *recording, fixes []fix) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("mend indicator %s: %w", n.id, query.Reason(err))
		}
	}()
	fixed := n.temporary("__fixes")
	if err := b.loadFixes(ctx, n.temporaryName("__fixes"), fixes); err != nil {
		return err
	}
	defer func() {
		if derr := b.db.Exec(context.WithoutCancel(ctx), "DROP TABLE "+fixed); err == nil {
			err = derr
		}
	}()
	if err := b.db.Exec(ctx, "ALTER TABLE "+fixed+" ADD COLUMN missing VARCHAR"); err != nil {
		return err
	}
	for i, p := range b.rewriter.Places() {
		if p.Relation.Kind == lineage.Interned || r.used[i] == 0 {
			continue
		}
		key := b.keyText(p, "h")
		for _, c := range p.Relation.Columns {
			if c.Name == transforms.ColObsComment {
				key += " || coalesce(' (' || h.obs_comment || ')', '')"
			}
		}
		err := b.db.Exec(ctx, fmt.Sprintf("UPDATE %s f SET missing = %s || %s FROM %s h WHERE f.place = %d AND h.rowid = f.leaf",
			fixed, duck.Literal("thiếu số — no figure: "+p.Relation.Name+" "), key, duck.Ident(b.readable.sourceTable(p)), i))
		if err != nil {
			return err
		}
	}
	set := make([]string, len(published()))
	for i, c := range published() {
		set[i] = c.name + " = " + c.sql
	}
	b.recorder.adding.Lock()
	defer b.recorder.adding.Unlock()
	return b.db.Exec(ctx, fmt.Sprintf(`UPDATE %[1]s r SET obs_status = f.status,
		obs_value = CASE WHEN f.leaf IS NULL THEN r.obs_value END, obs_low = CASE WHEN f.leaf IS NULL THEN r.obs_low END,
		obs_high = CASE WHEN f.leaf IS NULL THEN r.obs_high END, obs_comment = nullif(concat_ws('; ', r.obs_comment, f.missing), '')
		FROM %[2]s f WHERE f.into_row = r.rowid AND f.status IS NOT NULL AND f.measure = 0;
		UPDATE %[1]s r SET obs_low = NULL FROM %[2]s f WHERE f.into_row = r.rowid AND f.leaf IS NOT NULL AND f.measure = 1;
		UPDATE %[1]s r SET obs_high = NULL FROM %[2]s f WHERE f.into_row = r.rowid AND f.leaf IS NOT NULL AND f.measure = 2;
		UPDATE %[3]s t SET %[4]s FROM %[1]s r WHERE t.rowid = r.rowid + %[5]d AND r.rowid IN (SELECT into_row FROM %[2]s)`,
		n.temporary(rowsTable), fixed, Table, strings.Join(set, ", "), r.edges.before))
}
