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

// termColumn is the column in which an indicator's SELECT, once rewritten, gives the term of obs_value.
const termColumn = "__v_obs_value"

// relations is what the SQL of models and indicators reads, as lineage sees it.
type relations struct {
	datasets map[string][]lineage.Column // by name, of the history
	others   map[string][]lineage.Column // code lists, snapshots and the like
	made     map[string]*lineage.Relation
	asOf     map[string]*lineage.Relation // by name and point in time
}

// internedName is the table that holds a model which is computed once.
func internedName(n *node) string { return "__model_" + n.name }

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
		wants := []lineage.Want{{Column: transforms.ColObsValue, Form: lineage.Value}}
		if n.broken || n.model != nil && n.relation.Kind != lineage.Interned {
			continue
		}
		if n.model != nil {
			wants = b.rewriter.Demands(n.relation)
		}
		if len(wants) == 0 {
			continue // nobody computes with it
		}
		sql, err := b.rewriter.Rewrite(ctx, n.query.SQL, wants)
		var refused *lineage.Refused
		if errors.As(err, &refused) {
			problems = append(problems, n.problem("sql", refused.Want, "%s", refused.What))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("carry the lineage of %s %s: %w", n.kind(), n.id, err)
		}
		n.traced = sql
	}
	more, err := b.tryTraced(ctx)
	return append(problems, more...), err
}

// present makes a node known as something that SQL reads.
func (b *builder) present(ctx context.Context, n *node) error {
	columns, err := b.lineageColumns(ctx, n.name)
	if err != nil {
		return err
	}
	rel := &lineage.Relation{Name: n.name, Columns: columns, Kind: lineage.Inline, SQL: n.query.SQL}
	if n.indicator != nil {
		names := make([]string, len(columns))
		for i, c := range columns {
			names[i] = duck.Ident(c.Name)
		}
		rel.Kind = lineage.Leaf
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
		var err error
		if n.model != nil {
			err = b.db.Exec(ctx, "CREATE TABLE "+duck.Ident(internedName(n))+" AS "+n.traced+"\nWITH NO DATA")
		} else {
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

// dropInterned takes the tables of models away that were only there to compute with.
func (b *builder) dropInterned(ctx context.Context) error {
	var drops strings.Builder
	for _, n := range b.order {
		if n.model != nil && n.traced != "" {
			drops.WriteString("DROP TABLE IF EXISTS " + duck.Ident(internedName(n)) + ";")
		}
	}
	if drops.Len() == 0 {
		return nil
	}
	return b.db.Exec(context.WithoutCancel(ctx), drops.String())
}
