package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestStress kills a run with SIGKILL at a random moment, again and again in the same data folder; STATLOOM_STRESS says how
// often (make stress), and a few times are tried in every test. After every kill readers have a whole release with the whole history or, before the first one, none.
// In the end an undisturbed run gives what it gives in a fresh folder.
func TestStress(t *testing.T) {
	kills := 3
	if text := os.Getenv("STATLOOM_STRESS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil || kills < 1 {
			t.Fatalf("STATLOOM_STRESS is %q; it says how many kills", text)
		}
	}
	quiet := sample(t)
	started := time.Now()
	statloom(t, quiet, nil, "run").must(t, 0)
	took := time.Since(started)
	want := contents(t, quiet)

	dir := sample(t)
	random := rand.New(rand.NewPCG(uint64(started.UnixNano()), 0))
	alive, looked := 0, 0
	for n := 1; alive < kills && n <= 3*kills; n++ {
		// A run that finds a finished release has nothing to do: half of the time its work is taken away.
		if random.IntN(2) == 0 {
			removeAll(t, filepath.Join(dir, "data", "lake", "fragments"))
		}
		alive += killAfter(t, dir, time.Duration(random.Int64N(int64(took))), "--full-refresh")
		if _, err := os.Lstat(filepath.Join(dir, "data", "current")); err != nil {
			if n > kills/10 {
				statloom(t, dir, nil, "run").must(t, 0) // from now on there is something to lose
			}
			continue
		}
		looked++
		statloom(t, dir, nil, "release", "verify").must(t, 0)
		if d := cmp.Diff(want, contents(t, dir)); d != "" {
			t.Fatalf("after kill %d the current release is not whole (-quiet +killed)\n%s", alive, d)
		}
	}
	statloom(t, dir, nil, "run", "--full-refresh").must(t, 0)
	if d := cmp.Diff(want, contents(t, dir)); d != "" {
		t.Errorf("in the end (-quiet +killed)\n%s", d)
	}
	t.Logf("%d kills met a living process; readers looked at a release %d times", alive, looked)
	if alive < kills || looked < kills/2 {
		t.Errorf("only %d of %d kills met a living process, and readers looked only %d times", alive, kills, looked)
	}
}

func removeAll(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
}
