package query_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms/query"
)

func open(t *testing.T) *duck.DB {
	t.Helper()
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "200MB", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestParseFindsWhatAQueryReads(t *testing.T) {
	db := open(t)
	for _, c := range []struct {
		name, sql         string
		tables, functions []string
	}{
		{"from first, any case", `FROM IIP SELECT obs_value -- c`, []string{"iip"}, nil},
		{
			"everywhere",
			`WITH c AS (SELECT * FROM iip)
			 SELECT (SELECT max(y) FROM si02) FROM c JOIN main.lists ON true, range(3), iip_asof(now())
			 WHERE x IN (SELECT z FROM 'file.csv') AND EXISTS (FROM other)
			 UNION ALL SELECT 1 FROM last`,
			[]string{"file.csv", "iip", "last", "lists", "other", "si02"},
			[]string{"iip_asof", "range"},
		},
		{"a WITH name hides a table only behind it", `WITH iip AS (SELECT * FROM iip) SELECT * FROM iip`, []string{"iip"}, nil},
		{"and only where it is seen", `SELECT * FROM (WITH c AS (SELECT 1 AS x) FROM c), c`, []string{"c"}, nil},
		{"a later WITH sees an earlier", `WITH a AS (FROM t), b AS (FROM a) FROM b, a`, []string{"t"}, nil},
		{"a qualified name is never a WITH name", `WITH a AS (FROM t) FROM main.a`, []string{"a", "t"}, nil},
		{"recursion", `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) FROM n`, nil, nil},
		{"other catalogs", `FROM pg.public.t, information_schema.tables`, []string{"information_schema.tables", "pg.public.t"}, nil},
		{"pivot with its values", `SELECT * FROM (PIVOT iip ON p IN ('2024') USING sum(v))`, []string{"iip"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := query.Parse(t.Context(), db, c.sql)
			if err != nil {
				t.Fatal(err)
			}
			want := [2][]string{append([]string{}, c.tables...), append([]string{}, c.functions...)}
			if d := cmp.Diff(want, [2][]string{q.Tables, q.Functions}); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	db := open(t)
	for sql, want := range map[string]string{
		"":                         "it is empty",
		" ; -- nothing":            "it is empty",
		"SELECT 1; SELECT 2":       "it holds 2 statements",
		"COPY t TO 'x'":            "it is not a SELECT",
		"INSTALL httpfs":           "it is not a SELECT",
		"ATTACH 'x.db'":            "it is not a SELECT",
		"DROP TABLE t":             "it is not a SELECT",
		"PRAGMA version":           "it is not a SELECT",
		"SELECT 1; DROP TABLE":     "syntax error",
		"SELECT 1; DROP TABLE t":   "it is not a SELECT",
		"EXPLAIN SELECT 1":         "it is not a SELECT",
		"SHOW TABLES":              "only a SELECT",
		"FROM (DESCRIBE t)":        "only a SELECT",
		"SELECT 1\nFROM t\nWHER x": `syntax error at or near "x" (line 3)`,
		"WITH x AS (INSERT INTO t VALUES (1) RETURNING *) FROM x": "A CTE needs a SELECT",
	} {
		_, err := query.Parse(t.Context(), db, sql)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", sql, err, want)
		}
	}
}

func TestParsedTextMayStandInBrackets(t *testing.T) {
	db := open(t)
	for _, sql := range []string{
		"SELECT 1 AS x",
		"SELECT 1 AS x -- the last line; a comment",
		"SELECT ';' || '--;' AS x; -- done; really",
		"-- first; a comment\nSELECT /* ; */ 1 AS x ;;",
		"(SELECT 1 AS x) ORDER BY 1 LIMIT 3;",
	} {
		q, err := query.Parse(t.Context(), db, sql)
		if err != nil {
			t.Errorf("%q: %v", sql, err)
			continue
		}
		columns, err := query.Columns(t.Context(), db, q)
		if err != nil || len(columns) != 1 || columns[0].Name != "x" {
			t.Errorf("%q as %q: %v, %v", sql, q.SQL, columns, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, sql := range []string{
		"SELECT 1", "FROM t; -- x", "WITH a AS (FROM b) FROM a, c", "SELECT ';' FROM (VALUES (1)) v(x);", "DROP TABLE t", "SELECT /* ; */ 1;;", "\xff",
	} {
		f.Add(sql)
	}
	db, err := duck.Create(f.Context(), ":memory:", duck.Options{Memory: "200MB", Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { db.Close() })
	f.Fuzz(func(t *testing.T, sql string) {
		q, err := query.Parse(t.Context(), db, sql)
		if err != nil {
			return
		}
		again, err := query.Parse(t.Context(), db, "SELECT * FROM ("+q.SQL+"\n)")
		if err != nil {
			t.Fatalf("%q as %q does not stand in brackets: %v", sql, q.SQL, err)
		}
		if d := cmp.Diff([][]string{q.Tables, q.Functions}, [][]string{again.Tables, again.Functions}); d != "" {
			t.Errorf("%q in brackets reads something else: %s", sql, d)
		}
	})
}

func TestColumns(t *testing.T) {
	db := open(t)
	q, err := query.Parse(t.Context(), db, "SELECT 1::DECIMAL(10,2) AS d, 'x' AS s, DATE '2024-01-01' AS t")
	if err != nil {
		t.Fatal(err)
	}
	got, err := query.Columns(t.Context(), db, q)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]query.Column{{"d", "DECIMAL(10,2)"}, {"s", "VARCHAR"}, {"t", "DATE"}}, got); d != "" {
		t.Error(d)
	}
	q, err = query.Parse(t.Context(), db, "SELECT a,\n  b\nFROM (SELECT 1 AS a)")
	if err != nil {
		t.Fatal(err)
	}
	_, err = query.Columns(t.Context(), db, q)
	want := `Binder Error: Referenced column "b" not found in FROM clause! Candidate bindings: "a" (line 2)`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
