package lineage

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// writing is the rewriting of one SELECT.
type writing struct {
	*Rewriter
	ctx   context.Context
	fresh int       // numbers names that are made up
	into  *Relation // the model whose table keeps what is gathered; nil: terms keep it
	top   source    // the SELECT that makes its rows
}

func (w *writing) name(prefix string) string {
	w.fresh++
	return prefix + strconv.Itoa(w.fresh)
}

// scope is what a query sees besides its own FROM: WITH queries, and the FROM items of the queries around it.
type scope struct {
	outer *scope
	with  string // a WITH query, in lower case
	query *withQuery
	block *block
}

// withQuery is one WITH query, which several places may read.
type withQuery struct{ subquery }

// item is one entry of a FROM clause.
type item struct {
	alias string
	names []string // of its columns; nil where they cannot be known
	src   source
}

func (it *item) find(column string) int {
	for i, name := range it.names {
		if strings.EqualFold(name, column) {
			return i
		}
	}
	return -1
}

// deps says what an expression hangs on.
type deps struct {
	tracked bool           // on cells of datasets at all
	measure bool           // on amounts among them
	items   map[*item]bool // by way of which FROM items, filtered aggregates apart
}

func (d *deps) add(other deps) {
	d.tracked = d.tracked || other.tracked
	d.measure = d.measure || other.measure
	for it := range other.items {
		if d.items == nil {
			d.items = map[*item]bool{}
		}
		d.items[it] = true
	}
}

// within reports whether all that d hangs on is among what other hangs on.
func (d deps) within(other deps) bool {
	for it := range d.items {
		if !other.items[it] {
			return false
		}
	}
	return true
}

// source is a relation or query that terms can be asked of. Column -1 is the row.
type source interface {
	columns() []string
	deps(i int) (deps, error)
	// term gives a term as an expression over the source under its alias; nil says that the column is a constant.
	term(i int, f Form, alias string) (node, error)
	// ask adds a column that holds a term; only queries can.
	ask(i int, f Form, name string) error
}

// measure is the column of a dataset's figures.
const measure = "obs_value"

// base is a tracked relation.
type base struct {
	w    *writing
	rel  *Relation
	at   node // its place in the tree, replaced when the first term is asked of it
	from string
	done bool
}

func (b *base) columns() []string {
	names := make([]string, len(b.rel.Columns))
	for i, c := range b.rel.Columns {
		names[i] = c.Name
	}
	return names
}

func (b *base) deps(i int) (deps, error) {
	return deps{tracked: true, measure: i >= 0 && b.rel.Columns[i].numeric()}, nil
}

func (b *base) ask(int, Form, string) error { return refuse("", "%s is no query", b.rel.Name) }

func (b *base) term(i int, f Form, alias string) (node, error) {
	if err := b.replace(alias); err != nil {
		return nil, err
	}
	cell := function("||", literal(b.w.code(b.place(i, f))), cast(ref(alias, ID), "VARCHAR", false))
	cell["is_operator"] = true
	if f == Value {
		return coalesce(cell, "~"), nil
	}
	return coalesce(cell, ""), nil
}

// place names a column as terms do.
func (b *base) place(i int, f Form) Place {
	p := Place{Relation: b.rel, Form: Value}
	if b.rel.Kind == Interned {
		p.Form = f
	}
	if i >= 0 {
		p.Column = b.rel.Columns[i].Name
	}
	if f == Witness && b.rel.Kind == Leaf && slices.ContainsFunc(b.rel.Columns, func(c Column) bool { return c.Name == measure }) {
		p.Column = measure // the status and the comment stand for the cell that they are about
	}
	return p
}

// replace puts a SELECT that has row ids in the place of the relation.
func (b *base) replace(alias string) error {
	if b.done {
		return nil
	}
	b.done = true
	tree, err := b.w.parse(b.w.ctx, b.from)
	if err != nil {
		return err
	}
	become(b.at, tree, alias)
	return nil
}

// become turns a FROM item into a subquery.
func become(at, query node, alias string) {
	names, sample := list(at, "column_name_alias"), at["sample"]
	clear(at)
	at["type"], at["alias"], at["sample"], at["query_location"] = "SUBQUERY", alias, sample, 0
	at["subquery"] = node{"node": query, "named_param_map": []any{}}
	if names == nil {
		names = []any{}
	}
	at["column_name_alias"] = names
}

// plain is a relation without cells: code lists, VALUES, table functions.
type plain struct {
	names []string
	args  deps // of a table function
}

func (p plain) columns() []string      { return p.names }
func (p plain) deps(int) (deps, error) { return p.args, nil }
func (p plain) ask(int, Form, string) error {
	return refuse("write it as a SELECT", "it is no query that lineage can be carried through")
}

func (p plain) term(_ int, f Form, _ string) (node, error) {
	if p.args.tracked && f == Value {
		return nil, refuse("join the table itself in place of unnesting what was gathered of it",
			"it makes rows of a list with a table function, through which lineage cannot be carried")
	}
	return nil, nil
}

// closed is what lineage cannot look into.
type closed struct{ what, want string }

func (c closed) columns() []string                    { return nil }
func (c closed) deps(int) (deps, error)               { return deps{tracked: true, measure: true}, nil }
func (c closed) ask(int, Form, string) error          { return refuse(c.want, "%s", c.what) }
func (c closed) term(int, Form, string) (node, error) { return nil, refuse(c.want, "%s", c.what) }

// inline is a model that is read as if its SELECT stood in its place.
type inline struct {
	w     *writing
	rel   *Relation
	at    node
	query source
	tree  node
	done  bool
}

func (m *inline) columns() []string {
	names := make([]string, len(m.rel.Columns))
	for i, c := range m.rel.Columns {
		names[i] = c.Name
	}
	return names
}

func (m *inline) deps(i int) (deps, error) { return m.query.deps(i) }

func (m *inline) ask(int, Form, string) error { return refuse("", "%s is no query", m.rel.Name) }

func (m *inline) term(i int, f Form, alias string) (node, error) {
	m.open(alias)
	return derived(m.query, i, f, alias)
}

// open puts the model's SELECT in the place of its name.
func (m *inline) open(alias string) {
	if !m.done {
		m.done = true
		become(m.at, m.tree, alias)
	}
}

// subquery is a query in a FROM clause, or a WITH query; aliases is where its column names may be renamed.
type subquery struct {
	query   source
	holder  node
	aliases string
}

func (s subquery) columns() []string {
	names := append([]string{}, s.query.columns()...)
	for i, a := range list(s.holder, s.aliases) {
		if i < len(names) {
			names[i], _ = a.(string)
		}
	}
	return names
}

func (s subquery) deps(i int) (deps, error)             { return s.query.deps(i) }
func (s subquery) ask(i int, f Form, name string) error { return s.query.ask(i, f, name) }
func (s subquery) term(i int, f Form, alias string) (node, error) {
	return derived(s.query, i, f, alias)
}

// derived asks a query for a term and refers to it from outside.
func derived(q source, i int, f Form, alias string) (node, error) {
	d, err := q.deps(i)
	if err != nil {
		return nil, err
	}
	if !d.tracked {
		return nil, nil
	}
	name := "__" + string(f) + strconv.Itoa(i+1) // a list of column aliases may be shorter than the columns
	if err := q.ask(i, f, name); err != nil {
		return nil, err
	}
	if f == Value {
		return coalesce(ref(alias, name), "~"), nil
	}
	return coalesce(ref(alias, name), ""), nil
}
