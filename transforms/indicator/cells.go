package indicator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
	"github.com/statloom/statloom/transforms/query"
)

// cells reads what terms are computed of: the columns of datasets and indicators, and the terms of models that are
// computed once. Everything is read when it is first asked for, by whoever asks first.
type cells struct {
	ctx     context.Context
	db      *duck.DB
	places  []lineage.Place
	source  func(lineage.Place) string
	gathers map[int32]*lineage.Gather

	columns []once[*cellColumn] // by place
	sums    []once[*sums]       // by place

	terms   map[*lineage.Relation]*once[map[lineage.Want]*cellColumn] // of models
	reading sync.Mutex
	lists   map[string]*columnLists // by table and column
}

func newCells(ctx context.Context, b *builder) *cells {
	places := b.rewriter.Places()
	terms := map[*lineage.Relation]*once[map[lineage.Want]*cellColumn]{}
	for _, p := range places {
		if p.Relation.Kind == lineage.Interned && terms[p.Relation] == nil {
			terms[p.Relation] = &once[map[lineage.Want]*cellColumn]{}
		}
	}
	return &cells{
		terms: terms, ctx: ctx, db: b.db, places: places, source: b.readable.sourceTable, gathers: b.rewriter.Gathers(),
		columns: make([]once[*cellColumn], len(places)), sums: make([]once[*sums], len(places)), lists: map[string]*columnLists{},
	}
}

// once holds what is made when it is first asked for.
type once[T any] struct {
	sync.Once
	done atomic.Bool
	made T
	err  error
}

func (o *once[T]) get(make func() (T, error)) (T, error) {
	o.Do(func() {
		o.made, o.err = make()
		o.done.Store(true)
	})
	return o.made, o.err
}

// cellColumn is a column of a table by row id.
type cellColumn struct {
	numbers []float64
	texts   []string // where the column holds no amounts, or terms
	marks   []byte   // the rank of its status, isNull, isUnknown

	usual    byte // the mark of most cells
	interned bool
	form     lineage.Form
	table    string
}

// column gives the column of a place.
func (c *cells) column(place int32) (*cellColumn, error) {
	if place < 0 || int(place) >= len(c.places) {
		return nil, fmt.Errorf("follow a value: there is no place %d", place)
	}
	o := &c.columns[place]
	if o.done.Load() { // as nearly always: it is asked for every value
		return o.made, o.err
	}
	return o.get(func() (*cellColumn, error) {
		p := c.places[place]
		load := c.load
		if p.Relation.Kind == lineage.Interned {
			load = c.loadTerms
		}
		col, err := load(p)
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", p.Column, p.Relation.Name, query.Reason(err))
		}
		col.form, col.table = p.Form, c.source(p)
		return col, nil
	})
}

// What marks say of a cell beside the rank of its status. Nearly all are of rank 1 or without a status, 0.
const (
	isNull     byte = 0x80
	isUnknown  byte = 0x40 // the figure exists and is not known: not "no phenomenon"
	usualMarks byte = 1
	rankMarks  byte = 0x0f
)

// ranks are the statuses from the strongest to the weakest, from 1; those after lastRank are of cells without an amount.
const (
	ranks         = "\x00ABPEFMC"
	lastRank byte = 5
)

func (col *cellColumn) has(row int64) error {
	if row < 0 || row >= int64(len(col.marks)) && row >= int64(len(col.texts)) {
		return fmt.Errorf("follow a value: %s has no row %d", col.table, row)
	}
	return nil
}

// Cell implements lineage.Cells.
func (c *cells) Cell(ref lineage.Ref) (lineage.Cell, error) {
	col, err := c.column(ref.Place)
	if err == nil {
		err = col.has(ref.Row)
	}
	if err != nil {
		return lineage.Cell{}, err
	}
	mark := col.marks[ref.Row]
	out := lineage.Cell{Null: mark&isNull != 0, Unknown: mark&isUnknown != 0, Status: ranks[mark&rankMarks]}
	if col.texts != nil {
		out.Text, out.IsText = col.texts[ref.Row], true
	} else {
		out.Number = col.numbers[ref.Row]
	}
	return out, nil
}

// Term implements lineage.Cells.
func (c *cells) Term(ref lineage.Ref) (string, lineage.Form, bool, error) {
	col, err := c.column(ref.Place)
	if err != nil || !col.interned {
		return "", 0, false, err
	}
	if err := col.has(ref.Row); err != nil {
		return "", 0, false, err
	}
	return col.texts[ref.Row], col.form, true, nil
}

// Column implements lineage.Cells.
func (c *cells) Column(place int32) string {
	if place < 0 || int(place) >= len(c.places) || c.gathers[place] != nil {
		return ""
	}
	return c.places[place].Column
}

// Source implements lineage.Cells.
func (c *cells) Source(place int32) string {
	if place < 0 || int(place) >= len(c.places) {
		return ""
	}
	return c.source(c.places[place])
}

// load reads a column, with the status and the reason why a figure is missing where the table has them.
func (c *cells) load(p lineage.Place) (*cellColumn, error) {
	has := map[string]string{}
	for _, col := range p.Relation.Columns {
		has[col.Name] = col.Type
	}
	from, where := c.source(p), "true"
	if from == Table {
		where = "lower(indicator) = " + duck.Literal(p.Relation.Name)
	}
	value, text := "1::DOUBLE", false // a row as such
	if p.Column != "" {
		value, text = duck.Ident(p.Column)+"::DOUBLE", !isNumber(has[p.Column])
		if text {
			value = duck.Ident(p.Column) + "::VARCHAR"
		}
	}
	col := &cellColumn{}
	figures := has[transforms.ColObsStatus] != "" && (p.Column == transforms.ColObsValue || p.Column == "obs_low" || p.Column == "obs_high")
	if figures {
		col.usual = 1
	}
	err := scan(c.ctx, c.db, fmt.Sprintf("SELECT rowid::BIGINT, %s FROM %s WHERE %s", value, duck.Ident(from), where), func(b arrow.RecordBatch) error {
		col.add(b.Column(0).(*array.Int64).Int64Values(), b.Column(1), text)
		return nil
	})
	if err != nil || !figures {
		return col, err
	}
	// Nearly all figures are there and of status A: only what is said of the others is fetched.
	sql := fmt.Sprintf("SELECT rowid::BIGINT, %s FROM %s WHERE %s AND (%s IS NULL OR obs_status IS DISTINCT FROM 'A')",
		marksSQL(value, has[transforms.ColObsComment] != ""), duck.Ident(from), where, value)
	err = scan(c.ctx, c.db, sql, func(b arrow.RecordBatch) error {
		for i, mark := range b.Column(1).(*array.Uint8).Uint8Values() {
			col.marks[b.Column(0).(*array.Int64).Value(i)] = mark
		}
		return nil
	})
	return col, err
}

// marksSQL writes the marks of a figure.
func marksSQL(value string, comment bool) string {
	rank, unknown := "CASE obs_status", "true"
	for i, s := range ranks[1:] {
		rank += fmt.Sprintf(" WHEN '%c' THEN %d", s, i+1)
	}
	if comment {
		unknown = "NOT starts_with(coalesce(obs_comment, ''), 'no phenomenon')"
	}
	return fmt.Sprintf("(%s ELSE 0 END + CASE WHEN %s IS NOT NULL THEN 0 WHEN %s THEN %d ELSE %d END)::UTINYINT", rank, value, unknown, isNull|isUnknown, isNull)
}

// add puts the rows of a batch in their places; those of other indicators lie between.
func (col *cellColumn) add(ids []int64, values arrow.Array, text bool) {
	if len(ids) == 0 {
		return
	}
	col.grow(int(slices.Max(ids))+1, text)
	for _, id := range ids {
		col.marks[id] = col.usual
	}
	for i := 0; values.NullN() > 0 && i < len(ids); i++ {
		if values.IsNull(i) {
			col.marks[ids[i]] |= isNull
		}
	}
	if !text {
		for i, x := range values.(*array.Float64).Float64Values() {
			col.numbers[ids[i]] = x
		}
		return
	}
	words := values.(*array.String)
	for i, id := range ids {
		if words.IsValid(i) {
			col.texts[id] = strings.Clone(words.Value(i)) // the batch goes
		}
	}
}

// grow makes room for rows, which are null until they are read.
func (col *cellColumn) grow(rows int, text bool) {
	before := len(col.marks)
	if rows <= before {
		return
	}
	if text {
		col.texts = longer(col.texts, rows)
	} else {
		col.numbers = longer(col.numbers, rows)
	}
	col.marks = longer(col.marks, rows)
	for i := before; i < rows; i++ {
		col.marks[i] = isNull
	}
}

// longer gives a slice so many elements, and room for as many again.
func longer[T any](s []T, n int) []T {
	if n > cap(s) {
		s = slices.Grow(s, 2*n-len(s))
	}
	return s[:n]
}

// loadTerms gives the terms of a column of a model that was computed once. Those of all its columns are read together.
func (c *cells) loadTerms(p lineage.Place) (*cellColumn, error) {
	all, err := c.terms[p.Relation].get(func() (map[lineage.Want]*cellColumn, error) { return c.readTerms(p.Relation) })
	col := all[lineage.Want{Column: p.Column, Form: p.Form}]
	if err == nil && col == nil {
		err = fmt.Errorf("%s has no terms of this form", p.Relation.Name)
	}
	return col, err
}

func (c *cells) readTerms(rel *lineage.Relation) (map[lineage.Want]*cellColumn, error) {
	all := map[lineage.Want]*cellColumn{}
	var columns []*cellColumn
	var names, missing []string
	for _, p := range c.places {
		w := lineage.Want{Column: p.Column, Form: p.Form}
		if p.Relation != rel || p.Form == lineage.Gathered || all[w] != nil {
			continue
		}
		all[w] = &cellColumn{interned: true}
		columns, names = append(columns, all[w]), append(names, duck.Ident(w.Name()))
		if p.Form == lineage.Value {
			missing = append(missing, "~")
		} else {
			missing = append(missing, "")
		}
	}
	sql := fmt.Sprintf("SELECT %s FROM %s ORDER BY rowid", strings.Join(names, ", "), duck.Ident(internedPrefix+rel.Name))
	return all, scan(c.ctx, c.db, sql, func(b arrow.RecordBatch) error {
		for i, col := range columns {
			col.addTerms(b.Column(i).(*array.String), missing[i])
		}
		return nil
	})
}

func (col *cellColumn) addTerms(terms *array.String, missing string) {
	col.texts = slices.Grow(col.texts, terms.Len())
	last := missing
	for i := range terms.Len() {
		word := missing
		if terms.IsValid(i) {
			if word = terms.Value(i); word != last { // most are the same as the one before
				last = strings.Clone(word)
			}
			word = last
		}
		col.texts = append(col.texts, word)
	}
}

// scan walks the batches of a query's result.
func scan(ctx context.Context, db *duck.DB, sql string, visit func(arrow.RecordBatch) error) error {
	r, err := db.Records(ctx, sql)
	if err != nil {
		return err
	}
	defer r.Release()
	for r.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit(r.RecordBatch()); err != nil {
			return err
		}
	}
	return r.Err()
}
