package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// office is a store and a worker that remember what they are told.
type office struct {
	clock schedule.Clock

	mu    sync.Mutex
	marks map[string]schedule.Mark
	diary []string
	takes time.Duration // of every run
	fails func(job schedule.Job) error
	there map[string]bool
}

func (o *office) Marks(context.Context) (map[string]schedule.Mark, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.marks), nil
}

func (o *office) SetMark(_ context.Context, rule string, m schedule.Mark) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.marks == nil {
		o.marks = map[string]schedule.Mark{}
	}
	o.marks[rule] = m
	return nil
}

func (o *office) note(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.diary = append(o.diary, o.clock.Now().UTC().Format("02 15:04 ")+fmt.Sprintf(format, args...))
}

func (o *office) Run(ctx context.Context, job schedule.Job) error {
	o.note("%s %s %v", job.Trigger, strings.Join(job.Rules, "+"), job.Sources)
	if o.fails != nil {
		if err := o.fails(job); err != nil {
			return err
		}
	}
	select {
	case <-time.After(o.takes):
		o.note("ended")
		return nil
	case <-ctx.Done():
		o.note("stopped")
		return ctx.Err()
	}
}

func (o *office) Arrived(_ context.Context, r schedule.Rule, _ time.Time) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.there[r.ID], nil
}

func (o *office) Told(_ context.Context, n schedule.Note) {
	o.note("%s %s %d %s", n.Kind, n.Rule, n.Count, n.Text)
}

// hourly is a rule at a minute of every hour.
func hourly(t *testing.T, id string, minute int, sources ...string) schedule.Rule {
	return schedule.Rule{ID: id, When: cron(t, fmt.Sprintf("%d * * * *", minute), "UTC"), Zone: time.UTC, Sources: sources, Print: "p"}
}

// keep runs a scheduler within a bubble of made-up time for so long, and gives the diary.
func keep(t *testing.T, o *office, for_ time.Duration, do func(s *schedule.Scheduler), rules ...schedule.Rule) []string {
	t.Helper()
	if o.clock == nil {
		o.clock = schedule.SystemClock()
	}
	s := schedule.New()
	s.Rules, s.Store, s.Clock, s.Worker, s.Grace = rules, o, o.clock, o, time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error)
	go func() { over <- s.Loop(ctx) }()
	if do != nil {
		do(s)
	}
	time.Sleep(for_)
	cancel()
	if err := <-over; err != nil {
		t.Error(err)
	}
	return o.diary
}

func TestLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Time begins at midnight of 2000-01-01.
		o := &office{takes: 10 * time.Minute}
		got := keep(t, o, 100*time.Minute, nil, hourly(t, "a", 5, "x", "y"), hourly(t, "b", 5, "y"), hourly(t, "c", 10))
		want := []string{
			"01 00:05 schedule a+b [x y]", "01 00:15 ended", // what is due together shares a run,
			"01 00:15 schedule c []", "01 00:25 ended", // and what becomes due meanwhile waits for its end
			"01 01:05 schedule a+b [x y]", "01 01:15 ended", "01 01:15 schedule c []", "01 01:25 ended",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("diary (-want +got):\n%s", d)
		}
		// The next process goes on from what is stored: nothing is done twice, what was missed is made up for once.
		o.diary = nil
		time.Sleep(3 * time.Hour)
		got = keep(t, o, 15*time.Minute, nil, hourly(t, "a", 5, "x", "y"))
		want = []string{
			"01 04:40 skipped a 2 missed; the run due at 2000-01-01 04:05 UTC makes up for it",
			"01 04:40 catch_up a [x y]", "01 04:50 ended",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("diary after a restart (-want +got):\n%s", d)
		}
	})
}

func TestLoopOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &office{takes: 90 * time.Minute}
		got := keep(t, o, 4*time.Hour+30*time.Second, nil, hourly(t, "a", 0))
		want := []string{
			"01 01:00 schedule a []", "01 02:00 skipped a 1 the run due at 2000-01-01 01:00 UTC was still going on", "01 02:30 ended",
			"01 03:00 schedule a []", "01 04:00 skipped a 1 the run due at 2000-01-01 03:00 UTC was still going on", "01 04:01 stopped",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("diary (-want +got):\n%s", d)
		}
		// The run that was stopped is due again.
		if due := o.marks["a"].Handled; due.Hour() != 2 {
			t.Errorf("seen to is what was due at %v", due)
		}
	})
}

func TestLoopFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		o := &office{fails: func(schedule.Job) error {
			switch runs++; runs {
			case 1:
				panic("a stage")
			case 2:
				return &fault.Error{Kind: fault.Locked, What: "another run holds the lock"}
			case 3:
				return errors.New("disk full")
			}
			return nil
		}}
		got := keep(t, o, 4*time.Hour+time.Minute, nil, hourly(t, "a", 0))
		want := []string{
			"01 01:00 schedule a []", "01 01:00 trouble a 1 the run broke the program: panic: a stage",
			"01 02:00 schedule a []", "01 02:00 skipped a 1 another run holds the lock",
			"01 03:00 schedule a []", "01 03:00 trouble a 1 disk full",
			"01 04:00 schedule a []", "01 04:00 ended",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("diary (-want +got):\n%s", d)
		}
	})
}

func TestLoopPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := hourly(t, "a", 0)
		r.When, r.Poll, r.Patient = cron(t, "0 1 * * *", "UTC"), 10*time.Minute, 25*time.Minute
		o := &office{there: map[string]bool{}}
		got := keep(t, o, 5*time.Hour, func(*schedule.Scheduler) {
			time.Sleep(105 * time.Minute)
			o.mu.Lock()
			o.there["a"] = true
			o.mu.Unlock()
		}, r)
		want := []string{
			"01 01:00 schedule a []", "01 01:00 ended", "01 01:10 poll a []", "01 01:10 ended", "01 01:20 poll a []", "01 01:20 ended",
			"01 01:25 late a 0 no new book by 2000-01-01 01:25 UTC",
			"01 01:30 poll a []", "01 01:30 ended", "01 01:40 poll a []", "01 01:40 ended", "01 01:50 poll a []", "01 01:50 ended",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("diary (-want +got):\n%s", d)
		}
	})
}

func TestLoopAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &office{takes: time.Minute}
		got := keep(t, o, 5*time.Minute, func(s *schedule.Scheduler) {
			if err := s.Ask(t.Context(), schedule.Job{Trigger: "request"}); err != nil {
				t.Error(err)
			}
			if err := s.Ask(t.Context(), schedule.Job{Trigger: "request"}); !errors.Is(err, schedule.ErrBusy) {
				t.Errorf("got %v, want ErrBusy", err)
			}
		})
		if d := cmp.Diff([]string{"01 00:00 request  []", "01 00:01 ended"}, got); d != "" {
			t.Errorf("diary (-want +got):\n%s", d)
		}
	})
}

// moved is a clock that can be set, as by hand or by a machine that slept.
type moved struct {
	schedule.Clock
	mu sync.Mutex
	by time.Duration
}

func (m *moved) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Clock.Now().Add(m.by)
}

func (m *moved) set(by time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.by += by
}

func TestLoopClockJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := &moved{Clock: schedule.SystemClock()}
		o := &office{clock: clock}
		got := keep(t, o, 30*time.Minute, func(*schedule.Scheduler) {
			time.Sleep(10*time.Minute + time.Second)
			clock.set(5 * time.Hour) // the machine sleeps: it is 05:10
			time.Sleep(time.Minute)
			clock.set(-20 * time.Minute) // put back past 05:00, which has been seen to
		}, hourly(t, "a", 0))
		want := []string{
			"01 05:10 clock  0 the clock jumped by 5h0m0s: it was set, or the machine slept",
			"01 05:10 skipped a 4 missed; the run due at 2000-01-01 05:00 UTC makes up for it",
			"01 05:10 catch_up a []", "01 05:10 ended",
			"01 04:51 clock  0 the clock jumped by -20m0s: it was set, or the machine slept",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("diary (-want +got):\n%s", d)
		}
	})
}

// A thousand runs leave nothing behind, and each due time has had its one run.
func TestLoopSoak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &office{takes: time.Minute}
		got := keep(t, o, 1000*time.Hour+time.Minute, nil, hourly(t, "a", 0))
		started := slices.DeleteFunc(got, func(line string) bool { return strings.HasSuffix(line, "ended") })
		if len(started) != 1000 {
			t.Errorf("%d lines, the last is %s", len(started), started[len(started)-1])
		}
	})
}

// Of several processes one keeps the schedule. The others do what they are asked for, and one of them takes over with what
// has been seen to when the first is gone.
func TestLeading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := schedule.SystemClock()
		store := &office{clock: clock}
		first, second := &office{clock: clock, takes: time.Minute}, &office{clock: clock, takes: time.Minute}
		var leader atomic.Pointer[office]
		leader.Store(first)
		begin := func(o *office) (*schedule.Scheduler, func()) {
			s := schedule.New()
			s.Rules, s.Store, s.Clock, s.Worker, s.Grace = []schedule.Rule{hourly(t, "h", 0)}, store, clock, o, time.Minute
			s.Leads = func() bool { return leader.Load() == o }
			ctx, cancel := context.WithCancel(t.Context())
			over := make(chan error)
			go func() { over <- s.Loop(ctx) }()
			return s, func() {
				cancel()
				if err := <-over; err != nil {
					t.Error(err)
				}
			}
		}
		_, end := begin(first)
		s, endSecond := begin(second)
		time.Sleep(2*time.Hour + 30*time.Minute)
		if err := s.Ask(t.Context(), schedule.Job{Trigger: "request"}); err != nil {
			t.Error(err)
		}
		if up := s.Upcoming(); up[0].Mark.Handled.IsZero() {
			t.Errorf("who looks on knows nothing of what was done: %+v", up)
		}
		end()
		leader.Store(second)
		time.Sleep(2 * time.Hour)
		endSecond()
		want := []string{"01 01:00 schedule h []", "01 01:01 ended", "01 02:00 schedule h []", "01 02:01 ended"}
		if d := cmp.Diff(want, first.diary); d != "" {
			t.Errorf("the first (-want +got)\n%s", d)
		}
		want = []string{"01 02:30 request  []", "01 02:31 ended", "01 03:00 schedule h []", "01 03:01 ended", "01 04:00 schedule h []", "01 04:01 ended"}
		if d := cmp.Diff(want, second.diary); d != "" {
			t.Errorf("the second (-want +got)\n%s", d)
		}
	})
}
