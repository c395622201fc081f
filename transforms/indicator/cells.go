package indicator

import (
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
	"github.com/statloom/statloom/transforms/query"
)

// cells reads what terms are computed of: the columns of datasets and indicators, and the terms of models that are
// computed once. Everything is read when it is first asked for.
type cells struct {
	ctx     context.Context
	db      *duck.DB
	places  func() []lineage.Place
	source  func(lineage.Place) string
	columns []*cellColumn // by place

	gathers func() map[int32]*lineage.Gather
	sums    map[int32]*sums     // by place
	lists   map[string]*rowList // by table and column
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
	for int(place) >= len(c.columns) {
		c.columns = append(c.columns, nil)
	}
	if place < 0 {
		return nil, fmt.Errorf("follow a value: there is no place %d", place)
	}
	if col := c.columns[place]; col != nil {
		return col, nil
	}
	places := c.places()
	if int(place) >= len(places) {
		return nil, fmt.Errorf("follow a value: there is no place %d", place)
	}
	p := places[place]
	load := c.load
	if p.Relation.Kind == lineage.Interned {
		load = c.loadTerms
	}
	col, err := load(p)
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", p.Column, p.Relation.Name, query.Reason(err))
	}
	col.form, col.name, col.table = p.Form, p.Column, c.source(p)
	c.columns[place] = col
	return col, nil
}

// forget lets go of the columns of a table that has grown.
func (c *cells) forget(table string) {
	for i, col := range c.columns {
		if col != nil && col.table == table {
			c.columns[i] = nil
		}
	}
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
	status, unknown := "NULL::VARCHAR", "false"
	if has[transforms.ColObsStatus] != "" && (p.Column == transforms.ColObsValue || p.Column == "obs_low" || p.Column == "obs_high") {
		status = transforms.ColObsStatus
		unknown = p.Column + " IS NULL"
		if has[transforms.ColObsComment] != "" {
			unknown += " AND NOT starts_with(coalesce(obs_comment, ''), 'no phenomenon')"
		}
	}
	col := &cellColumn{}
	err := scan(c.ctx, c.db, fmt.Sprintf("SELECT rowid::BIGINT, %s, %s, %s FROM %s%s ORDER BY rowid", value, status, unknown, duck.Ident(from), where),
		func(b arrow.RecordBatch) error {
			col.add(b, text)
			return nil
		})
	return col, err
}

func (col *cellColumn) add(b arrow.RecordBatch, text bool) {
	ids := b.Column(0).(*array.Int64)
	status, unknown := b.Column(2).(*array.String), b.Column(3).(*array.Boolean)
	for i := range int(b.NumRows()) {
		for int64(len(col.null)) < ids.Value(i) { // rows of other indicators
			col.push(0, "", true, false, 0, text)
		}
		var mark byte
		if status.IsValid(i) && status.Value(i) != "" {
			mark = status.Value(i)[0]
		}
		null := b.Column(1).IsNull(i)
		if text {
			word := ""
			if !null {
				word = strings.Clone(b.Column(1).(*array.String).Value(i)) // the batch goes
			}
			col.push(0, word, null, unknown.Value(i), mark, true)
		} else {
			col.push(b.Column(1).(*array.Float64).Value(i), "", null, unknown.Value(i), mark, false)
		}
	}
}

func (col *cellColumn) push(x float64, word string, null, unknown bool, status byte, text bool) {
	if text {
		col.texts = append(col.texts, word)
	} else {
		col.numbers = append(col.numbers, x)
	}
	col.null, col.unknown, col.status = append(col.null, null), append(col.unknown, unknown), append(col.status, status)
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
		for i := range int(b.NumRows()) {
			word := missing
			if terms.IsValid(i) {
				word = strings.Clone(terms.Value(i))
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
