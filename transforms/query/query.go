// Package query looks into the SQL of a declaration before it is run: that it is one SELECT, what it reads, and what
// columns it gives. DuckDB does the parsing and the binding.
package query

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/statloom/statloom/pipeline/duck"
)

// Query is one SELECT.
type Query struct {
	SQL       string   // without a semicolon at its end, so that it may stand between brackets on lines of its own
	Tables    []string // the tables and views it reads, in lower case, sorted; not its own WITH names
	Functions []string // the table functions and table macros it calls, in lower case, sorted
}

// Column is a column of a result.
type Column struct {
	Name string
	Type string // DuckDB's name: VARCHAR, DOUBLE, DECIMAL(18,3), ...
}

// Parse looks into sql without running it. An error says what is wrong with the text: a syntax error, more than one
// statement, or anything but a SELECT.
func Parse(ctx context.Context, db *duck.DB, sql string) (Query, error) {
	if strings.ContainsRune(sql, 0) || !utf8.ValidString(sql) {
		return Query{}, errors.New("it is not text: it holds NUL characters or is not UTF-8") // DuckDB would read a part of it
	}
	tree, err := serialize(ctx, db, sql)
	if err != nil {
		return Query{}, err
	}
	if tree.Error {
		return Query{}, tree.problem(sql)
	}
	switch n := len(tree.Statements); {
	case n == 0:
		return Query{}, errors.New("it is empty; want one SELECT")
	case n > 1:
		return Query{}, fmt.Errorf("it holds %d statements; want one SELECT", n)
	}
	w := walker{tables: map[string]bool{}, functions: map[string]bool{}}
	w.walk(tree.Statements[0], nil)
	if w.refused != "" {
		return Query{}, errors.New(w.refused)
	}
	text, err := unterminated(ctx, db, sql, tree)
	if err != nil {
		return Query{}, err
	}
	return Query{SQL: text, Tables: sorted(w.tables), Functions: sorted(w.functions)}, nil
}

// Columns gives the columns of a query that Parse accepted, or DuckDB's reason why it cannot be bound. It runs nothing.
func Columns(ctx context.Context, db *duck.DB, q Query) ([]Column, error) {
	rows, err := db.Query(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+q.SQL+"\n)")
	if err != nil {
		// The query begins on the first line of what was asked, so that the number of the line is right.
		return nil, &reason{text: oneLine(lineMark.ReplaceAllString(err.Error(), " (line $1)")), err: err}
	}
	defer rows.Close()
	var columns []Column
	for rows.Next() {
		var c Column
		if err := rows.Scan(&c.Name, &c.Type); err != nil {
			return nil, fmt.Errorf("describe query: %w", err)
		}
		columns = append(columns, c)
	}
	return columns, Reason(rows.Err())
}

// tree is what json_serialize_sql gives.
type tree struct {
	Error      bool            `json:"error"`
	Type       string          `json:"error_type"`
	Message    string          `json:"error_message"`
	Position   json.RawMessage `json:"position"` // a number, in quotation marks or not
	Statements []any           `json:"statements"`
	raw        []byte
}

func serialize(ctx context.Context, db *duck.DB, sql string) (tree, error) {
	rows, err := db.Query(ctx, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", sql)
	if err != nil {
		return tree{}, fmt.Errorf("parse SQL: %w", Reason(err))
	}
	defer rows.Close()
	var t tree
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return tree{}, fmt.Errorf("parse SQL: %w", err)
		}
		t.raw = []byte(text)
	}
	if err := rows.Err(); err != nil {
		return tree{}, fmt.Errorf("parse SQL: %w", Reason(err))
	}
	d := json.NewDecoder(bytes.NewReader(t.raw))
	d.UseNumber()
	if err := d.Decode(&t); err != nil {
		return tree{}, fmt.Errorf("parse SQL: %w", err)
	}
	return t, nil
}

func (t tree) problem(sql string) error {
	if t.Type == "not implemented" {
		return errors.New("it is not a SELECT (or a PIVOT without a list of its values); only a SELECT may stand here")
	}
	message := oneLine(t.Message)
	var at int
	if json.Unmarshal(bytes.Trim(t.Position, `"`), &at) == nil && at >= 0 && at <= len(sql) {
		message += fmt.Sprintf(" (line %d)", 1+strings.Count(sql[:at], "\n"))
	}
	return errors.New(message)
}

// unterminated cuts sql before the semicolon that ends it. A semicolon may stand in texts and comments too: the one
// that ends the statement is the first that leaves the same statement before it.
func unterminated(ctx context.Context, db *duck.DB, sql string, whole tree) (string, error) {
	for i, c := range sql {
		if c != ';' {
			continue
		}
		part, err := serialize(ctx, db, sql[:i])
		if err != nil {
			return "", err
		}
		if bytes.Equal(part.raw, whole.raw) {
			return sql[:i], nil
		}
	}
	return sql, nil
}

// walker collects what a syntax tree reads.
type walker struct {
	tables    map[string]bool
	functions map[string]bool
	refused   string
}

// walk goes through a node; with holds the WITH names that it sees.
func (w *walker) walk(node any, with []string) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			w.walk(child, with)
		}
	case map[string]any:
		with = w.ctes(n, with)
		switch n["type"] {
		case "BASE_TABLE":
			w.table(n, with)
		case "TABLE_FUNCTION":
			if f, ok := n["function"].(map[string]any); ok {
				w.functions[lower(f["function_name"])] = true
			}
		case "SHOW_REF":
			w.refused = "DESCRIBE, SHOW and SUMMARIZE give no data; only a SELECT may stand here"
		}
		for key, child := range n {
			if key != "cte_map" {
				w.walk(child, with)
			}
		}
	}
}

// ctes goes through a node's WITH queries: each sees the names before it, a recursive one its own name too.
func (w *walker) ctes(node map[string]any, with []string) []string {
	m, _ := node["cte_map"].(map[string]any)
	entries, _ := m["map"].([]any)
	with = slices.Clip(with)
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		name := lower(entry["key"])
		value, _ := entry["value"].(map[string]any)
		q, _ := value["query"].(map[string]any)
		inner, _ := q["node"].(map[string]any)
		if inner["type"] == "RECURSIVE_CTE_NODE" {
			w.walk(value, append(with, name))
		} else {
			w.walk(value, with)
		}
		with = append(with, name)
	}
	return with
}

func (w *walker) table(n map[string]any, with []string) {
	name, schema, catalog := lower(n["table_name"]), lower(n["schema_name"]), lower(n["catalog_name"])
	if schema == "" && catalog == "" && slices.Contains(with, name) {
		return
	}
	if schema != "" && schema != "main" {
		name = schema + "." + name // no table of ours
	}
	if catalog != "" {
		name = catalog + "." + name
	}
	w.tables[name] = true
}

func lower(v any) string {
	s, _ := v.(string)
	return strings.ToLower(s)
}

func sorted(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var lineMark = regexp.MustCompile(`(?s)\n+LINE (\d+):.*`)

// Reason gives DuckDB's message on one line, without the excerpt of the statement. The cause stays in the chain; nil
// stays nil.
func Reason(err error) error {
	if err == nil {
		return nil
	}
	return &reason{text: oneLine(lineMark.ReplaceAllString(err.Error(), "")), err: err}
}

type reason struct {
	text string
	err  error
}

func (r *reason) Error() string { return r.text }
func (r *reason) Unwrap() error { return r.err }

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// Tree gives the syntax tree of one SELECT as DuckDB writes it.
func Tree(ctx context.Context, db *duck.DB, sql string) (map[string]any, error) {
	t, err := serialize(ctx, db, sql)
	if err != nil {
		return nil, err
	}
	if t.Error || len(t.Statements) != 1 {
		return nil, t.problem(sql)
	}
	statement, _ := t.Statements[0].(map[string]any)
	return statement, nil
}
