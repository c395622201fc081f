package indicator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/indicator"
)

// Six classes in two areas, weighted by shares; one does not occur, and in 2025 the figure of one is not known.
const classesSQL = `
	CREATE TABLE go_history AS SELECT 'c' || i AS industry, y::VARCHAR AS time_period, CASE WHEN i = 5 OR i = 2 AND y = 2025 THEN NULL ELSE 10.0::DOUBLE * i END AS obs_value,
		CASE WHEN i = 3 THEN 'P' ELSE 'A' END AS obs_status, CASE WHEN i = 5 THEN 'no phenomenon: -' END AS obs_comment, 'tỷ đồng' AS unit, 'book' AS snapshot_id,
		'S' AS sheet, chr((64 + y - 2022)::INTEGER) || i AS cell, TIMESTAMPTZ '2025-06-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to
		FROM range(1, 7) r(i), (VALUES (2024), (2025)) v(y) ORDER BY y, i;
	CREATE VIEW go AS SELECT * FROM go_history WHERE vintage_to IS NULL;
	CREATE TABLE share_history AS SELECT 'c' || i AS industry, 0.5::DOUBLE AS share, 0.25::DOUBLE AS low, 'book2' AS snapshot_id, 'M' AS sheet, 'Z' || i AS cell,
		TIMESTAMPTZ '2025-06-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to FROM range(1, 7) r(i);
	CREATE VIEW share AS SELECT * FROM share_history WHERE vintage_to IS NULL`

// A sum of many parts keeps no terms: its inputs are derived from lists of row ids. Each has its number, weight and cell
// as if they had been written out; the formula names the first two and the last; an unknown part takes the sum away.
func TestSumOfManyParts(t *testing.T) {
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "400MB", Threads: 1})
	must(t, err)
	defer db.Close()
	must(t, db.Exec(t.Context(), classesSQL))
	_, err = indicator.Build(t.Context(), db, indicator.Set{
		Models: []transforms.Model{
			{ID: "weighted", SQL: `SELECT g.time_period, CASE WHEN g.obs_comment LIKE 'no phenomenon%' THEN 0 ELSE g.obs_value END AS v, s.share, s.low FROM go g JOIN share s USING (industry)`},
			{ID: "summed", SQL: `SELECT time_period, sum(v * share) AS v, sum(v * low) AS low FROM weighted GROUP BY time_period`},
		},
		Indicators: []transforms.Indicator{{ID: "X", Freq: "A", SQL: "SELECT time_period, 2 * v AS obs_value, 2 * low AS obs_low FROM summed"}},
		Keys:       map[string][]string{"go": {"industry", "time_period"}, "share": {"industry"}},
	})
	must(t, err)
	// 2 * 0.5 * (10 + 20 + 30 + 40 + 0 + 60) = 160, the third provisional; low is the half of it.
	got := ducktest.Rows(t, db, "SELECT time_period, obs_value, obs_low, obs_status, obs_comment FROM indicators ORDER BY ALL") +
		ducktest.Rows(t, db, "SELECT formula FROM indicator_formulas ORDER BY time_period") +
		ducktest.Rows(t, db, "SELECT n, role, weight, cell, obs_value FROM indicator_inputs WHERE time_period = '2024' ORDER BY n") +
		ducktest.Rows(t, db, "SELECT measure, sum(weight * obs_value) FILTER (role = 'part'), count(*) FROM indicator_band_inputs WHERE time_period = '2024' GROUP BY ALL")
	want := `2024|160|80|P|-
2025|-|-|M|thiếu số — no figure: go industry=c2, time_period=2025
2 * (#1 * #2 + #3 * #4 + … + #11 * #12)
2 * (#1 * #2 + #3 * #4 + … + #11 * #12)
1|part|0.5|B1|10
2|weight|10|Z1|0.5
3|part|0.5|B2|20
4|weight|20|Z2|0.5
5|part|0.5|B3|30
6|weight|30|Z3|0.5
7|part|0.5|B4|40
8|weight|40|Z4|0.5
9|weight|0|Z5|0.5
11|part|0.5|B6|60
12|weight|60|Z6|0.5
17|condition|-|B5|-
obs_low|40|12
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What a value hangs on may be a sum of many parts too: its cells are conditions, unless they are parts already.
func TestConditionOnSumOfManyParts(t *testing.T) {
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "400MB", Threads: 1})
	must(t, err)
	defer db.Close()
	must(t, db.Exec(t.Context(), classesSQL))
	_, err = indicator.Build(t.Context(), db, indicator.Set{
		Models: []transforms.Model{
			{ID: "summed", SQL: `SELECT time_period, sum(obs_value) AS v FROM go GROUP BY time_period`},
			{ID: "lows", SQL: `SELECT g.time_period, sum(s.low) AS low FROM go g JOIN share s USING (industry) GROUP BY g.time_period`},
		},
		Indicators: []transforms.Indicator{{ID: "X", Freq: "A", SQL: "SELECT time_period, CASE WHEN v > 100 THEN low ELSE 0 END AS obs_value FROM summed JOIN lows USING (time_period)"}},
		Keys:       map[string][]string{"go": {"industry", "time_period"}, "share": {"industry"}},
	})
	must(t, err)
	// 10 + 20 + 30 + 40 + 60 = 160 is more than 100, so it is 6 * 0.25 = 1.5; six cells were added, and six decided.
	got := ducktest.Rows(t, db, "SELECT obs_value FROM indicators WHERE time_period = '2024'") +
		ducktest.Rows(t, db, "SELECT role, count(*), min(cell) FROM indicator_inputs WHERE time_period = '2024' GROUP BY role ORDER BY role DESC")
	if d := cmp.Diff("1.5\npart|6|Z1\ncondition|6|B1\n", got); d != "" {
		t.Error(d)
	}
}

// A part may lack one of its rows, as an outer join gives it: the rows that are there are inputs, the other is none.
func TestSumOverRowsThatAreNotThere(t *testing.T) {
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "400MB", Threads: 1})
	must(t, err)
	defer db.Close()
	must(t, db.Exec(t.Context(), classesSQL+"; DELETE FROM share_history WHERE industry = 'c6'"))
	_, err = indicator.Build(t.Context(), db, indicator.Set{
		Models: []transforms.Model{{ID: "summed", SQL: `SELECT g.time_period, sum(g.obs_value * s.share) AS v FROM go g LEFT JOIN share s USING (industry)
			WHERE g.time_period = '2024' GROUP BY g.time_period`}},
		Indicators: []transforms.Indicator{{ID: "X", Freq: "A", SQL: "SELECT time_period, v AS obs_value FROM summed"}},
		Keys:       map[string][]string{"go": {"industry", "time_period"}, "share": {"industry"}},
	})
	must(t, err)
	// 0.5 * (10 + 20 + 30 + 40) = 50; the fifth has no figure and the sixth no share.
	got := ducktest.Rows(t, db, "SELECT obs_value FROM indicators") +
		ducktest.Rows(t, db, "SELECT input, count(*), min(cell), max(cell) FROM indicator_inputs GROUP BY input ORDER BY input")
	if d := cmp.Diff("50\ngo|6|B1|B6\nshare|5|Z1|Z5\n", got); d != "" {
		t.Error(d)
	}
}
