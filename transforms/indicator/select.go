package indicator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
)

// Graph is what reads what: datasets, the models and indicators in the order they are made, and the targets.
type Graph struct{ Nodes []GraphNode }

// GraphNode is one thing of the graph.
type GraphNode struct {
	Kind  string   `json:"kind"` // dataset, table, model, indicator or target
	ID    string   `json:"id"`
	Reads []string `json:"reads,omitempty"`
	Tags  []string `json:"tags,omitempty"`
}

// graph makes the graph of what has been bound.
func (b *builder) graph(datasets []Schema) Graph {
	var g Graph
	known := map[string]bool{}
	add := func(n GraphNode) {
		known[n.ID] = true
		g.Nodes = append(g.Nodes, n)
	}
	for _, d := range datasets {
		add(GraphNode{Kind: "dataset", ID: d.Dataset})
	}
	for _, n := range b.order {
		var reads []string
		for _, table := range n.reads {
			if base := strings.TrimSuffix(table, "_history"); known[base] {
				table = base
			}
			if !known[table] {
				add(GraphNode{Kind: "table", ID: table}) // code lists and the like
			}
			if !slices.Contains(reads, table) {
				reads = append(reads, table)
			}
		}
		node := GraphNode{Kind: n.kind(), ID: n.id, Reads: reads}
		if n.indicator != nil {
			node.Tags = n.indicator.Tags
		}
		add(node)
	}
	for _, t := range b.set.Targets {
		add(GraphNode{Kind: "target", ID: t.ID, Reads: []string{t.Indicator}})
	}
	return g
}

// Select keeps a part of the graph: ids or tag:NAME, each with + before it for all that it is made of and + behind it for
// all that is made of it. No terms keep everything.
func (g Graph) Select(terms []string) (Graph, error) {
	if len(terms) == 0 {
		return g, nil
	}
	keep := map[string]bool{}
	for _, term := range terms {
		name, before := strings.CutPrefix(term, "+")
		name, after := strings.CutSuffix(name, "+")
		matched := false
		for _, n := range g.Nodes {
			tag, byTag := strings.CutPrefix(name, "tag:")
			if byTag && slices.Contains(n.Tags, tag) || !byTag && strings.EqualFold(n.ID, name) {
				matched = true
				keep[n.ID] = true
				if before {
					g.upstream(n.ID, keep)
				}
				if after {
					g.downstream(n.ID, keep)
				}
			}
		}
		if !matched {
			return Graph{}, &fault.Error{Kind: fault.Config, What: fmt.Sprintf("--select %s matches nothing", term),
				Remedy: "name a dataset, model, indicator or target, or tag:NAME; + before or behind it takes what it is made of or what is made of it"}
		}
	}
	var out Graph
	for _, n := range g.Nodes {
		if keep[n.ID] {
			out.Nodes = append(out.Nodes, n)
		}
	}
	return out, nil
}

func (g Graph) node(id string) (GraphNode, bool) {
	i := slices.IndexFunc(g.Nodes, func(n GraphNode) bool { return n.ID == id })
	if i < 0 {
		return GraphNode{}, false
	}
	return g.Nodes[i], true
}

func (g Graph) upstream(id string, keep map[string]bool) {
	n, _ := g.node(id)
	for _, other := range n.Reads {
		if !keep[other] {
			keep[other] = true
			g.upstream(other, keep)
		}
	}
}

func (g Graph) downstream(id string, keep map[string]bool) {
	for _, n := range g.Nodes {
		if slices.Contains(n.Reads, id) && !keep[n.ID] {
			keep[n.ID] = true
			g.downstream(n.ID, keep)
		}
	}
}

// Stale gives what is made, by whatever way, of one of the given things, with the first of them that it is made of.
func (g Graph) Stale(changed []string) map[string]string {
	why := map[string]string{}
	for _, id := range changed {
		below := map[string]bool{id: true}
		g.downstream(id, below)
		for other := range below {
			if why[other] == "" {
				why[other] = id
			}
		}
	}
	return why
}

// Mermaid writes the graph for a page that draws it.
func (g Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("graph LR\n")
	names := map[string]string{}
	for i, n := range g.Nodes {
		names[n.ID] = fmt.Sprintf("n%d", i)
		shape := map[string][2]string{"dataset": {"[(", ")]"}, "table": {"[(", ")]"}, "indicator": {"([", "])"}, "target": {"{{", "}}"}}[n.Kind]
		if shape[0] == "" {
			shape = [2]string{"[", "]"}
		}
		fmt.Fprintf(&b, "  n%d%s\"%s\"%s\n", i, shape[0], strings.ReplaceAll(n.ID, `"`, "#quot;"), shape[1])
	}
	for _, n := range g.Nodes {
		for _, other := range n.Reads {
			if names[other] != "" {
				fmt.Fprintf(&b, "  %s --> %s\n", names[other], names[n.ID])
			}
		}
	}
	return b.String()
}
