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
// same: only then is what they make the same. The queue goes by the machine's own clock, as River and the databases do.
func (a *app) queueOf(ctx context.Context, cfg *config.Config, size crewSize) (*queue.Queue, error) {
	return queue.Open(ctx, queue.Options{
		State: cfg.StatePlace(), Group: pipeline.RecipeHash([]byte(a.engine()), []byte(cfg.Hash()))[:16],
		Log: a.log(), Now: time.Now, Random: a.random, Readers: size.readers, Pullers: size.pullers, Grace: size.grace,
	})
}

// withCrew lets do have a runner whose parts are done as jobs, by all processes that share the state, this one among them.
// Where nobody shares it, a run that nobody watches has its books read and its steps done as jobs of a queue of its own,
// which remembers what was tried; one that somebody waits for does all itself.
func (a *app) withCrew(ctx context.Context, cfg *config.Config, r *pipeline.Runner, do func(ctx context.Context) error) (err error) {
	if !cfg.Shared() {
		if a.quiet {
			return a.withOwnQueue(ctx, cfg, r, do)
		}
		return do(ctx)
	}
	if a.queue != nil { // this process works on the queue already
		r.Crew = a.queue.Crew(r.Watch)
		return do(ctx)
	}
	q, err := a.queueOf(ctx, cfg, crewSize{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	r.Crew = q.Crew(r.Watch)
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

// withOwnQueue lets do have a runner whose crew is alone.
func (a *app) withOwnQueue(ctx context.Context, cfg *config.Config, r *pipeline.Runner, do func(ctx context.Context) error) (err error) {
	group, within := errgroup.WithContext(ctx)
	within, stop := context.WithCancel(within)
	defer stop()
	c := &alone{Crew: pipeline.Hands(r)}
	c.open = func() error {
		if c.queue != nil {
			return nil
		}
		q, err := a.queueOf(within, cfg, crewSize{})
		if err != nil {
			return err
		}
		c.queue = q
		group.Go(func() error { return q.Work(within, r, nil) })
		return nil
	}
	r.Crew = c
	group.Go(func() error {
		defer stop()
		return do(within)
	})
	err = group.Wait()
	if c.queue != nil {
		err = errors.Join(err, c.queue.Close())
	}
	return err
}

// alone is the crew of an unattended process that shares its state with nobody: it pulls by itself, and the rest are jobs. Their
// queue is opened when there is something to do: most nights there is nothing.
type alone struct {
	pipeline.Crew // the process itself
	open          func() error
	queue         *queue.Queue
}

// Read has the books read as jobs. A book that the process dies of is set aside in the end.
func (c *alone) Read(ctx context.Context, tasks []pipeline.ReadTask, done func(int, pipeline.ReadReport)) error {
	if len(tasks) == 0 {
		return nil
	}
	if err := c.open(); err != nil {
		return err
	}
	return c.queue.Crew(nil).Read(ctx, tasks, done)
}

// Step has a step done as a job.
func (c *alone) Step(ctx context.Context, task pipeline.StepTask, do func(ctx context.Context) error) error {
	if err := c.open(); err != nil {
		return err
	}
	return c.queue.Crew(nil).Step(ctx, task, do)
}

// cancelTime is how long it may take to cancel a run that a worker does.
const cancelTime = 10 * time.Second

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
	id, fresh, err := q.Enqueue(ctx, queue.RunTask{Key: "run", Trigger: o.trigger, Full: o.full})
	if err != nil {
		return report, err
	}
	if report, err = q.Await(ctx, id); err != nil {
		if ctx.Err() != nil && fresh { // whoever only joined a run leaves it to those who asked for it
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime)
			defer cancel()
			err = errors.Join(err, q.Cancel(late, id))
		}
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
	seen, err := d.Seen()
	if err != nil {
		return err
	}
	shelf, err := release.Open(cfg.DataDir())
	if err != nil {
		return err
	}
	// What is here and not there was built here and is still to be published, unless others were quicker.
	if here, found, _ := shelf.Current(); found && (here.ID == there.Release || seen.Number == there.Number) {
		return nil
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
