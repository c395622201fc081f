package lineage

import (
	"encoding/json"
	"slices"
	"strings"
)

func marshal(n any) string {
	text, err := json.Marshal(n)
	if err != nil {
		return ""
	}
	return string(text)
}

// witnesses collects the parts of a witness.
func (b *block) witnesses(e any, aggregated bool, locals []string, add func(node)) error {
	switch e := e.(type) {
	case []any:
		for _, c := range e {
			if err := b.witnesses(c, aggregated, locals, add); err != nil {
				return err
			}
		}
	case node:
		return b.witnessNode(e, aggregated, locals, add)
	}
	return nil
}

func (b *block) witnessNode(e node, aggregated bool, locals []string, add func(node)) error {
	d, err := b.hangs(e, locals)
	if err != nil || !d.tracked {
		return err
	}
	switch text(e, "class") {
	case "COLUMN_REF":
		return b.witnessColumn(e, aggregated, add)
	case "SUBQUERY":
		if text(e, "subquery_type") != "SCALAR" {
			return b.witnesses(e["child"], aggregated, locals, add)
		}
		term, err := b.scalar(e, Witness)
		if err == nil {
			add(coalesce(term, ""))
		}
		return err
	case "LAMBDA":
		walk(e["lhs"], func(n node) bool {
			for _, name := range list(n, "column_names") {
				s, _ := name.(string)
				locals = append(slices.Clip(locals), strings.ToLower(s))
			}
			return true
		})
		return b.witnesses(e["expr"], aggregated, locals, add)
	case "WINDOW":
		return b.witnessWindow(e, aggregated, add)
	case "FUNCTION":
		if name := strings.ToLower(text(e, "function_name")); b.w.aggregates[name] && !operatorNode(e) {
			return b.witnessAggregate(e, name, add)
		}
	}
	for _, key := range slices.Sorted(keys(e)) { // in a fixed order
		if err := b.witnesses(e[key], aggregated, locals, add); err != nil {
			return err
		}
	}
	return nil
}

func keys(n node) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range n {
			if !yield(k) {
				return
			}
		}
	}
}

func (b *block) witnessColumn(e node, aggregated bool, add func(node)) error {
	f, err := b.resolve(e)
	if err != nil {
		return err
	}
	if f.alias >= 0 {
		b.busy[f.alias] = true
		defer delete(b.busy, f.alias)
		return b.witnesses(b.cols[f.alias].expr, aggregated, nil, add)
	}
	if p, ok := f.item.src.(plain); ok && p.args.tracked {
		return refuse("join the table itself in place of unnesting what was gathered of it",
			"a condition hangs on what a table function makes of a list, through which lineage cannot be carried")
	}
	term, err := f.item.src.term(f.column, Witness, f.item.alias)
	if err != nil || term == nil {
		return err
	}
	if b.grouped && !aggregated && slices.Contains(b.items, f.item) {
		term = coalesce(function("min", term), "")
	}
	add(term)
	return nil
}

func (b *block) witnessAggregate(e node, name string, add func(node)) error {
	if term, ok := b.gatheredWitness(e, name); ok {
		add(term)
		return nil
	}
	var inside node
	var err error
	if name == "count_star" || len(list(e, "children")) == 0 {
		inside, err = b.row()
	} else {
		inside, err = b.witness(e["children"], true)
	}
	if err != nil {
		return err
	}
	if filter := child(e, "filter"); filter != nil {
		w, err := b.witness(filter, true)
		if err != nil {
			return err
		}
		inside = concat(inside, literal(" "), w)
	}
	all := gather(inside, e)
	all = clone(all)
	for _, n := range nodes(all, "children") {
		if text(n, "function_name") == "string_agg" {
			n["order_bys"] = sortedBy(inside) // a set has no order of its own
		}
	}
	add(all)
	return nil
}

func (b *block) witnessWindow(e node, aggregated bool, add func(node)) error {
	switch text(e, "type") {
	case "WINDOW_LAG", "WINDOW_LEAD", "WINDOW_FIRST_VALUE", "WINDOW_LAST_VALUE", "WINDOW_NTH_VALUE":
		args := nodes(e, "children")
		w, err := b.witness(args[0], aggregated)
		if err != nil {
			return err
		}
		out := clone(e)
		out["alias"], out["default_expr"], out["ignore_nulls"] = "", nil, false
		out["children"] = anys(append([]node{w}, cloneAll(args[1:])...))
		add(coalesce(out, ""))
	case "WINDOW_AGGREGATE":
		inside, err := b.witness(e["children"], aggregated)
		if err != nil {
			return err
		}
		if len(list(e, "children")) == 0 {
			if inside, err = b.row(); err != nil {
				return err
			}
		}
		add(windowed(e, inside))
	}
	return nil
}
