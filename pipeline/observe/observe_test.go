package observe_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/observe"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/pipeline/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var began = time.Date(2026, 3, 1, 19, 0, 0, 0, time.UTC)

// deaf is a watcher that hears nothing.
type deaf struct{}

func (deaf) Begin(string, int)                        {}
func (deaf) Part(string)                              {}
func (deaf) Event(slog.Level, string, string, string) {}
func (deaf) End()                                     {}

// recorded is the report of a run with two steps, one within the other.
func recorded(t *testing.T) observe.Report {
	t.Helper()
	now := began
	r := observe.NewRecorder(deaf{}, func() time.Time { now = now.Add(time.Second); return now })
	r.Begin("load", 2)
	r.Begin("load iip", 0)
	r.Event(slog.LevelInfo, "pull", "gso", "new: a.xlsx")
	r.Event(slog.LevelInfo, "pull", "gso", "new: b.xlsx")
	r.Event(slog.LevelWarn, "compute", "", "values are missing for the hidden word")
	r.End()
	r.End()
	p := observe.Report{
		Run: "20260301T190000Z-9f3c", Name: "Test", Trigger: "schedule", Started: began, Finished: began.Add(time.Minute), Status: runlog.Done, Release: "release1",
		Counters: map[string]int64{"observations": 7, "books_new": 2}, Problems: []string{"source gso: hidden is away"}, Message: "hidden", ExitCode: 4,
	}
	p.Fill(r, release.Info{ID: "release1", Manifest: release.Manifest{
		Tables: []release.Table{{Name: "iip", Rows: 7, Columns: []release.Column{{Name: "obs_value", Type: "DOUBLE"}}}}, Files: []release.File{{Path: "a", Bytes: 5}, {Path: "b", Bytes: 6}},
		Previous: "release0",
	}}, func(text string) string { return strings.ReplaceAll(text, "hidden", "${WORD}") })
	return p
}

func TestReport(t *testing.T) {
	p := recorded(t)
	want := observe.Report{
		Run: "20260301T190000Z-9f3c", Name: "Test", Trigger: "schedule", Started: began, Finished: began.Add(time.Minute), Seconds: 60, Status: runlog.Done, Release: "release1",
		Previous: "release0", Bytes: 11, Rows: 7, Tables: []observe.Table{{Name: "iip", Rows: 7}}, NewBooks: map[string]int{"gso": 2},
		Counters: map[string]int64{"observations": 7, "books_new": 2}, Problems: []string{"source gso: ${WORD} is away"}, Message: "${WORD}", ExitCode: 4,
		Steps: []observe.Step{
			{Name: "load", Parts: 2, Started: began.Add(time.Second), Seconds: 4},
			{Name: "load iip", Within: "load", Started: began.Add(2 * time.Second), Seconds: 2},
		},
		Events: []observe.Event{{At: began.Add(3 * time.Second), Level: slog.LevelWarn, Step: "compute", Message: "values are missing for the ${WORD} word"}},
	}
	if d := cmp.Diff(want, p); d != "" {
		t.Errorf("report (-want +got):\n%s", d)
	}
}

func TestReportsAreKept(t *testing.T) {
	dir := observe.Reports{Dir: filepath.Join(t.TempDir(), "runs")}
	for n := range 5 {
		p := recorded(t)
		p.Run = fmt.Sprintf("2026030%dT000000Z-0000", n)
		if err := dir.Write(p, 3); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir.Dir)
	if err != nil || len(entries) != 3 || entries[0].Name() != "20260302T000000Z-0000.json" {
		t.Errorf("%v, %v", entries, err)
	}
	text, err := dir.Read("20260304T000000Z-0000")
	var p observe.Report
	if err != nil || json.Unmarshal(text, &p) != nil || p.Rows != 7 {
		t.Errorf("%v, %s", err, text)
	}
	for _, id := range []string{"", "..", "../state", ".hidden", "a/b"} {
		if _, err := dir.Read(id); err == nil {
			t.Errorf("%q can be read", id)
		}
	}
}

func TestMetrics(t *testing.T) {
	var state error
	m := observe.NewMetrics("v1", func() time.Time { return began.Add(time.Hour) }, func(context.Context) (observe.State, error) {
		return observe.State{
			Release: began, Sources: map[string]time.Time{"gso": began.Add(-time.Hour)}, Queue: []observe.Depth{{Kind: "read", State: "available", Jobs: 3}},
			Upcoming: []schedule.Upcoming{{Rule: "pipeline", Start: began, Mark: schedule.Mark{Late: true}}},
		}, state
	})
	p := recorded(t)
	p.Alerts, p.Untold = []string{"failure: run (mail)"}, []string{"hook: away"}
	m.Ended(p)
	m.Ended(p)
	m.Skipped("pipeline", 4)
	read := func() string {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		if w.Code != 200 {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	text := read()
	for _, want := range []string{
		`statloom_runs_total{status="done",trigger="schedule"} 2`, `statloom_run_duration_seconds_sum{status="done"} 120`, `statloom_run_step_seconds_total{step="load"} 8`,
		`statloom_books_total{result="new"} 4`, `statloom_observations 7`, `statloom_release_rows{table="iip"} 7`, `statloom_release_bytes 11`,
		`statloom_release_age_seconds 3600`, `statloom_source_age_seconds{source="gso"} 7200`, `statloom_queue_depth{kind="read",state="available"} 3`,
		`statloom_schedule_late{rule="pipeline"} 1`, `statloom_schedule_skipped_total{rule="pipeline"} 4`, `statloom_alerts_total{kind="failure"} 2`,
		`statloom_alerts_failed_total 2`, `statloom_state_up 1`, `statloom_build_info{version="v1"} 1`, `statloom_go_goroutines`, `statloom_process_open_fds`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	state = errors.New("away")
	if text := read(); !strings.Contains(text, "statloom_state_up 0") {
		t.Error("a state that is away is up")
	}
}

// collector remembers what is posted to it.
type collector struct {
	mu     sync.Mutex
	bodies []string
	auth   string
	paths  []string
	status int
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bodies, c.paths, c.auth = append(c.bodies, string(body)), append(c.paths, r.URL.Path), r.Header.Get("Authorization")
	if c.status != 0 {
		w.WriteHeader(c.status)
	}
}

func TestTrace(t *testing.T) {
	c := &collector{}
	server := httptest.NewServer(c)
	defer server.Close()
	if err := observe.SendTrace(t.Context(), server.URL, recorded(t)); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(c.bodies, "")
	for _, want := range []string{"statloom run", "load iip", "20260301T190000Z-9f3c", "values are missing for the ${WORD} word", "service.name"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in the trace", want)
		}
	}
	if c.paths[0] != "/v1/traces" {
		t.Errorf("sent to %v", c.paths)
	}
	c.status = 400
	if err := observe.SendTrace(t.Context(), server.URL+"/hidden", recorded(t)); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("refused: %v", err)
	}
	if err := observe.SendTrace(t.Context(), "localhost:4318", recorded(t)); err == nil {
		t.Error("an address without http is taken")
	}
}

// published makes a release whose indicator is computed of a dataset.
func published(t *testing.T) release.Info {
	t.Helper()
	dir := t.TempDir()
	db, err := duck.Create(t.Context(), filepath.Join(dir, "statloom.duckdb"), duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Exec(t.Context(), `CREATE TABLE snapshots AS SELECT * FROM (VALUES
			('aa', 'gso', 'https://nso.gov.vn/books/a.xlsx?key=hidden', 'a.xlsx', 1, TIMESTAMPTZ '2026-03-01'), ('bb', 'local', 'file:books/b.xlsx', 'b.xlsx', 2, TIMESTAMPTZ '2026-03-02'))
			t(snapshot_id, source, uri, name, version, retrieved_at);
		CREATE TABLE indicator_inputs AS SELECT * FROM (VALUES ('SI01', 'observation', 'iip', '', 'numerator'), ('SI01', 'observation', 'iip', 'weight', 'weight'),
			('SI02', 'indicator', 'SI01', NULL, 'term')) t(indicator, input_kind, input, input_column, role)`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return release.Info{ID: "release1", Dir: dir, Manifest: release.Manifest{
		Tables: []release.Table{{Name: "iip", Comment: "Index", Rows: 7, Columns: []release.Column{{Name: "obs_value", Type: "DOUBLE"}}}, {Name: "indicators", Rows: 2}},
		Files:  []release.File{{Path: "statloom.duckdb"}},
	}}
}

func TestLineage(t *testing.T) {
	c := &collector{}
	server := httptest.NewServer(c)
	defer server.Close()
	l := observe.Lineage{To: server.URL + "/api/v1/lineage", Token: "secret", Client: server.Client()}
	p := recorded(t)
	if err := errors.Join(l.Begun(t.Context(), p), l.Ended(t.Context(), p, published(t), duck.Options{Threads: 1})); err != nil {
		t.Fatal(err)
	}
	type dataset struct {
		Namespace, Name string
		Facets          struct {
			ColumnLineage struct {
				Fields map[string]struct {
					InputFields []struct{ Namespace, Name, Field string }
				}
			}
		}
	}
	var first, second struct {
		EventType, EventTime string
		Run                  struct{ RunID string }
		Inputs, Outputs      []dataset
	}
	if err := errors.Join(json.Unmarshal([]byte(c.bodies[0]), &first), json.Unmarshal([]byte(c.bodies[1]), &second)); err != nil {
		t.Fatal(err)
	}
	if first.EventType != "START" || second.EventType != "COMPLETE" || first.Run.RunID != second.Run.RunID || c.auth != "Bearer secret" {
		t.Errorf("%+v\n%+v\n%s", first, second, c.auth)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(first.Run.RunID) {
		t.Errorf("the run's id is no UUID: %s", first.Run.RunID)
	}
	var got []string
	for _, d := range second.Inputs {
		got = append(got, "in "+d.Namespace+" "+d.Name)
	}
	for _, d := range second.Outputs {
		line := "out " + d.Name
		for column, f := range d.Facets.ColumnLineage.Fields {
			for _, in := range f.InputFields {
				line += " " + column + "<-" + in.Name + "." + in.Field
			}
		}
		got = append(got, line)
	}
	want := []string{
		"in file books/b.xlsx", "in https://nso.gov.vn books/a.xlsx",
		"out SI01 obs_value<-iip.obs_value obs_value<-iip.weight", "out SI02 obs_value<-SI01.obs_value", "out iip", "out indicators",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("lineage (-want +got):\n%s", d)
	}
	if strings.Contains(c.bodies[1], "hidden") {
		t.Error("the event holds a key of an address")
	}
	c.status = 500
	l.To = server.URL + "/hidden"
	if err := l.Begun(t.Context(), p); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("refused: %v", err)
	}
	file := filepath.Join(t.TempDir(), "lineage.jsonl")
	l = observe.Lineage{To: file}
	p.Status = runlog.ChecksFailed
	if err := errors.Join(l.Begun(t.Context(), p), l.Ended(t.Context(), p, release.Info{}, duck.Options{})); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || strings.Count(string(text), "\n") != 2 || !strings.Contains(string(text), `"eventType":"FAIL"`) {
		t.Errorf("%v, %s", err, text)
	}
}
