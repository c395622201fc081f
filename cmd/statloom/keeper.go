package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/notify"
	"github.com/statloom/statloom/pipeline/observe"
	"github.com/statloom/statloom/pipeline/queue"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/pipeline/schedule"
	"github.com/statloom/statloom/pipeline/serve"
)

// keeper does what the scheduler decides, and tells of it.
type keeper struct {
	app       *app
	cfg       *config.Config
	history   *runlog.Log
	log       *slog.Logger
	scheduler *schedule.Scheduler
	metrics   *observe.Metrics
	late      chan struct{} // a book is late
	queue     *queue.Queue
	leads     atomic.Bool // of several processes with the same state, this one keeps the schedule
	folder    sync.Mutex  // held by what changes the data folder: a run must not be turned away by this very process
}

func newKeeper(a *app, cfg *config.Config, history *runlog.Log, log *slog.Logger) *keeper {
	k := &keeper{app: a, cfg: cfg, history: history, log: log, scheduler: schedule.New(), late: make(chan struct{}, 1)}
	clock := a.clock
	if clock == nil {
		clock = schedule.SystemClock()
	}
	s := k.scheduler
	s.Rules, s.Store, s.Clock, s.Worker, s.Grace = cfg.Rules(), history, clock, k, cfg.Serve.Grace
	if cfg.Shared() {
		s.Leads = k.leads.Load
	}
	k.metrics = observe.NewMetrics(a.engine(), a.now, k.state)
	current := currentOf(cfg)
	var held observe.Report
	held.Fill(nil, current, cfg.Hide)
	k.metrics.Published(held.Tables, held.Bytes)
	return k
}

// state looks up what the metrics tell.
func (k *keeper) state(ctx context.Context) (observe.State, error) {
	s := observe.State{Release: currentOf(k.cfg).Created, Upcoming: k.scheduler.Upcoming()}
	var err error
	if s.Sources, err = knownNewest(ctx, k.history); err != nil {
		return s, err
	}
	depth, err := k.queue.Depth(ctx)
	for _, d := range depth {
		s.Queue = append(s.Queue, observe.Depth{Kind: d.Kind, State: d.State, Jobs: int(d.Jobs)})
	}
	return s, err
}

// Run implements schedule.Worker.
func (k *keeper) Run(ctx context.Context, job schedule.Job) error {
	o, asked := job.Ask.(order)
	if !asked {
		id, err := runlog.NewID(k.app.now(), k.app.random)
		if err != nil {
			return err
		}
		o = order{id: id, trigger: job.Trigger, sources: job.Sources}
	}
	log := k.log.With("run", o.id)
	k.folder.Lock()
	defer k.folder.Unlock()
	one := *k.app
	one.logger, one.quiet = log, true
	log.Info("run begins", "trigger", o.trigger, "rules", job.Rules, "sources", job.Sources)
	_, report, err := one.once(ctx, k.cfg, o)
	if fault.KindOf(err) == fault.Locked || errors.Is(err, context.Canceled) {
		return err
	}
	k.metrics.Ended(report)
	level := slog.LevelInfo
	if report.ExitCode != 0 {
		level = slog.LevelError
	}
	log.Log(ctx, level, "run ended", "status", report.Status, "exit_code", report.ExitCode, "seconds", report.Seconds, "release", report.Release,
		"message", report.Message, "problems", len(report.Problems))
	return nil // how it ended is in the run history
}

// Arrived implements schedule.Worker.
func (k *keeper) Arrived(ctx context.Context, r schedule.Rule, since time.Time) (bool, error) {
	known, err := knownNewest(ctx, k.history)
	return !lastBook(known, r.Sources).Before(since), err
}

// Told implements schedule.Worker.
func (k *keeper) Told(ctx context.Context, n schedule.Note) {
	level := slog.LevelInfo
	if n.Kind == schedule.NoteTrouble || n.Kind == schedule.NoteLate {
		level = slog.LevelWarn
	}
	k.log.Log(ctx, level, "schedule: "+n.Kind, "rule", n.Rule, "due", n.Due, "count", n.Count, "reason", n.Text)
	if n.Kind == schedule.NoteLate {
		select {
		case k.late <- struct{}{}:
		default: // it is looked at already
		}
	}
	if n.Kind != schedule.NoteSkipped {
		return
	}
	k.metrics.Skipped(n.Rule, max(n.Count, 1))
	text := fmt.Sprintf("%s, due at %s: %s", n.Rule, n.Due.UTC().Format(time.RFC3339), k.cfg.Hide(n.Text))
	if err := k.skipped(ctx, n, text); err != nil {
		k.log.Warn("a skipped run could not be recorded", "reason", err)
	}
}

// skipped records a run that did not begin.
func (k *keeper) skipped(ctx context.Context, n schedule.Note, text string) error {
	id, err := runlog.NewID(n.At, k.app.random)
	if err != nil {
		return err
	}
	if err := k.history.Start(ctx, runlog.Run{ID: id, Started: n.At, ConfigHash: k.cfg.Hash(), Trigger: schedule.BySchedule}); err != nil {
		return err
	}
	return k.history.Finish(ctx, id, runlog.Outcome{Finished: n.At, Status: runlog.Skipped, Message: text})
}

// schedule keeps the schedule, or stands by while another process does.
func (k *keeper) schedule(ctx context.Context) error {
	if !k.cfg.Shared() {
		return k.scheduler.Loop(ctx)
	}
	// The lock outlasts the loop: while a run has its grace time, no other process begins one.
	return beside(context.WithoutCancel(ctx), k.lead, func(context.Context) error { return k.scheduler.Loop(ctx) })
}

// standBy is how often a process that does not keep the schedule tries to.
const standBy = 2 * time.Second

// lead takes the lock of whoever keeps the schedule as soon as it is free, again and again until ctx ends.
func (k *keeper) lead(ctx context.Context) error {
	tick := time.NewTicker(standBy)
	defer tick.Stop()
	told := false
	for {
		lock, ok, err := k.history.Lead(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			k.log.Warn("it cannot be seen who keeps the schedule", "reason", err)
		case ok:
			k.leads.Store(true)
			k.log.Info("this process keeps the schedule")
			told = false
			select {
			case <-lock.Lost():
				k.log.Warn("the database of the state was lost; whoever reaches it first keeps the schedule")
			case <-ctx.Done():
			}
			k.leads.Store(false)
			lock.Release()
		case err == nil && !told:
			k.log.Info("another process keeps the schedule; this one stands by")
			told = true
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// following is how often it is looked whether another machine has published a release.
const following = 30 * time.Second

// follow has this machine serve what others publish.
func (k *keeper) follow(ctx context.Context) {
	if k.cfg.Releases == "" {
		<-ctx.Done()
		return
	}
	tick := time.NewTicker(following)
	defer tick.Stop()
	for {
		var err error
		if k.folder.TryLock() { // else a run is going on, which looks itself
			err = k.app.takeOver(ctx, k.cfg)
			k.folder.Unlock()
		}
		if err != nil && ctx.Err() == nil && fault.KindOf(err) != fault.Locked {
			k.log.Warn("it cannot be seen what other machines have published", "reason", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// begin begins a run that a caller asked for.
func (k *keeper) begin(ctx context.Context, asked serve.Asked) (string, error) {
	if err := unknownSources(k.cfg, asked.Sources); err != nil {
		return "", err
	}
	id, err := runlog.NewID(k.app.now(), k.app.random)
	if err != nil {
		return "", err
	}
	o := order{id: id, trigger: "request", sources: asked.Sources, full: asked.Full}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return id, k.scheduler.Ask(ctx, schedule.Job{Trigger: o.trigger, Sources: asked.Sources, Ask: o})
}

// reminding is how often alerts are looked at between runs.
const reminding = 5 * time.Minute

// remind has alerts told that could not be told or that go on, and late books when they become late.
func (k *keeper) remind(ctx context.Context) {
	if k.app.speaker == nil {
		<-ctx.Done()
		return
	}
	ticker := time.NewTicker(reminding)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-k.late:
		}
		known, err := knownNewest(ctx, k.history)
		if err != nil || len(known) == 0 {
			known = nil
		}
		told, problems := k.app.speaker.Tell(ctx, lateBooks(k.cfg, known, k.app.now()), func(kind, _ string) bool {
			return kind == notify.Late && known != nil
		})
		report := observe.Report{Alerts: told}
		for _, p := range problems {
			report.Untold = append(report.Untold, p.Error())
			k.log.Warn("an alert could not be told", "reason", p)
		}
		k.metrics.Told(report)
	}
}

// logged is the watcher of a run that nobody watches: it logs.
type logged struct{ log *slog.Logger }

func (l logged) Begin(step string, n int) { l.log.Debug("step begins", "step", step, "parts", n) }
func (logged) Part(string)                {}
func (logged) End()                       {}
func (logged) close()                     {}

func (l logged) Event(level slog.Level, step, subject, message string) {
	l.log.Log(context.Background(), level, message, "step", step, "subject", subject)
}
