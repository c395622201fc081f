package runlog

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/schedule"
)

func TestKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	log, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	mark := schedule.Mark{Handled: time.Date(2026, 3, 1, 19, 0, 0, 0, time.UTC), Print: "p", Late: true}
	for range 2 { // the second time takes the place of the first
		if err := log.SetMark(t.Context(), "source:a", mark); err != nil {
			t.Fatal(err)
		}
		mark.Late = false
	}
	for name, value := range map[string]any{"n": 1, "text": "not a mark", "gone": 3} {
		if err := log.Keep(t.Context(), "other", name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Keep(t.Context(), "other", "gone", nil); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if log, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	marks, err := log.Marks(t.Context())
	if d := cmp.Diff(map[string]schedule.Mark{"source:a": mark}, marks); err != nil || d != "" {
		t.Errorf("%v, marks (-want +got):\n%s", err, d)
	}
	numbers, err := Kept[int](t.Context(), log, "other")
	if d := cmp.Diff(map[string]int{"n": 1}, numbers); err != nil || d != "" {
		t.Errorf("%v, numbers (-want +got):\n%s", err, d)
	}
}

func TestPrune(t *testing.T) {
	log, err := Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for n := range 5 {
		id := fmt.Sprintf("run%d", n)
		at := time.Date(2026, 3, 1+n, 0, 0, 0, 0, time.UTC)
		if err := log.Start(t.Context(), Run{ID: id, Started: at}); err != nil {
			t.Fatal(err)
		}
		if err := log.Event(t.Context(), Event{RunID: id, At: at, Step: "pull", Message: "m"}); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			continue // it is still under way
		}
		if err := log.Finish(t.Context(), id, Outcome{Finished: at, Status: Done}); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Prune(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	runs, err := log.Runs(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	if d := cmp.Diff([]string{"run4", "run3", "run0"}, ids); d != "" {
		t.Errorf("runs (-want +got):\n%s", d)
	}
	if events, err := log.Events(t.Context(), "run2"); err != nil || len(events) > 0 {
		t.Errorf("of a run that is forgotten: %v, %v", events, err)
	}
}
