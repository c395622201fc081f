package indicator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/indicator"
)

// What is computed several at a time is what is computed one by one: the same rows in the same places, with the same inputs
// and formulas, every time.
func TestParallelIsSerial(t *testing.T) {
	defer goleak.VerifyNone(t)
	var want string
	for run, parallel := range []int{1, 4, 4, 4, 4, 4} {
		db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "400MB", Threads: 2})
		must(t, err)
		defer db.Close() // closing it twice does no harm
		must(t, db.Exec(t.Context(), strings.Replace(millionSQL, "ROWS", "20000", 1)))
		_, err = indicator.BuildParallel(t.Context(), db, millionSet(), parallel)
		must(t, err)
		var got strings.Builder
		got.WriteString(ducktest.Rows(t, db, "SELECT rowid, t.* FROM indicators t ORDER BY rowid"))
		for _, name := range []string{"indicator_inputs", "indicator_formulas", "indicator_band_inputs", "indicator_band_formulas"} {
			got.WriteString(ducktest.Rows(t, db, "SELECT '"+name+"', count(*), sum(hash(t)::HUGEINT)::VARCHAR FROM "+name+" t"))
		}
		must(t, db.Close())
		if run == 0 {
			want = got.String()
		} else if got.String() != want {
			t.Fatalf("run %d, %d at a time: %s", run, parallel, cmp.Diff(want, got.String()))
		}
	}
	if strings.Count(want, "\n") < 1000 {
		t.Fatal("there is little to compare")
	}
}

// Of several faults it is always the first in order that is told, and what hangs on it is not run.
func TestParallelFault(t *testing.T) {
	defer goleak.VerifyNone(t)
	set := func(parallel int) string {
		db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "400MB", Threads: 1})
		must(t, err)
		defer db.Close()
		must(t, db.Exec(t.Context(), booksSQL))
		twice := "SELECT time_period, obs_value FROM go"
		_, err = indicator.BuildParallel(t.Context(), db, indicator.Set{Indicators: []transforms.Indicator{
			{ID: "C", Freq: "A", SQL: "SELECT time_period, obs_value FROM b"},
			{ID: "B", Freq: "A", SQL: twice}, {ID: "A", Freq: "A", SQL: twice},
			{ID: "D", Freq: "A", SQL: "SELECT time_period, obs_value FROM go WHERE industry = '10'"},
		}}, parallel)
		if err == nil {
			t.Fatal("more than one row for a key is no fault")
		}
		return err.Error()
	}
	want := set(1)
	for range 5 {
		if got := set(4); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}
