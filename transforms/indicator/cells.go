package indicator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

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

	reading sync.Mutex
	lists   map[string]*rowList // by table and column
}

func newCells(ctx context.Context, b *builder) *cells {
	places := b.rewriter.Places()
	return &cells{
		ctx: ctx, db: b.db, places: places, source: b.readable.sourceTable, gathers: b.rewriter.Gathers(),
		columns: make([]once[*cellColumn], len(places)), sums: make([]once[*sums], len(places)), lists: map[string]*rowList{},
	}
}

// once holds what is made when it is first asked for.
type once[T any] struct {
	sync.Once
	made T
	err  error
}

func (o *once[T]) get(make func() (T, error)) (T, error) {
	o.Do(func() { o.made, o.err = make() })
	return o.made, o.err
}

// cellColumn is a column of a table by row id.
type cellColumn struct {
	numbers []float64
	texts   []string // where the column holds no amounts, or terms
	null    []bool
	unknown []bool // the figure exists and is not known: not "no phenomenon"
	status  []byte // 0 where there is none

	interned bool
	form     lineage.Form
	name     string
	table    string
}

// column gives the column of a place.
func (c *cells) column(place int32) (*cellColumn, error) {
	if place < 0 || int(place) >= len(c.places) {
		return nil, fmt.Errorf("follow a value: there is no place %d", place)
	}
	return c.columns[place].get(func() (*cellColumn, error) {
		p := c.places[place]
		load := c.load
		if p.Relation.Kind == lineage.Interned {
			load = c.loadTerms
		}
		col, err := load(p)
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", p.Column, p.Relation.Name, query.Reason(err))
		}
		col.form, col.name, col.table = p.Form, p.Column, c.source(p)
		return col, nil
	})
}

func (col *cellColumn) has(row int64) error {
	if row < 0 || row >= int64(len(col.null)) && row >= int64(len(col.texts)) {
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
	out := lineage.Cell{Null: col.null[ref.Row], Unknown: col.unknown[ref.Row], Status: col.status[ref.Row]}
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
	if col, err := c.column(place); err == nil {
		return col.name
	}
	return ""
}

// Source implements lineage.Cells.
func (c *cells) Source(place int32) string {
	if col, err := c.column(place); err == nil {
		return col.table
	}
	return ""
}

// load reads a column, with the status and the reason why a figure is missing where the table has them.
func (c *cells) load(p lineage.Place) (*cellColumn, error) {
	has := map[string]string{}
	for _, col := range p.Relation.Columns {
		has[col.Name] = col.Type
	}
	from, where := c.source(p), ""
	if from == Table {
		where = " WHERE lower(indicator) = " + duck.Literal(p.Relation.Name)
	}
	value, text := "1::DOUBLE", false // a row as such
	if p.Column != "" {
		value, text = duck.Ident(p.Column)+"::DOUBLE", !isNumber(has[p.Column])
		if text {
			value = duck.Ident(p.Column) + "::VARCHAR"
		}
	}
	status, unknown := "0::UTINYINT", "false"
	if has[transforms.ColObsStatus] != "" && (p.Column == transforms.ColObsValue || p.Column == "obs_low" || p.Column == "obs_high") {
		status = "coalesce(TRY_CAST(ascii(obs_status) AS UTINYINT), 0::UTINYINT)"
		unknown = p.Column + " IS NULL"
		if has[transforms.ColObsComment] != "" {
			unknown = "CASE WHEN " + unknown + " THEN NOT starts_with(coalesce(obs_comment, ''), 'no phenomenon') ELSE false END"
		}
	}
	col := &cellColumn{}
	err := scan(c.ctx, c.db, fmt.Sprintf("SELECT rowid::BIGINT, %s, %s, %s FROM %s%s", value, status, unknown, duck.Ident(from), where),
		func(b arrow.RecordBatch) error {
			col.add(b, text)
			return nil
		})
	return col, err
}

// add puts the rows of a batch in their places; those of other indicators lie between.
func (col *cellColumn) add(b arrow.RecordBatch, text bool) {
	ids, values := b.Column(0).(*array.Int64).Int64Values(), b.Column(1)
	status, unknown := b.Column(2).(*array.Uint8).Uint8Values(), b.Column(3).(*array.Boolean)
	if len(ids) == 0 {
		return
	}
	col.grow(int(slices.Max(ids))+1, text)
	for i, id := range ids {
		col.null[id], col.status[id], col.unknown[id] = false, status[i], unknown.Value(i)
	}
	if text {
		words := values.(*array.String)
		for i, id := range ids {
			if words.IsValid(i) {
				col.texts[id] = strings.Clone(words.Value(i)) // the batch goes
			}
		}
	} else {
		for i, x := range values.(*array.Float64).Float64Values() {
			col.numbers[ids[i]] = x
		}
	}
	for i := 0; values.NullN() > 0 && i < len(ids); i++ {
		col.null[ids[i]] = values.IsNull(i)
	}
}

// grow makes room for rows, which are null until they are read.
func (col *cellColumn) grow(rows int, text bool) {
	before := len(col.null)
	if rows <= before {
		return
	}
	more := rows - before
	if text {
		col.texts = append(col.texts, make([]string, more)...)
	} else {
		col.numbers = append(col.numbers, make([]float64, more)...)
	}
	col.null, col.unknown, col.status = append(col.null, make([]bool, more)...), append(col.unknown, make([]bool, more)...), append(col.status, make([]byte, more)...)
	for i := before; i < rows; i++ {
		col.null[i] = true
	}
}

// loadTerms reads the terms of a column of a model that was computed once.
func (c *cells) loadTerms(p lineage.Place) (*cellColumn, error) {
	col := &cellColumn{interned: true}
	name := lineage.Want{Column: p.Column, Form: p.Form}.Name()
	missing := "~"
	if p.Form != lineage.Value {
		missing = ""
	}
	err := scan(c.ctx, c.db, fmt.Sprintf("SELECT %s FROM %s ORDER BY rowid", duck.Ident(name), duck.Ident(c.source(p))), func(b arrow.RecordBatch) error {
		terms := b.Column(0).(*array.String)
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
		return nil
	})
	return col, err
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
