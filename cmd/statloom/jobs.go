package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/queue"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
)

// crewSize is how much of a run a process does at a time.
type crewSize struct {
	readers, pullers int
	grace            time.Duration
}

// queueOf opens the queue of a configuration. Processes do each other's jobs when their program and their configuration are the
// same: only then is what they make the same.
func (a *app) queueOf(ctx context.Context, cfg *config.Config, size crewSize) (*queue.Queue, error) {
	return queue.Open(ctx, queue.Options{
		State: cfg.StatePlace(), Group: pipeline.RecipeHash([]byte(a.engine()), []byte(cfg.Hash()))[:16],
		Log: a.log(), Now: a.now, Random: a.random, Readers: size.readers, Pullers: size.pullers, Grace: size.grace,
	})
}

// withCrew lets do have a runner whose sources are pulled and whose books are read as jobs, by all processes that share the
// state, this one among them. Where nobody shares it, a run that nobody watches reads its books as jobs of a queue of
// its own, which remembers what was tried; one that somebody waits for does all itself.
func (a *app) withCrew(ctx context.Context, cfg *config.Config, r *pipeline.Runner, do func(ctx context.Context) error) (err error) {
	if !cfg.Shared() {
		if a.quiet {
			r.Crew = alone{pipeline.Hands(r), a, cfg, r}
		}
		return do(ctx)
	}
	q, err := a.queueOf(ctx, cfg, crewSize{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	r.Crew = q.Crew(r.Watch)
	if a.working {
		return do(ctx) // this process works on the queue already
	}
	return beside(ctx, func(ctx context.Context) error { return q.Work(ctx, r, nil) }, do)
}

// beside does something while something else goes on, which is told to stop afterwards. If that ends by itself with an error, what
// is done is stopped too.
func beside(ctx context.Context, meanwhile, do func(ctx context.Context) error) error {
	group, within := errgroup.WithContext(ctx)
	within, stop := context.WithCancel(within)
	defer stop()
	group.Go(func() error { return meanwhile(within) })
	group.Go(func() error {
		defer stop()
		return do(within)
	})
	return group.Wait()
}

// alone is the crew of an unattended process that shares its state with nobody. A queue is opened when there is something to
// read: most nights there is nothing.
type alone struct {
	pipeline.Crew // the process itself, which pulls
	app           *app
	cfg           *config.Config
	runner        *pipeline.Runner
}

// Read has the books read as jobs. A book that the process dies of is set aside in the end.
func (c alone) Read(ctx context.Context, tasks []pipeline.ReadTask, done func(int, pipeline.ReadReport)) (err error) {
	if len(tasks) == 0 {
		return nil
	}
	q, err := c.app.queueOf(ctx, c.cfg, crewSize{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	return beside(ctx, func(ctx context.Context) error { return q.Work(ctx, c.runner, nil) },
		func(ctx context.Context) error { return q.Crew(nil).Read(ctx, tasks, done) })
}

// queued puts a run into the queue for the workers, and waits until one of them has done it.
func (a *app) queued(ctx context.Context, cfg *config.Config, o order) (report queue.RunReport, err error) {
	if !cfg.Shared() {
		return report, &fault.Error{Kind: fault.Config, File: cfg.Path(), What: "no worker can see the queue: the state is a file of this machine",
			Remedy: "give a database under state, as in postgres://user@host/database"}
	}
	q, err := a.patiently(ctx, func() (*queue.Queue, error) { return a.queueOf(ctx, cfg, crewSize{}) })
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	id, _, err := q.Enqueue(ctx, queue.RunTask{Key: "run", Trigger: o.trigger, Full: o.full})
	if err != nil {
		return report, err
	}
	if report, err = q.Await(ctx, id); err != nil {
		return report, err
	}
	return report, a.takeOver(ctx, cfg)
}

// takeOver makes the release that machines last published the current one here, for readers of this machine.
func (a *app) takeOver(ctx context.Context, cfg *config.Config) (err error) {
	d, err := a.openDepot(ctx, cfg)
	if err != nil || d == nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	there, err := d.Current(ctx)
	if err != nil || there.Release == "" {
		return err
	}
	shelf, err := release.Open(cfg.DataDir())
	if err != nil {
		return err
	}
	here, found, err := shelf.Current()
	if found && here.ID == there.Release {
		return err
	}
	lock, err := a.lock(cfg, "release")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	if err := shelf.Adopt(ctx, there.Release, func(dir string) error { return d.Fetch(ctx, there.Release, dir) }); err != nil {
		return fmt.Errorf("take over release %s: %w", there.Release, err)
	}
	return d.See(there)
}

// runQueued has a worker do a run and tells how it ended.
func (a *app) runQueued(ctx context.Context, full bool) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	started := a.now()
	report, err := a.queued(ctx, cfg, order{trigger: "manual", full: full})
	if err != nil {
		return err
	}
	result := pipeline.Result{Run: report.Run, Status: runlog.Status(report.Status), Release: report.Release, Counters: report.Counters}
	if err := report.Trouble.Err(); err != nil {
		if result.Status != runlog.Done && result.Status != runlog.Unchanged {
			return err
		}
		result.Problems = append(result.Problems, err)
	}
	if err := a.summary(ctx, cfg, result, a.now().Sub(started)); err != nil {
		return err
	}
	return problems(result)
}
