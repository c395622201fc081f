package duck_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
)

// edition is one version of a book as the tests write it.
type edition struct {
	id        string
	uri       string
	version   int
	retrieved int    // day of January 2024
	published int    // 0: not stated
	rows      []cell // as read; none when the same bytes were read before
}

type cell struct {
	sheet, at string
	area      string
	period    string
	value     float64 // below 0: missing, status M
	note      string  // not among the values
	vintage   int     // day; 0: the edition's own
}

func day(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }

func (e edition) vintage() int {
	if e.version == 1 && e.published != 0 {
		return e.published
	}
	return e.retrieved
}

var dataset = duck.Dataset{
	ID: "iip", Comment: "Chỉ số sản xuất", Key: []string{"area", "time_period"}, Values: []string{"obs_value", "obs_status"},
	Columns: map[string]string{"area": "Tỉnh"},
}

// load fills the staging table and the table of snapshots in the order given.
func load(t testing.TB, db *duck.DB, editions []edition) {
	t.Helper()
	fields := []arrow.Field{{Name: "area", Type: arrow.BinaryTypes.String}}
	fields = append(fields, transforms.ObservationColumns()...)
	fields = append(fields, transforms.ProvenanceColumns()...)
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	text := func(i int, s string) { b.Field(i).(*array.StringBuilder).Append(s) }
	exec(t, db, `CREATE TABLE snapshots (snapshot_id VARCHAR, source VARCHAR, uri VARCHAR, name VARCHAR, version INTEGER,
		retrieved_at TIMESTAMPTZ, published TIMESTAMPTZ, licence VARCHAR)`)
	for _, e := range editions {
		var published any
		if e.published != 0 {
			published = day(e.published)
		}
		exec(t, db, "INSERT INTO snapshots VALUES (?, 'gso', ?, ?, ?, ?, ?, NULL)", e.id, e.uri, e.uri+".xlsx", e.version, day(e.retrieved), published)
		for _, c := range e.rows {
			text(0, c.area)
			text(1, c.period)
			b.Field(2).(*array.Date32Builder).Append(0)
			b.Field(3).(*array.Date32Builder).Append(0)
			text(4, "M")
			if c.value < 0 {
				b.Field(5).AppendNull()
				text(6, "M")
			} else {
				b.Field(5).(*array.Float64Builder).Append(c.value)
				text(6, "A")
			}
			text(7, c.note)
			for i := 8; i <= 10; i++ {
				b.Field(i).AppendNull()
			}
			text(11, e.id)
			text(12, c.sheet)
			text(13, c.at)
			vintage := c.vintage
			if vintage == 0 {
				vintage = e.vintage()
			}
			b.Field(14).(*array.TimestampBuilder).Append(arrow.Timestamp(day(vintage).UnixMicro()))
		}
	}
	r := b.NewRecordBatch()
	defer r.Release()
	if _, err := db.Load(t.Context(), "iip__raw", b.Schema(), func(yield func(arrow.RecordBatch, error) bool) { yield(r, nil) }); err != nil {
		t.Fatal(err)
	}
}

func build(t testing.TB, db *duck.DB, d duck.Dataset, editions []edition) duck.DatasetReport {
	t.Helper()
	load(t, db, editions)
	report, err := db.BuildDataset(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// row makes a cell of sheet S.
func row(at, area string, value float64) cell {
	return cell{sheet: "S", at: at, area: area, period: "2024-01", value: value}
}

func TestBuildDataset(t *testing.T) {
	moving := dataset
	moving.Moving = true
	a := []cell{row("B2", "92", 100)}
	for _, c := range []struct {
		name       string
		d          duck.Dataset
		editions   []edition
		history    []string // area, value, snapshot, cell, days from and to
		quarantine []string
		report     duck.DatasetReport
	}{
		{"one book", dataset, []edition{{"s1", "a", 1, 5, 0, []cell{row("B2", "92", 100), row("B3", "93", -1)}}},
			[]string{"92|100|s1|B2|5|", "93||s1|B3|5|"}, nil, duck.DatasetReport{Raw: 2, History: 2, Latest: 2}},
		{"a correction", dataset, []edition{{"s1", "a", 1, 5, 3, a}, {"s2", "a", 2, 9, 4, []cell{row("B2", "92", 101)}}},
			[]string{"92|100|s1|B2|3|9", "92|101|s2|B2|9|"}, nil, duck.DatasetReport{Raw: 2, History: 2, Latest: 1}},
		{"said again elsewhere", dataset, []edition{{"s1", "a", 1, 5, 0, a}, {"s2", "b", 1, 9, 0, []cell{row("C7", "92", 100)}}},
			[]string{"92|100|s1|B2|5|"}, nil, duck.DatasetReport{Raw: 2, History: 1, Latest: 1}},
		{"missing at first, known later", dataset, []edition{{"s1", "a", 1, 5, 0, []cell{row("B2", "92", -1)}}, {"s2", "b", 1, 9, 0, a}},
			[]string{"92||s1|B2|5|9", "92|100|s2|B2|9|"}, nil, duck.DatasetReport{Raw: 2, History: 2, Latest: 1}},
		{"there and back", dataset, []edition{{"s1", "a", 1, 5, 0, a}, {"s2", "a", 2, 7, 0, []cell{row("B2", "92", 101)}}, {"s1", "a", 3, 9, 0, nil}},
			[]string{"92|100|s1|B2|5|7", "92|101|s2|B2|7|9", "92|100|s1|B2|9|"}, nil, duck.DatasetReport{Raw: 2, History: 3, Latest: 1}},
		{"same time: address decides, then version", dataset, []edition{
			{"s2", "b", 1, 5, 0, []cell{row("B2", "92", 102)}}, {"s1", "a", 1, 5, 0, a}, {"s3", "b", 2, 5, 0, []cell{row("B2", "92", 103)}}},
			[]string{"92|100|s1|B2|5|5", "92|102|s2|B2|5|5", "92|103|s3|B2|5|"}, nil, duck.DatasetReport{Raw: 3, History: 3, Latest: 1}},
		{"a version that claims to be older than the one it replaces", dataset, []edition{
			{"s1", "a", 1, 5, 0, a}, {"s2", "a", 2, 9, 0, []cell{{"S", "B2", "92", "2024-01", 101, "", 2}}}},
			[]string{"92|100|s1|B2|5|5", "92|101|s2|B2|5|"}, nil, duck.DatasetReport{Raw: 2, History: 2, Latest: 1}},
		{"withdrawn and back", dataset, []edition{
			{"s1", "a", 1, 5, 0, []cell{row("B2", "92", 100), row("B3", "93", 50)}}, {"s2", "a", 2, 7, 0, []cell{row("B3", "93", 50)}},
			{"s3", "a", 3, 8, 0, []cell{row("B3", "93", 51)}}, {"s4", "a", 4, 9, 0, []cell{row("B2", "92", 100), row("B3", "93", 51)}}},
			[]string{"92|100|s1|B2|5|7", "92|100|s4|B2|9|", "93|50|s1|B3|5|8", "93|51|s3|B3|8|"}, nil, duck.DatasetReport{Raw: 6, History: 4, Latest: 2}},
		{"withdrawn for good", dataset, []edition{
			{"s1", "a", 1, 5, 0, []cell{row("B2", "92", 100), row("B3", "93", 50)}}, {"s2", "a", 2, 7, 0, []cell{row("B3", "93", 50)}}},
			[]string{"92|100|s1|B2|5|7", "93|50|s1|B3|5|"}, nil, duck.DatasetReport{Raw: 3, History: 2, Latest: 1}},
		{"withdrawn, but another book said it in between", dataset, []edition{
			{"s1", "a", 1, 5, 0, []cell{row("B2", "92", 100), row("B3", "93", 50)}}, {"s2", "b", 1, 6, 0, a}, {"s3", "a", 2, 7, 0, []cell{row("B3", "93", 50)}}},
			[]string{"92|100|s1|B2|5|", "93|50|s1|B3|5|"}, nil, duck.DatasetReport{Raw: 4, History: 2, Latest: 2}},
		{"one address withdraws after another did", dataset, []edition{
			{"s1", "a", 1, 1, 0, []cell{row("B2", "92", 100), row("B3", "93", 50)}}, {"s2", "b", 1, 2, 0, []cell{row("B2", "92", 101), row("B3", "93", 50)}},
			{"s3", "a", 2, 3, 0, []cell{row("B3", "93", 50)}}, {"s4", "b", 2, 4, 0, []cell{row("B4", "93", 50)}}},
			[]string{"92|100|s1|B2|1|2", "92|101|s2|B2|2|4", "93|50|s1|B3|1|"}, nil, duck.DatasetReport{Raw: 6, History: 3, Latest: 1}},
		{"a moving window withdraws nothing", moving, []edition{
			{"s1", "a", 1, 5, 0, []cell{row("B2", "92", 100), row("B3", "93", 50)}}, {"s2", "a", 2, 7, 0, []cell{row("B3", "93", 50)}}},
			[]string{"92|100|s1|B2|5|", "93|50|s1|B3|5|"}, nil, duck.DatasetReport{Raw: 3, History: 2, Latest: 2}},
		{"a version without the dataset withdraws nothing", dataset, []edition{
			{"s1", "a", 1, 5, 0, a}, {"s2", "a", 2, 7, 0, nil}},
			[]string{"92|100|s1|B2|5|"}, nil, duck.DatasetReport{Raw: 1, History: 1, Latest: 1}},
		{"twice in a book, equal: the first cell by row, then column", dataset, []edition{{"s1", "a", 1, 5, 0, []cell{
			row("B10", "92", 100), row("AA9", "92", 100), row("C9", "92", 100), {"T", "A1", "92", "2024-01", 100, "", 0}}}},
			[]string{"92|100|s1|C9|5|"}, nil, duck.DatasetReport{Raw: 4, History: 1, Latest: 1}},
		{"twice in a book, different: set aside, the older value stays", dataset, []edition{
			{"s1", "a", 1, 5, 0, a}, {"s2", "a", 2, 7, 0, []cell{row("B2", "92", 101), row("B9", "92", -1), row("B3", "93", 50), row("B10", "92", 101)}}},
			[]string{"92|100|s1|B2|5|", "93|50|s2|B3|7|"},
			[]string{
				"iip|s2|a.xlsx|S|B10|obs_value = 101.0; obs_status = A|the same book says something else about the same area, time_period in S!B9",
				"iip|s2|a.xlsx|S|B2|obs_value = 101.0; obs_status = A|the same book says something else about the same area, time_period in S!B9",
				"iip|s2|a.xlsx|S|B9|obs_status = M|the same book says something else about the same area, time_period in S!B2",
			}, duck.DatasetReport{Raw: 5, Quarantined: 3, History: 2, Latest: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := create(t, duck.Options{})
			report := build(t, db, c.d, c.editions)
			equal(t, ask(t, db, `SELECT area, coalesce(obs_value::INTEGER::VARCHAR, ''), snapshot_id, cell, day(vintage_from), coalesce(day(vintage_to)::VARCHAR, '') FROM iip_history`), c.history)
			equal(t, ask(t, db, `SELECT * FROM quarantine`), c.quarantine)
			if diff := cmp.Diff(c.report, report); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBuildDatasetRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		d      duck.Dataset
		change string
		want   string
	}{
		{"no key", duck.Dataset{ID: "iip", Values: dataset.Values}, "", "key"},
		{"unknown key", duck.Dataset{ID: "iip", Key: []string{"tỉnh"}, Values: dataset.Values}, "", "no column tỉnh"},
		{"unknown value", duck.Dataset{ID: "iip", Key: dataset.Key, Values: []string{"x"}}, "", "no column x"},
		{"no staging table", duck.Dataset{ID: "ipi", Key: dataset.Key, Values: dataset.Values}, "", "ipi__raw"},
		{"unknown snapshot", dataset, "DELETE FROM snapshots", "1 rows"},
		{"reserved name", dataset, "ALTER TABLE iip__raw RENAME period_start TO __x", "reserved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := create(t, duck.Options{})
			load(t, db, []edition{{"s1", "a", 1, 5, 0, []cell{row("B2", "92", 100)}}})
			if c.change != "" {
				exec(t, db, c.change)
			}
			if _, err := db.BuildDataset(t.Context(), c.d); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			equal(t, ask(t, db, "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%history'"), nil)
		})
	}
}

func TestDatasetIsDescribed(t *testing.T) {
	db := create(t, duck.Options{})
	build(t, db, dataset, []edition{{"s1", "a", 1, 5, 0, []cell{row("B2", "92", 100)}}})
	equal(t, ask(t, db, `SELECT table_name || '.' || column_name FROM duckdb_columns()
		WHERE NOT internal AND database_name = 'release' AND comment IS NULL AND table_name NOT IN ('snapshots', 'iip__raw')`), nil)
	equal(t, ask(t, db, `SELECT DISTINCT function_name, comment IS NULL FROM duckdb_functions() WHERE database_name = 'release' ORDER BY 1`),
		[]string{
			"as_of|false", "growth_of|false", "growth_percent|false", "iip_asof|false", "index_link|false", "index_rebase|false", "link_factor|false",
			"monthly_of_cumulative|false", "obs_status_worst|false", "rebased|false", "series_of|false",
		})
	equal(t, ask(t, db, `SELECT comment FROM duckdb_columns() WHERE table_name = 'iip' AND column_name = 'area'`), []string{"Tỉnh"})
}

// world draws books of a small world, in which everything that can happen does.
func world(t *rapid.T) []edition {
	var all []edition
	bytes := map[string]string{} // content -> snapshot
	days := map[string]int{}
	for range rapid.IntRange(1, 9).Draw(t, "editions") {
		uri := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "uri")
		version := 1
		for _, e := range all {
			if e.uri == uri {
				version = e.version + 1
			}
		}
		e := edition{uri: uri, version: version, retrieved: days[uri] + rapid.IntRange(1, 4).Draw(t, "pause")}
		days[uri] = e.retrieved
		if version == 1 && rapid.Bool().Draw(t, "dated") {
			e.published = rapid.IntRange(1, e.retrieved).Draw(t, "published")
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "rows") {
			e.rows = append(e.rows, cell{
				sheet: "S", at: fmt.Sprint("B", i+1), area: rapid.SampledFrom([]string{"92", "93"}).Draw(t, "area"),
				period: rapid.SampledFrom([]string{"2023", "2024"}).Draw(t, "period"),
				value:  float64(rapid.IntRange(-1, 2).Draw(t, "value")), vintage: e.vintage(),
			})
		}
		// The same bytes are one snapshot, and read once.
		content := fmt.Sprint(slices.Collect(func(yield func(string) bool) {
			for _, c := range e.rows {
				if !yield(fmt.Sprint(c.area, c.period, c.value)) {
					return
				}
			}
		}))
		if id, known := bytes[content]; known {
			e.id, e.rows = id, nil
		} else {
			e.id = fmt.Sprint("s", len(bytes))
			bytes[content] = e.id
		}
		all = append(all, e)
	}
	return all
}

func TestHistoryDoesNotDependOnTheOrderOfLoading(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		editions := world(rt)
		var want []string
		for round := range 3 {
			if round > 0 {
				random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
				random.Shuffle(len(editions), func(i, k int) { editions[i], editions[k] = editions[k], editions[i] })
				for _, e := range editions {
					random.Shuffle(len(e.rows), func(i, k int) { e.rows[i], e.rows[k] = e.rows[k], e.rows[i] })
				}
			}
			db := create(t, duck.Options{Threads: 1 + round%2, Scratch: true})
			build(t, db, dataset, editions)
			got := append(ask(t, db, "SELECT * FROM iip_history"), ask(t, db, "SELECT * FROM quarantine")...)
			if round == 0 {
				want = got
			} else if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("round %d (-first +shuffled)\n%s", round, diff)
			}
			if err := db.Close(); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

func TestAsOfIsWhatReplayingGives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		editions := world(rt)
		db := create(t, duck.Options{Threads: 1, Scratch: true})
		build(t, db, dataset, editions)
		for at := 0; at <= 40; at += 1 + at/10 {
			got := ask(t, db, fmt.Sprintf(`SELECT area || ' ' || time_period, coalesce(obs_value, -1)::INTEGER FROM iip_asof(TIMESTAMPTZ '%s') ORDER BY 1`, day(at).Format(time.RFC3339)))
			if diff := cmp.Diff(replay(editions, at), got); diff != "" {
				rt.Fatalf("day %d (-replayed +asof)\n%s\n%+v", at, diff, editions)
			}
		}
		latest := ask(t, db, `SELECT area || ' ' || time_period, coalesce(obs_value, -1)::INTEGER FROM iip ORDER BY 1`)
		if diff := cmp.Diff(replay(editions, 1000), latest); diff != "" {
			rt.Fatalf("latest (-replayed +latest)\n%s", diff)
		}
		if err := db.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}
