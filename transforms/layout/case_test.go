package layout_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/layout"
)

var update = flag.Bool("update", false, "rewrite the wanted results of the cases")

// TestCases reads every book in testdata: drawn.txt holds its roles and tables, rows.csv what its recipe gives, with
// what was rejected at the end.
func TestCases(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*/in.txt")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, in := range dirs {
		dir := filepath.Dir(in)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			text, err := os.ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			book, err := sheettest.Parse(string(text))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join(dir, "drawn.txt"), drawn(t, book))
			recipe, err := os.ReadFile(filepath.Join(dir, "recipe.yaml"))
			if os.IsNotExist(err) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join(dir, "rows.csv"), rows(t, book, string(recipe)))
		})
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func drawn(t *testing.T, book sheet.Book) string {
	t.Helper()
	var out bytes.Buffer
	for i := range book.Sheets() {
		g, err := sheet.Load(t.Context(), book, i)
		if err != nil {
			t.Fatal(err)
		}
		if err := layout.Draw(&out, g, layout.Recognise(g), layout.DrawOptions{Width: 130}); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// rows reads a book by a recipe and writes what comes out as CSV.
func rows(t *testing.T, book sheet.Book, recipe string) string {
	t.Helper()
	var r transforms.Recipe
	if err := yaml.Unmarshal([]byte(recipe), &r); err != nil {
		t.Fatal(err)
	}
	got := read(t, book, r)
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.WriteAll(got.rows); err != nil {
		t.Fatal(err)
	}
	for _, rej := range got.rejects {
		fmt.Fprintf(&out, "rejected %s!%s %q: %s\n", rej.Sheet, rej.Cell, rej.Text, rej.Reason)
	}
	for _, n := range got.report.Notes {
		fmt.Fprintf(&out, "note %s\n", n)
	}
	return out.String()
}

// result collects what a reader emits.
type result struct {
	rows    [][]string
	rejects []transforms.Reject
	report  transforms.Report
}

func (r *result) Reject(x transforms.Reject) { r.rejects = append(r.rejects, x) }

func (r *result) Batch(b arrow.RecordBatch) error {
	for i := range int(b.NumRows()) {
		row := make([]string, b.NumCols())
		for c := range row {
			if row[c] = b.Column(c).ValueStr(i); b.Column(c).IsNull(i) {
				row[c] = ""
			}
		}
		r.rows = append(r.rows, row)
	}
	return nil
}

func read(t *testing.T, book sheet.Book, recipe transforms.Recipe) *result {
	t.Helper()
	rd, err := layout.New(recipe)
	if err != nil {
		t.Fatal(err)
	}
	var got result
	var head []string
	for _, f := range rd.Schema().Fields() {
		head = append(head, f.Name)
	}
	got.rows = append(got.rows, head)
	origin := transforms.Origin{SnapshotID: "5eed", Name: "2024-06-29-Bieu.xlsx", Vintage: time.Date(2024, 6, 29, 0, 0, 0, 0, time.UTC)}
	if got.report, err = rd.Read(context.Background(), book, origin, &got); err != nil {
		t.Fatal(err)
	}
	if got.report.Rows != int64(len(got.rows)-1) {
		t.Errorf("the report counts %d rows, %d were emitted", got.report.Rows, len(got.rows)-1)
	}
	return &got
}
