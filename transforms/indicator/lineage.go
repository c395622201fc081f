package indicator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
	"github.com/statloom/statloom/transforms/query"
)

// measures are the columns of an indicator that are followed to their cells: the value and its band.
func measures() []string { return []string{transforms.ColObsValue, "obs_low", "obs_high"} }

// wants are the terms of the measures that an indicator gives.
func (n *node) wants() (wants []lineage.Want) {
	for _, m := range measures() {
		if slices.ContainsFunc(n.given, func(c query.Column) bool { return strings.EqualFold(c.Name, m) }) {
			wants = append(wants, lineage.Want{Column: m, Form: lineage.Value})
		}
	}
	return wants
}

// termColumns are the columns of an indicator's rows that hold its terms: row ids, or a text where a term is not alike in
// all rows.
func (n *node) termColumns() (columns []string) {
	for i, w := range n.wants() {
		from := []string{w.Name()}
		if n.shapes[i] != nil {
			from = n.shapes[i].Columns()
		}
		for _, c := range from {
			if !slices.Contains(columns, c) {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// relations is what the SQL of models and indicators reads, as lineage sees it.
type relations struct {
	datasets map[string][]lineage.Column // by name, of the history
	others   map[string][]lineage.Column // code lists, snapshots and the like
	made     map[string]*lineage.Relation
	asOf     map[string]*lineage.Relation // by name and point in time
}

// internedName is the table that holds a model which is computed once.
func internedName(n *node) string { return internedPrefix + n.name }

const internedPrefix = "__model_"

// Relation implements lineage.Catalog.
func (r *relations) Relation(name string) (*lineage.Relation, bool) {
	if rel, ok := r.made[name]; ok {
		return rel, true
	}
	rel := &lineage.Relation{Name: name}
	dataset := strings.TrimSuffix(name, "_history")
	if columns, ok := r.datasets[dataset]; ok {
		rel.Kind, rel.Name, rel.Columns = lineage.Leaf, dataset, columns
		rel.SQL = "SELECT *, rowid AS " + lineage.ID + " FROM " + duck.Ident(dataset+"_history")
		if dataset == name {
			rel.SQL += " WHERE vintage_to IS NULL"
		}
	} else if columns, ok := r.others[name]; ok {
		rel.Columns = columns
	} else {
		return nil, false
	}
	r.made[name] = rel
	return rel, true
}

// AsOf implements lineage.Catalog.
func (r *relations) AsOf(function, at string) (*lineage.Relation, bool) {
	dataset, ok := strings.CutSuffix(function, "_asof")
	columns, known := r.datasets[dataset]
	if !ok || !known {
		return nil, false
	}
	key := function + " " + at
	if r.asOf[key] == nil {
		r.asOf[key] = &lineage.Relation{
			Name: dataset, Kind: lineage.Leaf, Columns: columns,
			SQL: fmt.Sprintf(`SELECT *, rowid AS %s FROM %s WHERE vintage_from <= CAST(%s AS TIMESTAMPTZ)
				AND (vintage_to IS NULL OR vintage_to > CAST(%s AS TIMESTAMPTZ))`, lineage.ID, duck.Ident(dataset+"_history"), at, at),
		}
	}
	return r.asOf[key], true
}

// lineageColumns gives the columns of a table or view as lineage wants them.
func (b *builder) lineageColumns(ctx context.Context, name string) ([]lineage.Column, error) {
	columns, err := b.db.Columns(ctx, name)
	out := make([]lineage.Column, len(columns))
	for i, c := range columns {
		out[i] = lineage.Column{Name: c.Name, Type: c.Type}
	}
	return out, err
}

// relations collects what can be read.
func (b *builder) relations(ctx context.Context) (*relations, error) {
	r := &relations{
		datasets: map[string][]lineage.Column{}, others: map[string][]lineage.Column{},
		made: map[string]*lineage.Relation{}, asOf: map[string]*lineage.Relation{},
	}
	read := map[string]bool{}
	for _, n := range b.order {
		for _, table := range n.reads {
			read[strings.ToLower(table)] = true
		}
	}
	found, err := b.existing(ctx)
	if err != nil {
		return nil, err
	}
	for table := range read {
		if slices.ContainsFunc(b.order, func(n *node) bool { return n.name == table }) {
			continue
		}
		dataset := strings.TrimSuffix(table, "_history")
		name, into := table, r.others
		if found.tables[dataset] && found.tables[dataset+"_history"] {
			name, into = dataset+"_history", r.datasets
			table = dataset
		}
		if into[table], err = b.lineageColumns(ctx, name); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// carry rewrites the SELECTs of models and indicators so that every value brings its lineage along. It goes backwards
// through the order: by the time a model's turn comes, it is known what is asked of it.
func (b *builder) carry(ctx context.Context) ([]Problem, error) {
	var err error
	if b.readable, err = b.relations(ctx); err != nil {
		return nil, err
	}
	if b.rewriter, err = lineage.New(ctx, b.db, b.readable); err != nil {
		return nil, err
	}
	for _, n := range b.order {
		if n.broken {
			continue
		}
		if err := b.present(ctx, n); err != nil {
			return nil, err
		}
	}
	var problems []Problem
	for _, n := range slices.Backward(b.order) {
		if n.broken || n.model != nil && n.relation.Kind != lineage.Interned {
			continue
		}
		err := b.rewrite(ctx, n)
		var refused *lineage.Refused
		if errors.As(err, &refused) {
			problems = append(problems, n.problem("sql", refused.Want, "%s", refused.What))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("carry the lineage of %s %s: %w", n.kind(), n.id, err)
		}
	}
	more, err := b.tryTraced(ctx)
	return append(problems, more...), err
}

// rewrite makes the SELECTs that a node is computed by. Those of an indicator that aggregates are two: the rows, and what
// is read of them.
func (b *builder) rewrite(ctx context.Context, n *node) (err error) {
	if n.model != nil {
		if wants := b.rewriter.Demands(n.relation); len(wants) > 0 { // else nobody computes with it
			n.traced, err = b.rewriter.Rewrite(ctx, n.query.SQL, wants, n.relation)
		}
		return err
	}
	yes, err := b.rewriter.Aggregates(ctx, n.query.SQL)
	if err != nil || !yes {
		if err == nil {
			n.traced, n.shapes, err = b.rewriter.Shaped(ctx, n.query.SQL, n.wants())
		}
		return err
	}
	rows := &lineage.Relation{Name: n.name, Kind: lineage.Interned, SQL: "SELECT *, rowid AS " + lineage.ID + " FROM " + duck.Ident(internedName(n))}
	for _, c := range n.given {
		rows.Columns = append(rows.Columns, lineage.Column{Name: c.Name, Type: c.Type})
	}
	b.readable.made[internedName(n)] = rows
	if n.traced, n.shapes, err = b.rewriter.Shaped(ctx, "SELECT * FROM "+duck.Ident(internedName(n)), n.wants()); err != nil {
		return err
	}
	n.rows, err = b.rewriter.Rewrite(ctx, n.query.SQL, b.rewriter.Demands(rows), rows)
	return err
}

// columns are those of a node's view.
func (n *node) columns() (out []lineage.Column) {
	given := n.given
	if n.indicator != nil {
		given = nil
		for _, d := range n.indicator.Dimensions {
			given = append(given, query.Column{Name: d, Type: "VARCHAR"})
		}
		given = append(given, fixed()...)
	}
	for _, c := range given {
		out = append(out, lineage.Column{Name: c.Name, Type: c.Type})
	}
	return out
}

// present makes a node known as something that SQL reads.
func (b *builder) present(ctx context.Context, n *node) error {
	columns := n.columns()
	rel := &lineage.Relation{Name: n.name, Columns: columns, Kind: lineage.Inline, SQL: n.query.SQL}
	if n.indicator != nil {
		names := make([]string, len(columns))
		for i, c := range columns {
			names[i] = duck.Ident(c.Name)
		}
		rel.Kind, rel.Moves = lineage.Leaf, true
		rel.SQL = fmt.Sprintf("SELECT %s, rowid AS %s FROM %s WHERE indicator = %s", strings.Join(names, ", "), lineage.ID, Table, duck.Literal(n.id))
	} else if yes, err := b.rewriter.Aggregates(ctx, n.query.SQL); err != nil {
		return err
	} else if yes {
		rel.Kind = lineage.Interned
		rel.SQL = "SELECT *, rowid AS " + lineage.ID + " FROM " + duck.Ident(internedName(n))
	}
	n.relation = rel
	b.readable.made[n.name] = rel
	return nil
}

// tryTraced sees to it that what was rewritten can be run, and makes the empty tables of models that are computed once.
func (b *builder) tryTraced(ctx context.Context) ([]Problem, error) {
	var problems []Problem
	for _, n := range b.order {
		n.broken = n.broken || slices.ContainsFunc(n.needs, func(other *node) bool { return other.broken })
		if n.traced == "" || n.broken {
			continue
		}
		kept := n.rows
		if n.model != nil {
			kept = n.traced
		}
		var err error
		if kept != "" {
			err = b.db.Exec(ctx, "CREATE TABLE "+duck.Ident(internedName(n))+" AS "+kept+"\nWITH NO DATA")
		}
		if n.model == nil && err == nil {
			_, err = query.Columns(ctx, b.db, query.Query{SQL: n.traced})
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			problems = append(problems, n.problem("sql", "write it in simpler steps, with models or WITH queries",
				"its lineage cannot be carried: %v", query.Reason(err)))
		}
	}
	return problems, nil
}

// partsPrefix begins the names of the tables that say which rows were added up in a model.
const partsPrefix = "indicator_parts_"

// partsTable is the table of the lists of a model, by its rows.
func partsTable(rel *lineage.Relation) string { return partsPrefix + rel.Name }

// dropInterned takes the tables of models away that were only there to compute with, but for the lists of sums that are
// derived from them.
func (b *builder) dropInterned(ctx context.Context) error {
	keep := map[string][]string{}
	for place, g := range b.rewriter.Gathers() {
		if b.recorder.used[place] != 0 {
			name := internedPrefix + g.Relation.Name
			keep[name] = append(keep[name], g.Columns()...)
		}
	}
	var sql strings.Builder
	for _, n := range b.order {
		table := internedName(n)
		if n.traced == "" || n.model == nil && n.rows == "" {
			continue
		}
		if len(keep[table]) == 0 {
			sql.WriteString("DROP TABLE IF EXISTS " + duck.Ident(table) + ";")
			continue
		}
		columns, err := b.db.Columns(ctx, table)
		if err != nil {
			return err
		}
		for _, c := range columns {
			if !slices.Contains(keep[table], c.Name) {
				sql.WriteString("ALTER TABLE " + duck.Ident(table) + " DROP COLUMN " + duck.Ident(c.Name) + ";")
			}
		}
		sql.WriteString("ALTER TABLE " + duck.Ident(table) + " RENAME TO " + duck.Ident(partsPrefix+n.name) + ";")
	}
	if sql.Len() == 0 {
		return nil
	}
	return b.db.Exec(context.WithoutCancel(ctx), sql.String())
}
