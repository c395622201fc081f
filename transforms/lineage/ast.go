package lineage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
)

// node is a node of DuckDB's syntax tree, as json_serialize_sql writes it.
type node = map[string]any

// parse gives the syntax tree of one SELECT, a fresh one every time.
func (r *Rewriter) parse(ctx context.Context, sql string) (node, error) {
	text, ok := r.trees[sql]
	if !ok {
		var err error
		if text, err = one(ctx, r.db, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", sql); err != nil {
			return nil, fmt.Errorf("parse SQL: %w", err)
		}
		r.trees[sql] = text
	}
	var tree struct {
		Statements []struct {
			Node node `json:"node"`
		} `json:"statements"`
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("parse SQL: %w", err)
	}
	if len(tree.Statements) != 1 {
		return nil, errors.New("parse SQL: it is not one SELECT")
	}
	return tree.Statements[0].Node, nil
}

// print writes a syntax tree as SQL. DuckDB writes a CROSS JOIN as a comma, which binds looser than the joins around it:
// it becomes an inner join first.
func print(ctx context.Context, db *duck.DB, tree node) (string, error) {
	walk(tree, func(n node) bool {
		if text(n, "type") == "JOIN" && text(n, "ref_type") == "CROSS" {
			n["ref_type"], n["join_type"] = "REGULAR", "INNER"
			n["condition"] = cast(literal("true"), "BOOLEAN", false)
		}
		return true
	})
	text, err := json.Marshal(node{"error": false, "statements": []any{node{"node": tree, "named_param_map": []any{}}}})
	if err != nil {
		return "", err
	}
	sql, err := one(ctx, db, "SELECT json_deserialize_sql(?::JSON)", string(text))
	if err != nil {
		return "", fmt.Errorf("write SQL: %w", err)
	}
	return strings.TrimSuffix(strings.TrimSpace(sql), ";"), nil
}

func one(ctx context.Context, db *duck.DB, sql string, args ...any) (text string, err error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&text); err != nil {
			return "", err
		}
	}
	return text, rows.Err()
}

// clone copies a part of a tree, so that it may stand in two places.
func clone[T any](n T) T {
	text, err := json.Marshal(n)
	if err != nil {
		return n // it came from JSON
	}
	var out T
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&out) != nil {
		return n
	}
	return out
}

func text(n any, key string) string {
	m, _ := n.(node)
	s, _ := m[key].(string)
	return s
}

func child(n node, key string) node {
	m, _ := n[key].(node)
	return m
}

func list(n node, key string) []any {
	l, _ := n[key].([]any)
	return l
}

func nodes(n node, key string) []node {
	var out []node
	for _, e := range list(n, key) {
		if m, ok := e.(node); ok {
			out = append(out, m)
		}
	}
	return out
}

func anys(nodes []node) []any {
	out := make([]any, len(nodes))
	for i, n := range nodes {
		out[i] = n
	}
	return out
}

// The parts that terms are built of.

func literal(s string) node {
	return node{"class": "CONSTANT", "type": "VALUE_CONSTANT", "alias": "", "value": node{
		"type": node{"id": "VARCHAR", "type_info": nil}, "is_null": false, "value": s,
	}}
}

// whole is a whole number.
func whole(n int) node { return integer(n, "INTEGER") }

// bigint is a whole number of 64 bits.
func bigint(n int) node { return integer(n, "BIGINT") }

func integer(n int, typ string) node {
	return node{"class": "CONSTANT", "type": "VALUE_CONSTANT", "alias": "", "value": node{
		"type": node{"id": typ, "type_info": nil}, "is_null": false, "value": n,
	}}
}

func ref(names ...string) node {
	parts := make([]any, len(names))
	for i, n := range names {
		parts[i] = n
	}
	return node{"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "column_names": parts}
}

func function(name string, args ...node) node {
	return node{
		"class": "FUNCTION", "type": "FUNCTION", "alias": "", "function_name": name, "schema": "", "catalog": "",
		"children": anys(args), "filter": nil, "order_bys": node{"type": "ORDER_MODIFIER", "orders": []any{}},
		"distinct": false, "is_operator": false, "export_state": false,
	}
}

func operator(typ string, args ...node) node {
	return node{"class": "OPERATOR", "type": typ, "alias": "", "children": anys(args)}
}

func cast(n node, typ string, try bool) node {
	return node{"class": "CAST", "type": "OPERATOR_CAST", "alias": "", "child": n, "cast_type": node{"id": typ, "type_info": nil}, "try_cast": try}
}

func notNull(n node) node { return operator("OPERATOR_IS_NOT_NULL", n) }

func coalesce(n node, otherwise string) node {
	return operator("OPERATOR_COALESCE", n, literal(otherwise))
}

type branch struct{ when, then node }

func caseOf(otherwise node, branches ...branch) node {
	checks := make([]any, len(branches))
	for i, b := range branches {
		checks[i] = node{"when_expr": b.when, "then_expr": b.then}
	}
	return node{"class": "CASE", "type": "CASE_EXPR", "alias": "", "case_checks": checks, "else_expr": otherwise}
}

// concat joins texts; literals that meet are joined at once.
func concat(parts ...node) node {
	var flat []node
	for _, p := range parts {
		if s, ok := constant(p); ok {
			if s == "" {
				continue
			}
			if len(flat) > 0 {
				if before, ok := constant(flat[len(flat)-1]); ok {
					flat[len(flat)-1] = literal(before + s)
					continue
				}
			}
		}
		flat = append(flat, p)
	}
	switch len(flat) {
	case 0:
		return literal("")
	case 1:
		return flat[0]
	}
	return function("concat", flat...)
}

// constant gives the text of a literal that was made here.
func constant(n node) (string, bool) {
	if text(n, "class") != "CONSTANT" {
		return "", false
	}
	value := child(n, "value")
	if text(value["type"], "id") != "VARCHAR" {
		return "", false
	}
	s, ok := value["value"].(string)
	return s, ok
}

// walk calls visit for a node and, where it says so, for all below it.
func walk(n any, visit func(node) bool) {
	switch n := n.(type) {
	case []any:
		for _, c := range n {
			walk(c, visit)
		}
	case node:
		if !visit(n) {
			return
		}
		for _, c := range n {
			walk(c, visit)
		}
	}
}
