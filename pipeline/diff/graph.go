package diff

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
)

// node is an indicator or a model, with what it reads.
type node struct {
	id         string
	dimensions []string
	reads      []string // datasets among all that it reads, at whatever distance
	redefined  bool     // it, or a model that it reads, has other SQL than before
}

// causes gives who changed each dataset.
func (p Pair) causes(ctx context.Context) (map[string][]string, error) {
	rows, err := p.DB.Query(ctx, "SELECT DISTINCT subject, cause FROM "+Changes+" WHERE part = 'dataset' ORDER BY ALL")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string][]string{}
	for rows.Next() {
		var subject, cause string
		if err := rows.Scan(&subject, &cause); err != nil {
			return nil, err
		}
		found[subject] = append(found[subject], cause)
	}
	return found, rows.Err()
}

// cause says who changed an indicator: whoever changed what it reads, and our method when it is computed otherwise.
func (n node) cause(datasets map[string][]string) string {
	var all []string
	if n.redefined {
		all = append(all, ByMethod)
	}
	for _, d := range n.reads {
		all = append(all, datasets[d]...)
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 0 {
		return ByMethod
	}
	return strings.Join(all, ", ")
}

// graph gives the indicators of both releases. What a model reads is told from the names in its SQL.
func (p Pair) graph(ctx context.Context) ([]node, error) {
	now, err := definitions(ctx, p.DB, "", "release")
	if err != nil {
		return nil, err
	}
	then, err := definitions(ctx, p.DB, old, duck.Before)
	if err != nil {
		return nil, err
	}
	var nodes []node
	for id, d := range now {
		if !d.indicator {
			continue
		}
		n := node{id: id, dimensions: d.dimensions}
		n.follow(id, now, then, map[string]bool{})
		nodes = append(nodes, n)
	}
	for id, d := range then {
		if _, both := now[id]; !both && d.indicator {
			nodes = append(nodes, node{id: id, dimensions: d.dimensions, redefined: true})
		}
	}
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.id, b.id) })
	return nodes, nil
}

var word = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// follow walks through what a node reads.
func (n *node) follow(id string, now, then map[string]definition, seen map[string]bool) {
	d, ok := now[id]
	if seen[id] || !ok {
		return
	}
	seen[id] = true
	if d.dataset {
		n.reads = append(n.reads, id)
		return
	}
	if before, known := then[id]; !known || before.sql != d.sql {
		n.redefined = true
	}
	for _, name := range append(word.FindAllString(d.sql, -1), d.inputs...) {
		n.follow(strings.TrimSuffix(strings.TrimSuffix(name, "_history"), "_asof"), now, then, seen)
		n.follow(name, now, then, seen)
	}
}

// definition is an indicator, a model or a dataset of a release.
type definition struct {
	sql                string
	inputs, dimensions []string
	indicator, dataset bool
}

func definitions(ctx context.Context, db *duck.DB, schema, catalogue string) (map[string]definition, error) {
	rows, err := db.Query(ctx, `SELECT view_name, sql, '', '', false, false FROM duckdb_views() WHERE database_name = $1 AND NOT internal
		UNION ALL SELECT dataset, '', '', '', false, true FROM `+schema+`datasets
		UNION ALL SELECT indicator, sql, coalesce(inputs, ''), coalesce(dimensions, ''), true, false FROM `+schema+`indicator_catalogue`, catalogue)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]definition{}
	for rows.Next() {
		var id, inputs, dimensions string
		var d definition
		if err := rows.Scan(&id, &d.sql, &inputs, &dimensions, &d.indicator, &d.dataset); err != nil {
			return nil, err
		}
		d.inputs, d.dimensions = list(inputs), list(dimensions)
		if has, twice := found[id]; !twice || d.dataset || d.indicator && !has.dataset {
			found[id] = d
		}
	}
	return found, rows.Err()
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}
