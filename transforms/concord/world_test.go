package concord_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
	"github.com/statloom/statloom/transforms/concord"
)

const shipped = "../../examples/codes"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// list reads a code list that is shipped with the program.
func list(t *testing.T, id string) *codes.List {
	t.Helper()
	f, err := os.Open(filepath.Join(shipped, id+".csv"))
	must(t, err)
	defer f.Close()
	l, err := codes.Load(f, transforms.CodeList{ID: id, File: id + ".csv"})
	must(t, err)
	return l
}

// shippedLists are those that concordances of the program refer to.
func shippedLists(t *testing.T) concord.Lists {
	t.Helper()
	return concord.Lists{"area": list(t, "area"), "vsic2018": list(t, "vsic2018"), "vsic2025": list(t, "vsic2025")}
}

func concordance(t *testing.T, lists concord.Lists, id, from, to string) *concord.Concordance {
	t.Helper()
	f, err := os.Open(filepath.Join(shipped, id+".concordance.csv"))
	must(t, err)
	defer f.Close()
	c, err := concord.Load(f, transforms.Concordance{ID: id, From: from, To: to, File: id + ".concordance.csv"}, lists)
	must(t, err)
	return c
}

// database holds the tables that a release has: code lists, concordances and one dataset, output.
func database(t *testing.T, lists concord.Lists, concordances map[string]*concord.Concordance, rows string) *duck.DB {
	t.Helper()
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "200MB", Threads: 1})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	ctx := t.Context()
	must(t, db.Exec(ctx, `CREATE TABLE code_lists (code_list VARCHAR, code VARCHAR, valid_from DATE, valid_to DATE);
		CREATE TABLE concordances (concordance VARCHAR, from_list VARCHAR, from_code VARCHAR, to_list VARCHAR, to_code VARCHAR, weight DOUBLE, valid_from DATE, note VARCHAR)`))
	for id, l := range lists {
		for _, c := range l.Codes {
			from, to := any(nil), any(nil)
			if !c.ValidFrom.IsZero() {
				from = c.ValidFrom
			}
			if !c.ValidTo.IsZero() {
				to = c.ValidTo
			}
			must(t, db.Exec(ctx, "INSERT INTO code_lists VALUES (?, ?, ?, ?)", id, c.Code, from, to))
		}
	}
	for _, c := range concordances {
		for _, r := range c.Rows() {
			weight := any(nil)
			if r.Weight != nil {
				weight = *r.Weight
			}
			must(t, db.Exec(ctx, "INSERT INTO concordances VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				r.Concordance, r.FromList, r.FromCode, r.ToList, r.ToCode, weight, r.ValidFrom, r.Note))
		}
	}
	must(t, db.Exec(ctx, `CREATE TABLE output_history AS
		SELECT area, time_period, make_date(time_period::INTEGER, 1, 1) AS period_start, make_date(time_period::INTEGER, 12, 31) AS period_end,
			'A' AS freq, obs_value::DOUBLE AS obs_value, CASE WHEN obs_value IS NULL THEN 'M' ELSE obs_status END AS obs_status,
			CASE WHEN obs_value IS NULL THEN 'not available' END AS obs_comment, unit,
			CASE unit WHEN 'tỷ đồng' THEN 9 WHEN 'triệu đồng' THEN 6 END::INTEGER AS unit_mult, price_base,
			'book' AS snapshot_id, 's' AS sheet, 'A1' AS cell, TIMESTAMPTZ '2025-01-01' AS vintage_from, NULL::TIMESTAMPTZ AS vintage_to
		FROM (VALUES `+rows+`) v(area, time_period, obs_value, obs_status, unit, price_base);
		CREATE VIEW output AS SELECT * FROM output_history`))
	return db
}

// output is the dataset of the tests.
func output(measure transforms.Measure) concord.World {
	return concord.World{Tables: map[string]concord.Table{"output": {
		Name: "output", Measure: measure, Dimensions: []concord.Dimension{{ID: "area", CodeList: "area"}}, PriceBases: []string{"1994", "2010", "current"},
	}}}
}

// views makes a view of every model.
func views(t *testing.T, db *duck.DB, world concord.World, models ...transforms.Model) concord.Compiled {
	t.Helper()
	made, problems := concord.Compile(models, world)
	for _, p := range problems {
		t.Errorf("%s %s: %s; %s", p.Model, p.Key, p.What, p.Want)
	}
	for _, m := range made.Models {
		if err := db.Exec(t.Context(), fmt.Sprintf("CREATE VIEW %s AS %s", m.ID, m.SQL)); err != nil {
			t.Fatalf("%s: %v\n%s", m.ID, err, m.SQL)
		}
	}
	return made
}
