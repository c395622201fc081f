package schedule

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
)

// Store keeps the marks over restarts.
type Store interface {
	Marks(ctx context.Context) (map[string]Mark, error)
	SetMark(ctx context.Context, rule string, m Mark) error
}

// Job is a run that the scheduler wants.
type Job struct {
	Trigger string    // schedule, catch_up, poll, or what Ask was given
	Rules   []string  // ids, none for one that was asked for
	Sources []string  // ids of the sources to ask; empty: all
	Due     time.Time // zero for one that was asked for
	Ask     any       // what Ask was given
}

// Triggers of jobs.
const (
	BySchedule = "schedule"
	ByCatchUp  = "catch_up"
	ByPoll     = "poll"
)

// Worker does what the scheduler decides.
type Worker interface {
	// Run does a run. An error of kind fault.Locked says that another process is at it.
	Run(ctx context.Context, job Job) error
	// Arrived reports whether one of the rule's sources has given a new book since then.
	Arrived(ctx context.Context, rule Rule, since time.Time) (bool, error)
	// Told hears of due times that are skipped, of books that are late, and of clocks that jump. It must not block.
	Told(ctx context.Context, n Note)
}

// Note is something that the scheduler has to say.
type Note struct {
	At    time.Time
	Kind  string // skipped, late, clock, trouble
	Rule  string
	Due   time.Time
	Count int // of due times that are skipped
	Text  string
}

// Kinds of notes.
const (
	NoteSkipped = "skipped"
	NoteLate    = "late"
	NoteClock   = "clock"
	NoteTrouble = "trouble"
)

// Scheduler does what rules say, one run at a time. What becomes due at the same time, or while another run is going on,
// shares one run.
type Scheduler struct {
	Rules  []Rule
	Store  Store
	Clock  Clock
	Worker Worker
	Grace  time.Duration // how long a run may go on after the loop's context has ended

	// Leads reports whether it is this process that keeps the schedule, of several with the same store. The others do what
	// they are asked for, and look on. Nil: there is but one.
	Leads func() bool

	asks chan ask

	mu      sync.Mutex
	marks   map[string]Mark
	current *Job
}

// New makes a scheduler; its fields are set by the caller before Loop.
func New() *Scheduler { return &Scheduler{asks: make(chan ask)} }

const (
	nap   = 30 * time.Second // the clock is looked at so often at least: a timer does not run while the machine sleeps
	least = time.Second      // what is due and cannot begin is looked at again after so long
	jump  = 5 * time.Second  // the wall's clock may drift from the even pace by so much between two looks
)

// ErrBusy says that a run is going on.
var ErrBusy = errors.New("a run is going on")

type ask struct {
	job    Job
	answer chan error
}

// Ask begins a run now, unless one is going on. It waits until the loop has taken it, not until the run has ended.
func (s *Scheduler) Ask(ctx context.Context, job Job) error {
	a := ask{job, make(chan error, 1)}
	select {
	case s.asks <- a:
		return <-a.answer
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Upcoming is what is next of a rule.
type Upcoming struct {
	Rule    string
	Due     time.Time // zero: never
	Start   time.Time
	Mark    Mark
	Running bool
}

// Upcoming lists what is next of every rule, in their order.
func (s *Scheduler) Upcoming() []Upcoming {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := Plan(s.Rules, s.marks, s.Clock.Now())
	for i := range list {
		list[i].Running = s.current != nil && slices.Contains(s.current.Rules, list[i].Rule)
	}
	return list
}

// Plan lists what is next of every rule, given their marks.
func Plan(rules []Rule, marks map[string]Mark, now time.Time) []Upcoming {
	list := make([]Upcoming, 0, len(rules))
	for _, r := range rules {
		m := marks[r.ID]
		from := m.Handled
		if m.Print != r.Print || from.IsZero() {
			from = now
		}
		u := Upcoming{Rule: r.ID, Mark: m}
		u.Due, u.Start, _ = r.Next(from)
		list = append(list, u)
	}
	return list
}

// ended is how a job went.
type ended struct {
	job *Job
	due map[string]time.Time
	err error
}

// Loop does what the rules say until the context ends; then it waits for the run that is going on, for Grace at most.
func (s *Scheduler) Loop(ctx context.Context) error {
	if err := s.remember(ctx); err != nil {
		return err
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	l := &loop{Scheduler: s, work: work, done: make(chan ended, 1), queued: map[string]Decision{}}
	l.wall, l.even = s.Clock.Now(), s.Clock.Elapsed()
	for ctx.Err() == nil {
		l.look(ctx)
		select {
		case <-ctx.Done():
		case <-s.Clock.After(l.sleep()):
		case e := <-l.done:
			l.finish(work, e)
		case a := <-s.asks:
			if l.busy != nil {
				a.answer <- ErrBusy
				continue
			}
			a.answer <- nil
			l.start(&a.job, nil)
		}
	}
	return l.drain(stop)
}

// loop is the state of Loop.
type loop struct {
	*Scheduler
	work   context.Context
	done   chan ended
	busy   map[string]time.Time // the due times of the run that is going on, by rule; nil: none is
	queued map[string]Decision  // due, and waiting for the run that is going on
	wall   time.Time
	even   time.Duration
	leads  bool // the process keeps the schedule
}

// look decides what there is to do now, and begins it.
func (l *loop) look(ctx context.Context) {
	now := l.Clock.Now()
	l.jumped(ctx, now)
	if !l.leading(ctx) {
		return
	}
	for _, r := range l.Rules {
		if _, waits := l.queued[r.ID]; waits {
			continue
		}
		var running *time.Time
		if due, ok := l.busy[r.ID]; ok {
			running = &due
		}
		before := l.mark(r.ID)
		m, decisions := r.Step(now, before, running)
		if l.setMark(r.ID, m); m != before && running == nil {
			l.save(ctx, r.ID, m)
		}
		for _, d := range decisions {
			switch d.Action {
			case Run, Poll:
				l.queued[r.ID] = d
			case Skip:
				l.Worker.Told(ctx, Note{At: now, Kind: NoteSkipped, Rule: r.ID, Due: d.Due, Count: d.Count, Text: d.Why})
			case Late:
				l.Worker.Told(ctx, Note{At: now, Kind: NoteLate, Rule: r.ID, Due: d.Due, Text: d.Why})
			}
		}
	}
	if l.busy == nil && len(l.queued) > 0 {
		l.begin()
	}
}

// jumped tells when the clock on the wall has moved at another pace than time did. The due times are reckoned anew from
// the clock at every look, so there is nothing else to do.
func (l *loop) jumped(ctx context.Context, now time.Time) {
	even := l.Clock.Elapsed()
	by := now.Sub(l.wall) - (even - l.even)
	l.wall, l.even = now, even
	if by > jump || by < -jump {
		l.Worker.Told(ctx, Note{At: now, Kind: NoteClock, Text: fmt.Sprintf("the clock jumped by %s: it was set, or the machine slept", by.Round(time.Second))})
	}
}

// begin makes one job of all that is due.
func (l *loop) begin() {
	job := &Job{}
	due := map[string]time.Time{}
	all := false
	for _, r := range l.Rules {
		d, ok := l.queued[r.ID]
		if !ok {
			continue
		}
		due[r.ID] = d.Due
		job.Rules = append(job.Rules, r.ID)
		if job.Trigger == "" || trigger(d) == BySchedule {
			job.Trigger = trigger(d)
		}
		if d.Due.After(job.Due) {
			job.Due = d.Due
		}
		all = all || len(r.Sources) == 0
		job.Sources = append(job.Sources, r.Sources...)
	}
	slices.Sort(job.Sources)
	if job.Sources = slices.Compact(job.Sources); all {
		job.Sources = nil
	}
	clear(l.queued)
	l.start(job, due)
}

func trigger(d Decision) string {
	switch {
	case d.Action == Poll:
		return ByPoll
	case d.CaughtUp:
		return ByCatchUp
	}
	return BySchedule
}

// start does a job beside the loop. A panic of it must not end the program.
func (l *loop) start(job *Job, due map[string]time.Time) {
	if due == nil {
		due = map[string]time.Time{}
	}
	l.busy = due
	l.setCurrent(job)
	go func() {
		e := ended{job: job, due: due}
		defer func() {
			if p := recover(); p != nil {
				e.err = fmt.Errorf("the run broke the program: panic: %v", p)
			}
			l.done <- e
		}()
		e.err = l.Worker.Run(l.work, *job)
	}()
}

// finish marks what the run saw to. One that was stopped saw to nothing: it is due again when the program starts.
func (l *loop) finish(ctx context.Context, e ended) {
	l.busy = nil
	l.setCurrent(nil)
	now := l.Clock.Now()
	if errors.Is(e.err, context.Canceled) {
		return
	}
	if e.err != nil {
		kind := NoteTrouble
		if fault.KindOf(e.err) == fault.Locked {
			kind = NoteSkipped
		}
		for _, id := range slices.Sorted(maps.Keys(e.due)) {
			l.Worker.Told(ctx, Note{At: now, Kind: kind, Rule: id, Due: e.due[id], Count: 1, Text: e.err.Error()})
		}
	}
	for _, r := range l.Rules {
		due, ok := e.due[r.ID]
		if !ok {
			continue
		}
		arrived := true
		if r.Waits() {
			var err error
			if arrived, err = l.Worker.Arrived(ctx, r, due.Add(-r.Early)); err != nil {
				l.Worker.Told(ctx, Note{At: now, Kind: NoteTrouble, Rule: r.ID, Due: due, Text: err.Error()})
			}
		}
		m := r.Ended(now, l.mark(r.ID), due, arrived)
		l.setMark(r.ID, m)
		l.save(ctx, r.ID, m)
	}
}

// drain waits for the run that is going on; after Grace it is told to stop.
func (l *loop) drain(stop func()) error {
	if l.busy == nil {
		return nil
	}
	// The wall's clock may be a test's; patience is about the real time that an operating system grants.
	patience := time.AfterFunc(l.Grace, stop)
	defer patience.Stop()
	e := <-l.done
	l.finish(context.WithoutCancel(l.work), e)
	return nil
}

// sleep is how long there is nothing to decide.
func (l *loop) sleep() time.Duration {
	now := l.Clock.Now()
	wait := nap
	if l.Leads != nil {
		wait = stand
		if !l.leads {
			return wait
		}
	}
	for _, r := range l.Rules {
		if wake := r.Wake(l.mark(r.ID)); !wake.IsZero() {
			wait = min(wait, wake.Sub(now))
		}
	}
	if wait <= 0 {
		return least
	}
	return wait
}

// save stores a mark. Without it the worst is a run that is done twice, so the loop goes on.
func (l *loop) save(ctx context.Context, rule string, m Mark) {
	if err := l.Store.SetMark(ctx, rule, m); err != nil && ctx.Err() == nil {
		l.Worker.Told(ctx, Note{At: l.Clock.Now(), Kind: NoteTrouble, Rule: rule, Text: err.Error()})
	}
}

func (s *Scheduler) mark(rule string) Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.marks[rule]
}

func (s *Scheduler) setMark(rule string, m Mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks[rule] = m
}

func (s *Scheduler) setCurrent(job *Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = job
}
