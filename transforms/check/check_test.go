package check_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/check"
)

// Two versions of the same book have been seen at two addresses: the book's name must not come twice.
const data = `
	CREATE TABLE snapshots (snapshot_id VARCHAR, uri VARCHAR, version BIGINT, name VARCHAR);
	INSERT INTO snapshots VALUES ('aa', 'file:///a.xlsx', 1, 'niên giám.xlsx'), ('aa', 'file:///b.xlsx', 1, 'niên giám.xlsx');
	CREATE TABLE output (industry VARCHAR, time_period VARCHAR, obs_value DOUBLE, obs_status VARCHAR, unit VARCHAR, snapshot_id VARCHAR, sheet VARCHAR, cell VARCHAR);
	INSERT INTO output VALUES
		('_T', '2020', 10.3, 'A', 'tỷ đồng', 'aa', 'Biểu 1', 'B3'), ('B', '2020', 0.1, 'A', 'tỷ đồng', 'aa', 'Biểu 1', 'B4'), ('C', '2020', 10.2, 'A', 'tỷ đồng', 'aa', 'Biểu 1', 'B5'),
		('_T', '2021', 20.0, 'A', 'tỷ đồng', 'aa', 'Biểu 1', 'C3'), ('B', '2021', 8.5, 'A', NULL,      'aa', 'Biểu 1', 'C4'), ('C', '2021', 12.0, 'A', 'tỷ đồng', 'aa', 'Biểu 1', 'C5'),
		('_T', '2022', 30.0, 'A', 'tỷ đồng', 'aa', 'Biểu 1', 'D3'), ('B', '2022', NULL, 'M', 'tỷ đồng', 'aa', 'Biểu 1', 'D4'), ('C', '2022', 12.0, 'A', 'tỷ đồng', 'aa', 'Biểu 1', 'D5'),
		('_T', '2023', NULL, 'M', NULL,      'aa', 'Biểu 1', 'E3'), ('B', '2023', -1.5, 'A', 'tỷ đồng', 'aa', 'Biểu 1', 'E4'),
		('B',  '2024', 7.0,  'A', 'tỷ đồng', 'aa', 'Biểu 1', 'F4'), ('B', '2024', 'nan', 'A', 'tỷ đồng', 'bb', 'Biểu 2', 'F10');
	CREATE VIEW figures AS SELECT industry, time_period, obs_value FROM output;
	CREATE TABLE plain (id INTEGER, amount DECIMAL(9,2));
	INSERT INTO plain VALUES (1, 1.50), (2, NULL), (2, 3)`

func open(t *testing.T) *duck.DB {
	t.Helper()
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "200MB", Threads: 1})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	must(t, db.Exec(t.Context(), data))
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var keys = map[string][]string{"output": {"industry", "time_period"}, "plain": {"id"}}

var now = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)

func at(x float64) *float64 { return &x }

func TestChecks(t *testing.T) {
	const sheet = `niên giám.xlsx, sheet "Biểu 1", cell `
	cases := []struct {
		name     string
		check    transforms.Check
		status   check.Status
		failures int64
		message  string
	}{
		{"unique by the dataset's key", transforms.Check{Kind: "unique", Table: "output"}, check.Failed, 2,
			`2 failures, the first: ` + sheet + `F4: industry=B, time_period=2024: 2 rows have this key`},
		{"unique by other columns", transforms.Check{Kind: "unique", Table: "output", Columns: []string{"cell"}}, check.Passed, 0, ""},
		{"unique where", transforms.Check{Kind: "unique", Table: "output", Where: "time_period < '2024' -- older"}, check.Passed, 0, ""},
		{"null is a key too", transforms.Check{Kind: "unique", Table: "output", Columns: []string{"unit", "time_period"}, Where: "unit IS NULL"}, check.Passed, 0, ""},
		{"unique, no provenance", transforms.Check{Kind: "unique", Table: "plain"}, check.Failed, 2, "2 failures, the first: id=2: 2 rows have this key"},
		{"sum, no provenance", transforms.Check{Kind: "sum", Table: "figures", Total: "industry = '_T'", Parts: "industry <> '_T'", GroupBy: []string{"time_period"}, Where: "time_period < '2022'"}, check.Failed, 1,
			"1 failure: time_period=2021: the parts (2) add up to 20.5, the total is 20.0, the difference is 0.5; groups checked: 2"},

		{"not null", transforms.Check{Kind: "not_null", Table: "output", Columns: []string{"obs_value", "unit", "cell"}}, check.Failed, 3,
			`3 failures, the first: ` + sheet + `C4: industry=B, time_period=2021: unit is null`},
		{"not null, both", transforms.Check{Kind: "not_null", Table: "output", Columns: []string{"obs_value", "unit"}, Where: "industry = '_T'"}, check.Failed, 1,
			`1 failure: ` + sheet + `E3: industry=_T, time_period=2023: obs_value, unit is null`},
		{"not null, one column", transforms.Check{Kind: "not_null", Table: "output", Column: "cell"}, check.Passed, 0, ""},

		{"range finds what is too small, and what is no number", transforms.Check{Kind: "range", Table: "output", Column: "obs_value", Min: at(0)}, check.Failed, 2,
			`2 failures, the first: ` + sheet + `E4: industry=B, time_period=2023: obs_value is -1.5, expected at least 0`},
		{"range of an unknown book", transforms.Check{Kind: "range", Table: "output", Min: at(-2), Max: at(100)}, check.Failed, 1,
			`1 failure: sheet "Biểu 2", cell F10: industry=B, time_period=2024: obs_value is nan, expected at least -2 and at most 100`},
		{"range ends belong to it; null is no matter", transforms.Check{Kind: "range", Table: "plain", Column: "amount", Min: at(1.5), Max: at(3)}, check.Passed, 0, ""},
		{"range of decimals", transforms.Check{Kind: "range", Table: "plain", Column: "amount", Max: at(2.99)}, check.Failed, 1, "1 failure: id=2: amount is 3.00, expected at most 2.99"},

		{"rows", transforms.Check{Kind: "rows", Table: "output", Min: at(13), Max: at(13)}, check.Passed, 0, ""},
		{"too few rows", transforms.Check{Kind: "rows", Table: "output", Min: at(14)}, check.Failed, 1, "1 failure: it has 13 rows, expected at least 14"},
		{"too many rows", transforms.Check{Kind: "rows", Table: "output", Min: at(1), Max: at(4), Where: "industry = 'B'"}, check.Failed, 1,
			"1 failure: it has 6 rows, expected at least 1 and at most 4"},

		{
			// 2020: 0.1+10.2 is 10.3 but for binary fractions; 2021: 8.5+12 is not 20; 2022 lacks a part, 2023 and 2024 the total.
			"sum", transforms.Check{Kind: "sum", Table: "output", Total: "industry = '_T'", Parts: "industry IN ('B', 'C')", GroupBy: []string{"time_period"}}, check.Failed, 1,
			`1 failure: ` + sheet + `C3: time_period=2021: the parts (2) add up to 20.5, the total is 20.0, the difference is 0.5; ` +
				`groups checked: 2, 3 groups not checked, the first: ` + sheet + `D3: time_period=2022: parts without a value: 1 of 2`,
		},
		{"sum within its tolerance", transforms.Check{
			Kind: "sum", Table: "output", Total: "industry = '_T'", Parts: "industry <> '_T'", GroupBy: []string{"time_period"}, Tolerance: 0.5, Where: "time_period < '2022'",
		}, check.Passed, 0, "groups checked: 2"},
		{"a part that got lost", transforms.Check{
			Kind: "sum", Table: "output", Total: "industry = '_T'", Parts: "industry = 'C'", GroupBy: []string{"time_period"}, Tolerance: 0.05, Where: "time_period = '2020'",
		}, check.Failed, 1, `1 failure: ` + sheet + `B3: time_period=2020: the parts (1) add up to 10.2, the total is 10.3, the difference is -0.1; groups checked: 1`},
		{"nothing but gaps is not a pass", transforms.Check{
			Kind: "sum", Table: "output", Total: "industry = '_T'", Parts: "industry = 'B'", GroupBy: []string{"time_period"}, Where: "time_period > '2022'",
		}, check.Failed, 0, `nothing could be checked: groups checked: 0, 2 groups not checked, the first: ` + sheet + `E3: time_period=2023: the total has no value`},
		{"a condition that matches nothing is not a pass", transforms.Check{
			Kind: "sum", Table: "output", Total: "industry = 'T'", Parts: "industry = 'b'", GroupBy: []string{"time_period"},
		}, check.Failed, 0, "nothing could be checked: no row matches"},
		{"group_by too coarse", transforms.Check{
			Kind: "sum", Table: "output", Total: "industry = '_T'", Parts: "industry = 'B'", Where: "time_period < '2022'",
		}, check.Failed, 1, `1 failure: ` + sheet + `B3: all rows: rows that match total: 2; group_by must tell them apart; groups checked: 1`},
		{"total among its parts", transforms.Check{
			Kind: "sum", Table: "output", Total: "industry = '_T'", Parts: "true", GroupBy: []string{"time_period"}, Where: "time_period = '2020'",
		}, check.Failed, 1, `1 failure: ` + sheet + `B3: time_period=2020: rows that match both total and parts: 1; groups checked: 1`},
		{"sum grouped by a column of the place", transforms.Check{
			Kind: "sum", Table: "output", Total: "industry = '_T'", Parts: "industry <> '_T'", GroupBy: []string{"sheet", "time_period"}, Where: "time_period = '2020'",
		}, check.Passed, 0, "groups checked: 1"},

		{"sql with a place and a message", transforms.Check{
			Kind: "sql", SQL: "SELECT snapshot_id, sheet, cell, industry || ' fell' AS message FROM output WHERE obs_value < 0; -- below zero",
		}, check.Failed, 1, `1 failure: ` + sheet + `E4: B fell`},
		{"sql without", transforms.Check{Kind: "sql", SQL: "SELECT id, amount FROM plain WHERE amount > 2"}, check.Failed, 1, "1 failure: id=2, amount=3.00"},
		{"sql that returns nothing", transforms.Check{Kind: "sql", SQL: "SELECT id FROM plain WHERE id > 9"}, check.Passed, 0, ""},

		{"sql that fails", transforms.Check{Kind: "sql", SQL: "SELECT id,\n nothing FROM plain"}, check.Error, 0,
			`the check cannot be made: Binder Error: Referenced column "nothing" not found in FROM clause! Candidate bindings: "amount" (line 2)`},
		{"sql that fails while it runs", transforms.Check{Kind: "sql", SQL: "SELECT industry::INTEGER AS message FROM output"}, check.Error, 0,
			`the check cannot be made: Conversion Error: Could not convert string '_T' to INT32 when casting from source column industry`},
		{"more than a SELECT", transforms.Check{Kind: "sql", SQL: "SELECT 1; DROP TABLE output"}, check.Error, 0,
			"the check cannot be made: it is not a SELECT (or a PIVOT without a list of its values); only a SELECT may stand here"},
		{"a condition that breaks out", transforms.Check{Kind: "rows", Table: "output", Min: at(1), Where: "true)) WHERE true; DROP TABLE output; SELECT * FROM (SELECT (1"}, check.Error, 0,
			`the check cannot be made: it is not a SELECT (or a PIVOT without a list of its values); only a SELECT may stand here`},
		{"no such table", transforms.Check{Kind: "rows", Table: "outptu", Min: at(1)}, check.Error, 0,
			"the check cannot be made: describe table outptu: there is no such table"},
		{"no such column", transforms.Check{Kind: "range", Table: "plain", Column: "amuont", Max: at(1)}, check.Error, 0,
			`the check cannot be made: Binder Error: Referenced column "amuont" not found in FROM clause! Candidate bindings: "amount"`},
		{"no such kind", transforms.Check{Kind: "sums", Table: "plain"}, check.Error, 0,
			`the check cannot be made: there is no kind of check called "sums"; use unique, not_null, range, rows, sum, shares, growth, equal, complete, fresh, revision, outlier, jump, sql`},
		{"range of what", transforms.Check{Kind: "range", Table: "plain", Column: "amount"}, check.Error, 0, "the check cannot be made: range needs min, max or both"},
		{"sum of what", transforms.Check{Kind: "sum", Table: "plain", Column: "amount"}, check.Error, 0, "the check cannot be made: sum needs total and parts"},
	}
	var checks []transforms.Check
	for _, c := range cases {
		checks = append(checks, c.check)
	}
	results, err := check.Run(t.Context(), open(t), checks, check.Setting{Keys: keys, Now: now})
	must(t, err)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := results[i]
			if r.Status != c.status || r.Passed != (c.status == check.Passed) || r.Failures != c.failures || r.Severity != transforms.SevError {
				t.Errorf("got %s, passed %v, %d failures, severity %s", r.Status, r.Passed, r.Failures, r.Severity)
			}
			if d := cmp.Diff(c.message, r.Message); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestExamplesAreTheFirstTen(t *testing.T) {
	db := open(t)
	must(t, db.Exec(t.Context(), `CREATE TABLE many AS SELECT 'aa' AS snapshot_id, 'S' AS sheet, 'A' || i AS cell, -i AS obs_value FROM range(1, 101) r(i)`))
	results, err := check.Run(t.Context(), db, []transforms.Check{{ID: "x", Kind: "range", Table: "many", Min: at(0)}}, check.Setting{Keys: map[string][]string{"many": {"cell"}}})
	must(t, err)
	var cells []string
	for _, e := range results[0].Examples {
		cells = append(cells, e.Cell)
	}
	if d := cmp.Diff("A1 A2 A3 A4 A5 A6 A7 A8 A9 A10", strings.Join(cells, " ")); d != "" || results[0].Failures != 100 {
		t.Errorf("%d failures: %s", results[0].Failures, d)
	}
}

func TestResultsAreKept(t *testing.T) {
	db := open(t)
	checks := append(check.Standard(map[string][]string{"output": {"industry", "time_period"}, "plain": {"id", "amount"}}, nil, nil),
		transforms.Check{ID: "soft", Kind: "rows", Table: "plain", Max: at(2), Severity: transforms.SevWarn, Note: transforms.Text{VI: "Không quá 2", EN: "No more than 2"}})
	results, err := check.Run(t.Context(), db, checks, check.Setting{Keys: keys, Now: now})
	must(t, err)
	if len(results) != 5 || results[4].Severity != transforms.SevWarn {
		t.Errorf("got %+v", results)
	}
	rows, err := db.Query(t.Context(), `SELECT concat_ws('|', check_id, kind, table_name, severity, status, failures, not_checked, message, json_array_length(examples),
		examples->0->>'cell', note_en) FROM checks`)
	must(t, err)
	defer rows.Close()
	var got []string
	for rows.Next() {
		var s string
		must(t, rows.Scan(&s))
		got = append(got, s)
	}
	want := []string{
		`output.key|unique|output|error|failed|2|0|2 failures, the first: niên giám.xlsx, sheet "Biểu 1", cell F4: industry=B, time_period=2024: 2 rows have this key|2|F4|No two rows share the dataset's key`,
		`output.rows|rows|output|error|passed|0|0|0|The dataset is not empty`,
		`plain.key|unique|plain|error|passed|0|0|0|No two rows share the dataset's key`,
		`plain.rows|rows|plain|error|passed|0|0|0|The dataset is not empty`,
		`soft|rows|plain|warn|failed|1|0|1 failure: it has 3 rows, expected at most 2|1|No more than 2`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	bare, err := db.Query(t.Context(), `SELECT column_name FROM duckdb_columns() WHERE table_name = 'checks' AND comment IS NULL`)
	must(t, err)
	defer bare.Close()
	if bare.Next() {
		t.Error("a column has no comment")
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := check.Run(ctx, db, check.Standard(keys, nil, nil), check.Setting{Keys: keys}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
