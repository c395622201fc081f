package report_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/report"
	"github.com/statloom/statloom/sinks/sinktest"
)

func TestSuite(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{
		New: func(t *testing.T) sinks.Sink {
			k := report.Kind()
			sink, err := k.Build(t.Context(), kind.Env{}, k.Options())
			if err != nil {
				t.Fatal(err)
			}
			return sink
		},
		Store: ducktest.Store,
	})
}

func TestCheck(t *testing.T) {
	for folder, ok := range map[string]bool{"report": true, "báo cáo": true, "": false, "..": false, "a/b": false} {
		if got := (report.Options{Folder: folder}).Check(); (len(got) == 0) != ok {
			t.Errorf("%q: %v", folder, got)
		}
	}
}

// TestTarget: the first page has the target as the release says it, and says that there is nothing to compare with.
func TestTarget(t *testing.T) {
	dir := publish(t, store(t), nil, nil)
	o := data(t, dir, "overview")
	if o["previous"] != nil {
		t.Errorf("there is a release before: %v", o["previous"])
	}
	got := o["targets"].([]any)[0].(map[string]any)
	for key, want := range map[string]any{
		"id": "share_2025", "actual": 40.5, "low": 39.0, "high": 42.0, "gap": -4.5, "status": "at_risk", "actual_period": "2024", "comparison": ">=",
		"value": 45.0, "file": "SHARE", "decimals": 2.0, "at": []any{"_T"}, "dimensions": []any{"industry"}, "spark_periods": []any{"2022", "2024"}, "before": nil,
		"rule": []any{"Có nguy cơ vì sau đường.", "At risk: behind the path."},
	} {
		if diff := cmp.Diff(want, got[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	if diff := cmp.Diff(map[string]any{"passed": 1.0, "failed": 0.0, "warnings": 1.0, "quarantined": 1.0}, o["checks"]); diff != "" {
		t.Error(diff)
	}
}

// TestNoTargets: the first page of somebody who has no targets yet begins with the datasets.
func TestNoTargets(t *testing.T) {
	if o := data(t, publish(t, store(t), nil, nil), "overview"); o["datasets"] != nil {
		t.Errorf("datasets beside targets: %v", o["datasets"])
	}
	dir := publish(t, store(t, "DELETE FROM targets"), nil, nil)
	o := data(t, dir, "overview")
	var names []any
	for _, d := range o["datasets"].([]any) {
		names = append(names, d.(map[string]any)["id"])
	}
	if diff := cmp.Diff([]any{"firms", "output"}, names); diff != "" {
		t.Error(diff)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report", "index.html"))
	if err != nil || !strings.Contains(string(page), "js/lists.js") {
		t.Errorf("the first page cannot draw the list: %v", err)
	}
}

// TestWords: what the page says as the workbook and traces do comes with the pages.
func TestWords(t *testing.T) {
	dir := publish(t, store(t), nil, nil)
	script, err := os.ReadFile(filepath.Join(dir, "report", "js", "shared.js"))
	if err != nil || !strings.Contains(string(script), `"numerator":["tử số","numerator"]`) {
		t.Errorf("%v\n%s", err, script)
	}
}

// TestIndicator: values, their labels and the way back to the cells.
func TestIndicator(t *testing.T) {
	dir := publish(t, store(t), nil, nil)
	i := data(t, dir, "indicator/SHARE")
	if got := len(i["values"].([]any)); got != 5 {
		t.Errorf("%d values", got)
	}
	labels := i["dimensions"].([]any)[0].(map[string]any)["labels"].(map[string]any)
	if diff := cmp.Diff([]any{"Chế biến", "Manufacturing"}, labels["C"]); diff != "" {
		t.Error(diff)
	}
	traces := i["traces"].([]any)[0].(map[string]any)
	w := data(t, dir, traces["name"].(string))
	way := w["values"].(map[string]any)["2024|_T"].([]any)
	if got := w["formulas"].([]any)[int(way[0].(float64))]; got != "100 * #1 / #2" {
		t.Errorf("formula %v", got)
	}
	if len(way) != 3 {
		t.Fatalf("inputs %v", way)
	}
	leaf := w["leaves"].([]any)[int(way[1].([]any)[1].(float64))].([]any)
	books := []map[string]any{}
	unpack(t, dir, "books", &books)
	if leaf[10] != "D3" || books[int(leaf[8].(float64))]["snapshot"] != newBook {
		t.Errorf("input %v", leaf)
	}
	file, key, ok := strings.Cut(books[int(leaf[8].(float64))]["sheets"].(map[string]any)["2025-new"].(string), "#")
	if !ok {
		t.Fatal("the sheet is not drawn")
	}
	sheet := data(t, dir, file)[key].(map[string]any)
	row := sheet["rows"].([]any)[2].([]any)
	if row[0] != 3.0 || row[2].([]any)[3].([]any)[1] != "500" {
		t.Errorf("row %v", row)
	}
	if got := books[0]["sheets"].(map[string]any)["2025-new"]; got != "!the book has no sheet 2025-new" {
		t.Errorf("a sheet that cannot be drawn: %v", got)
	}
}

// TestDataset: series with all vintages, each with its cell; codes are called what they meant in the periods of the data.
func TestDataset(t *testing.T) {
	dir := publish(t, store(t), nil, nil)
	d := data(t, dir, "dataset/output")
	if d["kind"] != "series" || len(d["series"].([]any)) != 4 {
		t.Fatalf("%v %v", d["kind"], d["series"])
	}
	area := d["columns"].([]any)[1].(map[string]any)["labels"].(map[string]any)["92"]
	if diff := cmp.Diff([]any{"Cần Thơ cũ", "Old Cần Thơ"}, area); diff != "" {
		t.Error(diff)
	}
	rows := data(t, dir, "rows/output-0")
	total := rows["items"].([]any)[0].([]any)
	if len(total) != 4 {
		t.Fatalf("rows of the total: %v", total)
	}
	words := rows["text"].([]any)
	word := func(row []any, i int) any { return words[int(row[i].(float64))] }
	first := total[0].([]any)
	if word(first, 0) != "2022" || first[1] != 1000.0 || first[6] != "B2" || word(first, 7) != "2024-06-30" || word(first, 8) != "2025-06-30" {
		t.Errorf("first vintage %v of %v", first, words)
	}
	firms := data(t, dir, "dataset/firms")
	if firms["kind"] != "records" {
		t.Errorf("%v", firms["kind"])
	}
	records := data(t, dir, "rows/firms-0")["items"].([]any)
	if len(records) != 2 || len(records[0].([]any)) != 2 || records[0].([]any)[0].([]any)[3] != 12.5 || records[1].([]any)[0].([]any)[3] != nil {
		t.Errorf("%v", records)
	}
}

// TestQuality: failed checks come first, with their cells, and what was set aside.
func TestQuality(t *testing.T) {
	dir := publish(t, store(t), nil, nil)
	q := data(t, dir, "quality")
	first := q["checks"].([]any)[0].(map[string]any)
	example := first["examples"].([]any)[0].(map[string]any)
	if first["id"] != "output_sum" || first["since"] != "2025-07-01" || example["book"] != 1.0 || example["cell"] != "D2" {
		t.Errorf("%v", first)
	}
	if got := q["quarantine"].([]any)[0].(map[string]any); got["text"] != "<u>7?</u>" || got["book"] != 1.0 {
		t.Errorf("%v", got)
	}
	for part, want := range map[string]int{"corrections": 1, "changes": 1, "unread": 1, "revisions": 2, "publishing": 2} {
		if got := len(q[part].([]any)); got != want {
			t.Errorf("%s: %d", part, got)
		}
	}
	r := data(t, dir, "runs")
	if got := r["runs"].([]any)[1].(map[string]any); got["status"] != "failed" || got["seconds"] != 9.0 {
		t.Errorf("%v", got)
	}
}

// TestSecondRelease: what changed since the release before, and how a value was published then.
func TestSecondRelease(t *testing.T) {
	before := publish(t, store(t), func(r *sinks.Release) { r.ID = "r1"; r.Time = r.Time.AddDate(0, -1, 0) }, nil)
	db := store(t, `UPDATE indicators SET obs_value = 43.0 WHERE indicator = 'SHARE' AND industry = '_T' AND time_period = '2024'`,
		`DELETE FROM indicators WHERE indicator = 'TOTAL' AND time_period = '2022'`,
		`UPDATE targets SET actual_value = 43.0, status = 'off_track', gap = -2`,
		`INSERT INTO snapshots SELECT * REPLACE ('ff' AS snapshot_id, 'file:x.csv' AS uri, 'third.csv' AS name) FROM snapshots LIMIT 1`)
	dir := publish(t, db, func(r *sinks.Release) { r.Previous = before }, nil)
	o := data(t, dir, "overview")
	if o["previous"].(map[string]any)["id"] != "r1" || o["method"] != nil {
		t.Errorf("%v, %v", o["previous"], o["method"])
	}
	if diff := cmp.Diff([]any{"third.csv"}, o["new_books"]); diff != "" {
		t.Error(diff)
	}
	want := []any{
		map[string]any{"id": "SHARE", "file": "SHARE", "name": []any{"Tỷ trọng", "Share"}, "revised": 1.0, "largest": 100 * (43.0 - 40.5) / 40.5},
		map[string]any{"id": "TOTAL", "file": "TOTAL", "name": []any{"Tổng", "Total"}, "withdrawn": 1.0},
	}
	if diff := cmp.Diff(want, o["changed"]); diff != "" {
		t.Error(diff)
	}
	target := o["targets"].([]any)[0].(map[string]any)
	if diff := cmp.Diff(map[string]any{"r": 0.0, "v": 40.5, "p": "2024", "s": "at_risk"}, target["before"]); diff != "" {
		t.Error(diff)
	}
	for _, v := range data(t, dir, "indicator/SHARE")["values"].([]any) {
		v := v.(map[string]any)
		revised := v["v"] == 43.0
		if (v["before"] != nil) != revised {
			t.Errorf("vintages of %v", v)
		}
		if revised {
			if diff := cmp.Diff([]any{map[string]any{"r": 0.0, "v": 40.5, "s": "P"}, map[string]any{"r": 1.0, "v": 43.0, "s": "P"}}, v["before"]); diff != "" {
				t.Error(diff)
			}
		}
	}
	// A third release that says the same again changes nothing; a target that it adds is new, and no other is.
	again := store(t, `UPDATE indicators SET obs_value = 43.0 WHERE indicator = 'SHARE' AND industry = '_T' AND time_period = '2024'`,
		`DELETE FROM indicators WHERE indicator = 'TOTAL' AND time_period = '2022'`, `UPDATE targets SET actual_value = 43.0, status = 'off_track', gap = -2`,
		`INSERT INTO targets SELECT * REPLACE ('another' AS target) FROM targets`)
	third := data(t, publish(t, again, func(r *sinks.Release) { r.Previous = dir; r.ID = "r3" }, nil), "overview")
	if got := third["changed"].([]any); len(got) != 0 {
		t.Errorf("%v", got)
	}
	fresh := map[any]any{}
	for _, at := range third["targets"].([]any) {
		fresh[at.(map[string]any)["id"]] = at.(map[string]any)["new"]
	}
	if diff := cmp.Diff(map[any]any{"another": true, "share_2025": nil}, fresh); diff != "" {
		t.Error(diff)
	}
}

// TestForeignMemory: what cannot be read of the release before is as if there were none.
func TestForeignMemory(t *testing.T) {
	before := t.TempDir()
	if err := os.MkdirAll(filepath.Join(before, "report"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(before, "report", "memory.json"), []byte(`{"releases": "no`), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := publish(t, store(t), func(r *sinks.Release) { r.Previous = before }, nil)
	if got := data(t, dir, "overview")["previous"]; got != nil {
		t.Errorf("%v", got)
	}
}

// TestLimits: what is beyond a limit is left out, and the site says how much.
func TestLimits(t *testing.T) {
	dir := publish(t, store(t), nil, func(o *report.Options) { o.Observations, o.Inputs, o.Sheets = 5, 2, 10 })
	want := []any{
		map[string]any{"what": "inputs", "of": "", "shown": 2.0, "all": 3.0},
		map[string]any{"what": "observations", "of": "output", "shown": 5.0, "all": 9.0},
		map[string]any{"what": "sheets", "of": "", "shown": 0.0, "all": 1.0},
	}
	if diff := cmp.Diff(want, data(t, dir, "site")["left"]); diff != "" {
		t.Error(diff)
	}
	one := publish(t, store(t), nil, func(o *report.Options) { o.Datasets = []string{"firms"} })
	if _, err := os.Stat(filepath.Join(one, "report", "dataset", "output.html")); !os.IsNotExist(err) {
		t.Errorf("a dataset that was not asked for: %v", err)
	}
}

// TestMarkup: nothing that a release holds becomes markup of a page, and no page has a script or a style of its own.
func TestMarkup(t *testing.T) {
	dir := publish(t, store(t), nil, nil)
	pages := 0
	err := filepath.WalkDir(filepath.Join(dir, "report"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".html" {
			return err
		}
		pages++
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		page := string(content)
		for _, bad := range []string{"<b>", "alert(", "<script>", "style=", "<style", " onclick", "javascript:"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
		for _, want := range []string{`<html lang="vi"`, "Số liệu minh hoạ", "default-src 'none'", `<main id="main"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
		return nil
	})
	if err != nil || pages != 9 {
		t.Errorf("%d pages, %v", pages, err)
	}
}

// TestSameAgain: the same release gives the same bytes.
func TestSameAgain(t *testing.T) {
	a, b := publish(t, store(t), nil, nil), publish(t, store(t), nil, nil)
	err := fs.WalkDir(os.DirFS(a), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		one, err := os.ReadFile(filepath.Join(a, name))
		if err != nil {
			return err
		}
		two, err := os.ReadFile(filepath.Join(b, name))
		if err == nil && string(one) != string(two) {
			t.Errorf("%s differs", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
