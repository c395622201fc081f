package runlog_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/runlog"
)

var monday = time.Date(2026, 1, 5, 3, 4, 5, 678_000_000, time.UTC)

func open(t *testing.T, path string) *runlog.Log {
	t.Helper()
	l, err := runlog.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRunsAreKeptNewestFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dữ liệu #1%", "state.db")
	if _, err := runlog.Open(t.Context(), path); err == nil {
		t.Fatal("a missing folder must be an error")
	}
	path = filepath.Join(t.TempDir(), "dữ liệu #1%.db")
	l := open(t, path)
	ctx := t.Context()
	// The hour before noon in UTC+7 comes before 5 o'clock UTC: order is by instant, not by text.
	saigon := time.FixedZone("+07", 7*3600)
	must(t, l.Start(ctx, runlog.Run{ID: "a", Started: monday, Trigger: "schedule", ConfigHash: "c0ffee"}))
	must(t, l.Finish(ctx, "a", runlog.Outcome{
		Finished: monday.Add(time.Minute), Status: runlog.ChecksFailed, ExitCode: 3,
		Counters: map[string]int64{"rows": 1 << 40}, Message: "1 check failed",
	}))
	must(t, l.Start(ctx, runlog.Run{ID: "b", Started: monday.Add(time.Hour).In(saigon), Trigger: "manual"}))
	must(t, l.Close())

	l = open(t, path) // a second opening finds the schema in place
	got, err := l.Runs(ctx, 0)
	must(t, err)
	three := 3
	want := []runlog.Run{
		{ID: "b", Started: monday.Add(time.Hour), Status: runlog.Running, Trigger: "manual"},
		{
			ID: "a", Started: monday, Finished: monday.Add(time.Minute), Status: runlog.ChecksFailed, ExitCode: &three,
			ConfigHash: "c0ffee", Trigger: "schedule", Counters: map[string]int64{"rows": 1 << 40}, Message: "1 check failed",
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	one, err := l.Runs(ctx, 1)
	must(t, err)
	if len(one) != 1 || one[0].ID != "b" {
		t.Errorf("limit 1 gave %v", one)
	}
	if _, err := l.Run(ctx, "zzz"); err == nil || !strings.Contains(err.Error(), `there is no run "zzz"`) {
		t.Errorf("unknown run: %v", err)
	}
}

func TestRunAsJSON(t *testing.T) {
	b, err := json.Marshal(runlog.Run{ID: "b", Started: monday, Status: runlog.Running})
	must(t, err)
	want := `{"id":"b","started":"2026-01-05T03:04:05.678Z","status":"running"}`
	if string(b) != want {
		t.Errorf("got %s, want %s", b, want)
	}
}

func TestFinishOutlivesItsContext(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "state.db"))
	must(t, l.Start(t.Context(), runlog.Run{ID: "a", Started: monday}))
	ctx, cancel := context.WithCancel(t.Context())
	must(t, l.Event(ctx, runlog.Event{RunID: "a", At: monday, Step: "pull", Message: "begun"}))
	cancel()
	must(t, l.Finish(ctx, "a", runlog.Outcome{Finished: monday, Status: runlog.Failed, ExitCode: 1}))
	got, err := l.Run(t.Context(), "a")
	must(t, err)
	if got.Status != runlog.Failed {
		t.Errorf("status %s", got.Status)
	}
	if err := l.Finish(t.Context(), "a", runlog.Outcome{Finished: monday, Status: runlog.Done}); err == nil {
		t.Error("a run ends once")
	}
}

// rows counts events as another process sees them.
func rows(t *testing.T, path string) int {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	must(t, err)
	defer db.Close()
	var n int
	must(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM events`).Scan(&n))
	return n
}

func TestEventsAreWrittenInBatches(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := open(t, path)
	ctx := t.Context()
	must(t, l.Start(ctx, runlog.Run{ID: "a", Started: monday}))
	add := func(after time.Duration, level slog.Level) {
		t.Helper()
		must(t, l.Event(ctx, runlog.Event{RunID: "a", At: monday.Add(after), Step: "read", Level: level, Message: "x"}))
	}
	add(0, slog.LevelInfo)
	if n := rows(t, path); n != 0 {
		t.Errorf("a single event was written at once: %d", n)
	}
	add(time.Second, slog.LevelWarn)
	if n := rows(t, path); n != 2 {
		t.Errorf("a warning takes what waits along: %d, want 2", n)
	}
	add(2*time.Second, slog.LevelInfo)
	add(4*time.Second, slog.LevelInfo)
	if n := rows(t, path); n != 4 {
		t.Errorf("after two seconds: %d, want 4", n)
	}
	for range 200 {
		add(5*time.Second, slog.LevelDebug)
	}
	if n := rows(t, path); n != 4+128 {
		t.Errorf("a full batch: %d, want 132", n)
	}
	must(t, l.Close())
	if n := rows(t, path); n != 204 {
		t.Errorf("closed: %d, want 204", n)
	}
}

func TestEventsComeBackAsGiven(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "state.db"))
	ctx := t.Context()
	must(t, l.Start(ctx, runlog.Run{ID: "a", Started: monday}))
	fields := map[string]any{"cells": 12.0, "sheet": "Biểu 1"}
	want := []runlog.Event{
		{RunID: "a", At: monday, Step: "pull", Subject: "nso", Level: slog.LevelError, Message: "không mở được", Fields: map[string]any{"cells": 12.0, "sheet": "Biểu 1"}},
		{RunID: "a", At: monday.Add(-time.Hour), Step: "publish", Level: slog.LevelDebug, Message: "recorded later, though the clock was set back"},
	}
	first := want[0]
	first.Fields = fields
	must(t, l.Event(ctx, first))
	fields["cells"] = 13.0 // the caller goes on using its map
	must(t, l.Event(ctx, want[1]))
	got, err := l.Events(ctx, "a")
	must(t, err)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if err := l.Event(ctx, runlog.Event{RunID: "a", Fields: map[string]any{"f": func() {}}}); err == nil {
		t.Error("fields that JSON cannot hold must be refused")
	}
	must(t, l.Flush(ctx)) // and must not stay in the way
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	must(t, open(t, path).Close())
	db, err := sql.Open("sqlite", path)
	must(t, err)
	_, err = db.ExecContext(t.Context(), `INSERT INTO schema_versions VALUES (99, 'future.sql')`)
	must(t, err)
	must(t, db.Close())
	_, err = runlog.Open(t.Context(), path)
	var f *fault.Error
	if !errors.As(err, &f) || f.Remedy != "use the newer statloom that wrote it" {
		t.Errorf("got %v", err)
	}
}

func TestTwoProcessesMayOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	errs := make(chan error, 8)
	for i := range cap(errs) {
		go func() { // each Log has its own connection, as another process would
			l, err := runlog.Open(context.Background(), path)
			if err == nil {
				err = errors.Join(l.Start(context.Background(), runlog.Run{ID: fmt.Sprint(i), Started: monday}), l.Close())
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		must(t, <-errs)
	}
	got, err := open(t, path).Runs(t.Context(), 0)
	must(t, err)
	if len(got) != cap(errs) {
		t.Errorf("%d runs, want %d", len(got), cap(errs))
	}
}

func TestNewID(t *testing.T) {
	at := time.Date(2026, 1, 2, 10, 4, 5, 0, time.FixedZone("+07", 7*3600))
	id, err := runlog.NewID(at, bytes.NewReader([]byte{0x9f, 0x3c}))
	must(t, err)
	if id != "20260102T030405Z-9f3c" {
		t.Errorf("got %s", id)
	}
	if _, err := runlog.NewID(at, bytes.NewReader([]byte{1})); err == nil {
		t.Error("too little randomness must be an error")
	}
}
