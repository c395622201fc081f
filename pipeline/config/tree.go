package config

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/pipeline/kind"
)

// Bounds of the document after its aliases are put in; a few lines of aliases can stand for billions of values.
const (
	maxNodes = 250_000
	maxDepth = 60
)

// flattener copies a document's tree so that it has neither aliases nor merge keys, and finds keys that stand twice.
type flattener struct {
	problems []kind.Problem
	broken   map[*yaml.Node]bool // nodes that stand in for what could not be copied
	active   map[*yaml.Node]bool // nodes that are being copied: an alias to one of them would never end
	count    int
	full     bool
}

func flatten(top *yaml.Node) (*yaml.Node, *flattener) {
	f := &flattener{broken: map[*yaml.Node]bool{}, active: map[*yaml.Node]bool{}}
	return f.copy(top, 0), f
}

func (f *flattener) report(n *yaml.Node, what, want string) {
	f.problems = append(f.problems, kind.Problem{Line: n.Line, Column: n.Column, What: what, Want: want})
}

// copy gives a node's copy. After a bound is passed it gives empty values, quickly.
func (f *flattener) copy(n *yaml.Node, depth int) *yaml.Node {
	if f.count++; f.full {
		return f.nothing(n)
	}
	if f.count > maxNodes || depth > maxDepth {
		f.full = true
		what := fmt.Sprintf("with all aliases put in, there are more than %d values", maxNodes)
		if depth > maxDepth {
			what = fmt.Sprintf("values are nested deeper than %d levels", maxDepth)
		}
		f.report(n, what, "is this a configuration of statloom?")
		return f.nothing(n)
	}
	if n.Kind == yaml.AliasNode {
		if f.active[n.Alias] {
			f.report(n, fmt.Sprintf("the alias *%s stands within the value it refers to", n.Value), "remove it")
			return f.nothing(n)
		}
		n = n.Alias
	}
	out := &yaml.Node{Kind: n.Kind, Style: n.Style, Tag: n.Tag, Value: n.Value, Line: n.Line, Column: n.Column}
	if !f.checkTag(n) {
		f.broken[out] = true
	}
	f.active[n] = true
	defer delete(f.active, n)
	switch n.Kind {
	case yaml.MappingNode:
		f.copyMapping(n, out, depth)
	case yaml.SequenceNode:
		for _, c := range n.Content {
			out.Content = append(out.Content, f.copy(c, depth+1))
		}
	}
	return out
}

func (f *flattener) nothing(n *yaml.Node) *yaml.Node {
	stand := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Line: n.Line, Column: n.Column}
	f.broken[stand] = true
	return stand
}

// checkTag refuses tags that would change what a value is.
func (f *flattener) checkTag(n *yaml.Node) bool {
	plain := []string{"", "!", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!map", "!!seq", "!!merge"}
	if n.Style&yaml.TaggedStyle != 0 && !slices.Contains(plain, n.ShortTag()) {
		f.report(n, fmt.Sprintf("the YAML tag %.40q means nothing here", n.Tag), "remove it")
		return false
	}
	return true
}

// copyMapping copies a mapping's own keys, then those that << merges into it: the mapping's own win, then the first.
func (f *flattener) copyMapping(n, out *yaml.Node, depth int) {
	first := map[string]*yaml.Node{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			f.report(key, "a key must be a text", "")
			continue
		}
		if before := first[key.Value]; before != nil {
			f.report(n.Content[i], fmt.Sprintf("the key %.60q stands twice; it was given in line %d already", key.Value, before.Line), "remove one")
			continue
		}
		first[key.Value] = key
		if key.Tag == "!!merge" {
			merged = append(merged, value)
			continue
		}
		f.add(out, key, f.copy(value, depth+1))
	}
	for _, value := range merged {
		f.merge(out, value, depth+1)
	}
}

func (f *flattener) add(out, key, value *yaml.Node) {
	name := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key.Value, Line: key.Line, Column: key.Column}
	out.Content = append(out.Content, name, value)
}

// merge adds the keys of a mapping, or of a list of mappings, that are not there yet.
func (f *flattener) merge(out, value *yaml.Node, depth int) {
	from := f.copy(value, depth)
	parts := []*yaml.Node{from}
	if from.Kind == yaml.SequenceNode {
		parts = from.Content
	}
	for _, part := range parts {
		if f.broken[part] {
			continue
		}
		if part.Kind != yaml.MappingNode {
			f.report(value, "only a group of keys can be merged with <<", "refer to one by its anchor, as in <<: *name")
			continue
		}
		for i := 0; i+1 < len(part.Content); i += 2 {
			if lookup(out, part.Content[i].Value) == nil {
				out.Content = append(out.Content, part.Content[i], part.Content[i+1])
			}
		}
	}
}

// lookup gives the value of a mapping's key, or nil.
func lookup(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
