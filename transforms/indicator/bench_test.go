package indicator_test

import (
	"cmp"
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/indicator"
)

// millionSQL makes a million observations: 80 classes in 25 areas over 500 months, and the mapping of the classes.
const millionSQL = `
	CREATE TABLE output_history AS
	SELECT 'c' || (i % 80) AS industry, 'a' || ((i // 80) % 25) AS area,
		strftime(DATE '1980-01-01' + to_months((i // 2000)::INTEGER), '%Y-%m') AS time_period, DATE '1980-01-01' + to_months((i // 2000)::INTEGER) AS period_start,
		(i * 7919 % 100003)::DOUBLE AS obs_value, CASE WHEN i % 1000 = 0 THEN 'P' ELSE 'A' END AS obs_status, NULL::VARCHAR AS obs_comment,
		'tỷ đồng' AS unit, sha256((i // 2000)::VARCHAR) AS snapshot_id, 'Bảng 1' AS sheet, 'C' || (i % 2000) AS cell,
		TIMESTAMPTZ '2025-01-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to
	FROM range(ROWS) r(i);
	CREATE VIEW output AS SELECT * FROM output_history WHERE vintage_to IS NULL;
	CREATE TABLE mapping_history AS
	SELECT 'c' || i AS industry, 'f' || (i % 3) AS field, (i % 10) / 10 AS share, (i % 10) / 20 AS share_low, 1.0::DOUBLE AS share_high,
		'm' AS snapshot_id, 's' AS sheet, 'A' || i AS cell, TIMESTAMPTZ '2025-01-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to
	FROM range(80) r(i);
	CREATE VIEW mapping AS SELECT * FROM mapping_history WHERE vintage_to IS NULL`

// millionSet is built as the sample is: a model that weights every observation, one that adds them up by field and in
// all, and indicators upon it.
func millionSet() indicator.Set {
	const status = `substr('ABPEFCM', greatest(instr('ABPEFCM', now.obs_status), instr('ABPEFCM', before.obs_status))::INTEGER, 1)`
	return indicator.Set{
		Models: []transforms.Model{
			{ID: "classes", SQL: `SELECT o.time_period, o.period_start, o.area, m.field, o.industry, o.obs_value, o.obs_status, m.share, m.share_low, m.share_high
				FROM output o JOIN mapping m USING (industry)`},
			{ID: "fields", SQL: `SELECT time_period, period_start, area, CASE WHEN grouping(field) = 1 THEN '_T' ELSE field END AS field,
				CASE WHEN bool_and(obs_value IS NOT NULL) THEN sum(obs_value * share) END AS obs_value,
				CASE WHEN bool_and(obs_value IS NOT NULL) THEN sum(obs_value * share_low) END AS obs_low,
				CASE WHEN bool_and(obs_value IS NOT NULL) THEN sum(obs_value * share_high) END AS obs_high,
				substr('ABPEFCM', max(instr('ABPEFCM', obs_status))::INTEGER, 1) AS obs_status
				FROM classes GROUP BY GROUPING SETS ((time_period, period_start, area, field), (time_period, period_start, area))`},
		},
		Indicators: []transforms.Indicator{
			{ID: "LEVEL", Freq: "M", Dimensions: []string{"area", "field"}, SQL: `SELECT time_period, area, field, obs_value, obs_low, obs_high, obs_status FROM fields WHERE field <> '_T'`},
			{ID: "GROWTH", Freq: "M", Dimensions: []string{"area", "field"}, SQL: `SELECT now.time_period, now.area, now.field,
				100 * (now.obs_value / nullif(before.obs_value, 0) - 1) AS obs_value, ` + status + ` AS obs_status
				FROM level now JOIN level before ON before.area = now.area AND before.field = now.field AND before.period_start = now.period_start - INTERVAL 1 YEAR`},
			{ID: "SHARE", Freq: "M", Dimensions: []string{"area", "field"}, SQL: `SELECT now.time_period, now.area, now.field,
				100 * now.obs_value / before.obs_value AS obs_value, ` + status + ` AS obs_status
				FROM level now JOIN total before USING (time_period, area)`},
			{ID: "TOTAL", Freq: "M", Dimensions: []string{"area"}, SQL: `SELECT time_period, area, obs_value, obs_low, obs_high, obs_status FROM fields WHERE field = '_T'`},
		},
		Keys: map[string][]string{"output": {"industry", "area", "time_period"}, "mapping": {"industry"}},
	}
}

// BenchmarkBuild measures computing with and without recording: the same declarations over a million observations. Beside
// the time that passes it gives the processor's, of all threads.
func BenchmarkBuild(b *testing.B) {
	rows := cmp.Or(os.Getenv("STATLOOM_ROWS"), "1000000")
	for _, c := range []struct {
		name  string
		build func(context.Context, *duck.DB, indicator.Set) (indicator.Result, error)
	}{{"plain", indicator.BuildUntraced}, {"recorded", indicator.Build}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db, err := duck.Create(b.Context(), b.TempDir()+"/build.duckdb", duck.Options{Memory: "4GB", Threads: 2, Scratch: true})
				if err == nil {
					err = db.Exec(b.Context(), strings.Replace(millionSQL, "ROWS", rows, 1))
				}
				if err != nil {
					b.Fatal(err)
				}
				before := processor(b)
				b.StartTimer()
				if _, err = c.build(b.Context(), db, millionSet()); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				b.ReportMetric((processor(b) - before).Seconds(), "cpu-s")
				if c.name == "recorded" {
					b.ReportMetric(number(b, db, "SELECT count(*) FROM indicator_edges JOIN indicator_shape_inputs USING (shape)"), "inputs")
				}
				db.Close()
				b.StartTimer()
			}
		})
	}
}

// BenchmarkOneValue measures reading what one value was made of, among those of a million observations.
func BenchmarkOneValue(b *testing.B) {
	db, err := duck.Create(b.Context(), b.TempDir()+"/build.duckdb", duck.Options{Memory: "4GB", Threads: 2, Scratch: true})
	if err == nil {
		err = db.Exec(b.Context(), strings.Replace(millionSQL, "ROWS", cmp.Or(os.Getenv("STATLOOM_ROWS"), "1000000"), 1))
	}
	if err == nil {
		_, err = indicator.Build(b.Context(), db, millionSet())
	}
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for _, id := range []string{"LEVEL", "GROWTH", "SHARE"} {
		b.Run(id, func(b *testing.B) {
			for b.Loop() {
				n := number(b, db, `SELECT count(DISTINCT (n, weight, cell, obs_value, input_key)) FROM indicator_inputs
					WHERE time_period = '2001-05' AND area = 'a7' AND field = 'f2' AND indicator = `+duck.Literal(id))
				if n == 0 {
					b.Fatal("no inputs")
				}
			}
		})
	}
}

// processor is the time that this process has had of the processor.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// number runs a query that gives one number.
func number(b *testing.B, db *duck.DB, sql string) (n float64) {
	rows, err := db.Query(b.Context(), sql)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return n
}
