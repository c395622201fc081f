package lineage

import (
	"strings"
)

func (b *block) columns() []string {
	names := make([]string, len(b.cols))
	for i, c := range b.cols {
		names[i] = c.name
	}
	return names
}

// deps implements source.
func (b *block) deps(i int) (deps, error) {
	if i < 0 {
		return b.rowDeps(), nil
	}
	return b.columnDeps(i)
}

func (b *block) term(i int, f Form, alias string) (node, error) { return derived(b, i, f, alias) }

// hangs collects what an expression hangs on; locals are the parameters of lambdas around it.
func (b *block) hangs(e any, locals []string) (d deps, err error) {
	switch e := e.(type) {
	case []any:
		for _, c := range e {
			more, err := b.hangs(c, locals)
			if err != nil {
				return d, err
			}
			d.add(more)
		}
		return d, nil
	case node:
		return b.hangsNode(e, locals)
	}
	return d, nil
}

func (b *block) hangsNode(e node, locals []string) (d deps, err error) {
	switch text(e, "class") {
	case "COLUMN_REF":
		return b.hangsColumn(e, locals)
	case "SUBQUERY":
		if text(e, "subquery_type") != "SCALAR" {
			return b.hangs(e["child"], locals)
		}
		q, err := b.w.query(clone(child(child(e, "subquery"), "node")), b.sc)
		if err != nil {
			return d, err
		}
		d, err = q.deps(0)
		d.items = nil // rows of its own
		return d, err
	case "LAMBDA":
		walk(e["lhs"], func(n node) bool {
			for _, name := range list(n, "column_names") {
				s, _ := name.(string)
				locals = append(locals[:len(locals):len(locals)], strings.ToLower(s))
			}
			return true
		})
		return b.hangs(e["expr"], locals)
	case "FUNCTION":
		if name := strings.ToLower(text(e, "function_name")); name == "count_star" {
			d = b.rowDeps()
			filter, err := b.hangs(e["filter"], locals)
			d.add(filter)
			d.measure = false
			return d, err
		} else if b.w.aggregates[name] && !operatorNode(e) && e["filter"] != nil {
			if d, err = b.hangs(e["children"], locals); err != nil {
				return d, err
			}
			filter, err := b.hangs(e["filter"], locals)
			d.add(filter)
			d.items = nil // some of the rows only
			return d, err
		} else if name == "count" {
			d, err = b.hangs(e["children"], locals)
			d.measure = false
			return d, err
		}
	}
	for key, part := range e {
		if key == "order_bys" || key == "partitions" || key == "orders" || key == "arg_orders" {
			continue // they choose an order, not a value
		}
		more, err := b.hangs(part, locals)
		if err != nil {
			return d, err
		}
		d.add(more)
	}
	return d, nil
}

// rowDeps says what the rows of the block's FROM hang on.
func (b *block) rowDeps() (d deps) {
	for _, it := range b.items {
		if row, err := it.src.deps(-1); err == nil && row.tracked {
			d.add(deps{tracked: true, items: map[*item]bool{it: true}})
		}
	}
	return d
}

func (b *block) hangsColumn(e node, locals []string) (deps, error) {
	names := list(e, "column_names")
	if first, _ := names[0].(string); len(names) == 1 {
		for _, l := range locals {
			if l == strings.ToLower(first) {
				return deps{}, nil
			}
		}
	}
	found, err := b.resolve(e)
	if err != nil {
		return deps{}, err
	}
	if found.alias >= 0 {
		return b.columnDeps(found.alias)
	}
	d, err := found.item.src.deps(found.column)
	if err != nil || !d.tracked {
		return deps{}, err
	}
	d.items = map[*item]bool{found.item: true}
	return d, nil
}

// columnDeps says what a column of the block hangs on.
func (b *block) columnDeps(i int) (deps, error) {
	if i >= len(b.cols) { // of a star that is not known
		return b.rowDeps(), nil
	}
	if b.busy[i] {
		return deps{}, refuse("give the column another name", "column %s is made of itself", b.cols[i].name)
	}
	b.busy[i] = true
	defer delete(b.busy, i)
	return b.hangs(b.cols[i].expr, nil)
}

// found is what a column name stands for: a column of an item, or a column of the SELECT itself by its alias.
type found struct {
	item   *item
	column int
	alias  int
}

// resolve finds what a name stands for, as DuckDB does: a column of FROM, else a name given in the same SELECT, else what
// a query around it sees.
func (b *block) resolve(e node) (found, error) {
	var names []string
	for _, n := range list(e, "column_names") {
		s, _ := n.(string)
		names = append(names, s)
	}
	for s := b.sc; s != nil; s = s.outer {
		if s.block == nil {
			continue
		}
		if f, ok := s.block.lookup(names, s.block == b); ok {
			return f, nil
		}
	}
	for _, it := range b.items {
		if len(it.names) == 0 { // a table function's columns are named by itself
			return found{item: it, column: 0, alias: -1}, nil
		}
	}
	return found{}, refuse("name the column as the table does, with the table's alias before it",
		"it cannot be told where column %s comes from", strings.Join(names, "."))
}

func (b *block) lookup(names []string, aliases bool) (found, bool) {
	if len(names) > 1 {
		for _, it := range b.items {
			if !strings.EqualFold(it.alias, names[len(names)-2]) && !strings.EqualFold(it.alias, names[0]) {
				continue
			}
			last := names[len(names)-1]
			if strings.EqualFold(it.alias, names[0]) {
				last = names[1]
			}
			if i := it.find(last); i >= 0 {
				return found{item: it, column: i, alias: -1}, true
			}
			if len(it.names) == 0 {
				return found{item: it, column: 0, alias: -1}, true
			}
		}
	}
	for _, it := range b.items {
		if i := it.find(names[0]); i >= 0 {
			return found{item: it, column: i, alias: -1}, true
		}
	}
	if len(names) == 1 && aliases {
		for i, c := range b.cols {
			if text(c.expr, "alias") != "" && strings.EqualFold(c.name, names[0]) && !b.busy[i] {
				return found{alias: i}, true
			}
		}
	}
	return found{}, false
}
