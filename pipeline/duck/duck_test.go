package duck_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/sinks"
)

func TestMain(m *testing.M) {
	// Every check builds databases; the command line may ask for more.
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// create makes a database that is closed with the test.
func create(t testing.TB, o duck.Options) *duck.DB {
	t.Helper()
	db, err := duck.Create(t.Context(), filepath.Join(t.TempDir(), "work.duckdb"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func exec(t testing.TB, db *duck.DB, sql string, args ...any) {
	t.Helper()
	if err := db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// ask gives the rows of a query as texts, columns joined by |.
func ask(t testing.TB, db *duck.DB, sql string) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		cells := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line(cells))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// line gives one row as text; times in the shortest form.
func line(cells []any) string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		if at, ok := c.(time.Time); ok {
			texts[i] = strings.TrimSuffix(at.UTC().Format(time.RFC3339Nano), "T00:00:00Z")
		} else {
			texts[i] = fmt.Sprint(c)
		}
	}
	return strings.Join(texts, "|")
}

func equal(t testing.TB, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCreateRefusesAnExistingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.duckdb")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := duck.Create(t.Context(), path, duck.Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
}

func TestOpenIsReadOnlyAndShutOff(t *testing.T) {
	// A path with characters that mean something in an address.
	path := filepath.Join(t.TempDir(), "năm 2024 #1 100%.duckdb?x=y")
	db, err := duck.Create(t.Context(), path, duck.Options{Memory: "1GB", Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	exec(t, db, "CREATE TABLE t AS SELECT 1 AS a")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err = duck.Open(t.Context(), path, duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	equal(t, ask(t, db, "SELECT a, current_database(), current_setting('TimeZone') FROM t"), []string{"1|release|UTC"})
	for _, c := range []struct{ sql, want string }{
		{"INSERT INTO t VALUES (2)", "read-only"},
		{"CREATE TABLE u AS SELECT 1", "read-only"},
		{"SELECT * FROM read_csv(" + duck.Literal(secret) + ")", "disabled"},
		{"COPY t TO " + duck.Literal(secret+".out"), "disabled"},
		{"ATTACH " + duck.Literal(secret+".db"), "disabled"},
		{"INSTALL httpfs", "disabled"},
		{"SET enable_external_access = true", "locked"},
		{"SET threads = 8", "locked"},
	} {
		if err := db.Exec(t.Context(), c.sql); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.sql, err, c.want)
		}
	}
}

func TestOpenOfWhatIsNotADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.duckdb")
	if _, err := duck.Open(t.Context(), path, duck.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: got %v", err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := duck.Open(t.Context(), path, duck.Options{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("text: got %v", err)
	}
}

func TestColumnsAndComments(t *testing.T) {
	db := create(t, duck.Options{})
	exec(t, db, `CREATE TABLE "Giá trị ""SX""" ("tỷ đồng" DOUBLE, d DATE)`)
	exec(t, db, `CREATE VIEW v AS SELECT 1 AS a`)
	for _, c := range [][3]string{{`Giá trị "SX"`, "", "Giá trị sản xuất"}, {`Giá trị "SX"`, "tỷ đồng", "it's"}, {"v", "", "a view"}, {"v", "a", "one"}} {
		if err := db.Comment(t.Context(), c[0], c[1], c[2]); err != nil {
			t.Fatal(err)
		}
	}
	want := []sinks.Column{{Name: "tỷ đồng", Type: "DOUBLE", Comment: "it's"}, {Name: "d", Type: "DATE"}}
	table, err := db.Table(t.Context(), `Giá trị "SX"`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, table.Columns()); diff != "" {
		t.Error(diff)
	}
	got, err := db.Columns(t.Context(), `Giá trị "SX"`)
	if err != nil {
		t.Fatal(err)
	}
	want[0].Comment = "" // which Columns leaves out
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	equal(t, ask(t, db, `SELECT comment FROM duckdb_views() WHERE view_name = 'v'`), []string{"a view"})
	if _, err := db.Columns(t.Context(), "nothing"); err == nil {
		t.Error("columns of a table that is not there: no error")
	}
	if err := db.Comment(t.Context(), "nothing", "", "x"); err == nil {
		t.Error("comment on a table that is not there: no error")
	}
}

func TestInterruptedQueriesSaySo(t *testing.T) {
	db := create(t, duck.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Exec(ctx, "CREATE TABLE t AS SELECT * FROM range(1000000000)"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestMacros(t *testing.T) {
	db := create(t, duck.Options{})
	for sql, want := range map[string]string{
		"SELECT obs_status_worst(['A', 'P', 'E', 'B'])":                                            "E",
		"SELECT obs_status_worst(['A', 'M', 'C'])":                                                 "M",
		"SELECT obs_status_worst(['A', NULL, 'B'])":                                                "B",
		"SELECT obs_status_worst([])":                                                              "<nil>",
		"SELECT obs_status_worst(list(s)) FROM (VALUES ('A'), ('F'), ('P')) t(s)":                  "F",
		"SELECT string_agg(w) FROM (SELECT obs_status_worst(['A', s]) w FROM (VALUES ('C')) t(s))": "C",
		"SELECT growth_percent(110, 100)":                                                          "10",
		"SELECT growth_percent(110, 0)":                                                            "<nil>",
		"SELECT growth_percent(NULL, 100)":                                                         "<nil>",
		"SELECT index_link(120, 150, 100)":                                                         "80",
	} {
		if got := ask(t, db, sql); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s = %v, want %s", sql, got, want)
		}
	}
	if err := db.Exec(t.Context(), "SELECT obs_status_worst(['A', 'Z'])"); err == nil || !strings.Contains(err.Error(), "none of") {
		t.Errorf("unknown status: got %v", err)
	}
}

// Growth stops where the series does: at a figure of status B, and where a code has not one meaning in both periods.
func TestGrowthStopsAtBreaks(t *testing.T) {
	db := create(t, duck.Options{})
	exec(t, db, `CREATE TABLE code_lists AS SELECT * FROM (VALUES
		('area', '92', NULL, DATE '2025-06-30'), ('area', '92', DATE '2025-07-01', NULL), ('area', '01', NULL, NULL), ('other', '01', DATE '2025-01-01', NULL)
	) v(code_list, code, valid_from, valid_to)`)
	exec(t, db, `CREATE TABLE output AS SELECT area, y::VARCHAR AS time_period, make_date(y, 1, 1) AS period_start, make_date(y, 12, 31) AS period_end,
		'A' AS freq, y - 1900.0 AS obs_value, CASE WHEN area = '01' AND y = 2021 THEN 'B' ELSE 'A' END AS obs_status
		FROM range(2019, 2027) r(y), (VALUES ('92'), ('01'), ('none')) a(area)`)
	exec(t, db, `COMMENT ON COLUMN output.area IS 'Tỉnh — Province; code list area'`)
	equal(t, ask(t, db, `SELECT area, time_period, round(growth, 3), growth_break FROM growth_of('output', 12) WHERE time_period IN ('2020', '2021', '2022', '2025') ORDER BY ALL`), []string{
		"01|2020|0.84|<nil>", "01|2021|<nil>|the series breaks in 2021", "01|2022|0.826|<nil>", "01|2025|0.806|<nil>",
		"92|2020|0.84|<nil>", "92|2021|0.833|<nil>", "92|2022|0.826|<nil>", "92|2025|<nil>|the meaning of area 92 changes",
		"none|2020|0.84|<nil>", "none|2021|0.833|<nil>", "none|2022|0.826|<nil>", "none|2025|0.806|<nil>",
	})
	equal(t, ask(t, db, `SELECT area, growth_break FROM growth_of('output', 72) WHERE time_period = '2026' ORDER BY ALL`), []string{
		"01|the series breaks in 2021", "92|the meaning of area 92 changes", "none|<nil>",
	})
	equal(t, ask(t, db, `SELECT column_name FROM (DESCRIBE FROM growth_of('output', 12)) WHERE starts_with(column_name, '__')`), nil)
}

func FuzzQuoting(f *testing.F) {
	for _, s := range []string{"a", `"`, `'; DROP TABLE t; --`, "tỷ đồng", `\`, "a\nb", "$$"} {
		f.Add(s)
	}
	db := create(f, duck.Options{})
	f.Fuzz(func(t *testing.T, s string) {
		if s == "" || strings.ContainsRune(s, 0) || s != strings.ToValidUTF8(s, "") {
			return // DuckDB takes no such names
		}
		var got string
		rows, err := db.Query(t.Context(), "SELECT "+duck.Literal(s)+" AS "+duck.Ident(s))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil || !rows.Next() || rows.Scan(&got) != nil {
			t.Fatal(err, rows.Err())
		}
		if got != s || columns[0] != s {
			t.Errorf("%q came back as %q in column %q", s, got, columns[0])
		}
	})
}
