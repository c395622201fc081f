package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sinks/postgres/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// everywhere runs a test on SQLite and on Postgres.
func everywhere(t *testing.T, test func(t *testing.T, state string)) {
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) { t.Parallel(); test(t, place(t, kind)) })
	}
}

// place gives a new place for a state.
func place(t testing.TB, kind string) string {
	t.Helper()
	if kind == "sqlite" {
		return filepath.Join(t.TempDir(), "state.db")
	}
	return pgtest.Server(t)
}

func open(t testing.TB, state string) *Queue {
	t.Helper()
	q, err := Open(t.Context(), Options{State: state, Group: "test", Now: time.Now, Random: rand.Reader, Grace: 5 * time.Second, Tries: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q
}

// work has a process work until the test ends, or until the function that it gives is called.
func work(t testing.TB, q *Queue, h Hands, runs Runs) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Work(ctx, h, runs) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("work ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// hands do jobs as the test wants.
type hands struct {
	mu   sync.Mutex
	did  []string
	read func(ctx context.Context, task pipeline.ReadTask, try int) (pipeline.ReadReport, error)
}

func (h *hands) PullSource(_ context.Context, task pipeline.PullTask) (pipeline.PullReport, error) {
	h.note(task.Source)
	return pipeline.PullReport{New: []string{task.Source + ".xlsx"}, Listed: []string{"u/" + task.Source}}, nil
}

func (h *hands) ReadBook(ctx context.Context, task pipeline.ReadTask) (pipeline.ReadReport, error) {
	try := h.note(task.Name)
	if h.read != nil {
		return h.read(ctx, task, try)
	}
	return pipeline.ReadReport{Rows: int64(len(task.Name)), Tables: 1, Notes: []string{task.Dataset}}, nil
}

func (h *hands) note(what string) (times int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.did = append(h.did, what)
	for _, d := range h.did {
		if d == what {
			times++
		}
	}
	return times
}

func (h *hands) times(what string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.did {
		if d == what {
			n++
		}
	}
	return n
}

func tasks(names ...string) []pipeline.ReadTask {
	var list []pipeline.ReadTask
	for _, name := range names {
		list = append(list, pipeline.ReadTask{Dataset: "d", Snapshot: "s-" + name, Name: name, Vintage: time.Unix(5, 7).UTC()})
	}
	return list
}

// read has a crew read and gives the reports in the order of the tasks.
func read(t testing.TB, q *Queue, list []pipeline.ReadTask) ([]pipeline.ReadReport, error) {
	t.Helper()
	reports := make([]pipeline.ReadReport, len(list))
	told := map[int]int{}
	err := q.Crew(nil).Read(t.Context(), list, func(i int, r pipeline.ReadReport) {
		reports[i] = r
		told[i]++
	})
	for i, n := range told {
		if n != 1 {
			t.Errorf("task %d was told of %d times", i, n)
		}
	}
	if err == nil && len(told) != len(list) {
		t.Errorf("%d of %d tasks were told of", len(told), len(list))
	}
	return reports, err
}

// Tasks go to whoever works, reports and troubles come back as they were, and each is done once however often it is asked
// for at a time.
func TestCrew(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		q := open(t, state)
		h := &hands{}
		h.read = func(_ context.Context, task pipeline.ReadTask, _ int) (pipeline.ReadReport, error) {
			if task.Name == "odd" {
				return pipeline.ReadReport{Trouble: pipeline.TroubleOf(&fault.Error{Kind: fault.Input, File: "odd", Sheet: "S", Cell: "B7", What: "no number"})}, nil
			}
			return pipeline.ReadReport{Rows: 3, Tables: 1, Notes: []string{task.Snapshot, task.Vintage.Format(time.RFC3339Nano)}}, nil
		}
		stop := work(t, q, h, nil)
		var pulled []pipeline.PullReport
		err := q.Crew(nil).Pull(t.Context(), []pipeline.PullTask{{Source: "a"}, {Source: "b"}}, func(_ int, r pipeline.PullReport) { pulled = append(pulled, r) })
		slices.SortFunc(pulled, func(a, b pipeline.PullReport) int { return strings.Compare(a.New[0], b.New[0]) })
		want := []pipeline.PullReport{{New: []string{"a.xlsx"}, Listed: []string{"u/a"}}, {New: []string{"b.xlsx"}, Listed: []string{"u/b"}}}
		if d := cmp.Diff(want, pulled, cmp.AllowUnexported(pipeline.Trouble{})); err != nil || d != "" {
			t.Errorf("pulled with %v (-want +got)\n%s", err, d)
		}
		list := append(tasks("x", "odd", "y"), tasks("x")...)
		reports, err := read(t, q, list)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(pipeline.ReadReport{Rows: 3, Tables: 1, Notes: []string{"s-x", "1970-01-01T00:00:05.000000007Z"}}, reports[3]); d != "" {
			t.Errorf("the report of x (-want +got)\n%s", d)
		}
		if err := reports[1].Trouble.Err(); err == nil || err.Error() != `odd, sheet "S", cell B7: no number` || fault.KindOf(err) != fault.Input {
			t.Errorf("odd came back as %v", err)
		}
		if n := h.times("x"); n != 1 {
			t.Errorf("x was read %d times at once", n)
		}
		if _, err := read(t, q, tasks("x")); err != nil || h.times("x") != 2 {
			t.Errorf("a book that is wanted again was read %d times, %v", h.times("x"), err)
		}
		stop()
		if depth, err := q.Depth(t.Context()); err != nil || len(depth) > 0 {
			t.Errorf("in the end the queue holds %v, %v", depth, err)
		}
	})
}

// What may pass is tried again, what will not ends the run with the reason.
func TestTroubleOfTheLake(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		q := open(t, state)
		h := &hands{read: func(_ context.Context, task pipeline.ReadTask, try int) (pipeline.ReadReport, error) {
			switch {
			case task.Name == "never":
				return pipeline.ReadReport{}, &fault.Error{Kind: fault.Config, What: "no such bucket"}
			case try < 3:
				return pipeline.ReadReport{}, fmt.Errorf("write fragment: %w", errors.New("no space left on device"))
			}
			return pipeline.ReadReport{Rows: 1}, nil
		}}
		work(t, q, h, nil)
		reports, err := read(t, q, tasks("later"))
		if err != nil || reports[0].Rows != 1 || h.times("later") != 3 {
			t.Errorf("%+v, %v after %d tries", reports, err, h.times("later"))
		}
		_, err = read(t, q, tasks("never"))
		if err == nil || err.Error() != "no such bucket" || fault.KindOf(err) != fault.Config || h.times("never") != 1 {
			t.Errorf("%v after %d tries", err, h.times("never"))
		}
	})
}

// A process that stops lets its jobs end; what does not end in time goes to another process and the try does not count.
func TestDrain(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		q := open(t, state)
		q.Grace = 300 * time.Millisecond
		begun := make(chan string, 2)
		h := &hands{read: func(ctx context.Context, task pipeline.ReadTask, try int) (pipeline.ReadReport, error) {
			if try > 1 {
				return pipeline.ReadReport{Rows: int64(try)}, nil
			}
			begun <- task.Name
			if task.Name == "short" {
				time.Sleep(100 * time.Millisecond)
				return pipeline.ReadReport{Rows: 1}, nil
			}
			<-ctx.Done()
			return pipeline.ReadReport{}, ctx.Err()
		}}
		stop := work(t, q, h, nil)
		ended := make(chan []pipeline.ReadReport)
		go func() {
			reports, err := read(t, q, tasks("short", "long"))
			if err != nil {
				t.Error(err)
			}
			ended <- reports
		}()
		<-begun
		<-begun
		stop()
		if n := h.times("short"); n != 1 {
			t.Errorf("the short book was read %d times", n)
		}
		work(t, q, h, nil)
		if reports := <-ended; reports[0].Rows != 1 || reports[1].Rows != 2 {
			t.Errorf("%+v", reports)
		}
	})
}

// Runs are jobs as well: one at a time, one for a key, cancelled from anywhere.
func TestRuns(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		q := open(t, state)
		var mu sync.Mutex
		under, most := 0, 0
		runs := func(ctx context.Context, task RunTask) (RunReport, error) {
			mu.Lock()
			under++
			most = max(most, under)
			mu.Unlock()
			defer func() { mu.Lock(); under--; mu.Unlock() }()
			if task.Key == "for ever" {
				<-ctx.Done()
				return RunReport{}, ctx.Err()
			}
			time.Sleep(50 * time.Millisecond)
			return RunReport{Run: task.Key, Status: "done", Release: "r"}, nil
		}
		work(t, q, &hands{}, runs)
		first, fresh, err := q.Enqueue(t.Context(), RunTask{Key: "1", Trigger: "schedule"})
		if err != nil || !fresh {
			t.Fatal(fresh, err)
		}
		again, fresh, err := q.Enqueue(t.Context(), RunTask{Key: "1", Trigger: "manual"})
		if err != nil || fresh || again != first {
			t.Errorf("a second run for the same: job %d, %v, %v", again, fresh, err)
		}
		second, _, err := q.Enqueue(t.Context(), RunTask{Key: "2"})
		if err != nil {
			t.Fatal(err)
		}
		for id, key := range map[int64]string{first: "1", second: "2"} {
			report, err := q.Await(t.Context(), id)
			if d := cmp.Diff(RunReport{Run: key, Status: "done", Release: "r"}, report); err != nil || d != "" {
				t.Errorf("run %s ended with %v\n%s", key, err, d)
			}
		}
		id, _, err := q.Enqueue(t.Context(), RunTask{Key: "for ever"})
		if err != nil {
			t.Fatal(err)
		}
		for depth := []Depth(nil); !slices.Contains(depth, Depth{kindRun, "running", 1}); {
			if depth, err = q.Depth(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.Cancel(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Await(t.Context(), id); err == nil {
			t.Error("a cancelled run ended well")
		}
		if most != 1 {
			t.Errorf("%d runs were under way at a time", most)
		}
	})
}
