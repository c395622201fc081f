package lineage

import (
	"fmt"
	"math"
	"strconv"
)

// guarded reports whether anything below hangs on cells that are no part of it.
func (t *Tree) guarded(i int32) bool {
	for k := range t.parts[i:] {
		p := &t.parts[int(i)+k]
		if p.kind == isOp && p.op == "&" && p.first >= 0 && t.parts[p.first].next >= 0 {
			return true
		}
	}
	return false
}

// conditions adds the cells behind values, after all others and unless they are inputs already.
func (t *Tree) conditions(i int32, known map[string]bool) error {
	guard := t.parts[i].op == "&"
	for k := t.parts[i].first; k >= 0; k = t.parts[k].next {
		if !guard || k == t.parts[i].first {
			if err := t.conditions(k, known); err != nil {
				return err
			}
			continue
		}
		err := t.leaves(k, func(r Ref) {
			if key := t.cells.Source(r.Place) + " " + strconv.FormatInt(r.Row, 10); !known[key] {
				known[key] = true
				t.last++
				t.trace.Inputs = append(t.trace.Inputs, Input{Ref: r, N: t.last, Takes: 1, Role: Condition, Weight: math.NaN()})
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// leaves gives the cells of datasets at and below a part.
func (t *Tree) leaves(i int32, found func(Ref)) error {
	if t.depth++; t.depth > maxDepth {
		return fmt.Errorf("follow term: it is nested more than %d deep", maxDepth)
	}
	defer func() { t.depth-- }()
	if t.parts[i].kind == isSum {
		return t.cells.Leaves(t.parts[i].ref, found)
	}
	if p := t.parts[i]; p.kind == isCell {
		text, form, interned, err := t.cells.Term(p.ref)
		if err != nil {
			return err
		}
		if !interned {
			found(p.ref)
			return nil
		}
		var inner int32
		if form == Value {
			inner, err = t.readOf(p.ref, text)
		} else {
			inner, err = t.readCells(p.ref, text)
		}
		if err != nil {
			return err
		}
		return t.leaves(inner, found)
	}
	for k := t.parts[i].first; k >= 0; k = t.parts[k].next {
		if err := t.leaves(k, found); err != nil {
			return err
		}
	}
	return nil
}
