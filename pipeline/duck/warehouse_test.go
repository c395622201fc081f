package duck_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/pipeline/duck"
)

// BenchmarkWarehouse measures the warehouse on observations of five vintages, under a memory limit: loading them from Arrow,
// building the vintages, asking what was known at a time, comparing two such states, and counting revisions. A size is the
// number of figures that the books hold together. Near linear growth shows as equal rows/s from size to size; rows/cpu-s,
// of the processor's time, also shows it on a machine that has other work. STATLOOM_BENCH_OBSERVATIONS gives the sizes, separated
// by commas: 1000000,2000000,5000000,10000000.
func BenchmarkWarehouse(b *testing.B) {
	sizes := "100000"
	if s := os.Getenv("STATLOOM_BENCH_OBSERVATIONS"); s != "" {
		sizes = s
	}
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(size, func(b *testing.B) { benchmarkWarehouse(b, n/vintages) })
	}
}

const vintages = 5

func benchmarkWarehouse(b *testing.B, keys int) {
	dir := b.TempDir()
	db, err := duck.Create(b.Context(), filepath.Join(dir, "work.duckdb"), duck.Options{Memory: "4GB", Threads: 2, TempDir: filepath.Join(dir, "spill"), Scratch: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	// A third of the figures is revised from one vintage to the next.
	exec(b, db, fmt.Sprintf(`CREATE TABLE t__raw AS SELECT lpad((k %% 63)::VARCHAR, 2, '0') AS area, 'C' || ((k // 63) %% 97) AS activity,
			strftime(DATE '2000-01-01' + to_months((k // 6111)::INTEGER), '%%Y-%%m') AS time_period,
			(DATE '2000-01-01' + to_months((k // 6111)::INTEGER))::DATE AS period_start, (DATE '2000-01-31' + to_months((k // 6111)::INTEGER))::DATE AS period_end, 'M' AS freq,
			k + CASE WHEN hash(k, v) %% 3 = 0 THEN v ELSE 0 END::DOUBLE AS obs_value, 'A' AS obs_status, NULL::VARCHAR AS obs_comment,
			'tỷ đồng' AS unit, 9::INTEGER AS unit_mult, NULL::VARCHAR AS price_base,
			sha256('book ' || v || '-' || (k %% 100)) AS snapshot_id, 'Biểu ' || (k %% 40) AS sheet, 'B' || k AS cell,
			TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_months(v::INTEGER) AS vintage_from
		FROM range(%d) a(k), range(%d) b(v)`, keys, vintages))
	exec(b, db, `CREATE TABLE snapshots AS SELECT snapshot_id, 'gso' AS source, snapshot_id AS uri, 'b.xlsx' AS name, 1 AS version,
		min(vintage_from) AS retrieved_at, NULL::TIMESTAMPTZ AS published FROM t__raw GROUP BY ALL`)
	d := duck.Dataset{ID: "t", Key: []string{"area", "activity", "time_period", "price_base"}, Values: []string{"obs_value", "obs_status", "unit", "unit_mult"}}
	measure := func(name string, work func()) {
		b.Run(name, func(b *testing.B) {
			used := processorTime(b)
			for range b.N {
				work()
			}
			rows := float64(b.N) * float64(keys) * vintages
			b.ReportMetric(rows/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(rows/(processorTime(b)-used).Seconds(), "rows/cpu-s")
		})
	}
	measure("load", func() {
		exec(b, db, `DROP TABLE IF EXISTS loaded`)
		records, err := db.Records(b.Context(), `FROM t__raw`)
		if err != nil {
			b.Fatal(err)
		}
		defer records.Release()
		n, err := db.Load(b.Context(), "loaded", records.Schema(), func(yield func(arrow.RecordBatch, error) bool) {
			for records.Next() && yield(records.RecordBatch(), nil) {
			}
		})
		if err != nil || n != int64(keys*vintages) {
			b.Fatal(n, err)
		}
	})
	exec(b, db, `DROP TABLE loaded`)
	measure("vintages", func() {
		exec(b, db, `DROP VIEW IF EXISTS t; DROP MACRO TABLE IF EXISTS t_asof; DROP TABLE IF EXISTS t_history`)
		if r, err := db.BuildDataset(b.Context(), d); err != nil || r.Latest != int64(keys) {
			b.Fatal(r, err)
		}
	})
	measure("asof", func() {
		ask(b, db, `SELECT count(*), sum(obs_value) FROM t_asof('2020-03-15')`)
	})
	measure("diff", func() {
		ask(b, db, `SELECT count(*) FILTER (a.obs_value <> b.obs_value), sum(abs(b.obs_value - a.obs_value)) FROM t_asof('2020-02-15') a
			FULL JOIN t_asof('2020-04-15') b ON a.area IS NOT DISTINCT FROM b.area AND a.activity IS NOT DISTINCT FROM b.activity
				AND a.time_period IS NOT DISTINCT FROM b.time_period AND a.price_base IS NOT DISTINCT FROM b.price_base`)
	})
	measure("revisions", func() {
		exec(b, db, `DROP VIEW IF EXISTS revisions; DROP TABLE IF EXISTS revision_summary`)
		if err := db.BuildRevisions(b.Context(), []duck.Dataset{d}); err != nil {
			b.Fatal(err)
		}
	})
}

// processorTime is what the process has used of the processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
