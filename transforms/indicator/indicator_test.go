package indicator_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/indicator"
)

// The data of the tests: gross output by field. Industry as a whole is _T.
const outputSQL = `
	CREATE TABLE output_history AS SELECT *, TIMESTAMPTZ '2023-01-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to FROM (VALUES
		('parts',   '2020', 600.0, 'A'), ('textile', '2020', 200.0, 'A'), ('_T', '2020', 10000.0, 'A'),
		('parts',   '2021', 700.0, 'A'), ('textile', '2021', 260.0, 'P'), ('_T', '2021', 12000.0, 'A'),
		('parts',   '2022', 800.0, 'E'), ('textile', '2022', NULL,  'M'), ('_T', '2022', 0.0,     'A')
	) v(field, time_period, obs_value, obs_status);
	COMMENT ON COLUMN output_history.field IS 'Lĩnh vực — Field';
	CREATE VIEW output AS SELECT * FROM output_history;
	CREATE MACRO output_asof(ts) AS TABLE SELECT * FROM output_history;
	CREATE MACRO twice(x) AS 2 * x;
	CREATE TABLE code_lists (code_list VARCHAR, code VARCHAR, name_vi VARCHAR)`

func open(t *testing.T) *duck.DB {
	t.Helper()
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "200MB", Threads: 1})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	must(t, db.Exec(t.Context(), outputSQL))
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, want, got string) {
	t.Helper()
	var lines strings.Builder
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			lines.WriteString(line + "\n")
		}
	}
	if d := cmp.Diff(lines.String(), got); d != "" {
		t.Error(d)
	}
}

// share is the share of the fields in all output. The band assumes that between 80 and 130 % of what is counted
// belongs to the field; the status is the weakest of the parts, here P before A.
var share = transforms.Indicator{
	ID: "SI01", Name: transforms.Text{VI: "Tỷ trọng", EN: "Share"}, Formula: transforms.Text{VI: "100 × a / b", EN: "100 × a / b"},
	Unit: "%", Freq: "A", PriceBase: "current", Method: "mapped", Decimals: 1, Tags: []string{"core", "share"},
	Source: transforms.Text{VI: "Cục Thống kê", EN: "Statistics office"},
	SQL: `SELECT p.time_period, 100 * sum(p.obs_value) / any_value(t.obs_value) AS obs_value,
			0.8 * 100 * sum(p.obs_value) / any_value(t.obs_value) AS obs_low, 1.3 * 100 * sum(p.obs_value) / any_value(t.obs_value) AS obs_high,
			max(p.obs_status) AS OBS_STATUS
		FROM parts p JOIN output t ON t.field = '_T' AND t.time_period = p.time_period
		GROUP BY p.time_period; -- by year`,
}

// byField has a dimension and reads another indicator, which is declared after it.
var byField = transforms.Indicator{
	ID: "SI02", Name: transforms.Text{VI: "Tỷ lệ so với tổng", EN: "Relative to the total"}, Unit: "%", Freq: "A", Dimensions: []string{"field"},
	SQL: `SELECT field, time_period, 100 * o.obs_value / s.obs_value AS obs_value, 'so với SI01' AS obs_comment, NULL AS obs_status
		FROM output o JOIN si01 s USING (time_period) WHERE field <> '_T'`,
}

var parts = transforms.Model{
	ID: "parts", Name: transforms.Text{VI: "Các lĩnh vực", EN: "The fields"},
	SQL: `SELECT * FROM output WHERE field <> '_T' -- all but the total`,
}

func TestBuild(t *testing.T) {
	db := open(t)
	got, err := indicator.Build(t.Context(), db, indicator.Set{
		Models: []transforms.Model{parts}, Indicators: []transforms.Indicator{byField, share},
	})
	must(t, err)
	want := indicator.Result{
		Order:      []string{"parts", "SI01", "SI02"},
		Inputs:     map[string][]string{"parts": {"output"}, "SI01": {"output", "parts"}, "SI02": {"SI01", "output"}},
		Indicators: []indicator.Count{{Indicator: "SI02", Rows: 6, Missing: 2}, {Indicator: "SI01", Rows: 3, Missing: 1}},
		Targets:    []indicator.TargetResult{},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	// SI01: 2020: 100*(600+200)/10000 = 8, band 0.8*8 = 6.4 and 1.3*8 = 10.4; 2021: 100*960/12000 = 8, of a provisional part;
	// 2022: 100*800/0 is infinite, so missing. SI02: 2020: 100*600/8 = 7500, 100*200/8 = 2500; 2021: 8750, 3250;
	// 2022: SI01 is missing, so these are. SI02 says nothing of its status: it is that of what it is computed of.
	same(t, `
		SI01|-|2020|2020-01-01|2020-12-31|A|8.0|6.4|10.4|A|-|%|current|mapped
		SI01|-|2021|2021-01-01|2021-12-31|A|8.0|6.4|10.4|P|-|%|current|mapped
		SI01|-|2022|2022-01-01|2022-12-31|A|-|-|-|M|không tính được, chẳng hạn do chia cho 0 — cannot be computed, such as a division by zero|%|current|mapped
		SI02|parts|2020|2020-01-01|2020-12-31|A|7500.0|-|-|A|so với SI01|%|-|-
		SI02|parts|2021|2021-01-01|2021-12-31|A|8750.0|-|-|P|so với SI01|%|-|-
		SI02|parts|2022|2022-01-01|2022-12-31|A|-|-|-|M|so với SI01|%|-|-
		SI02|textile|2020|2020-01-01|2020-12-31|A|2500.0|-|-|A|so với SI01|%|-|-
		SI02|textile|2021|2021-01-01|2021-12-31|A|3250.0|-|-|P|so với SI01|%|-|-
		SI02|textile|2022|2022-01-01|2022-12-31|A|-|-|-|M|so với SI01|%|-|-
	`, ducktest.Rows(t, db, `SELECT indicator, field, time_period, period_start::VARCHAR, period_end::VARCHAR, freq, obs_value::VARCHAR,
		round(obs_low, 9)::VARCHAR, round(obs_high, 9)::VARCHAR, obs_status, obs_comment, unit, price_base, method FROM indicators`))
	same(t, "parts|2020|7500.0\nparts|2021|8750.0", ducktest.Rows(t, db, `SELECT field, time_period, obs_value::VARCHAR FROM si02 LIMIT 2`))
	same(t, `
		SI01|Tỷ trọng|Share|100 × a / b|%|A|-|mapped|Cục Thống kê|1|core, share|output, parts|true
		SI02|Tỷ lệ so với tổng|Relative to the total|-|%|A|field|-|-|0|-|SI01, output|true
	`, ducktest.Rows(t, db, `SELECT indicator, name_vi, name_en, formula_en, unit, freq, dimensions, method, source_vi, decimals, tags, inputs,
		sql LIKE 'SELECT%' FROM indicator_catalogue`))
	same(t, "0", ducktest.Rows(t, db, `SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE '\_\_%' ESCAPE '\'`))
}

// The release is a copy of the database: views that read views must be copied in an order in which they can be.
func TestViewsSurviveInTheRelease(t *testing.T) {
	db := open(t)
	set := indicator.Set{
		Models: []transforms.Model{
			{ID: "a_last", SQL: "SELECT time_period, twice(obs_value) AS obs_value FROM z_first WHERE field = '_T'"},
			{ID: "z_first", SQL: "SELECT * FROM output_asof(TIMESTAMP '2030-01-01')"},
		},
		Indicators: []transforms.Indicator{
			{ID: "A1", Freq: "A", SQL: "SELECT time_period, obs_value FROM z9"},
			{ID: "Z9", Freq: "A", SQL: "SELECT time_period, obs_value FROM a_last"},
		},
	}
	_, err := indicator.Build(t.Context(), db, set)
	must(t, err)
	path := filepath.Join(t.TempDir(), "release.duckdb")
	must(t, db.WriteDatabase(t.Context(), path))
	release, err := duck.Open(t.Context(), path, duck.Options{})
	must(t, err)
	t.Cleanup(func() { release.Close() })
	for _, view := range []string{"a_last", "a1", "z9"} {
		// twice the total: 20000, 24000, 0
		same(t, "2020|20000.0\n2021|24000.0\n2022|0.0", ducktest.Rows(t, release, "SELECT time_period, obs_value::VARCHAR FROM "+view))
	}
	same(t, "Z9: Z9", ducktest.Rows(t, release, "SELECT comment FROM duckdb_views() WHERE view_name = 'z9'"))
	same(t, "Chỉ tiêu", ducktest.Rows(t, release, "SELECT 'Chỉ tiêu' FROM indicators LIMIT 1"))
}

func TestEverythingHasAComment(t *testing.T) {
	db := open(t)
	_, err := indicator.Build(t.Context(), db, indicator.Set{
		Models: []transforms.Model{parts}, Indicators: []transforms.Indicator{byField, share}, Language: "en",
		Targets: []transforms.Target{{ID: "T", Indicator: "SI01", Period: "2025", Comparison: ">=", Value: 11}},
	})
	must(t, err)
	const ours = `('parts', 'si01', 'si02', 'indicators', 'indicator_catalogue', 'targets')`
	same(t, "", ducktest.Rows(t, db, `SELECT table_name, column_name FROM duckdb_columns() WHERE table_name IN `+ours+` AND coalesce(comment, '') = ''`))
	same(t, `
		indicator_catalogue|What each indicator is: its names, formula, sources and SQL — Danh mục chỉ tiêu: tên, công thức, nguồn và câu SQL
		indicators|Values of all indicators; see indicator_catalogue for how they are made — Giá trị của mọi chỉ tiêu; cách tính xem indicator_catalogue
		parts|The fields — Các lĩnh vực
		si01|SI01: Share — Tỷ trọng
		si02|SI02: Relative to the total — Tỷ lệ so với tổng
		targets|Targets and how they stand — Mục tiêu và mức độ thực hiện
	`, ducktest.Rows(t, db, `SELECT table_name, comment FROM duckdb_tables() WHERE table_name IN `+ours+`
		UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE view_name IN `+ours+` ORDER BY 1`))
	same(t, "Lĩnh vực — Field; _T is the total, null where it does not apply",
		ducktest.Rows(t, db, `SELECT comment FROM duckdb_columns() WHERE table_name = 'si02' AND column_name = 'field'`))
}

// one is a set of a single indicator.
func one(sql string, dimensions ...string) indicator.Set {
	return indicator.Set{Indicators: []transforms.Indicator{{ID: "SI01", Unit: "%", Freq: "A", Dimensions: dimensions, SQL: sql}}}
}

func TestBuildRefusesRows(t *testing.T) {
	for _, c := range []struct{ name, sql, want string }{
		{
			"duplicate key", `SELECT 'a' AS field, time_period, 1 AS obs_value FROM output`,
			"indicator SI01 gives more than one row for the same key, 3 in all, the first at field=a, time_period=2020 (aggregate in the SELECT",
		},
		{
			"no dimension value", `SELECT CASE WHEN field <> '_T' THEN field END AS field, time_period, 1 AS obs_value FROM output WHERE field > 'q' OR field = '_T'`,
			"indicator SI01 gives rows without field, 3 in all, the first at field=null, time_period=2020 (",
		},
		{"no period", `SELECT field, NULL::VARCHAR AS time_period, 1 AS obs_value FROM output LIMIT 1`, "gives rows without time_period, 1 in all"},
		{"not a period", `SELECT field, 'năm ' || time_period AS time_period, 1 AS obs_value FROM output`, `gives the time_period "năm 2020": "năm 2020" is no time period (write 2024,`},
		{"not canonical", `SELECT field, 'Q1 2024' AS time_period, 1 AS obs_value FROM output LIMIT 1`, `"Q1 2024" is no time period`},
		{"other frequency", `SELECT field, time_period || '-Q1' AS time_period, 1 AS obs_value FROM output`, "indicator SI01 has freq A but gives the time_period 2020-Q1"},
		{"status", `SELECT field, time_period, 1 AS obs_value, 'x' AS obs_status FROM output`, "gives an unknown obs_status, 9 in all"},
		{"missing with a value", `SELECT field, time_period, 1 AS obs_value, 'M' AS obs_status FROM output`, "gives a value with obs_status M"},
		{"band", `SELECT field, time_period, 1 AS obs_value, 2 AS obs_low FROM output`, "gives a band that does not hold the value, 9 in all"},
		{"conversion", `SELECT field, time_period, field::DOUBLE AS obs_value FROM output`, "compute indicator SI01: Conversion Error: Could not convert string 'parts' to DOUBLE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := indicator.Build(t.Context(), open(t), one(c.sql, "field"))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestRowsThatAreNotPublishedAsGiven(t *testing.T) {
	for _, c := range []struct{ name, sql, want string }{
		{"whole-number years", `SELECT 2024 AS time_period, 5 AS obs_value`, "2024|5.0|-|-|A|-"},
		{"exact decimals", `SELECT '2024' AS time_period, 0.1::DECIMAL(5,2) AS obs_value`, "2024|0.1|-|-|A|-"},
		{"not a number", `SELECT '2024' AS time_period, 'nan'::DOUBLE AS obs_value, 'nhập tay' AS obs_comment`, "2024|-|-|-|M|nhập tay; không tính được, chẳng hạn do chia cho 0 — cannot be computed, such as a division by zero"},
		{"band without end", `SELECT '2024' AS time_period, 1 AS obs_value, 'nan'::DOUBLE AS obs_low, 1/0 AS obs_high`, "2024|1.0|-|-|A|-"},
		{"band of nothing", `SELECT '2024' AS time_period, NULL AS obs_value, 1 AS obs_low, 2 AS obs_high, 'A' AS obs_status`, "2024|-|-|-|M|-"},
		{"confidential", `SELECT '2024' AS time_period, 7 AS obs_value, 6 AS obs_low, 'C' AS obs_status`, "2024|-|-|-|C|không công bố vì bảo mật — withheld as confidential"},
		{"confidential already", `SELECT '2024' AS time_period, NULL AS obs_value, 'C' AS obs_status`, "2024|-|-|-|C|-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := open(t)
			_, err := indicator.Build(t.Context(), db, one(c.sql))
			must(t, err)
			same(t, c.want, ducktest.Rows(t, db, `SELECT time_period, obs_value::VARCHAR, obs_low::VARCHAR, obs_high::VARCHAR, obs_status, obs_comment FROM si01`))
		})
	}
}

func TestRunningTotalsFitTheirFrequency(t *testing.T) {
	const sql = `SELECT unnest(['2024-01', '2024-01-01/P2M', '2024-Q1', '2024-S1', '2024-01-01/P9M', '2024']) AS time_period, 1 AS obs_value`
	for freq, want := range map[string]string{
		"M": "", "Q": "2024-01", "S": "2024-01", "A": "2024-01",
	} {
		set := one(sql)
		set.Indicators[0].Freq = freq
		_, err := indicator.Build(t.Context(), open(t), set)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), "time_period "+want+" ")) {
			t.Errorf("freq %s: got %v, want %q", freq, err, want)
		}
	}
	set := one(`SELECT unnest(['2024-Q1', '2024-01-01/P9M', '2024']) AS time_period, 1 AS obs_value`)
	set.Indicators[0].Freq = "Q"
	_, err := indicator.Build(t.Context(), open(t), set)
	must(t, err)
}

func TestNothingIsRunWhenADeclarationIsWrong(t *testing.T) {
	db := open(t)
	set := one(`SELECT '2024' AS time_period, 1 AS obs_value`)
	set.Indicators = append(set.Indicators, transforms.Indicator{ID: "SI02", SQL: "COPY output TO 'x.csv'"})
	_, err := indicator.Build(t.Context(), db, set)
	if fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "indicator SI02, sql: it is not a SELECT") {
		t.Errorf("got %v", err)
	}
	same(t, "0", ducktest.Rows(t, db, "SELECT count(*) FROM indicators"))
}

func TestBuildStopsWithItsContext(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := indicator.Build(ctx, db, one(`SELECT '2024' AS time_period, 1 AS obs_value`)); err == nil || ctx.Err() == nil {
		t.Errorf("got %v", err)
	}
}
