package lineage

import (
	"encoding/json"
	"slices"
	"strings"
)

// ask adds a column that holds a term of a column of the SELECT.
func (b *block) ask(i int, f Form, name string) error {
	if b.asked == nil {
		for _, it := range b.items {
			if c, ok := it.src.(closed); ok {
				return refuse(c.want, "%s", c.what)
			}
			if q, ok := it.src.(*withQuery); ok {
				if c, ok := q.query.(closed); ok {
					return refuse(c.want, "%s", c.what)
				}
			}
		}
		return refuse("list the columns in place of the star", "it cannot be told which columns its * stands for")
	}
	if b.asked[name] {
		return nil
	}
	b.asked[name] = true
	term, err := b.column(i, f)
	if err != nil {
		return err
	}
	if term, err = b.distinct(term, f); err != nil {
		return err
	}
	term = clone(term)
	term["alias"] = name
	b.n["select_list"] = append(list(b.n, "select_list"), term)
	return nil
}

func (b *block) column(i int, f Form) (node, error) {
	switch {
	case i < 0 && b.grouped:
		row, err := b.row()
		return gather(row, nil), err
	case i < 0:
		return b.row()
	case b.busy[i]:
		return nil, refuse("give the column another name", "column %s is made of itself", b.cols[i].name)
	}
	b.busy[i] = true
	defer delete(b.busy, i)
	if f == Value {
		return b.value(b.cols[i].expr, false)
	}
	return b.witness(b.cols[i].expr, false)
}

// distinct makes a SELECT DISTINCT a GROUP BY of its columns: rows that are alike may be made of different cells.
func (b *block) distinct(term node, f Form) (node, error) {
	at := slices.IndexFunc(nodes(b.n, "modifiers"), func(m node) bool {
		return text(m, "type") == "DISTINCT_MODIFIER" && len(list(m, "distinct_on_targets")) == 0
	})
	if at >= 0 {
		windows := false
		walk(b.n["select_list"], func(e node) bool { windows = windows || text(e, "class") == "WINDOW"; return !windows })
		if b.grouped || windows {
			return nil, refuse("put the part without DISTINCT into a subquery", "lineage cannot be carried through a DISTINCT beside aggregates")
		}
		b.n["modifiers"] = slices.Delete(list(b.n, "modifiers"), at, at+1)
		b.n["aggregate_handling"] = "FORCE_AGGREGATES"
		b.distinctRows = true
	}
	switch {
	case !b.distinctRows:
		return term, nil
	case f == Value:
		return function("min", term), nil
	}
	return gather(term, nil), nil
}

// row gives the cells by which a row of FROM is there.
func (b *block) row() (node, error) {
	var parts []node
	for _, it := range b.items {
		d, err := it.src.deps(-1)
		if err != nil || !d.tracked {
			continue // what is closed shows when a value is asked of it
		}
		part, err := it.src.term(-1, Row, it.alias)
		if err != nil {
			return nil, err
		}
		if part != nil {
			parts = append(parts, part, literal(" "))
		}
	}
	return concat(parts...), nil
}

// gather joins terms of many rows; like is the aggregate whose filter and order it takes. Where it has no order the terms
// are sorted: the rows of a group come as the database's threads get on, and the same data must give the same term.
func gather(term, like node) node {
	all := function("string_agg", term, literal(" "))
	all["order_bys"] = sortedBy(term)
	if like != nil {
		all["filter"] = clone(like["filter"])
		if order := child(like, "order_bys"); len(list(order, "orders")) > 0 {
			all["order_bys"] = clone(order)
		}
	}
	return coalesce(all, "")
}

// sortedBy is the order by an expression.
func sortedBy(e node) node {
	order := node{"type": "ORDER_DEFAULT", "null_order": "ORDER_DEFAULT", "expression": clone(e)}
	return node{"type": "ORDER_MODIFIER", "orders": []any{order}}
}

// value gives the term of an expression: a text that is never null.
func (b *block) value(e node, aggregated bool) (node, error) {
	d, err := b.hangs(e, nil)
	if err != nil {
		return nil, err
	}
	if !d.tracked {
		return amount(e), nil
	}
	switch text(e, "class") {
	case "COLUMN_REF":
		return b.valueColumn(e, aggregated)
	case "FUNCTION":
		return b.valueFunction(e, d, aggregated)
	case "CASE":
		return b.valueCase(e, aggregated, false)
	case "CAST":
		return b.valueCast(e, aggregated)
	case "WINDOW":
		return b.valueWindow(e, d, aggregated)
	case "SUBQUERY":
		if text(e, "subquery_type") == "SCALAR" {
			term, err := b.scalar(e, Value)
			return coalesce(term, "~"), err
		}
	case "OPERATOR":
		if text(e, "type") == "OPERATOR_COALESCE" {
			return b.valueCoalesce(nodes(e, "children"), aggregated)
		}
	}
	if logical(e) || !d.measure {
		return b.opaque(e, aggregated)
	}
	return nil, b.refused(e)
}

// amount writes the value of an expression itself into the term.
func amount(e node) node {
	e = clone(e)
	e["alias"] = ""
	return coalesce(cast(cast(e, "DOUBLE", true), "VARCHAR", false), "~")
}

// opaque writes the value itself and the cells that it hangs on.
func (b *block) opaque(e node, aggregated bool) (node, error) {
	w, err := b.witness(e, aggregated)
	return concat(literal("(& "), amount(e), literal(" "), w, literal(")")), err
}

// logical reports whether an expression is true or false.
func logical(e node) bool {
	switch text(e, "class") {
	case "COMPARISON", "CONJUNCTION", "BETWEEN", "SUBQUERY":
		return true
	case "OPERATOR":
		return strings.HasPrefix(text(e, "type"), "OPERATOR_IS") || strings.HasPrefix(text(e, "type"), "COMPARE") || text(e, "type") == "OPERATOR_NOT"
	}
	return false
}

func (b *block) refused(e node) error {
	what := text(e, "function_name")
	if what == "" {
		what = strings.ToLower(strings.ReplaceAll(text(e, "type"), "_", " "))
	}
	return refuse("write it with sums, products, ratios, powers, logarithms, CASE, counts, averages, medians, lag and lead, or keep it to WHERE, ON and the conditions of CASE",
		"the lineage of its values cannot be carried through %s", what)
}

func (b *block) valueColumn(e node, aggregated bool) (node, error) {
	f, err := b.resolve(e)
	if err != nil {
		return nil, err
	}
	if f.alias >= 0 {
		if b.busy[f.alias] {
			return nil, refuse("give the column another name", "column %s is made of itself", b.cols[f.alias].name)
		}
		b.busy[f.alias] = true
		defer delete(b.busy, f.alias)
		return b.value(b.cols[f.alias].expr, aggregated)
	}
	if len(list(e, "column_names")) > 1 && f.item.find(lastName(e)) != f.column {
		return b.opaque(e, aggregated) // a field of a struct
	}
	term, err := f.item.src.term(f.column, Value, f.item.alias)
	if err != nil {
		return nil, err
	}
	if term == nil {
		return amount(e), nil
	}
	return b.key(f.item, term, aggregated), nil
}

func lastName(e node) string {
	names := list(e, "column_names")
	s, _ := names[len(names)-1].(string)
	return s
}

// key makes a column that rows are grouped by one term for the group.
func (b *block) key(it *item, term node, aggregated bool) node {
	if b.grouped && !aggregated && slices.Contains(b.items, it) {
		return coalesce(function("min", term), "~")
	}
	return term
}

// valueCase takes the term of the branch that was taken, with the cells that its condition hung on. Where the CASE is the
// whole argument of an aggregate, rows for which it gives nothing are no part of the sum, and their term is null.
func (b *block) valueCase(e node, aggregated, inAggregate bool) (node, error) {
	checks := nodes(e, "case_checks")
	whens := make([]node, 0, len(checks))
	var branches []branch
	for _, c := range checks {
		whens = append(whens, child(c, "when_expr"))
		then, err := b.branch(whens, child(c, "then_expr"), aggregated, inAggregate)
		if err != nil {
			return nil, err
		}
		branches = append(branches, branch{clone(child(c, "when_expr")), then})
	}
	otherwise, err := b.branch(whens, child(e, "else_expr"), aggregated, inAggregate)
	return caseOf(otherwise, branches...), err
}

func (b *block) branch(whens []node, then node, aggregated, inAggregate bool) (node, error) {
	if inAggregate && nothing(then) {
		return nullNode(), nil
	}
	value, err := b.value(then, aggregated)
	if err != nil {
		return nil, err
	}
	covered, err := b.hangs(then, nil)
	if err != nil {
		return nil, err
	}
	var parts []node
	for _, when := range whens {
		d, err := b.hangs(when, nil)
		if err != nil {
			return nil, err
		}
		if !d.tracked || d.items != nil && d.within(covered) {
			continue
		}
		w, err := b.witness(when, aggregated)
		if err != nil {
			return nil, err
		}
		parts = append(parts, literal(" "), w)
	}
	if len(parts) == 0 {
		return value, nil
	}
	return concat(append(append([]node{literal("(& "), value}, parts...), literal(")"))...), nil
}

// nothing reports whether a branch gives NULL or a plain 0.
func nothing(e node) bool {
	value := child(e, "value")
	if text(e, "class") != "CONSTANT" {
		return false
	}
	if null, _ := value["is_null"].(bool); null {
		return true
	}
	n, ok := value["value"].(json.Number)
	return ok && n.String() == "0"
}

func nullNode() node {
	return node{"class": "CONSTANT", "type": "VALUE_CONSTANT", "alias": "", "value": node{"type": node{"id": "NULL", "type_info": nil}, "is_null": true}}
}

func (b *block) valueCoalesce(args []node, aggregated bool) (node, error) {
	var branches []branch
	var last node
	for i, a := range args {
		term, err := b.value(a, aggregated)
		if err != nil {
			return nil, err
		}
		if i == len(args)-1 {
			last = term
		} else {
			branches = append(branches, branch{notNull(clone(a)), term})
		}
	}
	if len(branches) == 0 {
		return last, nil
	}
	// What was missing is part of how the other came to be taken.
	if w, err := b.witness(args[0], aggregated); err != nil {
		return nil, err
	} else if text(w, "class") != "CONSTANT" {
		last = concat(literal("(& "), last, literal(" "), w, literal(")"))
	}
	return caseOf(last, branches...), nil
}

func (b *block) valueCast(e node, aggregated bool) (node, error) {
	inner := child(e, "child")
	to := child(e, "cast_type")
	term, err := b.value(inner, aggregated)
	if err != nil {
		return nil, err
	}
	switch id := text(to, "id"); id {
	case "DOUBLE", "VARCHAR":
		return term, nil
	case "DECIMAL":
		scale, _ := child(to, "type_info")["scale"].(json.Number)
		return concat(literal("(decimal "), term, literal(" "+scale.String()+")")), nil
	case "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "HUGEINT", "UINTEGER", "UBIGINT":
		return concat(literal("(integer "), term, literal(")")), nil
	case "BOOLEAN":
		return b.opaque(e, aggregated)
	default:
		return nil, refuse("cast to DOUBLE, DECIMAL or an integer", "the lineage of its values cannot be carried through a cast to %s", id)
	}
}

// scalar gives a term of a scalar subquery: SELECT term FROM (subquery).
func (b *block) scalar(e node, f Form) (node, error) {
	e = clone(e)
	inner := child(child(e, "subquery"), "node")
	q, err := b.w.query(inner, b.sc)
	if err != nil {
		return nil, err
	}
	name := "__t"
	if err := q.ask(0, f, name); err != nil {
		return nil, err
	}
	outer := selectOf(ref(name))
	from := node{}
	become(from, inner, b.w.name("__s"))
	outer["from_table"] = from
	e["subquery"], e["alias"] = node{"node": outer, "named_param_map": []any{}}, ""
	return e, nil
}
