package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/pipeline/kind"
)

// Load reads and checks the configuration in the file at path; env gives the variables that it refers to. The error is
// of the type Problems and holds everything that is wrong.
func Load(path string, kinds Kinds, env func(name string) (string, bool)) (*Config, error) {
	text, what := readFile(path, maxFile)
	if what != "" {
		return nil, Problems{{File: path, What: what, Want: "name another, or write a first one with: statloom init"}}
	}
	c := &Config{path: path}
	if found := c.load(text, kinds, env); len(found) > 0 {
		return nil, c.Problems(found)
	}
	return c, nil
}

func (c *Config) load(text []byte, kinds Kinds, env func(string) (string, bool)) []kind.Problem {
	document, problem := parse(text)
	if problem != nil {
		return []kind.Problem{*problem}
	}
	tree, flat := flatten(document)
	if flat.full {
		return flat.problems[len(flat.problems)-1:]
	}
	plain := clone(tree)
	e := newEnviron(env)
	e.expand(tree)
	maps.Copy(e.broken, flat.broken)
	c.secrets = e.secrets

	d := &kind.Decoder{Shown: e.shown, Broken: e.broken}
	d.Hooks = map[reflect.Type]func(string, *yaml.Node, reflect.Value){
		reflect.TypeFor[Source](): func(path string, n *yaml.Node, into reflect.Value) {
			s := into.Addr().Interface().(*Source)
			s.use, s.Options = chooseKind(d, path, n, s, kinds.Sources)
		},
		reflect.TypeFor[Sink](): func(path string, n *yaml.Node, into reflect.Value) {
			s := into.Addr().Interface().(*Sink)
			s.use, s.Options = chooseKind(d, path, n, s, kinds.Sinks)
		},
	}
	d.Struct("", tree, c)
	if d.Node("sinks") == nil {
		c.Sinks = defaultSinks(kinds)
	}
	c.node = d.Node
	check := newChecker(c, d)
	check.all()
	c.hash = digest(withoutOperation(plain), check.files)
	return slices.Concat(flat.problems, e.problems, d.Problems())
}

// chooseKind decodes a group of keys that names a kind: the keys that all kinds share into common, the others into the
// options of the kind it names.
func chooseKind[T any](d *kind.Decoder, path string, n *yaml.Node, common any, set kind.Set[T]) (kind.Kind[T], any) {
	if n.Kind != yaml.MappingNode {
		d.Struct(path, n, common)
		return kind.Kind[T]{}, nil
	}
	shared := kind.Keys(kind.Fields(reflect.TypeOf(common).Elem()))
	ours, theirs := split(n, shared)
	at := kind.Join(path, "kind")
	if lookup(n, "kind") == nil {
		d.Fail(at, "kind is missing", kind.Choices(set.Names()))
	}
	d.Struct(path, ours, common)
	if !d.Known(at) {
		return kind.Kind[T]{}, nil
	}
	name := lookup(n, "kind").Value
	chosen, ok := set.Find(name)
	if !ok {
		hint := kind.Choices(set.Names())
		if !d.Outside(at) {
			hint = kind.Hint(name, set.Names())
		}
		d.Fail(at, "kind "+d.Quote(at)+" is not known", hint)
		return kind.Kind[T]{}, nil
	}
	options := chosen.Options()
	d.Struct(path, theirs, options, shared...)
	return chosen, options
}

// split divides a mapping into the part with the given keys and the rest.
func split(n *yaml.Node, keys []string) (with, without *yaml.Node) {
	with = &yaml.Node{Kind: n.Kind, Tag: n.Tag, Line: n.Line, Column: n.Column}
	without = &yaml.Node{Kind: n.Kind, Tag: n.Tag, Line: n.Line, Column: n.Column}
	for i := 0; i+1 < len(n.Content); i += 2 {
		part := without
		if slices.Contains(keys, n.Content[i].Value) {
			part = with
		}
		part.Content = append(part.Content, n.Content[i], n.Content[i+1])
	}
	return with, without
}

// defaultSinks are those of a configuration that names none, as far as the program has them.
func defaultSinks(kinds Kinds) []Sink {
	var all []Sink
	for _, name := range []string{"duckdb", "parquet"} {
		if k, ok := kinds.Sinks.Find(name); ok {
			all = append(all, Sink{Kind: name, Options: k.Options(), use: k})
		}
	}
	return all
}

// clone copies a tree, which keeps the document as it was before the environment's values are put in.
func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = clone(child)
	}
	return &c
}

// readFile reads a file of at most so many bytes, or says in plain words why it cannot be read.
func readFile(path string, limit int64) (content []byte, what string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return nil, "the file may not be read by this user"
	case err != nil:
		return nil, "the file cannot be found"
	case info.IsDir():
		return nil, "this is a folder, not a file"
	case !info.Mode().IsRegular():
		return nil, "this is not a regular file"
	case info.Size() > limit:
		return nil, fmt.Sprintf("the file is larger than %s", kind.Bytes(limit))
	}
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, "the file may not be read by this user"
	}
	defer f.Close()
	content, err = io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil || int64(len(content)) > limit {
		return nil, "the file cannot be read to its end"
	}
	return content, ""
}
