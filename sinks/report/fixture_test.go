package report_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/report"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/delim"
	"github.com/statloom/statloom/sources/sheet/draw"
)

// Snapshots of the books of testdata/release.sql.
var (
	oldBook = strings.Repeat("0a", 32)
	newBook = strings.Repeat("1b", 32)
)

// shelf draws the books of the fixture by the program's own reader.
type shelf struct{}

func (shelf) Style() []byte { return []byte(draw.CSS()) }

func (shelf) Draw(ctx context.Context, snapshot string, sheets []sinks.Citation) ([]sinks.Drawing, error) {
	const book = "Ngành,2022,2023,2024\nToàn ngành,1010.5,1100,1234.5\nChế biến,400,...,500\n\"</td><script>alert(4)</script>\",,,7\n"
	var out []sinks.Drawing
	for _, c := range sheets {
		if snapshot == oldBook {
			out = append(out, sinks.Drawing{Sheet: c.Sheet, Problem: "the book has no sheet " + c.Sheet})
			continue
		}
		b, err := sheet.Open(ctx, []sheet.Format{delim.Format{}}, sheet.Input{Name: "2025-new.csv", Data: strings.NewReader(book), Size: int64(len(book))}, sheet.Limits{})
		if err != nil {
			return nil, err
		}
		g, err := sheet.Load(ctx, b, 0)
		if err != nil {
			return nil, err
		}
		text, err := draw.Lay(g, draw.Options{}).JSON()
		if err != nil {
			return nil, err
		}
		out = append(out, sinks.Drawing{Sheet: c.Sheet, JSON: text})
	}
	return out, nil
}

// store makes a database of the fixture, changed by further SQL.
func store(t *testing.T, more ...string) *duck.DB {
	t.Helper()
	text, err := os.ReadFile("testdata/release.sql")
	if err != nil {
		t.Fatal(err)
	}
	db := ducktest.Create(t)
	for _, sql := range append([]string{string(text)}, more...) {
		sql = strings.NewReplacer("$old", oldBook, "$new", newBook).Replace(sql)
		if err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// publish writes a report of a database and gives the release's folder. tables are all of them.
func publish(t *testing.T, db *duck.DB, change func(*sinks.Release), set func(*report.Options)) string {
	t.Helper()
	k := report.Kind()
	options := k.Options().(*report.Options)
	if set != nil {
		set(options)
	}
	sink, err := k.Build(t.Context(), kind.Env{}, options)
	if err != nil {
		t.Fatal(err)
	}
	r := sinks.Release{
		ID: "r2", Dir: t.TempDir(), Time: time.Date(2025, 7, 2, 2, 0, 0, 0, time.UTC), Run: "run-2", Store: db, Books: shelf{},
		Name: sinks.Text{VI: "Thành phố <b>mẫu</b>", EN: "Sample <b>city</b>"}, Language: "vi", Illustrative: true,
		Runs: []sinks.Run{
			{ID: "run-2", Started: time.Date(2025, 7, 2, 2, 0, 0, 0, time.UTC), Status: "running", Trigger: "schedule"},
			{ID: "run-1", Started: time.Date(2025, 7, 1, 2, 0, 0, 0, time.UTC), Finished: time.Date(2025, 7, 1, 2, 0, 9, 0, time.UTC), Status: "failed", Message: "<i>disk</i> is full", Counters: map[string]int64{"books_new": 2}},
		},
		Unread: []sinks.Unread{{Dataset: "output", Snapshot: oldBook, Book: "broken <x>.xlsx"}},
	}
	if change != nil {
		change(&r)
	}
	if err := sink.Begin(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, name := range tables(t, db) {
		table, err := db.Table(t.Context(), name, nil)
		if err == nil {
			err = sink.Write(t.Context(), table)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := sink.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r.Dir
}

func tables(t *testing.T, db *duck.DB) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), "SELECT DISTINCT table_name FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main' AND database_name = current_database() ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return slices.Clip(names)
}

// data reads what a script of the site hands to its pages.
func data(t *testing.T, dir, name string) map[string]any {
	t.Helper()
	var out map[string]any
	unpack(t, dir, name, &out)
	return out
}

func unpack(t *testing.T, dir, name string, into any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "report", "data", filepath.FromSlash(name)+".js"))
	if err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(string(content), fmt.Sprintf("statloom.put(%q,", name))
	if !ok {
		t.Fatalf("%s is no script of data: %.80s", name, content)
	}
	if err := json.Unmarshal([]byte(strings.TrimSuffix(text, ");\n")), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
