package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// description is the part of OpenAPI that the tests look at.
type description struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Ref     string `json:"$ref"`
			Content map[string]struct {
				Schema struct {
					Ref string `json:"$ref"`
				}
			}
		}
	}
}

// The description names exactly what can be asked for.
func TestDescriptionNamesTheRoutes(t *testing.T) {
	var doc description
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	var described []string
	for path, methods := range doc.Paths {
		for method := range methods {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	var routes []string
	for pattern := range newHouse(t, nil).routes() {
		routes = append(routes, strings.ReplaceAll(strings.ReplaceAll(pattern, "{$}", ""), "...", ""))
	}
	slices.Sort(described)
	slices.Sort(routes)
	if d := cmp.Diff(described, routes); d != "" {
		t.Errorf("routes (-described +there):\n%s", d)
	}
}

// Answers are as they are described, with nothing left out of the description.
func TestAnswersAreAsDescribed(t *testing.T) {
	var doc description
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("urn:openapi", value); err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, nil)
	h.publish(1, map[string]string{"parquet/iip.parquet": "PAR1"})
	examples := map[string]string{
		"/healthz": "/healthz", "/readyz": "/readyz", "/release/": "/release/", "/release/{release}/{file}": "/release/current/",
		"/api/v1/runs": "/api/v1/runs?limit=2", "/api/v1/runs/{run}": "/api/v1/runs/run1", "/api/v1/runs/{run}/events": "/api/v1/runs/run1/events",
		"/api/v1/runs/{run}/report": "/api/v1/runs/run1/report", "/api/v1/schedule": "/api/v1/schedule", "/api/v1/release": "/api/v1/release",
		"/api/v1/datasets": "/api/v1/datasets", "/api/v1/datasets/{dataset}": "/api/v1/datasets/iip?limit=3", "/api/v1/indicators": "/api/v1/indicators",
		"/api/v1/indicators/{indicator}": "/api/v1/indicators/SI01", "/api/v1/targets": "/api/v1/targets",
	}
	for _, path := range slices.Sorted(maps.Keys(examples)) {
		w := h.ask("GET", examples[path], "")
		ref := doc.Paths[path]["get"].Responses[fmt.Sprint(w.Code)].Content["application/json"].Schema.Ref
		if w.Code != 200 || ref == "" {
			t.Errorf("%s: %d, described by %q: %s", path, w.Code, ref, w.Body)
			continue
		}
		schema, err := compiler.Compile("urn:openapi" + ref)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := jsonschema.UnmarshalJSON(w.Body)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if err := schema.Validate(answer); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
