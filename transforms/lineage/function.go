package lineage

import (
	"slices"
	"strings"
)

// scalarOps are the functions that formulas are computed with, by the names DuckDB has for them.
func scalarOp(name string, args int) (string, bool) {
	switch name {
	case "+", "-", "*", "/", "%":
		return name, true
	case "**", "^", "pow", "power":
		return "^", true
	case "mod", "fmod":
		return "%", true
	case "divide":
		return "/", true
	case "add", "subtract", "multiply":
		return map[string]string{"add": "+", "subtract": "-", "multiply": "*"}[name], true
	case "ceiling":
		return "ceil", true
	case "log":
		if args == 1 {
			return "log10", true
		}
		return "log", true
	case "abs", "ceil", "floor", "round", "trunc", "sqrt", "exp", "ln", "log10", "log2", "sign", "greatest", "least", "nullif":
		return name, true
	}
	return "", false
}

// aggregateOp are the aggregates that formulas are computed with.
func aggregateOp(name string) (string, bool) {
	switch name {
	case "sum", "fsum", "kahan_sum", "sumkahan":
		return "sum", true
	case "avg", "mean", "favg":
		return "avg", true
	case "stddev_samp", "stddev":
		return "stddev_samp", true
	case "var_samp", "variance":
		return "var_samp", true
	case "min", "max", "product", "median", "stddev_pop", "var_pop":
		return name, true
	}
	return "", false
}

func (b *block) valueFunction(e node, d deps, aggregated bool) (node, error) {
	name := strings.ToLower(text(e, "function_name"))
	args := nodes(e, "children")
	if b.w.aggregates[name] && !operatorNode(e) {
		return b.valueAggregate(e, name, args, d)
	}
	switch name {
	case "if":
		if len(args) == 3 {
			return b.valueCase(node{"case_checks": []any{node{"when_expr": args[0], "then_expr": args[1]}}, "else_expr": args[2]}, aggregated, false)
		}
	case "ifnull", "nvl":
		return b.valueCoalesce(args, aggregated)
	}
	op, ok := scalarOp(name, len(args))
	if !ok {
		if d.measure {
			return nil, b.refused(e)
		}
		return b.opaque(e, aggregated)
	}
	parts := []node{literal("(" + op)}
	for _, a := range args {
		term, err := b.value(a, aggregated)
		if err != nil {
			return nil, err
		}
		parts = append(parts, literal(" "), term)
	}
	return concat(append(parts, literal(")"))...), nil
}

// valueAggregate gathers the terms of the rows that are aggregated.
func (b *block) valueAggregate(e node, name string, args []node, d deps) (node, error) {
	if term, ok := b.gathered(e, name, args); ok {
		return term, nil
	}
	distinct, _ := e["distinct"].(bool)
	op, plainOp := aggregateOp(name)
	switch {
	case name == "count_star" || name == "count" && len(args) == 0:
		return b.counted(e, literal("1"), nil)
	case name == "count_if" || name == "countif":
		like := clone(e)
		like["filter"] = clone(args[0])
		w, err := b.witness(args[0], true)
		if err != nil {
			return nil, err
		}
		row, err := b.row()
		return wrap("count", gather(concat(literal("(& 1 "), row, literal(" "), w, literal(")")), like)), err
	case name == "count":
		return b.valueCount(e, args[0], distinct)
	case slices.Contains([]string{"any_value", "first", "last", "arbitrary", "arg_max", "max_by", "arg_min", "min_by"}, name) && !distinct:
		return b.chosen(e, args)
	case name == "bool_and" || name == "bool_or" || !plainOp && !d.measure:
		return b.opaque(e, true)
	case !plainOp:
		return nil, b.refused(e)
	case distinct:
		return nil, refuse("take DISTINCT out, or group first", "the lineage of its values cannot be carried through %s(DISTINCT ...)", name)
	}
	term, skips, err := b.member(args[0])
	if err != nil {
		return nil, err
	}
	if term, err = b.filtered(e, term); err != nil {
		return nil, err
	}
	if skips && op != "sum" {
		if term, err = b.value(args[0], true); err != nil { // zeros count in an average
			return nil, err
		}
	}
	first := literal("(" + op + " ")
	if skips && zeroes(args[0]) && op == "sum" {
		first = literal("(" + op + " 0 ")
	}
	return concat(first, gather(term, e), literal(")")), nil
}

func wrap(op string, inside node) node { return concat(literal("("+op+" "), inside, literal(")")) }

// member gives the term of one row within an aggregate; skips says that it is null for rows that give nothing.
func (b *block) member(arg node) (term node, skips bool, err error) {
	if text(arg, "class") == "CASE" {
		term, err = b.valueCase(arg, true, true)
		return term, true, err
	}
	term, err = b.value(arg, true)
	return term, false, err
}

// zeroes reports whether a CASE gives a plain 0 somewhere.
func zeroes(e node) bool {
	zero := false
	check := func(n node) {
		null, _ := child(n, "value")["is_null"].(bool)
		zero = zero || nothing(n) && !null
	}
	for _, c := range nodes(e, "case_checks") {
		check(child(c, "then_expr"))
	}
	check(child(e, "else_expr"))
	return zero
}

// filtered adds the cells that a FILTER hangs on.
func (b *block) filtered(e, term node) (node, error) {
	filter := child(e, "filter")
	if filter == nil {
		filter = child(e, "filter_expr")
	}
	if filter == nil {
		return term, nil
	}
	w, err := b.witness(filter, true)
	if err != nil {
		return nil, err
	}
	if _, none := constant(w); none {
		return term, nil
	}
	return concat(literal("(& "), term, literal(" "), w, literal(")")), nil
}

// counted gathers one member for each row.
func (b *block) counted(e, one, over node) (node, error) {
	row, err := b.row()
	if err != nil {
		return nil, err
	}
	member, err := b.filtered(e, concat(literal("(& "), one, literal(" "), row, literal(")")))
	if err != nil {
		return nil, err
	}
	if over != nil {
		return wrap("count", windowed(over, member)), nil
	}
	return wrap("count", gather(member, e)), nil
}

// valueCount counts values, or with distinct the different ones among them.
func (b *block) valueCount(e, arg node, distinct bool) (node, error) {
	d, err := b.hangs(arg, nil)
	if err != nil {
		return nil, err
	}
	if !d.tracked {
		if distinct {
			return b.opaque(e, true)
		}
		return b.counted(e, caseOf(literal("~"), branch{notNull(clone(arg)), literal("1")}), nil)
	}
	var term node
	if text(arg, "class") == "COLUMN_REF" {
		term, err = b.value(arg, true)
	} else {
		var w node
		w, err = b.witness(arg, true)
		one := caseOf(literal("~"), branch{notNull(clone(arg)), literal("1")})
		if distinct {
			// A number for each value: what it is made of need not be an amount.
			one = coalesce(cast(function("%", function("hash", clone(arg)), number("9007199254740991")), "VARCHAR", false), "~")
			one = caseOf(literal("~"), branch{notNull(clone(arg)), one})
		}
		term = concat(literal("(& "), one, literal(" "), w, literal(")"))
	}
	if err != nil {
		return nil, err
	}
	if term, err = b.filtered(e, term); err != nil {
		return nil, err
	}
	op := "count"
	if distinct {
		op = "distinct"
	}
	return wrap(op, gather(term, e)), nil
}

func number(digits string) node { return cast(literal(digits), "UBIGINT", false) }

// chosen takes the term of the row that the aggregate takes the value of.
func (b *block) chosen(e node, args []node) (node, error) {
	term, err := b.value(args[0], true)
	if err != nil {
		return nil, err
	}
	name := strings.ToLower(text(e, "function_name"))
	if name != "first" && name != "last" && name != "arbitrary" { // those that pass over nulls
		term = caseOf(nullNode(), branch{notNull(clone(args[0])), term})
	}
	out := clone(e)
	out["alias"], out["children"] = "", anys(append([]node{term}, cloneAll(args[1:])...))
	return coalesce(out, "~"), nil
}

func cloneAll(ns []node) []node {
	out := make([]node, len(ns))
	for i, n := range ns {
		out[i] = clone(n)
	}
	return out
}

// windowed gathers terms over a window.
func windowed(over, term node) node {
	out := clone(over)
	out["function_name"], out["type"], out["alias"] = "string_agg", "WINDOW_AGGREGATE", ""
	out["children"] = []any{term, literal(" ")}
	out["ignore_nulls"], out["distinct"] = false, false
	return coalesce(out, "")
}

func (b *block) valueWindow(e node, d deps, aggregated bool) (node, error) {
	name := strings.ToLower(text(e, "function_name"))
	args := nodes(e, "children")
	before := b.inWindow
	b.inWindow = true
	defer func() { b.inWindow = before }()
	switch text(e, "type") {
	case "WINDOW_LAG", "WINDOW_LEAD", "WINDOW_FIRST_VALUE", "WINDOW_LAST_VALUE", "WINDOW_NTH_VALUE":
		term, err := b.value(args[0], aggregated)
		if err != nil {
			return nil, err
		}
		if skip, _ := e["ignore_nulls"].(bool); skip {
			term = caseOf(nullNode(), branch{notNull(clone(args[0])), term})
		}
		out := clone(e)
		out["alias"], out["children"] = "", anys(append([]node{term}, cloneAll(args[1:])...))
		if fallback := child(e, "default_expr"); fallback != nil {
			if out["default_expr"], err = b.value(fallback, aggregated); err != nil {
				return nil, err
			}
		}
		return coalesce(out, "~"), nil
	case "WINDOW_AGGREGATE":
		if distinct, _ := e["distinct"].(bool); distinct {
			return nil, refuse("group first", "the lineage of its values cannot be carried through %s(DISTINCT ...) OVER", name)
		}
		if name == "count_star" || name == "count" && len(args) == 0 {
			return b.counted(e, literal("1"), e)
		}
		op, ok := aggregateOp(name)
		if name == "count" {
			op, ok = "count", true
		}
		if !ok {
			if d.measure {
				return nil, b.refused(e)
			}
			return b.opaque(e, aggregated)
		}
		term, err := b.value(args[0], aggregated)
		if err != nil {
			return nil, err
		}
		if term, err = b.filtered(e, term); err != nil {
			return nil, err
		}
		return wrap(op, windowed(e, term)), nil
	}
	return b.opaque(e, aggregated) // a rank: it says where, not how much
}

// witness gives the cells that an expression hangs on, as a text.
func (b *block) witness(e any, aggregated bool) (node, error) {
	var parts []node
	seen := map[string]bool{}
	add := func(n node) {
		if key := marshal(n); n != nil && !seen[key] {
			seen[key] = true
			parts = append(parts, n, literal(" "))
		}
	}
	if err := b.witnesses(e, aggregated, nil, add); err != nil {
		return nil, err
	}
	if len(parts) > 0 {
		parts = parts[:len(parts)-1]
	}
	return concat(parts...), nil
}
