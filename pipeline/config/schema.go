package config

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/transforms"
)

// SchemaID names the form of the configuration that Schema describes; the number is that of the key version.
const SchemaID = "urn:statloom:config:1"

// Schema describes the configuration as a JSON Schema (draft 2020-12), with the options of the given kinds. It sees
// keys, types, choices and what must be given; what depends on other parts of the file only Load can see.
func Schema(kinds Kinds) ([]byte, error) {
	b, root, err := describe(kinds)
	if err != nil {
		return nil, err
	}
	b.loosen(root)
	b.defs["environment"] = &jsonschema.Schema{Type: "string", Pattern: `\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}`, Description: "A value from the environment"}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("write schema: %w", err)
	}
	return out.Bytes(), nil
}

// describe gives the schema of the values themselves, before what may stand for them.
func describe(kinds Kinds) (*schemaBuilder, *jsonschema.Schema, error) {
	b := &schemaBuilder{defs: jsonschema.Definitions{}, done: map[reflect.Type]bool{}, loose: map[*jsonschema.Schema]bool{}}
	root := b.object(reflect.ValueOf(Config{}))
	root.Version, root.ID, root.Definitions = jsonschema.Version, SchemaID, b.defs
	root.Title, root.Description = "Configuration of statloom", "What is pulled, how it is read, what is computed and how it is published"
	if err := addKinds(b, "source", Source{}, kinds.Sources); err != nil {
		return nil, nil, err
	}
	if err := addKinds(b, "sink", Sink{}, kinds.Sinks); err != nil {
		return nil, nil, err
	}
	b.addConditions()
	return b, root, nil
}

type schemaBuilder struct {
	defs  jsonschema.Definitions
	done  map[reflect.Type]bool // completed types
	loose map[*jsonschema.Schema]bool
}

// object describes a struct; its value holds the defaults.
func (b *schemaBuilder) object(v reflect.Value) *jsonschema.Schema {
	r := &jsonschema.Reflector{
		Anonymous: true, ExpandedStruct: true, FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true,
		Namer: defName, Mapper: mapType, KeyNamer: func(name string) string {
			if name != "" && name[0] <= 'Z' {
				return strings.ToLower(name)
			}
			return name
		},
	}
	s := r.ReflectFromType(v.Type())
	for name, def := range s.Definitions {
		if b.defs[name] == nil {
			b.defs[name] = def
		}
	}
	s.Version, s.Definitions = "", nil
	b.complete(s, v)
	return s
}

// complete adds what the reflector does not take from the tags: which keys are required, whole descriptions, and the
// defaults that the value holds.
func (b *schemaBuilder) complete(s *jsonschema.Schema, v reflect.Value) {
	s.Required = nil
	for _, f := range kind.Fields(v.Type()) {
		p, ok := s.Properties.Get(f.Key)
		if !ok {
			continue
		}
		p.Description = f.Doc
		preset := v.FieldByIndex(f.Index)
		if f.Required && preset.IsZero() {
			s.Required = append(s.Required, f.Key)
			one := uint64(1)
			switch p.Type {
			case "string":
				p.MinLength = &one
			case "array":
				p.MinItems = &one
			}
		}
		if !preset.IsZero() && p.Ref == "" {
			if written, ok := preset.Interface().(fmt.Stringer); ok {
				p.Default = written.String()
			} else {
				p.Default = preset.Interface()
			}
		}
		b.completeNested(f.Type, preset)
	}
}

func (b *schemaBuilder) completeNested(t reflect.Type, v reflect.Value) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
		v = reflect.Zero(t)
	}
	if t.Kind() != reflect.Struct || b.done[t] || b.defs[defName(t)] == nil {
		return
	}
	b.done[t] = true
	b.complete(b.defs[defName(t)], v)
}

// addKinds lets the key kind decide which options there are.
func addKinds[T any](b *schemaBuilder, name string, common any, set kind.Set[T]) error {
	def := b.defs[defName(reflect.TypeOf(common))]
	choice, _ := def.Properties.Get("kind")
	choice.Description = "One of the ways that this program knows"
	def.AdditionalProperties = nil
	for _, k := range set {
		choice.Enum = append(choice.Enum, k.Name)
		s := b.object(reflect.ValueOf(k.Options()).Elem())
		s.Description = k.Doc
		for p := def.Properties.Oldest(); p != nil; p = p.Next() {
			if _, taken := s.Properties.Get(p.Key); taken {
				return fmt.Errorf("option %s of the kind of %s %s has the name of a key that all kinds have", p.Key, name, k.Name)
			}
			s.Properties.Set(p.Key, p.Value)
		}
		s.Required = append(s.Required, def.Required...)
		b.defs[name+"."+k.Name] = s
		def.AllOf = append(def.AllOf, when("kind", k.Name, &jsonschema.Schema{Ref: "#/$defs/" + name + "." + k.Name}))
	}
	return nil
}

// when gives a schema that holds where a key has a value.
func when(key, value string, then *jsonschema.Schema) *jsonschema.Schema {
	is := jsonschema.NewProperties()
	is.Set(key, &jsonschema.Schema{Const: value})
	return &jsonschema.Schema{If: &jsonschema.Schema{Properties: is, Required: []string{key}}, Then: then}
}

// addConditions adds what must be given depending on other keys of the same group.
func (b *schemaBuilder) addConditions() {
	for _, t := range []reflect.Type{reflect.TypeFor[transforms.Model](), reflect.TypeFor[transforms.Indicator]()} {
		b.defs[defName(t)].OneOf = []*jsonschema.Schema{{Required: []string{"sql"}}, {Required: []string{"file"}}}
	}
	check := b.defs[defName(reflect.TypeFor[transforms.Check]())]
	for _, name := range slices.Sorted(maps.Keys(checkForms)) {
		check.AllOf = append(check.AllOf, when("kind", name, &jsonschema.Schema{Required: checkForms[name].needs}))
	}
	recipe := b.defs[defName(reflect.TypeFor[transforms.Recipe]())]
	register := &jsonschema.Schema{Required: []string{"columns", "key"}}
	recipe.AnyOf = []*jsonschema.Schema{{Required: []string{"title"}}, {Required: []string{"header"}}}
	recipe.AllOf = append(recipe.AllOf, when("shape", string(transforms.Register), register))
}

// defName names a type among the definitions: sources.file.Options.
func defName(t reflect.Type) string {
	if t.PkgPath() == "" {
		return ""
	}
	path := t.PkgPath()
	if _, inner, ok := strings.Cut(path, "/statloom/statloom/"); ok {
		path = inner
	}
	return strings.ReplaceAll(path, "/", ".") + "." + t.Name()
}

// mapType describes types that are written as texts.
func mapType(t reflect.Type) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[kind.Bytes]():
		return &jsonschema.Schema{Type: "string", Pattern: `^\s*[0-9]+(\.[0-9]+)?\s*([KkMmGgTt][Ii]?)?[Bb]\s*$`}
	case t == reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^\s*\+?([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+\s*$`}
	case t == reflect.TypeFor[kind.Strings]():
		one := uint64(1)
		text := &jsonschema.Schema{Type: "string", MinLength: &one}
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{text, {Type: "array", Items: text, MinItems: &one}}}
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return &jsonschema.Schema{Type: "string"}
	}
	return nil
}

// loosen lets texts be written as numbers, as Load does (2025), and lets values come from the environment.
func (b *schemaBuilder) loosen(s *jsonschema.Schema) {
	if s == nil || b.loose[s] {
		return
	}
	b.loose[s] = true
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Key != "kind" || len(p.Value.Enum) == 0 {
			b.loosen(p.Value)
		}
	}
	for _, def := range s.Definitions {
		b.loosen(def)
	}
	for _, part := range slices.Concat(s.OneOf, s.AnyOf) {
		b.loosen(part)
	}
	b.loosen(s.Items)
	if s.AdditionalProperties != jsonschema.FalseSchema {
		b.loosen(s.AdditionalProperties)
	}
	closed := s.Enum != nil || s.Pattern != "" || s.Type == "integer" || s.Type == "number" || s.Type == "boolean"
	switch {
	case closed && len(s.AnyOf) == 0:
		bare := *s
		bare.Description, bare.Default = "", nil
		*s = jsonschema.Schema{Description: s.Description, Default: s.Default, AnyOf: []*jsonschema.Schema{&bare, {Ref: "#/$defs/environment"}}}
	case s.Type == "string" && s.Extras == nil:
		s.Type, s.Extras = "", map[string]any{"type": []string{"string", "number"}}
	}
}
