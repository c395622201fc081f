package csv_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/csv"
	"github.com/statloom/statloom/sinks/sinktest"
)

func build(t *testing.T) sinks.Sink {
	k := csv.Kind()
	sink, err := k.Build(t.Context(), kind.Env{}, k.Options())
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func TestSuite(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{
		New: build, Store: ducktest.Store,
		Read: func(t *testing.T, r sinks.Release) map[string]sinktest.Content {
			db := ducktest.Create(t)
			found := map[string]sinktest.Content{}
			for _, resource := range dataPackage(t, filepath.Join(r.Dir, "csv"))["resources"].([]any) {
				name := strings.TrimSuffix(resource.(map[string]any)["path"].(string), ".csv")
				from := "read_csv(" + duck.Literal(filepath.Join(r.Dir, "csv", name+".csv")) + ", header = true, delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = false, parallel = false, columns = {"
				for i, f := range resource.(map[string]any)["schema"].(map[string]any)["fields"].([]any) {
					if i > 0 {
						from += ", "
					}
					from += duck.Literal(f.(map[string]any)["name"].(string)) + ": " + duck.Literal(duckType(name, f.(map[string]any)))
				}
				found[name] = ducktest.Read(t, db, from+"})", "")
			}
			return found
		},
	})
}

// duckType is the type that a described column has in DuckDB. The description does not tell the width of whole numbers.
func duckType(table string, field map[string]any) string {
	if field["name"] == "unit_mult" {
		return "INTEGER"
	}
	return map[string]string{"string": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN", "date": "DATE", "datetime": "TIMESTAMP WITH TIME ZONE"}[field["type"].(string)]
}

func dataPackage(t *testing.T, dir string) map[string]any {
	return parse(t, filepath.Join(dir, "datapackage.json"))
}

func parse(t *testing.T, path string) (found map[string]any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

func publish(t *testing.T, o csv.Options) (string, error) {
	t.Helper()
	store, tables := ducktest.Store(t, sinktest.Described())
	r := sinks.Release{ID: "20240331T020000Z-1", Dir: t.TempDir(), Time: time.Date(2024, 3, 31, 2, 0, 0, 0, time.UTC), Store: store, Language: "vi",
		Name: sinks.Text{VI: "Số liệu", EN: "Figures"}, Illustrative: true}
	sink := csv.New(o)
	if err := sink.Begin(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if err := sink.Write(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(r.Dir, o.Folder), sink.Commit(t.Context())
}

func TestDescriptions(t *testing.T) {
	dir, err := publish(t, csv.Options{Folder: "csv", Address: "https://data.example.org/current"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "output.csv"))
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(text)
	var output map[string]any
	for _, r := range dataPackage(t, dir)["resources"].([]any) {
		if r.(map[string]any)["name"] == "output" {
			output = r.(map[string]any)
		}
	}
	for name, want := range map[string]any{
		"title": "Giá trị sản xuất", "bytes": float64(len(text)), "hash": "sha256:" + hex.EncodeToString(hash[:]), "rowcount": 4.0, "illustrative": true,
		"description": "Số liệu thử & <ghi chú>",
	} {
		if diff := cmp.Diff(want, output[name]); diff != "" {
			t.Errorf("%s %s", name, diff)
		}
	}
	if field := output["schema"].(map[string]any)["fields"].([]any)[0].(map[string]any); field["title"] != "Ngành" || field["description"] != "Ngành — Activity; code list vsic" {
		t.Errorf("the first column is described as %v", field)
	}
	graph := parse(t, filepath.Join(dir, "dcat.jsonld"))["@graph"].([]any)
	if len(graph) != 2 {
		t.Fatalf("the catalogue has %d entries", len(graph))
	}
	distribution := graph[1].(map[string]any)["dcat:distribution"].(map[string]any)
	if got := distribution["dcat:downloadURL"].(map[string]any)["@id"]; got != "https://data.example.org/current/csv/output.csv" {
		t.Errorf("the file is said to be at %v", got)
	}
}

func TestUnknownTable(t *testing.T) {
	if _, err := publish(t, csv.Options{Folder: "csv", Tables: []string{"nothing"}}); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("got %v", err)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		o   csv.Options
		key string
	}{
		{csv.Options{Folder: "csv"}, ""},
		{csv.Options{Folder: "csv", Address: "https://data.example.org/current/"}, ""},
		{csv.Options{Folder: "../csv"}, "folder"},
		{csv.Options{Folder: "csv", Address: "data.example.org"}, "address"},
	} {
		found := c.o.Check()
		if c.key == "" && len(found) > 0 || c.key != "" && (len(found) != 1 || found[0].Key != c.key) {
			t.Errorf("%+v: %v", c.o, found)
		}
	}
}
