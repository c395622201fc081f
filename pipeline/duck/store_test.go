package duck_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/sinks"
)

// release makes a database as a run leaves it.
func release(t testing.TB, threads int) *duck.DB {
	t.Helper()
	db := create(t, duck.Options{Threads: threads})
	var editions []edition
	for k := range 4 {
		e := edition{id: fmt.Sprint("s", k), uri: fmt.Sprint("b", k%3), version: 1 + k/3, retrieved: 1 + k}
		for i := range 300 {
			e.rows = append(e.rows, cell{sheet: "IIP", at: fmt.Sprint("B", i), area: fmt.Sprint("Tỉnh ", i%63), period: fmt.Sprint(2000 + i/63), value: float64(i*(k+1)) / 8})
		}
		editions = append(editions, e)
	}
	build(t, db, dataset, editions)
	exec(t, db, `CREATE TABLE big (id BIGINT PRIMARY KEY, "tên" VARCHAR NOT NULL, v DOUBLE, d DATE)`)
	exec(t, db, `INSERT INTO big SELECT i, 'Công nghiệp ' || (i * 7919 % 997), CASE WHEN i % 3 > 0 THEN i / 7 END, DATE '2000-01-01' + (i % 9000)::INTEGER FROM range(300000) t(i)`)
	exec(t, db, `CREATE VIEW summary AS SELECT area, count(*) AS n FROM iip GROUP BY area`)
	exec(t, db, `CREATE VIEW top AS SELECT * FROM summary WHERE n > 1`)
	exec(t, db, `CREATE MACRO twice(x, factor := 2) AS x * factor`)
	return db
}

// described lists all objects with their definitions and comments.
const described = `
	SELECT table_name, sql, comment FROM duckdb_tables() WHERE database_name = 'release' AND table_name NOT LIKE '%\_\_raw' ESCAPE '\'
	UNION ALL SELECT view_name, sql, comment FROM duckdb_views() WHERE database_name = 'release' AND NOT internal
	UNION ALL SELECT table_name || '.' || column_name, data_type || is_nullable, comment FROM duckdb_columns()
		WHERE database_name = 'release' AND NOT internal AND table_name NOT LIKE '%\_\_raw' ESCAPE '\'
	UNION ALL SELECT function_name, replace(macro_definition, '"', '') || parameters::VARCHAR, comment FROM duckdb_functions() WHERE database_name = 'release'
	ORDER BY ALL`

func TestWriteDatabaseKeepsEverythingButTheStaging(t *testing.T) {
	db := release(t, 2)
	path := filepath.Join(t.TempDir(), "statloom.duckdb")
	if err := os.WriteFile(path+".partial", []byte("left by a killed process"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := db.WriteDatabase(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	equal(t, ask(t, db, "SELECT current_setting('threads')"), []string{"2"})
	equal(t, names(t, filepath.Dir(path)), []string{"statloom.duckdb"})
	copied, err := duck.Open(t.Context(), path, duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	equal(t, ask(t, copied, described), ask(t, db, described))
	equal(t, ask(t, copied, "SELECT table_name FROM duckdb_tables()"), []string{"big", "iip_history", "quarantine", "snapshots"})
	for _, q := range []string{
		"SELECT * FROM iip_history", "SELECT * FROM big LIMIT 10", "SELECT count(*), sum(v), max(d) FROM big", "SELECT * FROM top ORDER BY ALL",
		"SELECT * FROM iip_asof(TIMESTAMPTZ '2024-01-02') ORDER BY ALL", "SELECT twice(4), twice(4, factor := 3)", "SELECT obs_status_worst(['A', 'P'])",
	} {
		equal(t, ask(t, copied, q), ask(t, db, q))
	}
	if err := db.WriteDatabase(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time to the same place: got %v", err)
	}
}

// The bytes differ in little more than checksums and padding that DuckDB leaves as it finds it.
func TestWriteDatabaseIsNearlyReproducible(t *testing.T) {
	var files [2][]byte
	for i := range files {
		path := filepath.Join(t.TempDir(), "r.duckdb")
		if err := release(t, 1+i).WriteDatabase(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		var err error
		if files[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if len(files[0]) != len(files[1]) {
		t.Fatalf("%d and %d bytes", len(files[0]), len(files[1]))
	}
	differ := 0
	for i := range files[0] {
		if files[0][i] != files[1][i] {
			differ++
		}
	}
	t.Logf("%d of %d bytes differ", differ, len(files[0]))
	if differ*50 > len(files[0]) {
		t.Errorf("%d of %d bytes differ", differ, len(files[0]))
	}
}

func TestWriteParquet(t *testing.T) {
	var files [3][]byte
	for i := range files {
		db := release(t, 1+i%2)
		table, err := db.Table(t.Context(), "big", []string{"tên"})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "big.parquet")
		if err := table.WriteParquet(t.Context(), path, sinks.ParquetOptions{}); err != nil {
			t.Fatal(err)
		}
		equal(t, names(t, filepath.Dir(path)), []string{"big.parquet"})
		if files[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			if !bytes.Equal(files[0], files[i]) {
				t.Errorf("the same data gave other bytes the %dth time", i+1)
			}
			continue
		}
		read := "read_parquet(" + duck.Literal(path) + ")"
		equal(t, ask(t, db, "SELECT * FROM "+read+" LIMIT 20"), ask(t, db, `SELECT * FROM big ORDER BY "tên", id LIMIT 20`))
		equal(t, ask(t, db, "SELECT count(*) FROM (FROM "+read+" EXCEPT ALL FROM big)"), []string{"0"})
		equal(t, ask(t, db, "SELECT DISTINCT row_group_num_rows, compression FROM parquet_metadata("+duck.Literal(path)+") ORDER BY 1"),
			[]string{"54240|ZSTD", "122880|ZSTD"})
		history, err := db.Table(t.Context(), "iip", []string{"area"})
		if err != nil {
			t.Fatal(err)
		}
		path = filepath.Join(t.TempDir(), "iip.parquet")
		if err := history.WriteParquet(t.Context(), path, sinks.ParquetOptions{Codec: "snappy", RowGroupRows: 2048}); err != nil {
			t.Fatal(err)
		}
		equal(t, ask(t, db, `SELECT decode(key), CASE WHEN decode(key) = 'columns' THEN json_extract_string(decode(value), 'area') ELSE decode(value) END
			FROM parquet_kv_metadata(`+duck.Literal(path)+`) ORDER BY 1`), []string{"columns|Tỉnh", "comment|Chỉ số sản xuất (latest vintage)", "units|{}"})
	}
}

func TestWriteParquetRefuses(t *testing.T) {
	db := create(t, duck.Options{})
	exec(t, db, "CREATE TABLE t AS SELECT 1 AS a")
	table, err := db.Table(t.Context(), "t", nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	for _, o := range []sinks.ParquetOptions{{Codec: "lzo"}, {Codec: "snappy", Level: 3}, {Codec: "zstd", Level: 99}} {
		if err := table.WriteParquet(t.Context(), path, o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
	if err := table.WriteParquet(t.Context(), filepath.Join(path, "x", "t.parquet"), sinks.ParquetOptions{}); err == nil {
		t.Error("missing folder: no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := table.WriteParquet(ctx, path, sinks.ParquetOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
	if err := db.WriteDatabase(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
	equal(t, names(t, filepath.Dir(path)), nil)
}

func TestTable(t *testing.T) {
	db := release(t, 1)
	table, err := db.Table(t.Context(), "iip", []string{"time_period", "area"})
	if err != nil {
		t.Fatal(err)
	}
	if table.Name() != "iip" || table.Rows() != 300 || !strings.HasPrefix(table.Comment(), "Chỉ số") {
		t.Errorf("got %s, %d rows, %q", table.Name(), table.Rows(), table.Comment())
	}
	columns := table.Columns()
	if diff := cmp.Diff(sinks.Column{Name: "area", Type: "VARCHAR", Comment: "Tỉnh"}, columns[0]); diff != "" {
		t.Error(diff)
	}
	r, err := table.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var rows int64
	first := ""
	for r.Next() {
		if rows == 0 {
			first = r.RecordBatch().Column(1).ValueStr(0) + " " + r.RecordBatch().Column(0).ValueStr(0)
		}
		rows += r.RecordBatch().NumRows()
	}
	if r.Err() != nil || rows != 300 || first != "2000 Tỉnh 0" {
		t.Errorf("%d rows, first %q, %v", rows, first, r.Err())
	}
	r.Release()
	if _, err := db.Table(t.Context(), "nothing", nil); err == nil {
		t.Error("unknown table: no error")
	}
	if _, err := db.Table(t.Context(), "iip", []string{"x"}); err == nil {
		t.Error("unknown column: no error")
	}
}

func TestQuarantine(t *testing.T) {
	db := create(t, duck.Options{})
	for range 2 {
		if err := db.Quarantine(t.Context(), []duck.Rejected{{Dataset: "iip", Book: "b.xlsx", Reason: "no such code"}, {Dataset: "iip", Cell: "B7", Text: "…", Reason: "not a number"}}); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, ask(t, db, "SELECT dataset, snapshot_id, book, cell, text, reason FROM quarantine LIMIT 2"),
		[]string{"iip|<nil>|b.xlsx|<nil>|<nil>|no such code", "iip|<nil>|<nil>|B7|…|not a number"})
	equal(t, ask(t, db, "SELECT count(*), count(DISTINCT cell) FROM quarantine"), []string{"4|1"})
	equal(t, ask(t, db, "SELECT table_name FROM duckdb_tables()"), []string{"quarantine"})
}

// names lists a folder.
func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func BenchmarkWrite(b *testing.B) {
	const n = 1_000_000
	db := create(b, duck.Options{})
	for r := range batches10(1) {
		if _, err := db.Load(b.Context(), "t", r.Schema(), batches10(n)); err != nil {
			b.Fatal(err)
		}
	}
	table, err := db.Table(b.Context(), "t", []string{"area", "activity", "time_period"})
	if err != nil {
		b.Fatal(err)
	}
	for name, write := range map[string]func(path string) error{
		"parquet":  func(path string) error { return table.WriteParquet(b.Context(), path, sinks.ParquetOptions{}) },
		"database": func(path string) error { return db.WriteDatabase(b.Context(), path) },
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				path := filepath.Join(b.TempDir(), "out")
				if err := write(path); err != nil {
					b.Fatal(err)
				}
				if info, err := os.Stat(path); err == nil {
					b.ReportMetric(float64(info.Size()), "bytes")
				}
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkBuildDataset(b *testing.B) {
	const n = 1_000_000
	for range b.N {
		b.StopTimer()
		db := create(b, duck.Options{})
		for r := range batches10(1) {
			if _, err := db.Load(b.Context(), "t__raw", r.Schema(), batches10(n)); err != nil {
				b.Fatal(err)
			}
		}
		exec(b, db, `CREATE TABLE snapshots AS SELECT snapshot_id, 'gso' AS source, snapshot_id AS uri, 'b.xlsx' AS name, 1 AS version,
			min(vintage_from) AS retrieved_at, NULL::TIMESTAMPTZ AS published FROM t__raw GROUP BY ALL`)
		b.StartTimer()
		report, err := db.BuildDataset(b.Context(), duck.Dataset{ID: "t", Key: []string{"area", "activity", "time_period"}, Values: []string{"obs_value", "obs_status", "unit"}})
		b.StopTimer()
		if err != nil || report.Quarantined > 0 || report.History == 0 {
			b.Fatal(report, err)
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
}
