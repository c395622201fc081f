package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// Reference describes the configuration for people, in Markdown, from the same schema that editors use.
func Reference(kinds Kinds) ([]byte, error) {
	b, root, err := describe(kinds)
	if err != nil {
		return nil, err
	}
	r := &page{defs: b.defs}
	r.line("# Configuration\n")
	r.line("This page is written by `statloom schema --format markdown`. Keys in **bold** must be given. Any single value may be `${NAME}`,")
	r.line("the environment variable of that name, or `${NAME:-default}`; `$${NAME}` is the text itself. Paths are relative to the")
	r.line("configuration's file. `statloom validate` reports every problem at once, each with its line and column.\n")
	r.line("## Top level\n")
	r.table(root)
	for len(r.queue) > 0 {
		name := r.queue[0]
		r.queue = r.queue[1:]
		r.section(name)
	}
	return []byte(r.out.String()), nil
}

// page writes the sections of the page: each definition after the one that first names it.
type page struct {
	out   strings.Builder
	defs  jsonschema.Definitions
	queue []string
	seen  []string
}

func (r *page) line(format string, args ...any) { fmt.Fprintf(&r.out, format+"\n", args...) }

func (r *page) section(name string) {
	def := r.defs[name]
	r.line("\n## %s\n", heading(name))
	if def.Description != "" {
		r.line("%s\n", def.Description)
	}
	r.table(def)
}

func (r *page) table(def *jsonschema.Schema) {
	r.line("| key | is | meaning |\n| --- | --- | --- |")
	for p := def.Properties.Oldest(); p != nil; p = p.Next() {
		key := "`" + p.Key + "`"
		if slices.Contains(def.Required, p.Key) {
			key = "**" + key + "**"
		}
		r.line("| %s | %s | %s |", key, r.kind(p.Value), meaning(p.Value))
	}
	for _, branch := range def.AllOf {
		if branch.If == nil || branch.Then == nil || branch.Then.Ref == "" {
			continue
		}
		if k, ok := branch.If.Properties.Get("kind"); ok {
			r.line("\nWith `kind: %v` also the keys of %s.", k.Const, r.refer(branch.Then.Ref))
		}
	}
}

// refer links to a definition and sees to it that its section is written.
func (r *page) refer(ref string) string {
	name := strings.TrimPrefix(ref, "#/$defs/")
	if !slices.Contains(r.seen, name) {
		r.seen = append(r.seen, name)
		r.queue = append(r.queue, name)
	}
	title := heading(name)
	return "[" + title + "](#" + strings.ReplaceAll(strings.ToLower(title), " ", "-") + ")"
}

// kind says in a few words what a value may be.
func (r *page) kind(s *jsonschema.Schema) string {
	switch {
	case s.Ref != "":
		return r.refer(s.Ref)
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			words[i] = fmt.Sprintf("`%v`", e)
		}
		return strings.Join(words, ", ")
	case len(s.AnyOf) > 0:
		return r.kind(s.AnyOf[0])
	case len(s.OneOf) > 1:
		return r.kind(s.OneOf[0]) + " or list"
	case s.Items != nil:
		return "list of " + r.kind(s.Items)
	case s.Type == "object":
		return "map of text"
	case s.Type == "" || s.Type == "string":
		return "text"
	case s.Type == "boolean":
		return "true or false"
	}
	return s.Type
}

func meaning(s *jsonschema.Schema) string {
	text := strings.ReplaceAll(s.Description, "|", `\|`)
	if s.Default != nil {
		if text != "" {
			text += ". "
		}
		text += fmt.Sprintf("Default: `%v`", s.Default)
	}
	return text
}

// heading is the title of a definition's section: transforms.Recipe is "Recipe", source.file is "Source file".
func heading(name string) string {
	parts := strings.Split(name, ".")
	if parts[0] == "source" || parts[0] == "sink" {
		return strings.ToUpper(parts[0][:1]) + parts[0][1:] + " " + parts[1]
	}
	return parts[len(parts)-1]
}
