package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/pg"
	"github.com/statloom/statloom/pipeline/queue"
)

func (a *app) cmdWorker() *cobra.Command {
	var size crewSize
	var partsOnly bool
	c := &cobra.Command{
		Use:   "worker",
		Short: "Do parts of runs for all machines that share the state",
		Long: `Work on the queue that machines share (state: postgres://... in the configuration): pull sources, read books, and do whole
runs that "statloom run --queued" asks for. Start as many workers as there is work for, on as many machines: each needs this
program and the same configuration, and reaches the same lake and releases (lake and releases in the configuration).
One machine at a time loads, computes and publishes, whoever that is.

A worker on SIGTERM takes no further job, lets those under way end within --grace, and puts back the others. One that is
killed, or loses the database or its network, loses its jobs to the others within seconds; it goes on when the database
is back.`,
		Example: `  statloom worker
  statloom worker --readers 8          read eight books at a time
  statloom worker --parts-only         leave whole runs to other machines`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if size.readers < 1 || size.pullers < 1 || size.grace < 0 {
				return usageError{errors.New("--readers and --pullers have to be 1 or more, and --grace cannot be negative")}
			}
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.worker(c.Context(), cfg, size, partsOnly)
		},
	}
	a.configFlag(c, "c")
	c.Flags().IntVar(&size.readers, "readers", 2, "books that are read at a time")
	c.Flags().IntVar(&size.pullers, "pullers", 8, "sources that are pulled at a time")
	c.Flags().DurationVar(&size.grace, "grace", 30*time.Second, "how long jobs may go on after SIGTERM")
	c.Flags().BoolVar(&partsOnly, "parts-only", false, "pull and read, but do no whole run")
	return c
}

// worker works until it is told to stop. A database that is away when it starts may be back.
func (a *app) worker(ctx context.Context, cfg *config.Config, size crewSize, partsOnly bool) (err error) {
	if !cfg.Shared() {
		return &fault.Error{Kind: fault.Config, File: cfg.Path(), What: "there is nothing to share: the state is a file of this machine",
			Remedy: "give a database under state, as in postgres://user@host/database; statloom run and serve need no worker"}
	}
	a.logger = a.serviceLog(cfg)
	a.quiet = true
	r, closeRunner, err := a.wire(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeRunner()) }()
	q, err := a.patiently(ctx, func() (*queue.Queue, error) { return a.queueOf(ctx, cfg, size) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	a.queue = q
	runs := func(ctx context.Context, task queue.RunTask) (queue.RunReport, error) {
		return a.runJob(ctx, cfg, task)
	}
	if partsOnly {
		runs = nil
	}
	a.log().Info("working", "readers", size.readers, "pullers", size.pullers, "runs", !partsOnly)
	err = q.Work(ctx, r, runs)
	a.log().Info("ended")
	return err
}

// patiently tries until a database is there.
func (a *app) patiently(ctx context.Context, open func() (*queue.Queue, error)) (*queue.Queue, error) {
	for wait := time.Second; ; wait = min(2*wait, 5*time.Second) {
		q, err := open()
		if _, may := fault.Retryable(err); err == nil || !may {
			return q, err
		}
		a.log().Warn("the database of the state is not there", "error", err, "again_in", wait)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// runJob does a run that was asked for. What a run finds wrong is its report; the error is what another try may cure.
func (a *app) runJob(ctx context.Context, cfg *config.Config, task queue.RunTask) (queue.RunReport, error) {
	result, report, err := a.once(ctx, cfg, order{trigger: task.Trigger, full: task.Full})
	out := queue.RunReport{Run: report.Run, Status: string(result.Status), Release: result.Release, Counters: result.Counters, Trouble: pipeline.TroubleOf(errors.Join(result.Problems...))}
	if err == nil {
		return out, nil
	}
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	switch fault.KindOf(err) {
	case fault.Locked:
		return out, errors.Join(queue.ErrBusy, err)
	case fault.Unavailable:
		return out, err
	}
	if errors.Is(err, context.Canceled) || pg.Lost(err) {
		return out, err // the database was lost, and the lock with it
	}
	out.Trouble = pipeline.TroubleOf(err)
	return out, nil
}
