package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
)

const (
	lookAround = time.Second // how often to look for jobs of processes that are gone

	oldJobs = 7 * 24 * time.Hour // jobs of configurations and programs that are no longer used are removed at this age

	lastReturn = 5 * time.Second // the longest pause between attempts to reach the database again

	ownSteps = 4 // at a time; a process does one run, and waits with the step of another to see it end

	stopTime = 15 * time.Second // for a session that has ended to put its things away
)

// working is a process at work.
type working struct {
	*Queue
	hands Hands
	runs  Runs
}

// Work does jobs until ctx ends, then lets those under way finish within the grace time. runs may be nil: then this process
// does no whole runs. Neither a lost database nor one that is not there yet ends it; it waits for the database, longer
// each time.
func (q *Queue) Work(ctx context.Context, hands Hands, runs Runs) error {
	w := &working{Queue: q, hands: hands, runs: runs}
	q.steps.open(ctx)
	var after sync.WaitGroup // what sessions that have ended still put away
	defer after.Wait()
	for attempt := 1; ; attempt++ {
		began := time.Now()
		err := w.session(ctx, &after)
		if ctx.Err() != nil {
			return nil
		}
		if fault.KindOf(err) == fault.Locked {
			return err
		}
		if time.Since(began) > lastPause {
			attempt = 1
		}
		wait := min(pause(attempt, 0), lastReturn)
		q.Log.Warn("the queue's database was lost", "error", err, "again_in", wait)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// session works until ctx ends or the session is lost.
func (w *working) session(ctx context.Context, after *sync.WaitGroup) (err error) {
	s, err := w.base.begin(ctx, w.Random)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.end()) }()
	all, err := w.workers()
	if err != nil {
		return err
	}
	c, err := w.base.client(w.config(s.name(), all))
	if err != nil {
		return fmt.Errorf("begin to work: %w", err)
	}
	// River hears of the end of ctx by Stop alone, so that jobs under way get the grace time.
	if err := c.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("begin to work: %w", err)
	}
	group, within := errgroup.WithContext(ctx)
	group.Go(func() error { return w.watch(within, s) })
	err = group.Wait()
	if ctx.Err() != nil {
		return drain(c, w.Grace)
	}
	// Others have the jobs by now. Giving them up may take River a while, as it tries to tell a database that is away.
	after.Add(1)
	go func() {
		defer after.Done()
		quick, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		_ = c.StopAndCancel(quick)
	}()
	return err
}

// drain stops a client: jobs under way may go on for the grace time, then they are cancelled and put back.
func drain(c client, grace time.Duration) error {
	gentle, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if err := c.Stop(gentle); err == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	return c.StopAndCancel(hard)
}

// watch looks after jobs of sessions that are gone, until the session is lost.
func (w *working) watch(ctx context.Context, s session) error {
	tick := time.NewTicker(lookAround)
	defer tick.Stop()
	if err := w.base.forget(ctx, w.Now().Add(-oldJobs)); err != nil {
		w.Log.Warn("remove old jobs", "error", err)
	}
	for n := 0; ; n++ {
		if n%60 == 0 {
			if err := w.orphans(ctx); err != nil && ctx.Err() == nil {
				w.Log.Warn("look for steps of processes that are gone", "error", err)
			}
		}
		if _, err := w.rescue(ctx); err != nil && ctx.Err() == nil {
			w.Log.Warn("look for jobs of processes that are gone", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.lost():
			return errors.New("the connection that shows this process to be alive has ended")
		case <-tick.C:
		}
	}
}

// config is that of a client that works.
func (w *working) config(id string, all *river.Workers) *river.Config {
	c := &river.Config{
		ID: id, Logger: quiet(w.Log), Workers: all, JobTimeout: readTime,
		// River guesses by the clock which jobs nobody does any more; here sessions tell.
		RescueStuckJobsAfter: 30 * 24 * time.Hour,
		FetchCooldown:        2 * time.Millisecond, FetchPollInterval: w.base.poll(),
		Queues: map[string]river.QueueConfig{
			w.lane(kindPull): {MaxWorkers: w.Pullers},
			w.lane(kindRead): {MaxWorkers: w.Readers},
			w.lane(w.own):    {MaxWorkers: ownSteps},
		},
	}
	if w.runs != nil {
		c.Queues[w.lane(kindRun)] = river.QueueConfig{MaxWorkers: 1}
	}
	return c
}
