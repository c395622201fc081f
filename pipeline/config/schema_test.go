package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sources"
)

// beyondSchema are the bad files whose fault a schema cannot see: it lies in how parts fit together, in what a text
// means or in the environment.
var beyondSchema = []string{
	"alias-loop", "bomb", "duplicate-keys", "env-unset", "env-secrets", "ids", "merge", "no-references", "references", "regexps",
	"schedule", "schedule-date", "stores", "tags", "targets",
}

func compile(t *testing.T) (*jsonschema.Schema, map[string]any) {
	t.Helper()
	text, err := config.Schema(kinds())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(config.SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(config.SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return schema, doc.(map[string]any)
}

// instance reads a YAML file as JSON; ok is false if it is not even YAML.
func instance(t *testing.T, file string) (value any, ok bool) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := yaml.Load(text, &v); err != nil {
		return nil, false
	}
	j, err := json.Marshal(v)
	if err != nil {
		return nil, false
	}
	value, err = jsonschema.UnmarshalJSON(bytes.NewReader(j))
	if err != nil {
		t.Fatal(err)
	}
	return value, true
}

func TestSchemaTakesGoodFiles(t *testing.T) {
	schema, _ := compile(t)
	for _, file := range files(t, "good") {
		v, ok := instance(t, file)
		if !ok {
			t.Errorf("%s is not YAML", file)
			continue
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestSchemaRefusesBadFiles(t *testing.T) {
	schema, _ := compile(t)
	for _, file := range files(t, "bad") {
		v, ok := instance(t, file)
		if !ok {
			continue
		}
		beyond := slices.Contains(beyondSchema, strings.TrimSuffix(filepath.Base(file), ".yaml"))
		if err := schema.Validate(v); err == nil && !beyond {
			t.Errorf("%s: the schema takes it", file)
		}
	}
}

// dig walks into a schema by keys.
func dig(t *testing.T, v any, keys ...string) any {
	t.Helper()
	for _, k := range keys {
		m, ok := v.(map[string]any)
		if !ok || m[k] == nil {
			t.Fatalf("the schema has no %s of %v", k, keys)
		}
		v = m[k]
	}
	return v
}

func TestSchemaSaysWhatThereIs(t *testing.T) {
	_, doc := compile(t)
	if got := dig(t, doc, "$schema"); got != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("draft %v", got)
	}
	if got := dig(t, doc, "$id"); got != config.SchemaID {
		t.Errorf("id %v", got)
	}
	// A description with commas is whole.
	got := dig(t, doc, "$defs", "transforms.Recipe", "properties", "period", "description")
	if want := "Where the time period stands; default: column, then row, then title"; got != want {
		t.Errorf("description %q, want %q", got, want)
	}
	if got := dig(t, doc, "$defs", "source.file", "description"); got != "Files of a folder." {
		t.Errorf("description of a kind %v", got)
	}
	if got := dig(t, doc, "$defs", "source.file", "properties", "max_bytes", "default"); got != "1GiB" {
		t.Errorf("default of a size %v", got)
	}
	if got := dig(t, doc, "properties", "language", "default"); got != "vi" {
		t.Errorf("default of a tag %v", got)
	}
	for _, def := range []string{"source.web", "sink.parquet", "transforms.Text", "pipeline.config.Dataset", "transforms.Dimension"} {
		if extra, ok := dig(t, doc, "$defs", def).(map[string]any)["additionalProperties"]; !ok || extra != false {
			t.Errorf("%s allows unknown keys", def)
		}
	}
	dig(t, doc, "$defs", "transforms.Dimension", "properties", "from") // inlined
}

func TestSchemaIsStable(t *testing.T) {
	first, err := config.Schema(kinds())
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := config.Schema(kinds())
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("another schema: %v", err)
		}
	}
}

func TestSchemaRefusesOptionsThatHideCommonKeys(t *testing.T) {
	type clash struct {
		Producer string `yaml:"producer"`
	}
	set := kind.Set[sources.Source]{kind.New[sources.Source]("clash", "", func() clash { return clash{} }, nil)}
	if _, err := config.Schema(config.Kinds{Sources: set}); err == nil || !strings.Contains(err.Error(), "producer") {
		t.Errorf("got %v, want an error about producer", err)
	}
}
