package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/runlog"
)

// Two runs never meet: the second ends with exit code 5 and says who holds the lock.
func TestSecondRunIsTurnedAway(t *testing.T) {
	dir := sample(t)
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := runlog.Acquire(data, runlog.Holder{Run: "the-first", PID: 4711, Host: "here", Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"run"}, {"release", "rollback"}, {"release", "prune"}} {
		c := statloom(t, dir, nil, args...).must(t, 5)
		for _, want := range []string{"the-first", "4711", "here"} {
			if !strings.Contains(c.err, want) {
				t.Errorf("%s does not name %q: %s", args, want, c.err)
			}
		}
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	statloom(t, dir, nil, "plan").must(t, 0)
}
