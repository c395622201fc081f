package quantity

import (
	"fmt"
	"slices"
	"strings"
)

type node = map[string]any

func text(n node, key string) string { s, _ := n[key].(string); return s }

func child(n node, key string) node { c, _ := n[key].(map[string]any); return c }

func children(n node, key string) []node {
	list, _ := n[key].([]any)
	var out []node
	for _, v := range list {
		if c, ok := v.(map[string]any); ok {
			out = append(out, c)
		}
	}
	return out
}

// query gives what is known of a query's columns; with holds the WITH queries that it sees.
func (c *checker) query(n node, with map[string]relation) relation {
	if inner := child(n, "node"); inner != nil {
		n = inner
	}
	seen := map[string]relation{}
	for name, r := range with {
		seen[name] = r
	}
	for _, e := range children(child(n, "cte_map"), "map") {
		seen[strings.ToLower(text(e, "key"))] = c.query(child(child(e, "value"), "query"), seen)
	}
	switch text(n, "type") {
	case "SELECT_NODE":
		return c.newScope(seen).selectNode(n)
	case "SET_OPERATION_NODE":
		return c.union(n, seen)
	}
	return relation{}
}

// union puts the columns of two queries below each other: they are one column, so they must be of one sort.
func (c *checker) union(n node, with map[string]relation) relation {
	sides := children(n, "children")
	for _, key := range []string{"left", "right"} {
		if side := child(n, key); side != nil {
			sides = append(sides, side)
		}
	}
	if len(sides) == 0 {
		return relation{}
	}
	out := c.query(sides[0], with)
	for _, side := range sides[1:] {
		r := c.query(side, with)
		if len(r.order) != len(out.order) {
			return relation{}
		}
		for i, name := range out.order {
			a, b := out.columns[name], r.columns[r.order[i]]
			if a.isBase || b.isBase {
				if a.base != b.base {
					return relation{} // the rows say themselves what they are at
				}
				continue
			}
			if a.kind != b.kind || a.base != b.base || a.unit != b.unit || a.mult != b.mult {
				out.columns[name] = quantity{}
			}
		}
		if !slices.Equal(out.bases, r.bases) {
			out.bases = nil
		}
	}
	return out
}

// scope is one SELECT: the relations it reads, and which of their price bases are the same.
type scope struct {
	*checker
	with    map[string]relation
	names   []string // aliases of what is read, in order
	reads   []relation
	parent  map[string]string // price base -> one it is equal to
	grouped []string          // price bases that are grouped by
}

func (c *checker) newScope(with map[string]relation) *scope {
	return &scope{checker: c, with: with, parent: map[string]string{}}
}

func (s *scope) selectNode(n node) relation {
	s.from(child(n, "from_table"))
	s.conditions(child(n, "where_clause"))
	s.conditions(child(n, "having"))
	s.vague(n["qualify"])
	for _, g := range children(n, "group_expressions") {
		if q := s.column(g); q.isBase {
			s.grouped = append(s.grouped, q.base)
		}
	}
	items := children(n, "select_list")
	if text(n, "aggregate_handling") == "FORCE_AGGREGATES" { // GROUP BY ALL
		for _, item := range items {
			if q := s.column(item); q.isBase {
				s.grouped = append(s.grouped, q.base)
			}
		}
	}
	out := relation{columns: map[string]quantity{}}
	add := func(name string, q quantity) {
		name = strings.ToLower(name)
		if _, twice := out.columns[name]; twice {
			q = quantity{}
		} else {
			out.order = append(out.order, name)
		}
		out.columns[name] = q
	}
	for i, item := range items {
		if text(item, "class") == "STAR" {
			s.star(item, add)
			continue
		}
		name := text(item, "alias")
		if name == "" {
			if name = fmt.Sprintf("?%d", i); text(item, "class") == "COLUMN_REF" {
				names := columnNames(item)
				name = names[len(names)-1]
			}
		}
		add(name, s.eval(item))
	}
	return s.seal(out)
}

// star adds the columns of what is read.
func (s *scope) star(item node, add func(string, quantity)) {
	for i, r := range s.reads {
		if of := strings.ToLower(text(item, "relation_name")); of != "" && of != s.names[i] {
			continue
		}
		for _, name := range r.order {
			add(name, r.columns[name])
		}
	}
}

// seal makes the columns of a SELECT those of a relation: a price base that one of its columns tells is its own, one that
// no column tells is not known any more.
func (s *scope) seal(out relation) relation {
	own := ""
	for _, name := range out.order {
		if q := out.columns[name]; q.isBase {
			if base := s.root(q.base); strings.HasPrefix(base, "#") && own == "" {
				own = base
				out.bases = s.possible(base)
			}
		}
	}
	for name, q := range out.columns {
		switch base := s.root(q.base); {
		case base == own && own != "":
			q.base = "@"
		case strings.HasPrefix(base, "#"):
			q.base = ""
			if len(s.possible(base)) > 1 && !q.isBase && q.kind == amount {
				q.base = "*" // of several, and nothing tells them apart
			}
		case base == elsewhere:
			q.base = ""
		default:
			q.base = base
		}
		out.columns[name] = q
	}
	return out
}

// from takes in what a SELECT reads.
func (s *scope) from(n node) {
	switch text(n, "type") {
	case "BASE_TABLE":
		name := strings.ToLower(text(n, "table_name"))
		r, ok := s.with[name]
		if !ok {
			r = s.relation(name)
		}
		s.read(n, name, r)
	case "SUBQUERY":
		s.read(n, "", s.query(child(n, "subquery"), s.with))
	case "JOIN":
		left := len(s.reads)
		s.from(child(n, "left"))
		s.from(child(n, "right"))
		using, _ := n["using_columns"].([]any)
		if text(n, "ref_type") == "NATURAL" || slices.Contains(using, any("price_base")) {
			s.using(left)
		}
		s.conditions(child(n, "condition"))
	default:
		s.read(n, "", relation{})
	}
}

// read gives what is read a place: its own price base gets a name within the SELECT.
func (s *scope) read(n node, name string, r relation) {
	if alias := text(n, "alias"); alias != "" {
		name = strings.ToLower(alias)
	}
	own := relation{columns: map[string]quantity{}, order: r.order, bases: r.bases}
	for column, q := range r.columns {
		if q.base == "@" {
			q.base = fmt.Sprintf("#%d", len(s.reads))
		}
		own.columns[column] = q
	}
	s.names, s.reads = append(s.names, name), append(s.reads, own)
}

// using makes the price bases on both sides of a join the same.
func (s *scope) using(left int) {
	first := ""
	for _, r := range s.reads[left:] {
		q, ok := r.columns["price_base"]
		if !ok {
			continue
		}
		if first != "" {
			s.same(first, q.base)
		}
		first = q.base
	}
}

// conditions takes in what a condition says of price bases: that two are the same, or that one is a certain one.
func (s *scope) conditions(n node) {
	switch {
	case text(n, "type") == "CONJUNCTION_AND":
		for _, c := range children(n, "children") {
			s.conditions(c)
		}
	case text(n, "type") == "COMPARE_EQUAL" || text(n, "type") == "COMPARE_NOT_DISTINCT_FROM":
		a, b := s.baseOf(child(n, "left")), s.baseOf(child(n, "right"))
		if a == "" || b == "" {
			s.vague(n)
			return
		}
		s.same(a, b)
	case text(n, "type") == "COMPARE_IN" && len(children(n, "children")) == 2:
		list := children(n, "children")
		if a, b := s.baseOf(list[0]), s.baseOf(list[1]); a != "" && b != "" {
			s.same(a, b)
			return
		}
		s.vague(n)
	default:
		s.vague(n)
	}
}

// elsewhere is a price base that a condition chooses in a way that is not looked into.
const elsewhere = "?"

// vague gives up on the price bases that a condition mentions in any other way: it may choose one.
func (s *scope) vague(n any) {
	switch n := n.(type) {
	case []any:
		for _, v := range n {
			s.vague(v)
		}
	case map[string]any:
		if q := s.column(n); q.isBase {
			s.same(q.base, elsewhere)
			return
		}
		for _, v := range n {
			s.vague(v)
		}
	}
}

// baseOf gives the price base that a column or a constant is.
func (s *scope) baseOf(n node) string {
	if q := s.column(n); q.isBase {
		return q.base
	}
	if text(n, "class") == "CONSTANT" {
		if v, ok := child(n, "value")["value"].(string); ok {
			return "=" + v
		}
	}
	return ""
}

func (s *scope) root(base string) string {
	for range len(s.parent) + 1 {
		next, ok := s.parent[base]
		if !ok {
			return base
		}
		base = next
	}
	return base
}

func (s *scope) same(a, b string) {
	a, b = s.root(a), s.root(b)
	switch {
	case a == b:
	case strings.HasPrefix(a, "#"):
		s.parent[a] = b
	case strings.HasPrefix(b, "#"):
		s.parent[b] = a
	}
}

// possible gives what a price base can be; nil where that is not known.
func (s *scope) possible(base string) []string {
	var i int
	if _, err := fmt.Sscanf(base, "#%d", &i); err != nil || i >= len(s.reads) {
		return nil
	}
	return s.reads[i].bases
}

func columnNames(n node) []string {
	list, _ := n["column_names"].([]any)
	var names []string
	for _, v := range list {
		name, _ := v.(string)
		names = append(names, strings.ToLower(name))
	}
	return names
}

// column gives what is known of a reference to a column, and nothing for any other expression.
func (s *scope) column(n node) quantity {
	names := columnNames(n)
	if text(n, "class") != "COLUMN_REF" || len(names) == 0 {
		return quantity{}
	}
	column := names[len(names)-1]
	var found []quantity
	for i, r := range s.reads {
		if len(names) > 1 && s.names[i] != names[len(names)-2] {
			continue
		}
		if q, ok := r.columns[column]; ok {
			found = append(found, q)
		} else if r.order == nil && len(names) == 1 {
			return quantity{} // it may be a column of a table that nothing is known of
		}
	}
	if len(found) == 0 {
		return quantity{}
	}
	return found[0] // several: they are joined by USING, or DuckDB refuses it
}
