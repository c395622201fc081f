package lineage

import (
	"slices"
	"strings"
)

// gatheredWitness gives the term that stands for all cells an aggregate of a model hangs on, which are kept as lists of
// row ids like the parts of a sum; not ok says that they are not cells of datasets one and all.
func (b *block) gatheredWitness(e node, name string) (term node, ok bool) {
	distinct, _ := e["distinct"].(bool)
	if b.w.into == nil || b.w.top != b || b.inWindow || distinct || e["filter"] != nil {
		return nil, false
	}
	var slots []slot
	if name == "count_star" || len(list(e, "children")) == 0 {
		slots, ok = b.rowCells()
	} else {
		slots, ok = b.cellsOf(e["children"])
	}
	if !ok || len(slots) == 0 {
		return nil, false
	}
	g := &Gather{Relation: b.w.into, Alternatives: []Alternative{{Hangs: b.factors(slots)}}}
	return literal("@" + b.w.gather(g)), true
}

// cellsOf gives the cells that an expression over the rows of FROM hangs on.
func (b *block) cellsOf(e any) (out []slot, ok bool) {
	seen := map[string]bool{}
	ok = true
	walk(e, func(n node) bool {
		switch text(n, "class") {
		case "SUBQUERY", "WINDOW", "LAMBDA":
			ok = false
		case "FUNCTION":
			ok = ok && !(b.w.aggregates[strings.ToLower(text(n, "function_name"))] && !operatorNode(n))
		case "COLUMN_REF":
			slots, plain := b.columnCells(n)
			ok = ok && plain
			for _, s := range slots {
				if key := marshal(s.id) + s.place.Column; !seen[key] {
					seen[key] = true
					out = append(out, s)
				}
			}
		}
		return ok
	})
	return out, ok
}

// columnCells gives the cells that a column stands for: one of a dataset, or those that a SELECT in FROM makes it of.
func (b *block) columnCells(e node) ([]slot, bool) {
	f, err := b.resolve(e)
	switch {
	case err != nil:
		return nil, false
	case f.alias >= 0:
		if b.busy[f.alias] {
			return nil, false
		}
		b.busy[f.alias] = true
		defer delete(b.busy, f.alias)
		return b.cellsOf(b.cols[f.alias].expr)
	case !slices.Contains(b.items, f.item):
		return nil, false
	}
	d, err := f.item.src.deps(f.column)
	if err != nil || !d.tracked {
		return nil, err == nil
	}
	if s, ok := f.item.cell(f.column, Witness); ok {
		return []slot{s}, !strings.EqualFold(s.place.Column, ID)
	}
	inner, open := behind(f.item.src)
	if inner == nil || f.column >= len(inner.cols) || inner.busy[f.column] {
		return nil, false
	}
	inner.busy[f.column] = true
	defer delete(inner.busy, f.column)
	slots, ok := inner.cellsOf(inner.cols[f.column].expr)
	if ok {
		open(f.item.alias)
		slots = inner.lift(slots, f.item.alias)
	}
	return slots, ok
}

// rowCells gives the cells by which the rows of FROM are there.
func (b *block) rowCells() (out []slot, ok bool) {
	for _, it := range b.items {
		if d, err := it.src.deps(-1); err != nil || !d.tracked {
			continue // as in row
		}
		if s, ok := it.cell(-1, Row); ok {
			out = append(out, s)
			continue
		}
		inner, open := behind(it.src)
		if inner == nil {
			return nil, false
		}
		slots, ok := inner.rowCells()
		if !ok {
			return nil, false
		}
		open(it.alias)
		out = append(out, inner.lift(slots, it.alias)...)
	}
	return out, true
}

// lift takes slots out of the SELECT that their expressions are over.
func (b *block) lift(in []slot, alias string) []slot {
	up := slices.Clone(in)
	for i := range up {
		if up[i].place != nil {
			up[i].id = ref(alias, b.export(up[i].id))
		}
	}
	return up
}
