package lineage

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Shape is a term that differs from row to row by its cells' row ids alone, as those of most indicators do. It is told once;
// the rows bring the row ids, as integers.
type Shape struct {
	pieces []piece
}

// piece is text, or a cell: the letters of its place, and the column that holds its row id.
type piece struct{ text, column string }

// Columns are the columns of the SELECT that hold row ids.
func (s *Shape) Columns() []string {
	var names []string
	for _, p := range s.pieces {
		if p.column != "" {
			names = append(names, p.column)
		}
	}
	return names
}

// Shaped rewrites the SELECT of an indicator. It gives the shape of each term that is wanted, nil for one that has none:
// only such a term is a column of the SELECT.
func (r *Rewriter) Shaped(ctx context.Context, sql string, wants []Want) (string, []*Shape, error) {
	shapes := make([]*Shape, len(wants))
	sql, err := r.rewrite(ctx, sql, wants, nil, func(src source) {
		b, ok := src.(*block)
		if !ok {
			return
		}
		columns := map[string]string{}
		for i, want := range wants {
			shapes[i] = b.shape(want.Name(), columns)
		}
	})
	return sql, shapes, err
}

// shape puts the row ids of a term in its place.
func (b *block) shape(name string, columns map[string]string) *Shape {
	list := nodes(b.n, "select_list")
	for i, e := range list {
		if text(e, "alias") != name || i < len(b.cols) {
			continue
		}
		s, ids := &Shape{}, []node{}
		if !s.add(e, &ids) {
			return nil
		}
		list = append(list[:i:i], list[i+1:]...)
		k := 0
		for j := range s.pieces {
			if s.pieces[j].column == "" {
				continue
			}
			key := marshal(ids[k])
			if columns[key] == "" {
				columns[key] = "__s" + strconv.Itoa(len(columns))
				id := cast(clone(ids[k]), "BIGINT", false)
				id["alias"] = columns[key]
				list = append(list, id)
			}
			s.pieces[j].column = columns[key]
			k++
		}
		b.n["select_list"] = anys(list)
		return s
	}
	return nil
}

// add takes a term apart; false says that there is more in it than text and row ids.
func (s *Shape) add(e node, ids *[]node) bool {
	if word, ok := constant(e); ok {
		s.pieces = append(s.pieces, piece{text: word})
		return true
	}
	args := nodes(e, "children")
	switch {
	case text(e, "class") == "FUNCTION" && text(e, "function_name") == "concat":
		for _, a := range args {
			if !s.add(a, ids) {
				return false
			}
		}
		return true
	case text(e, "type") != "OPERATOR_COALESCE" || len(args) != 2:
		return false
	}
	if otherwise, ok := constant(args[1]); !ok || otherwise != "~" {
		return false
	}
	if x, ok := plainAmount(args[0]); ok {
		s.pieces = append(s.pieces, piece{text: x})
		return true
	}
	cell := nodes(args[0], "children")
	if text(args[0], "function_name") != "||" || len(cell) != 2 {
		return false
	}
	place, ok := constant(cell[0])
	id := child(cell[1], "child")
	if _, n := letters(place); !ok || n == 0 || n < len(place) || text(cell[1], "class") != "CAST" || text(id, "class") != "COLUMN_REF" {
		return false
	}
	s.pieces = append(s.pieces, piece{place, "?"})
	*ids = append(*ids, id)
	return true
}

// plainAmount reads the cast of a number that stands in the SQL; see amount.
func plainAmount(e node) (string, bool) {
	for text(e, "class") == "CAST" {
		e = child(e, "child")
	}
	value := child(e, "value")
	n, ok := value["value"].(json.Number)
	if text(e, "class") != "CONSTANT" || !ok {
		return "", false
	}
	switch text(value["type"], "id") {
	case "INTEGER", "BIGINT", "DOUBLE":
		x, err := n.Float64()
		return strconv.FormatFloat(x, 'g', -1, 64), err == nil
	}
	return "", false
}

// Mould is a shape made ready to be computed, row by row.
type Mould struct {
	parts []part
	cells []int32 // the parts that are cells, in the order of the shape's columns
}

// Mould reads a shape.
func (t *Tree) Mould(s *Shape) (*Mould, error) {
	var term strings.Builder
	for _, p := range s.pieces {
		term.WriteString(p.text)
		if p.column != "" {
			term.WriteByte('0')
		}
	}
	t.parts = t.parts[:0]
	if _, err := t.read(term.String()); err != nil {
		return nil, err
	}
	m := &Mould{parts: append([]part{}, t.parts...)}
	for i, p := range m.parts {
		if p.kind == isCell {
			m.cells = append(m.cells, int32(i))
		}
	}
	if want := len(s.Columns()); len(m.cells) != want {
		return nil, fmt.Errorf("read term: %q has %d cells in place of %d", term.String(), len(m.cells), want)
	}
	return m, nil
}

// SolveRow computes a shape from the cells in rows; -1 stands for a row that is not there.
func (t *Tree) SolveRow(m *Mould, rows []int64) (Result, error) {
	t.sums = t.sums[:0]
	if len(m.parts) == 1 && len(m.cells) == 1 && rows[0] >= 0 {
		t.parts = t.parts[:0]
		if done, err := t.oneSum(Ref{m.parts[0].ref.Place, rows[0]}); err != nil {
			return Result{}, err
		} else if done {
			return t.result(0), nil
		}
	}
	t.parts = append(t.parts[:0], m.parts...)
	for k, at := range m.cells {
		p := &t.parts[at]
		if p.ref.Row = rows[k]; rows[k] < 0 {
			p.kind, p.null = isNull, true
		}
	}
	if err := t.solve(0); err != nil {
		return Result{}, err
	}
	return t.result(0), nil
}
