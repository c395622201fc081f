package duck_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/statloom/statloom/pipeline/duck"
)

const told = `SELECT area, coalesce(obs_value::INTEGER::VARCHAR, ''), obs_status, cell, day(vintage_from), coalesce(day(vintage_to)::VARCHAR, ''), coalesce(correction, '') FROM iip_history`

func at(x float64) *float64 { return &x }

// What a version has in quarantine may be the very figure that is missing from it: it does not count as withdrawn until a
// version that was read whole does not have it either.
func TestRejectedIsNotWithdrawn(t *testing.T) {
	two := []cell{row("B2", "92", 100), row("B3", "93", 50)}
	one := []cell{row("B3", "93", 50)}
	for _, c := range []struct {
		name     string
		editions []edition
		rejected []string // snapshots with rejected cells
		want     []string
	}{
		{"read whole", []edition{{"s1", "a", 1, 5, 0, two}, {"s2", "a", 2, 7, 0, one}}, nil, []string{"92|5|7", "93|5|"}},
		{"not whole", []edition{{"s1", "a", 1, 5, 0, two}, {"s2", "a", 2, 7, 0, one}}, []string{"s2"}, []string{"92|5|", "93|5|"}},
		{"the first one was not whole", []edition{{"s1", "a", 1, 5, 0, two}, {"s2", "a", 2, 7, 0, one}}, []string{"s1"}, []string{"92|5|7", "93|5|"}},
		{"missing from the next whole one too", []edition{{"s1", "a", 1, 5, 0, two}, {"s2", "a", 2, 7, 0, one}, {"s3", "a", 3, 9, 0, []cell{row("B4", "93", 50)}}},
			[]string{"s2"}, []string{"92|5|9", "93|5|"}},
		{"back in the next whole one", []edition{{"s1", "a", 1, 5, 0, two}, {"s2", "a", 2, 7, 0, one}, {"s3", "a", 3, 9, 0, two[:1]}, {"s4", "a", 4, 11, 0, one}},
			[]string{"s2"}, []string{"92|5|11", "93|5|9", "93|11|"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := create(t, duck.Options{})
			load(t, db, c.editions)
			for _, s := range c.rejected {
				exec(t, db, `INSERT INTO quarantine (dataset, snapshot_id, reason) VALUES ('iip', '`+s+`', 'no number'), ('other', 's1', 'no number')`)
			}
			report, err := db.BuildDataset(t.Context(), dataset)
			if err != nil || report.Quarantined != 0 {
				t.Fatal(report, err)
			}
			equal(t, ask(t, db, `SELECT area, day(vintage_from), coalesce(day(vintage_to)::VARCHAR, '') FROM iip_history`), c.want)
		})
	}
}

func TestCorrections(t *testing.T) {
	key := map[string]string{"area": "92", "time_period": "2024-01"}
	fix := func(expected, value *float64, status string, since int) duck.Correction {
		return duck.Correction{ID: "C1", Key: key, Expected: expected, Value: value, Status: status, Reason: "misprint", Since: day(since)}
	}
	book := func(id string, version, retrieved int, value float64) edition {
		return edition{id, "a", version, retrieved, 0, []cell{row("B2", "92", value), row("B3", "93", 50)}}
	}
	for _, c := range []struct {
		name     string
		fix      duck.Correction
		editions []edition
		want     []string // of area 92
		state    duck.CorrectionState
		says     *float64
	}{
		{"from its date on", fix(at(100), at(110), "", 7), []edition{book("s1", 1, 5, 100)},
			[]string{"92|100|A|B2|5|7|", "92|110|A|B2|7||C1"}, duck.CorrectionApplied, at(110)},
		{"made before the book came", fix(at(100), at(110), "E", 2), []edition{book("s1", 1, 5, 100)},
			[]string{"92|110|E|B2|5||C1"}, duck.CorrectionApplied, at(110)},
		{"the source mends it", fix(at(100), at(110), "", 7), []edition{book("s1", 1, 5, 100), book("s2", 2, 9, 111)},
			[]string{"92|100|A|B2|5|7|", "92|110|A|B2|7|9|C1", "92|111|A|B2|9||"}, duck.CorrectionStopped, at(111)},
		{"the source says it again", fix(at(100), at(110), "", 7), []edition{book("s1", 1, 5, 100), book("s2", 2, 9, 111), book("s3", 3, 11, 100)},
			[]string{"92|100|A|B2|5|7|", "92|110|A|B2|7|9|C1", "92|111|A|B2|9|11|", "92|110|A|B2|11||C1"}, duck.CorrectionApplied, at(110)},
		{"mended before it was made", fix(at(100), at(110), "", 10), []edition{book("s1", 1, 5, 100), book("s2", 2, 9, 111)},
			[]string{"92|100|A|B2|5|9|", "92|111|A|B2|9||"}, duck.CorrectionStopped, at(111)},
		{"only the status", fix(at(100), at(100), "P", 7), []edition{book("s1", 1, 5, 100)},
			[]string{"92|100|A|B2|5|7|", "92|100|P|B2|7||C1"}, duck.CorrectionApplied, at(100)},
		{"the value is taken away", fix(at(100), nil, "M", 7), []edition{book("s1", 1, 5, 100)},
			[]string{"92|100|A|B2|5|7|", "92||M|B2|7||C1"}, duck.CorrectionApplied, nil},
		{"a missing value is filled in", fix(nil, at(110), "", 7), []edition{book("s1", 1, 5, -1)},
			[]string{"92||M|B2|5|7|", "92|110|A|B2|7||C1"}, duck.CorrectionApplied, at(110)},
		{"another value is expected", fix(at(99), at(110), "", 7), []edition{book("s1", 1, 5, 100)},
			[]string{"92|100|A|B2|5||"}, duck.CorrectionStopped, at(100)},
		{"no such observation", duck.Correction{ID: "C1", Key: map[string]string{"area": "94", "time_period": "2024-01"}, Expected: at(1), Value: at(2), Since: day(1)},
			[]edition{book("s1", 1, 5, 100)}, []string{"92|100|A|B2|5||"}, duck.CorrectionUnknown, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := create(t, duck.Options{})
			d := dataset
			d.Corrections = []duck.Correction{c.fix}
			build(t, db, d, c.editions)
			equal(t, ask(t, db, told+` WHERE area = '92' ORDER BY vintage_from`), c.want)
			equal(t, ask(t, db, `SELECT obs_value::INTEGER, coalesce(correction, '') FROM iip WHERE area = '93'`), []string{"50|"})
			reports, err := db.CorrectionReports(t.Context(), d)
			if err != nil || len(reports) != 1 {
				t.Fatal(reports, err)
			}
			if diff := cmp.Diff(duck.CorrectionReport{ID: "C1", State: c.state, Says: c.says}, duck.CorrectionReport{ID: reports[0].ID, State: reports[0].State, Says: reports[0].Says}); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("why a value was taken away", func(t *testing.T) {
		db := create(t, duck.Options{})
		d := dataset
		d.Corrections = []duck.Correction{fix(at(100), nil, "M", 1)}
		build(t, db, d, []edition{book("s1", 1, 5, 100)})
		equal(t, ask(t, db, `SELECT obs_comment FROM iip WHERE area = '92'`), []string{"misprint"})
	})
}

// A dataset built as of a time holds just what the macro of the whole one shows at that time, and of its history what
// was known by then.
func TestAsOfIsThePastItself(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		editions := world(rt)
		db := create(t, duck.Options{Threads: 1})
		build(t, db, dataset, editions)
		then := rapid.IntRange(0, 20).Draw(rt, "then")
		exec(t, db, "CREATE TABLE past__raw AS FROM iip__raw")
		d := dataset
		d.ID, d.AsOf = "past", day(then)
		if _, err := db.BuildDataset(t.Context(), d); err != nil {
			rt.Fatal(err)
		}
		stamp := "TIMESTAMPTZ '" + day(then).Format("2006-01-02") + " 00:00:00+00'"
		for _, q := range [][2]string{
			{"SELECT * EXCLUDE (vintage_to) FROM past", "SELECT * EXCLUDE (vintage_to) FROM iip_asof(" + stamp + ")"},
			{"SELECT * FROM past_history", "SELECT * REPLACE (CASE WHEN vintage_to <= " + stamp + " THEN vintage_to END AS vintage_to) FROM iip_history WHERE vintage_from <= " + stamp},
		} {
			if diff := cmp.Diff(ask(t, db, q[1]), ask(t, db, q[0])); diff != "" {
				rt.Fatalf("day %d (-whole +as of)\n%s", then, diff)
			}
		}
		if err := db.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestRevisions(t *testing.T) {
	db := create(t, duck.Options{})
	d := dataset
	d.Corrections = []duck.Correction{{ID: "C1", Key: map[string]string{"area": "93", "time_period": "2024-01"}, Expected: at(50), Value: at(60), Since: day(8)}}
	build(t, db, d, []edition{
		{"s1", "a", 1, 5, 0, []cell{row("B2", "92", 100), row("B3", "93", 50), row("B4", "94", -1), row("B5", "95", 1), row("B6", "96", 7)}},
		{"s2", "a", 2, 7, 0, []cell{row("B2", "92", 104), row("B3", "93", 50), row("B4", "94", 8), row("B6", "96", 8)}},
		{"s3", "a", 3, 9, 0, []cell{row("B2", "92", 102), row("B3", "93", 50), row("B4", "94", 8), row("B6", "96", 8)}},
		{"s4", "b", 1, 9, 0, []cell{row("B2", "92", 102)}},
	})
	if err := db.BuildRevisions(t.Context(), []duck.Dataset{dataset}); err != nil {
		t.Fatal(err)
	}
	// A value that is missing at first is no revision, neither is a correction of ours.
	equal(t, ask(t, db, `SELECT series, time_period, first_value, day(first_vintage), next_value, day(next_vintage), latest_value, withdrawn, revisions, mean_revision, mean_abs_revision, max_abs_revision,
		dimensions->>'area' FROM revisions ORDER BY series`), []string{
		"area=92|2024-01|100|5|104|7|102|false|2|1|3|4|92",
		"area=93|2024-01|50|5|<nil>|<nil>|60|false|0|<nil>|<nil>|<nil>|93",
		"area=94|2024-01|8|7|<nil>|<nil>|8|false|0|<nil>|<nil>|<nil>|94",
		"area=95|2024-01|1|5|<nil>|<nil>|<nil>|true|0|<nil>|<nil>|<nil>|95",
		"area=96|2024-01|7|5|8|7|8|false|1|1|1|1|96",
	})
	equal(t, ask(t, db, `SELECT dataset, series, observations, revised, revisions, round(mean_revision, 3), round(mean_abs_revision, 3), max_abs_revision FROM revision_summary`), []string{
		"iip|_T|4|2|3|1|2.333|4",
		"iip|area=92|1|1|2|1|3|4",
		"iip|area=93|1|0|0|<nil>|<nil>|<nil>",
		"iip|area=94|1|0|0|<nil>|<nil>|<nil>",
		"iip|area=96|1|1|1|1|1|1",
	})
	equal(t, ask(t, db, `SELECT table_name || '.' || column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL AND table_name LIKE 'revision%'`), nil)
	empty := create(t, duck.Options{})
	if err := empty.BuildRevisions(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	equal(t, ask(t, empty, `SELECT count(*) FROM revisions UNION ALL SELECT count(*) FROM revision_summary`), []string{"0", "0"})
}

// What the source never published, or replaced as it appeared, was not revised; of nothing there are no percent.
func TestWhatIsNoRevision(t *testing.T) {
	db := create(t, duck.Options{})
	d := dataset
	d.Corrections = []duck.Correction{{ID: "C1", Key: map[string]string{"area": "92", "time_period": "2024-01"}, Value: at(60), Since: day(5)}}
	build(t, db, d, []edition{
		{"s1", "a", 1, 5, 0, []cell{row("B2", "92", -1), row("B3", "93", 10), row("B4", "94", 0)}},
		{"s2", "b", 1, 5, 0, []cell{row("B3", "93", 11)}},
		{"s3", "a", 2, 7, 0, []cell{row("B2", "92", -1), row("B3", "93", 11), row("B4", "94", 5)}},
	})
	if err := db.BuildRevisions(t.Context(), []duck.Dataset{dataset}); err != nil {
		t.Fatal(err)
	}
	equal(t, ask(t, db, `SELECT series, first_value, latest_value, revisions, mean_revision, mean_abs_percent FROM revisions ORDER BY series`), []string{
		"area=92|<nil>|60|0|<nil>|<nil>",
		"area=93|11|11|0|<nil>|<nil>",
		"area=94|0|5|1|5|<nil>",
	})
}
