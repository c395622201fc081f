package notify_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/notify"
	"github.com/statloom/statloom/pipeline/release"
)

// made makes a release of figures, of how the target stands and of how much is in quarantine.
func made(t *testing.T, id, figures, status string, aside int) release.Info {
	t.Helper()
	dir := t.TempDir()
	db, err := duck.Create(t.Context(), filepath.Join(dir, "statloom.duckdb"), duck.Options{Threads: 1})
	must(t, err)
	must(t, db.Exec(t.Context(), fmt.Sprintf(`CREATE TABLE datasets AS SELECT 'iip' AS dataset, 'area time_period' AS key;
		CREATE TABLE snapshots AS SELECT 'book of %[1]s' AS snapshot_id, 'b.xlsx' AS name;
		CREATE TABLE iip_history AS SELECT area, time_period, obs_value::DOUBLE AS obs_value, 'A' AS obs_status, 'book of %[1]s' AS snapshot_id, 's' AS sheet, 'B2' AS cell, NULL::VARCHAR AS correction
			FROM (VALUES %[2]s) t(area, time_period, obs_value);
		CREATE VIEW iip AS FROM iip_history;
		CREATE TABLE indicator_catalogue (indicator VARCHAR, sql VARCHAR, inputs VARCHAR, dimensions VARCHAR);
		CREATE TABLE targets AS SELECT 'firms' AS target, '200 doanh nghiệp' AS name_vi, '200 firms' AS name_en, '%[3]s' AS status, '>=' AS comparison, 200.0 AS target_value, 'firms' AS unit,
			'2025' AS period, '2024' AS actual_period, 161.5 AS actual_value, 'SI06' AS indicator, NULL::DOUBLE AS gap;
		INSERT INTO quarantine BY NAME SELECT 'iip' AS dataset, 'x' AS snapshot_id, 's' AS sheet, 'A' || i AS cell, 'n.a.' AS text, 'no number' AS reason FROM range(%[4]d) r(i)`,
		id, figures, status, aside)))
	must(t, db.Close())
	return release.Info{ID: id, Dir: dir, Manifest: release.Manifest{
		Release: id, Run: "run " + id, ConfigHash: "c", Statloom: "v1", Files: []release.File{{Path: "statloom.duckdb"}}, Tables: []release.Table{{Name: "targets"}},
	}}
}

func TestCompare(t *testing.T) {
	const figures = "('92', '2023', 100), ('92', '2024', 200)"
	before := made(t, "r1", figures, "on_track", 10)
	look := func(after release.Info) []string {
		t.Helper()
		found, err := notify.Compare(t.Context(), before, after, notify.Thresholds{Quarantine: 20, Revision: 10}, duck.Options{Threads: 1}, monday())
		must(t, err)
		var out []string
		for _, a := range found {
			line := a.Kind + " " + a.Key
			for _, d := range a.Details {
				line += "; " + d.EN
			}
			if a.Standing || a.Run != "run "+a.Release || !a.At.Equal(monday()) {
				t.Errorf("%+v", a)
			}
			out = append(out, line)
		}
		return out
	}
	if got := look(made(t, "r2", "('92', '2023', 109), ('92', '2024', 200), ('92', '2025', 1)", "on_track", 12)); got != nil {
		t.Errorf("small changes are told: %v", got)
	}
	want := []string{
		"quarantine r3; iip: 10 → 13", "target r3 firms; on track → off track; value in 2024: 161.5 firms; goal by 2025: >= 200 firms",
		"revision r3; iip, area=92, 2024: 200 → 100 (-50 %), b.xlsx; iip, area=92, 2023: 100 → 120.5 (+20.5 %), b.xlsx",
	}
	if d := cmp.Diff(want, look(made(t, "r3", "('92', '2023', 120.5), ('92', '2024', 100)", "off_track", 13))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	// Releases without a database cannot be compared, which is no fault.
	if found, err := notify.Compare(t.Context(), release.Info{ID: "r0"}, before, notify.Thresholds{}, duck.Options{}, monday()); err != nil || found != nil {
		t.Errorf("%v, %v", found, err)
	}
}
