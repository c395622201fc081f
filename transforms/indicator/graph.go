package indicator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
	"github.com/statloom/statloom/transforms/query"
)

// node is a model or an indicator.
type node struct {
	id        string
	name      string // of its view, in lower case as DuckDB compares names
	sql       string
	model     *transforms.Model
	indicator *transforms.Indicator

	query    query.Query
	traced   string            // the SELECT that gives terms too; empty where nobody asks for them
	shapes   []*lineage.Shape  // of an indicator's wants; nil where the term is a column
	rows     string            // of an indicator that aggregates: the SELECT of its rows, which are computed once like a model's
	given    []query.Column    // what its own SELECT gives
	relation *lineage.Relation // as others read it
	reads    []string          // tables, models and indicators, as declared
	needs    []*node           // the models and indicators among them
	broken   bool              // it has a problem, or something it needs has
	failed   bool              // computing it went wrong, or something it needs
}

func (n *node) kind() string {
	if n.model != nil {
		return "model"
	}
	return "indicator"
}

func (n *node) problem(key, want, what string, args ...any) Problem {
	n.broken = true
	return Problem{Kind: n.kind(), ID: n.id, Key: key, What: fmt.Sprintf(what, args...), Want: want}
}

// illustrative reports whether any of the datasets that n rests on holds made-up figures.
func (b *builder) illustrative(n *node) bool {
	for _, table := range n.reads {
		dataset := strings.TrimSuffix(strings.TrimSuffix(table, "_history"), "_asof")
		if slices.Contains(b.set.Illustrative, table) || slices.Contains(b.set.Illustrative, dataset) {
			return true
		}
	}
	return slices.ContainsFunc(n.needs, b.illustrative)
}

// names is what the database holds before anything is built: tables, views and macros, in lower case.
type names struct{ tables, macros map[string]bool }

func (b *builder) existing(ctx context.Context) (names, error) {
	if b.found.tables != nil {
		return b.found, nil
	}
	found := names{tables: map[string]bool{}, macros: map[string]bool{}}
	rows, err := b.db.Query(ctx, `
		SELECT lower(table_name), false FROM information_schema.tables
			WHERE table_catalog = current_database() AND table_schema = 'main'
		UNION ALL SELECT DISTINCT lower(function_name), true FROM duckdb_functions()
			WHERE database_name = current_database() AND NOT internal`)
	if err != nil {
		return names{}, fmt.Errorf("list tables: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var macro bool
		if err := rows.Scan(&name, &macro); err != nil {
			return names{}, fmt.Errorf("list tables: %w", err)
		}
		if macro {
			found.macros[name] = true
		} else {
			found.tables[name] = true
		}
	}
	b.found = found
	return found, rows.Err()
}

// reserved says what a name is kept for.
func reserved(name string) string {
	switch name {
	case Table, Catalogue, Targets, Inputs, Edges, Shapes, ShapeInputs, Formulas, BandInputs, BandFormulas, Projections:
		return "the table of that name, which is made of the indicators"
	case "checks", "runs", "snapshots", "code_lists", "concordances", "quarantine", "datasets":
		return "the release's table of that name"
	}
	if strings.HasPrefix(name, partsPrefix) {
		return "what was added up in models"
	}
	return ""
}

// plan makes the nodes, looks into their SQL and puts them in an order in which each comes after what it reads.
func (b *builder) plan(ctx context.Context) ([]Problem, error) {
	found, err := b.existing(ctx)
	if err != nil {
		return nil, err
	}
	nodes := b.nodes()
	byName := map[string]*node{}
	var problems []Problem
	for _, n := range nodes {
		switch other := byName[n.name]; {
		case other != nil:
			problems = append(problems, n.problem("id", "rename one of them", "its view %s would bear the name of %s %s", n.name, other.kind(), other.id))
			continue
		case reserved(n.name) != "":
			problems = append(problems, n.problem("id", "rename it", "the name is kept for %s", reserved(n.name)))
		case found.tables[n.name]:
			problems = append(problems, n.problem("id", "rename it or the dataset", "a dataset or table is called %s already", n.name))
		}
		byName[n.name] = n
	}
	for _, n := range nodes {
		if byName[n.name] != n {
			continue // its name leads to another
		}
		more, err := b.resolve(ctx, n, found, byName)
		if err != nil {
			return nil, err
		}
		problems = append(problems, more...)
	}
	order, cycles := sortNodes(nodes)
	b.order = order
	return append(problems, cycles...), nil
}

func (b *builder) nodes() []*node {
	var nodes []*node
	for i := range b.set.Models {
		m := &b.set.Models[i]
		nodes = append(nodes, &node{id: m.ID, name: strings.ToLower(m.ID), sql: m.SQL, model: m})
	}
	for i := range b.set.Indicators {
		ind := &b.set.Indicators[i]
		nodes = append(nodes, &node{id: ind.ID, name: strings.ToLower(ind.ID), sql: ind.SQL, indicator: ind})
	}
	return nodes
}

// resolve finds out what a node reads.
func (b *builder) resolve(ctx context.Context, n *node, found names, byName map[string]*node) ([]Problem, error) {
	q, err := query.Parse(ctx, b.db, n.sql)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return []Problem{n.problem("sql", "write one SELECT", "%v", err)}, nil
	}
	n.query = q
	var problems []Problem
	for _, name := range q.Tables {
		short := strings.TrimPrefix(name, "main.")
		other := byName[short]
		switch {
		case other == n:
			problems = append(problems, n.problem("sql", "read the datasets it is made of", "it reads itself"))
		case other != nil:
			n.needs = append(n.needs, other)
			n.reads = append(n.reads, other.id)
		case slices.Contains([]string{Table, Catalogue, Targets, Inputs, Edges, Shapes, ShapeInputs, Formulas, BandInputs, BandFormulas, Projections}, short), strings.HasPrefix(short, partsPrefix):
			problems = append(problems, n.problem("sql", "read the indicator's own view, such as si01",
				"it reads %s, which is not finished before all indicators are", short))
		case found.tables[short]:
			n.reads = append(n.reads, short)
		default:
			problems = append(problems, n.problem("sql", suggest(short, found, byName),
				"there is no dataset, model, indicator or table called %s", name))
		}
	}
	for _, name := range q.Functions {
		if table, ok := strings.CutSuffix(name, "_asof"); ok && found.macros[name] && found.tables[table] {
			n.reads = append(n.reads, table)
		} else if !found.macros[name] && !harmless(name) {
			problems = append(problems, n.problem("sql", "read datasets, code lists, models and indicators only",
				"it calls the table function %s", name))
		}
	}
	slices.Sort(n.reads)
	n.reads = slices.Compact(n.reads)
	return problems, nil
}

// harmless says which table functions only make rows of what they are given. All others read files, other databases or
// settings: what they give could not be explained from the release.
func harmless(function string) bool {
	switch function {
	case "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree":
		return true
	}
	return false
}

// suggest names the nearest name that exists.
func suggest(name string, found names, byName map[string]*node) string {
	best, least := "", 1+len([]rune(name))/2
	consider := func(other string) {
		d := levenshtein.ComputeDistance(name, other)
		if d < least || d == least && best != "" && other < best {
			best, least = other, d
		}
	}
	for other := range found.tables {
		consider(other)
	}
	for other := range byName {
		consider(other)
	}
	if best == "" {
		return "use the id of a dataset, a model or an indicator"
	}
	return "perhaps " + best
}

// sortNodes orders nodes so that each comes after what it needs, else as declared; those in or behind a cycle are left
// out, and each cycle is a problem.
func sortNodes(nodes []*node) ([]*node, []Problem) {
	const (
		fresh = iota
		open
		closed
	)
	state := map[*node]int{}
	var order, path []*node
	var problems []Problem
	var visit func(*node)
	visit = func(n *node) {
		switch state[n] {
		case closed:
			return
		case open:
			cycle := append(slices.Clone(path[slices.Index(path, n):]), n)
			ids := make([]string, len(cycle))
			for i, c := range cycle {
				ids[i] = c.id
			}
			problems = append(problems, n.problem("sql", "take one of these references out", "it reads itself by way of others: %s", strings.Join(ids, " -> ")))
			return
		}
		state[n] = open
		path = append(path, n)
		for _, other := range n.needs {
			visit(other)
		}
		path = path[:len(path)-1]
		state[n] = closed
		order = append(order, n)
	}
	for _, n := range nodes {
		visit(n)
	}
	return order, problems
}
