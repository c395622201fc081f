package lineage

import (
	"slices"
	"strconv"
	"strings"
)

// query makes a source of a query's tree, which terms are later added to in place.
func (w *writing) query(n node, outer *scope) (source, error) {
	sc := outer
	for _, e := range nodes(child(n, "cte_map"), "map") {
		value := child(e, "value")
		inner, err := w.query(child(child(value, "query"), "node"), sc)
		if err != nil {
			return nil, err
		}
		sc = &scope{outer: sc, with: strings.ToLower(text(e, "key")), query: &withQuery{subquery{query: inner, holder: value, aliases: "aliases"}}}
	}
	switch typ := text(n, "type"); typ {
	case "SELECT_NODE":
		return w.block(n, sc)
	case "SET_OPERATION_NODE":
		left, err := w.query(child(n, "left"), sc)
		if err != nil {
			return nil, err
		}
		right, err := w.query(child(n, "right"), sc)
		if err != nil {
			return nil, err
		}
		all, _ := n["setop_all"].(bool)
		return &union{left: left, right: right, typ: text(n, "setop_type"), all: all}, nil
	case "RECURSIVE_CTE_NODE":
		return closed{"it is recursive, and lineage cannot be carried through a recursion", "write it without WITH RECURSIVE"}, nil
	default:
		return closed{"lineage cannot be carried through a " + typ, "write it as a SELECT"}, nil
	}
}

// union is a UNION.
type union struct {
	left, right source
	typ         string
	all         bool
}

func (u *union) columns() []string { return u.left.columns() }

// other finds a column of the left side on the right.
func (u *union) other(i int) int {
	if u.typ != "UNION_BY_NAME" || i < 0 {
		return i
	}
	return slices.IndexFunc(u.right.columns(), func(name string) bool { return strings.EqualFold(name, u.left.columns()[i]) })
}

func (u *union) deps(i int) (deps, error) {
	d, err := u.left.deps(i)
	if err != nil {
		return d, err
	}
	j := u.other(i)
	if j < 0 && i >= 0 {
		return d, nil
	}
	right, err := u.right.deps(j)
	d.add(right)
	return d, err
}

func (u *union) term(i int, f Form, alias string) (node, error) { return derived(u, i, f, alias) }

func (u *union) ask(i int, f Form, name string) error {
	if !u.all || !strings.HasPrefix(u.typ, "UNION") {
		return refuse("use UNION ALL, which keeps every row", "lineage cannot be carried through %s", strings.ReplaceAll(u.typ, "_", " "))
	}
	if err := u.left.ask(i, f, name); err != nil {
		return err
	}
	j := u.other(i)
	if j < 0 && i >= 0 {
		return nil // the column is null there
	}
	return u.right.ask(j, f, name)
}

// column is a column of a SELECT.
type column struct {
	name string
	expr node
}

// block is one SELECT.
type block struct {
	w       *writing
	n       node
	sc      *scope // what its expressions see
	items   []*item
	cols    []column // as written; terms come after them
	grouped bool
	asked   map[string]bool
	busy    map[int]bool // columns being looked into: an alias may name itself

	distinctRows bool // a DISTINCT has become a GROUP BY
	inWindow     bool // a value is being carried through a window: its rows are not those of the SELECT

	lists, exports map[string]string // columns that were added, by their expression; see Gather
	unpaired       node              // the last list of row ids, while its column has room for another
}

func (w *writing) block(n node, outer *scope) (*block, error) {
	b := &block{w: w, n: n, asked: map[string]bool{}, busy: map[int]bool{}}
	b.sc = &scope{outer: outer, block: b}
	if err := w.expandMacros(n); err != nil {
		return nil, err
	}
	b.grouped = w.grouped(n)
	if err := b.from(child(n, "from_table"), true); err != nil {
		return nil, err
	}
	b.expand()
	return b, nil
}

// grouped reports whether a SELECT aggregates.
func (r *Rewriter) grouped(n node) bool {
	if len(list(n, "group_expressions")) > 0 || text(n, "aggregate_handling") == "FORCE_AGGREGATES" || n["having"] != nil {
		return true
	}
	found := false
	walk(n["select_list"], func(e node) bool {
		switch text(e, "class") {
		case "SUBQUERY":
			return false
		case "WINDOW": // its own aggregate is none of the SELECT's, but those below it are
		case "FUNCTION":
			found = found || r.aggregates[strings.ToLower(text(e, "function_name"))] && !operatorNode(e)
		}
		return !found
	})
	return found
}

func operatorNode(e node) bool {
	op, _ := e["is_operator"].(bool)
	return op
}

// from collects the items of a FROM clause; hidden ones, behind a SEMI or ANTI join, are looked at and left out.
func (b *block) from(n node, visible bool) error {
	switch text(n, "type") {
	case "", "EMPTY":
		return nil
	case "JOIN":
		kind := text(n, "join_type")
		if err := b.from(child(n, "left"), visible); err != nil {
			return err
		}
		return b.from(child(n, "right"), visible && kind != "SEMI" && kind != "ANTI")
	}
	if !visible {
		return nil
	}
	it, err := b.item(n)
	if err != nil {
		return err
	}
	for i, a := range list(n, "column_name_alias") {
		if name, ok := a.(string); ok && i < len(it.names) {
			it.names[i] = name
		} else if ok {
			it.names = append(it.names, name)
		}
	}
	b.items = append(b.items, it)
	return nil
}

func (b *block) item(n node) (*item, error) {
	alias := text(n, "alias")
	switch typ := text(n, "type"); typ {
	case "BASE_TABLE":
		if alias == "" {
			alias = text(n, "table_name")
		}
		src := b.w.table(n, b.sc)
		if err, ok := src.(failed); ok {
			return nil, err.error
		}
		return &item{alias: alias, names: src.columns(), src: src}, nil
	case "SUBQUERY":
		if alias == "" {
			alias = b.w.name("__s")
			n["alias"] = alias
		}
		inner, err := b.w.query(child(child(n, "subquery"), "node"), b.sc)
		if err != nil {
			return nil, err
		}
		return &item{alias: alias, names: slices.Clone(inner.columns()), src: subquery{query: inner}}, nil
	case "TABLE_FUNCTION":
		return b.tableFunction(n, alias)
	case "EXPRESSION_LIST":
		var names []string
		if rows := list(n, "values"); len(rows) > 0 {
			first, _ := rows[0].([]any)
			for i := range first {
				names = append(names, "col"+strconv.Itoa(i))
			}
		}
		return &item{alias: alias, names: names, src: plain{names: names}}, nil
	default:
		return &item{alias: alias, src: closed{"lineage cannot be carried through " + strings.ReplaceAll(typ, "_", " "), "write it with GROUP BY and CASE"}}, nil
	}
}

func (b *block) tableFunction(n node, alias string) (*item, error) {
	f := child(n, "function")
	name := strings.ToLower(text(f, "function_name"))
	if alias == "" {
		alias = name
	}
	if args := nodes(f, "children"); len(args) == 1 {
		at, err := print(b.w.ctx, b.w.db, selectOf(clone(args[0])))
		if err != nil {
			return nil, err
		}
		if rel, ok := b.w.catalog.AsOf(name, "("+at+")"); ok { // a scalar subquery
			src := &base{w: b.w, rel: rel, at: n, from: rel.SQL}
			return &item{alias: alias, names: src.columns(), src: src}, nil
		}
	}
	args, err := b.hangs(f["children"], nil)
	return &item{alias: alias, src: plain{args: args}}, err
}

// selectOf makes `SELECT expr`.
func selectOf(exprs ...node) node {
	return node{
		"type": "SELECT_NODE", "modifiers": []any{}, "cte_map": node{"map": []any{}}, "select_list": anys(exprs),
		"from_table": node{"type": "EMPTY", "alias": "", "sample": nil, "query_location": 0}, "where_clause": nil,
		"group_expressions": []any{}, "group_sets": []any{}, "aggregate_handling": "STANDARD_HANDLING", "having": nil, "sample": nil, "qualify": nil,
	}
}

// failed carries an error where a source is expected.
type failed struct {
	source
	error
}

// table finds what a name stands for.
func (w *writing) table(n node, sc *scope) source {
	name := strings.ToLower(text(n, "table_name"))
	if text(n, "schema_name") == "" {
		for s := sc; s != nil; s = s.outer {
			if s.query != nil && s.with == name {
				return s.query
			}
		}
	}
	rel, ok := w.catalog.Relation(name)
	switch {
	case !ok:
		return plain{}
	case rel.Kind == Reference:
		return plain{names: columnNames(rel)}
	case rel.Kind == Inline:
		tree, err := w.parse(w.ctx, rel.SQL)
		if err != nil {
			return failed{error: err}
		}
		q, err := w.query(tree, nil)
		if err != nil {
			return failed{error: err}
		}
		return &inline{w: w, rel: rel, at: n, query: q, tree: tree}
	}
	return &base{w: w, rel: rel, at: n, from: rel.SQL}
}

func columnNames(rel *Relation) []string {
	names := make([]string, len(rel.Columns))
	for i, c := range rel.Columns {
		names[i] = c.Name
	}
	return names
}

// expand lists the columns and writes out the stars, so that terms which are added below do not come up by them.
func (b *block) expand() {
	var out []any
	for _, e := range nodes(b.n, "select_list") {
		if text(e, "class") != "STAR" {
			name := text(e, "alias")
			if names := list(e, "column_names"); name == "" && len(names) > 0 {
				name, _ = names[len(names)-1].(string)
			}
			b.cols = append(b.cols, column{name, e})
			out = append(out, e)
			continue
		}
		columns, ok := b.star(e)
		if !ok {
			b.cols = nil // its columns are not known: nobody can ask for their terms
			b.asked = nil
			return
		}
		for _, c := range columns {
			b.cols = append(b.cols, c)
			out = append(out, c.expr)
		}
	}
	b.n["select_list"] = out
}

// star writes a star out; not ok says that it cannot be known what it stands for.
func (b *block) star(e node) ([]column, bool) {
	if yes, _ := e["columns"].(bool); yes || len(list(e, "rename_list")) > 0 || len(list(e, "qualified_exclude_list")) > 0 {
		return nil, false
	}
	skip, using := map[string]bool{}, b.using()
	for _, x := range list(e, "exclude_list") {
		name, _ := x.(string)
		skip[strings.ToLower(name)] = true
	}
	replace := map[string]node{}
	for _, r := range nodes(e, "replace_list") {
		replace[strings.ToLower(text(r, "key"))] = child(r, "value")
	}
	var out []column
	seen := map[string]bool{}
	for _, it := range b.items {
		if of := text(e, "relation_name"); of != "" && !strings.EqualFold(of, it.alias) {
			continue
		}
		if len(it.names) == 0 {
			return nil, false
		}
		for _, name := range it.names {
			key := strings.ToLower(name)
			shared := using[key] && text(e, "relation_name") == ""
			if skip[key] || shared && seen[key] {
				continue
			}
			seen[key] = true
			expr := ref(it.alias, name)
			if shared {
				expr = ref(name)
			}
			if r, ok := replace[key]; ok {
				expr = clone(r)
			}
			expr["alias"] = name
			out = append(out, column{name, expr})
		}
	}
	return out, true
}

// using collects the columns that joins merge.
func (b *block) using() map[string]bool {
	merged := map[string]bool{}
	walk(b.n["from_table"], func(n node) bool {
		for _, c := range list(n, "using_columns") {
			name, _ := c.(string)
			merged[strings.ToLower(name)] = true
		}
		return text(n, "type") == "JOIN"
	})
	return merged
}
