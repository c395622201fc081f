package jsonstat_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/jsonstat"
	"github.com/statloom/statloom/sinks/sinktest"
	"github.com/statloom/statloom/sources/sheet"
	reader "github.com/statloom/statloom/sources/sheet/jsonstat"
)

func build(t *testing.T) sinks.Sink {
	k := jsonstat.Kind()
	sink, err := k.Build(t.Context(), kind.Env{}, k.Options())
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func TestSuite(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{New: build, Store: ducktest.Store, Fixtures: sinktest.Described})
}

func publish(t *testing.T, language string) string {
	t.Helper()
	store, tables := ducktest.Store(t, sinktest.Described())
	r := sinks.Release{ID: "20240331T020000Z-1", Dir: t.TempDir(), Time: time.Date(2024, 3, 31, 2, 0, 0, 0, time.UTC), Store: store, Language: language}
	sink := build(t)
	if err := sink.Begin(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if err := sink.Write(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
	if err := sink.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(r.Dir, "jsonstat")
}

func TestCube(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(publish(t, "en"), "output.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	// industry _T, 2592, 25 (the code list is loaded from its end) x area x price base x 2024-01-01/P5M, 2024, 2025
	for name, want := range map[string]any{
		"id":     []any{"industry", "area", "price_base", "time_period"},
		"size":   []any{3.0, 1.0, 1.0, 3.0},
		"value":  map[string]any{"0": -1.5, "5": 0.30000000000000004, "7": 110.5},
		"status": map[string]any{"4": "M", "5": "P"},
		"label":  "Output",
		"note":   []any{"Illustrative figures, no statistics", "For tests"},
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	area := got["dimension"].(map[string]any)["area"].(map[string]any)["category"].(map[string]any)
	if diff := cmp.Diff(map[string]any{"index": []any{"92"}, "label": map[string]any{"92": "New Cần Thơ"}}, area); diff != "" {
		t.Error(diff)
	}
}

// The program's own reader reads what the sink writes.
func TestOwnReader(t *testing.T) {
	path := filepath.Join(publish(t, "vi"), "output.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	book, err := sheet.Open(t.Context(), []sheet.Format{reader.Format{}}, sheet.Input{Name: path, Data: strings.NewReader(string(text)), Size: int64(len(text))}, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	var numbers, texts []string
	_, err = book.Scan(t.Context(), 0, func(r *sheet.Row) error {
		for _, c := range r.Cells {
			if c.Type == sheet.Number {
				numbers = append(numbers, c.Text)
			} else {
				texts = append(texts, c.Text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(texts, "|")
	for _, want := range []string{"Gia công cơ khí", "Cần Thơ mới", "2024-01-01/P5M"} {
		if !strings.Contains(all, want) {
			t.Errorf("the reader does not find %q in %s", want, all)
		}
	}
	for _, want := range []string{"110.5", "0.30000000000000004", "-1.5"} {
		if !strings.Contains(strings.Join(numbers, " ")+all, want) { // a figure with a status is printed with it
			t.Errorf("the reader does not find %s in %q; %s", want, numbers, all)
		}
	}
}
