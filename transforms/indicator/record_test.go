package indicator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/indicator"
)

// The books of these tests: output by activity and period, shares of activities in fields, a register.
const booksSQL = `
	CREATE TABLE go_history AS SELECT *, 'tỷ đồng' AS unit, 'book' AS snapshot_id, 'Bảng' AS sheet, TIMESTAMPTZ '2024-06-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to FROM (VALUES
		('10', '2023', DATE '2023-12-31', 100.0::DOUBLE, 'A', NULL::VARCHAR, 'B2'), ('25', '2023', DATE '2023-12-31', 40.0::DOUBLE, 'A', NULL, 'B3'),
		('26', '2023', DATE '2023-12-31', 60.0::DOUBLE, 'A', NULL, 'B4'), ('_T', '2023', DATE '2023-12-31', 200.0::DOUBLE, 'A', NULL, 'B5'),
		('10', '2024', DATE '2024-12-31', 110.0::DOUBLE, 'P', NULL, 'C2'), ('25', '2024', DATE '2024-12-31', 50.0::DOUBLE, 'A', NULL, 'C3'),
		('26', '2024', DATE '2024-12-31', NULL, 'M', 'no phenomenon: -', 'C4'), ('_T', '2024', DATE '2024-12-31', 160.0::DOUBLE, 'A', NULL, 'C5'),
		('10', '2025', DATE '2025-12-31', 120.0::DOUBLE, 'A', NULL, 'D2'), ('25', '2025', DATE '2025-12-31', NULL, 'M', 'not available: ...', 'D3')
	) v(industry, time_period, period_end, obs_value, obs_status, obs_comment, cell);
	CREATE VIEW go AS SELECT * FROM go_history WHERE vintage_to IS NULL;
	CREATE MACRO go_asof(ts) AS TABLE SELECT * FROM go_history WHERE vintage_from <= CAST(ts AS TIMESTAMPTZ);
	CREATE TABLE share_history AS SELECT *, 'book2' AS snapshot_id, 'S' AS sheet, TIMESTAMPTZ '2024-06-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to FROM (VALUES
		('10', 'x', 0.0::DOUBLE, 'A1'), ('25', 'x', 0.5::DOUBLE, 'A2'), ('26', 'y', 0.25::DOUBLE, 'A3')) v(industry, field, share, cell);
	CREATE VIEW share AS SELECT * FROM share_history WHERE vintage_to IS NULL;
	CREATE TABLE firm_history AS SELECT *, 'book3' AS snapshot_id, 'F' AS sheet, TIMESTAMPTZ '2024-06-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to FROM (VALUES
		('f1', 'x', 10.0::DOUBLE, true, 'A1'), ('f2', 'x', 30.0::DOUBLE, false, 'A2'), ('f3', 'y', 60.0::DOUBLE, true, 'A3'), ('f3', 'y', 60.0::DOUBLE, true, 'A4')
	) v(code, field, revenue, certified, cell);
	CREATE VIEW firm AS SELECT * FROM firm_history WHERE vintage_to IS NULL;
	CREATE TABLE code_lists AS SELECT 'k' AS code_list, '25' AS code;
	CREATE MACRO percent(a, b) AS 100 * a / nullif(b, 0)`

// recorded builds one indicator and gives what was recorded of its row of 2024, formula first.
func recorded(t *testing.T, models []transforms.Model, sql, where string) string {
	t.Helper()
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "400MB", Threads: 1})
	must(t, err)
	defer db.Close()
	must(t, db.Exec(t.Context(), booksSQL))
	_, err = indicator.Build(t.Context(), db, indicator.Set{
		Models: models, Indicators: []transforms.Indicator{{ID: "X", Freq: "A", SQL: sql}},
		Keys: map[string][]string{"go": {"industry", "time_period"}, "share": {"industry"}, "firm": {"code"}},
	})
	if err != nil {
		return err.Error()
	}
	text := ducktest.Rows(t, db, "SELECT f.formula, i.obs_value::VARCHAR, i.obs_status, i.obs_comment FROM indicators i JOIN indicator_formulas f USING (indicator, time_period) WHERE "+where)
	inputs := ducktest.Rows(t, db, "SELECT n, role[:4] || coalesce(' ' || round(weight, 6), '') || ' ' || cell || ' ' || coalesce(obs_value::VARCHAR, obs_text, '') FROM indicator_inputs WHERE "+where+" ORDER BY n")
	return text + inputs
}

// Every form of SQL that lineage is carried through: the formula, the value computed by hand, and the inputs with their
// weights. That the build succeeds says that each value came out the same when computed again from its inputs.
func TestRecordedForms(t *testing.T) {
	weighted := transforms.Model{ID: "weighted", SQL: `SELECT g.time_period, s.field, s.industry,
		CASE WHEN g.obs_comment LIKE 'no phenomenon%' THEN 0 ELSE g.obs_value END AS obs_value, s.share FROM go g JOIN share s USING (industry)`}
	summed := transforms.Model{ID: "summed", SQL: `SELECT time_period, coalesce(field, '_T') AS field, sum(obs_value * share) AS obs_value FROM weighted GROUP BY ROLLUP (time_period, field) HAVING time_period IS NOT NULL`}
	for _, c := range []struct {
		name   string
		models []transforms.Model
		sql    string
		want   string
	}{
		// 110 is provisional, so is what is made of it.
		{"as published", nil, `SELECT time_period, obs_value FROM go WHERE industry = '10'`, "#1|110.0|P|-\n1|part 1.0 C2 110.0\n"},
		// 100 * 110 / 160 = 68.75
		{"ratio of a self-join", nil, `SELECT a.time_period, 100 * a.obs_value / t.obs_value AS obs_value FROM go a JOIN go t ON t.industry = '_T' AND t.time_period = a.time_period WHERE a.industry = '10'`,
			"100 * #1 / #2|68.75|P|-\n1|nume 1.0 C2 110.0\n2|deno 1.0 C5 160.0\n"},
		// 110 + 50 = 160; the dash is nothing, not unknown
		{"sum that passes over a dash", nil, `SELECT time_period, sum(obs_value ORDER BY industry) AS obs_value FROM go WHERE industry <> '_T' GROUP BY time_period`,
			"#1 + #2 + #3|160.0|P|-\n1|part 1.0 C2 110.0\n2|part 1.0 C3 50.0\n3|part 1.0 C4 \n"},
		// 0*110 + 0.5*50 + 0.25*0 = 25, of 160: 15.625
		{"models and a mapping", []transforms.Model{weighted, summed}, `SELECT s.time_period, 100 * s.obs_value / t.obs_value AS obs_value FROM summed s JOIN go t ON t.industry = '_T' AND t.time_period = s.time_period WHERE s.field = '_T'`,
			"100 * (#1 * #2 + #3 * #4 + 0 * #5) / #6|15.625|P|-\n1|nume 0.0 C2 110.0\n2|weig 110.0 A1 0.0\n3|nume 0.5 C3 50.0\n4|weig 50.0 A2 0.5\n5|weig 0.0 A3 0.25\n6|deno 1.0 C5 160.0\n7|cond C4 \n"},
		// 100 * (110 / 100 - 1) = 10
		{"growth by lag", nil, `SELECT time_period, 100 * (obs_value / lag(obs_value) OVER w - 1) AS obs_value FROM go WHERE industry = '10' WINDOW w AS (ORDER BY period_end)`,
			"100 * (#1 / #2 - 1)|10.000000000000009|P|-\n1|nume 1.0 C2 110.0\n2|deno 1.0 B2 100.0\n"},
		// WITH, a subquery, UNION ALL: 110 + 2*50 = 210
		{"with and union", nil, `WITH p AS (SELECT time_period, obs_value AS v FROM go WHERE industry = '10' UNION ALL SELECT time_period, 2 * obs_value FROM go WHERE industry = '25')
			SELECT time_period, sum(v ORDER BY v DESC) AS obs_value FROM (SELECT * FROM p) GROUP BY ALL`,
			"#1 + 2 * #2|210.0|P|-\n1|part 1.0 C2 110.0\n2|part 2.0 C3 50.0\n"},
		// distinct certified firms f1 and f3 of f1, f2, f3: 66.67 %
		{"counts with conditions", nil, `SELECT '2024' AS time_period, round(100.0 * count(DISTINCT code) FILTER (WHERE certified) / count(DISTINCT code), 2) AS obs_value FROM firm WHERE cell <> 'A4'`,
			"round(100 * distinct(#1, #2) / distinct(#3, #4, #5), 2)|66.67|A|-\n1|nume 1.0 A1 f1\n2|nume 1.0 A3 f3\n3|deno 1.0 A1 f1\n4|deno 1.0 A2 f2\n5|deno 1.0 A3 f3\n"},
		// shares of 10, 30, 60 in 100: 0.01 + 0.09 + 0.36 = 0.46
		{"concentration", nil, `SELECT '2024' AS time_period, sum(power(revenue / total, 2)) AS obs_value FROM (SELECT *, sum(revenue) OVER () AS total FROM firm WHERE cell <> 'A4')`,
			"(#1 / (#2 + #3 + #4)) ^ 2 + (#5 / (#2 + #3 + #4)) ^ 2 + (#6 / (#2 + #3 + #4)) ^ 2|0.45999999999999996|A|-\n1|nume 1.0 A1 10.0\n2|deno 3.0 A1 10.0\n3|deno 3.0 A2 30.0\n4|deno 3.0 A3 60.0\n5|nume 1.0 A2 30.0\n6|nume 1.0 A3 60.0\n"},
		// there is no share of all: what it is divided by has no row
		{"left join without a partner", nil, `SELECT g.time_period, 100 * g.obs_value / s.share AS obs_value FROM go g LEFT JOIN share s ON s.industry = g.industry WHERE g.industry = '_T'`,
			"100 * #1 / null|-|M|-\n1|nume 1.0 C5 160.0\n"},
		// 110 - 50
		{"sum of CASE", nil, `SELECT time_period, sum(CASE industry WHEN '10' THEN obs_value WHEN '25' THEN -obs_value ELSE 0 END ORDER BY industry) AS obs_value FROM go GROUP BY time_period`,
			"0 + #1 + -(#2)|60.0|P|-\n1|part 1.0 C2 110.0\n2|part -1.0 C3 50.0\n"},
		{"scalar subquery", nil, `SELECT time_period, obs_value - (SELECT avg(obs_value) FROM go x WHERE x.time_period = o.time_period AND x.industry IN ('10', '25')) AS obs_value FROM go o WHERE industry = '_T'`,
			"#1 - avg(#2, #3)|80.0|P|-\n1|part 1.0 C5 160.0\n2|part -0.5 C2 110.0\n3|part -0.5 C3 50.0\n"},
		{"distinct rows, median, greatest", nil, `SELECT time_period, greatest(median(v), 1) AS obs_value FROM (SELECT DISTINCT time_period, obs_value AS v FROM go WHERE industry IN ('10', '25')) GROUP BY ALL`,
			"greatest(median(#1, #2), 1)|80.0|P|-\n1|part C2 110.0\n2|part C3 50.0\n"},
		{"macro, coalesce, state of knowledge", nil, `SELECT time_period, percent(coalesce(obs_value, 0), 200) AS obs_value FROM go_asof(TIMESTAMP '2024-07-01') WHERE industry = '25'`,
			"100 * #1 / 200|25.0|A|-\n1|part 0.5 C3 50.0\n"},
		{"count of rows", nil, `SELECT time_period, 100.0 * count(obs_value) / count(*) AS obs_value FROM go GROUP BY time_period`,
			"100 * count(#1, #2, #3, #4) / count(#5, #6, #7, #8)|75.0|A|-\n1|nume 1.0 C2 110.0\n2|nume 1.0 C3 50.0\n3|nume 1.0 C4 \n4|nume 1.0 C5 160.0\n5|deno 1.0 C2 \n6|deno 1.0 C3 \n7|deno 1.0 C4 \n8|deno 1.0 C5 \n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(strings.ReplaceAll(c.want, "\\n", "\n"), recorded(t, c.models, c.sql, "time_period = '2024'")); d != "" {
				t.Error(d)
			}
		})
	}
}

// A sum of which a part is not known is no sum: not 120, which looks like a true one.
func TestUnknownPartTakesTheSum(t *testing.T) {
	got := recorded(t, nil, `SELECT time_period, sum(obs_value ORDER BY industry) AS obs_value FROM go WHERE industry <> '_T' GROUP BY time_period`, "time_period = '2025'")
	want := "#1 + #2|-|M|thiếu số — no figure: go industry=25, time_period=2025 (not available: ...)\n1|part 1.0 D2 120.0\n2|part 1.0 D3 \n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What lineage cannot be carried through is refused before anything is computed, with what to do.
func TestRefusedForms(t *testing.T) {
	for sql, want := range map[string]string{
		`SELECT time_period, regr_slope(obs_value, obs_value) AS obs_value FROM go GROUP BY time_period`:                                "cannot be carried through regr_slope",
		`SELECT time_period, obs_value AS obs_value FROM go WHERE industry = '10' UNION SELECT time_period, obs_value FROM go`:          "use UNION ALL",
		`SELECT time_period, list_sum(list(obs_value)) AS obs_value FROM go GROUP BY time_period`:                                       "cannot be carried through list_sum",
		`WITH RECURSIVE r AS (SELECT time_period, obs_value FROM go UNION ALL SELECT time_period, obs_value FROM r WHERE false) FROM r`: "without WITH RECURSIVE",
	} {
		if got := recorded(t, nil, sql, "true"); !strings.Contains(got, want) {
			t.Errorf("%s\ngives %s\nwant %s", sql, got, want)
		}
	}
}
