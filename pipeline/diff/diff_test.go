package diff_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statloom/statloom/pipeline/diff"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/release"
)

// world is a release as far as a comparison looks at it. Rows of output are: industry, time_period, value, status, unit,
// snapshot, cell, correction.
type world struct {
	books      string // VALUES of snapshot_id, name
	rows       string // VALUES of the rows that stand
	past       string // VALUES of industry, time_period that stand no longer
	quarantine string // VALUES of snapshot_id, sheet, cell
	sql        string // of the indicator
	factor     string // of the indicator
	status     string // of the target
}

const schema = `
	CREATE TABLE snapshots AS SELECT * FROM (VALUES $books) v(snapshot_id, name);
	INSERT INTO quarantine (dataset, snapshot_id, sheet, cell, reason) SELECT 'output', *, 'no number' FROM (VALUES $quarantine) v;
	CREATE TABLE datasets AS SELECT 'output' AS dataset, 'industry time_period' AS key;
	CREATE TABLE output_history AS
		SELECT industry, time_period, v::DOUBLE AS obs_value, obs_status, unit, snapshot_id, 'S' AS sheet, cell,
			TIMESTAMPTZ '2024-01-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to, correction::VARCHAR AS correction
		FROM (VALUES $rows) t(industry, time_period, v, obs_status, unit, snapshot_id, cell, correction);
	INSERT INTO output_history SELECT *, 1, 'A', 'u', 's0', 'S', 'A1', TIMESTAMPTZ '2023-01-01', TIMESTAMPTZ '2023-02-01', NULL
		FROM (VALUES $past) t(industry, time_period);
	CREATE VIEW output AS SELECT * FROM output_history WHERE vintage_to IS NULL;
	CREATE VIEW helper AS SELECT industry, time_period, obs_value * $factor AS x FROM output;
	CREATE TABLE indicator_catalogue AS SELECT 'I1' AS indicator, $sql AS sql, 'helper' AS inputs, 'industry' AS dimensions;
	CREATE TABLE indicators AS SELECT 'I1' AS indicator, industry, time_period, x AS obs_value, NULL::DOUBLE AS obs_low, NULL::DOUBLE AS obs_high, 'A' AS obs_status FROM helper;
	CREATE TABLE targets AS SELECT 'T1' AS target, 'I1' AS indicator, 5.0 AS actual_value, $status AS status, '2024' AS actual_period, 6.0 AS target_value, -1.0 AS gap`

func (w world) file(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	db, err := duck.Create(t.Context(), path, duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	if w.quarantine == "" {
		w.quarantine = "('-', '-', '-')"
	}
	sql := strings.NewReplacer("$books", w.books, "$rows", w.rows, "$past", or(w.past, "('-', '-')"), "$quarantine", w.quarantine,
		"$sql", duck.Literal(or(w.sql, "SELECT * FROM helper")), "$factor", or(w.factor, "2"), "$status", duck.Literal(or(w.status, "on_track"))).Replace(schema)
	if err := db.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func compare(t *testing.T, before, after world, a, b release.Manifest) (lines []string, summaries []diff.Summary) {
	t.Helper()
	db, err := duck.OpenPair(t.Context(), before.file(t, "a.duckdb"), after.file(t, "b.duckdb"), duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if summaries, err = diff.Releases(t.Context(), diff.Pair{DB: db, Before: a, After: b}); err != nil {
		t.Fatal(err)
	}
	return changes(t, db), summaries
}

func changes(t *testing.T, db *duck.DB) (lines []string) {
	t.Helper()
	rows, err := db.Query(t.Context(), `SELECT concat_ws(' ', subject, key, change, cause, printf('%g', value_before), printf('%g', value_after), printf('%g', percent), status_before || '>' || status_after, detail, book, cell)
		FROM `+diff.Changes+` ORDER BY part, subject, key, time_period`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

const one = `('01', '2024', 10, 'A', 'u', 's1', 'B1', NULL), ('02', '2024', NULL, 'M', 'u', 's1', 'B2', NULL)`

func TestReleases(t *testing.T) {
	base := world{books: "('s1', 'one.xlsx')", rows: one}
	same := release.Manifest{ConfigHash: "c", Statloom: "v1"}
	other := release.Manifest{ConfigHash: "d", Statloom: "v1"}
	for _, c := range []struct {
		name          string
		before, after world
		manifest      release.Manifest // of the later release
		want          []string
	}{
		{"nothing", base, base, other, nil},
		{"a new book revises and adds", base, world{books: "('s1', 'one.xlsx'), ('s2', 'two.xlsx')",
			rows: `('01', '2024', 11, 'A', 'u', 's2', 'C1', NULL), ('02', '2024', NULL, 'M', 'u', 's1', 'B2', NULL), ('03', '2024', 5, 'A', 'u', 's2', 'C3', NULL)`}, same, []string{
			"output industry=01 revised source 10 11 10 A>A two.xlsx C1", "output industry=03 added source 5 two.xlsx C3",
			"I1 industry=01 revised source 20 22 10 A>A", "I1 industry=03 added source 10"}},
		{"a withdrawal by a later version", base, world{books: "('s1', 'one.xlsx'), ('s2', 'one.xlsx')", rows: `('02', '2024', NULL, 'M', 'u', 's1', 'B2', NULL)`, past: "('01', '2024')"}, other,
			[]string{"output industry=01 withdrawn source 10 one.xlsx B1", "I1 industry=01 withdrawn source 20"}},
		{"a book that is gone", base, world{books: "('s3', 'three.xlsx')", rows: `('02', '2024', NULL, 'M', 'u', 's3', 'B2', NULL)`}, same,
			[]string{"output industry=01 withdrawn source 10 one.xlsx B1", "I1 industry=01 withdrawn source 20"}},
		{"the same book is read otherwise", base, world{books: "('s1', 'one.xlsx')", rows: `('01', '2024', 1000, 'A', 'v', 's1', 'B1', NULL)`}, other, []string{
			"output industry=01 revised method 10 1000 9900 A>A unit: u -> v one.xlsx B1", "output industry=02 withdrawn method one.xlsx B2",
			"I1 industry=01 revised method 20 2000 9900 A>A", "I1 industry=02 withdrawn method"}},
		{"a cell that can no longer be read is not withdrawn", base, world{books: "('s1', 'one.xlsx')", rows: `('02', '2024', NULL, 'M', 'u', 's1', 'B2', NULL)`, quarantine: "('s1', 'S', 'B1')"}, other,
			[]string{"output industry=01 set_aside method 10 one.xlsx B1", "I1 industry=01 withdrawn method 20"}},
		{"a correction comes", base, world{books: "('s1', 'one.xlsx')", rows: `('01', '2024', 12, 'A', 'u', 's1', 'B1', 'C1'), ('02', '2024', NULL, 'M', 'u', 's1', 'B2', NULL)`}, other,
			[]string{"output industry=01 revised correction 10 12 20 A>A one.xlsx B1", "I1 industry=01 revised correction 20 24 20 A>A"}},
		{"only the status", base, world{books: "('s1', 'one.xlsx')", rows: `('01', '2024', 10, 'P', 'u', 's1', 'B1', NULL), ('02', '2024', NULL, 'M', 'w', 's1', 'B2', NULL)`}, other,
			[]string{"output industry=01 status method 10 10 0 A>P one.xlsx B1", "output industry=02 other method M>M unit: u -> w one.xlsx B2"}},
		{"an indicator's own SQL", base, world{books: "('s1', 'one.xlsx')", rows: one, factor: "3"}, other, []string{"I1 industry=01 revised method 20 30 50 A>A"}},
		{"a target", base, world{books: "('s1', 'one.xlsx')", rows: one, status: "reached"}, other, []string{"T1 target=T1 status method 5 5 0 on_track>reached"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := compare(t, c.before, c.after, same, c.manifest)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	_, got := compare(t, world{books: "('s1', 'one.xlsx')", rows: one}, world{books: "('s1', 'one.xlsx'), ('s2', 'two.xlsx')",
		rows: `('01', '2024', 8, 'A', 'u', 's2', 'C1', NULL), ('02', '2024', 3, 'A', 'u', 's2', 'B2', NULL), ('03', '2024', 3, 'A', 'u', 's2', 'B3', NULL)`},
		release.Manifest{}, release.Manifest{})
	two, percent := 2.0, 100*(1-8.0/10.0)
	want := diff.Summary{Part: "dataset", Subject: "output", Before: 2, After: 3, Added: 1, Revised: 2, MeanAbs: &two, MaxAbs: &two, MaxPct: &percent, Source: 3}
	if d := cmp.Diff(want, got[0], cmpopts.EquateApprox(1e-9, 0)); d != "" {
		t.Error(d)
	}
}

func TestVintages(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "b.duckdb")
	db, err := duck.Create(t.Context(), fresh, duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Exec(t.Context(), `
		CREATE TABLE snapshots AS SELECT 's1' AS snapshot_id, 'one.xlsx' AS name;
		CREATE TABLE datasets AS SELECT 'output' AS dataset, 'industry time_period' AS key;
		CREATE TABLE output_history AS SELECT * FROM (VALUES
			('01', '2024', 10.0, 'A', 's1', 'S', 'B1', TIMESTAMPTZ '2024-01-05 00:00:00+00', TIMESTAMPTZ '2024-01-09 00:00:00+00', NULL),
			('01', '2024', 12.0, 'A', 's1', 'S', 'C1', TIMESTAMPTZ '2024-01-09 00:00:00+00', NULL, NULL),
			('02', '2024', 5.0, 'A', 's1', 'S', 'B2', TIMESTAMPTZ '2024-01-05 00:00:00+00', TIMESTAMPTZ '2024-01-07 00:00:00+00', NULL),
			('02', '2024', 6.0, 'A', 's1', 'S', 'B2', TIMESTAMPTZ '2024-01-07 00:00:00+00', NULL, 'C1'),
			('03', '2024', 7.0, 'A', 's1', 'S', 'B3', TIMESTAMPTZ '2024-01-05 00:00:00+00', TIMESTAMPTZ '2024-01-08 00:00:00+00', NULL)
		) v(industry, time_period, obs_value, obs_status, snapshot_id, sheet, cell, vintage_from, vintage_to, correction);
		CREATE VIEW output AS SELECT * FROM output_history WHERE vintage_to IS NULL;
		CREATE MACRO output_asof(ts) AS TABLE SELECT * FROM output_history WHERE vintage_from <= ts AND (vintage_to IS NULL OR vintage_to > ts)`); err != nil {
		t.Fatal(err)
	}
	day := func(n int) time.Time { return time.Date(2024, 1, n, 12, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		from, to int
		want     []string
	}{
		{5, 6, nil},
		{5, 7, []string{"output industry=02 revised correction 5 6 20 A>A one.xlsx B2"}},
		{7, 20, []string{"output industry=01 revised source 10 12 20 A>A one.xlsx C1", "output industry=03 withdrawn source 7 one.xlsx B3"}},
		{4, 5, []string{"output industry=01 added source 10 one.xlsx B1", "output industry=02 added source 5 one.xlsx B2", "output industry=03 added source 7 one.xlsx B3"}},
	} {
		if _, err := diff.Vintages(t.Context(), db, "output", day(c.from), day(c.to)); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, changes(t, db)); d != "" {
			t.Errorf("%d to %d (-want +got)\n%s", c.from, c.to, d)
		}
	}
	if _, err := diff.Vintages(t.Context(), db, "outptu", day(1), day(2)); err == nil || !strings.Contains(err.Error(), `no dataset "outptu"`) {
		t.Errorf("got %v", err)
	}
}
