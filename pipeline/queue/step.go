package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/fault"
)

// A step stands on what a run has in its process, so its job goes to a queue that this process alone works on. The job is
// the leave to begin: it says in the database what is going on, for how long it may, and when to try again. The work itself
// is done by the run, which goes on with it when the database loses sight of the process; that two runs do not publish is
// seen to by their lock.

// loadArgs, computeArgs and publishArgs are the steps of runs as jobs.
type loadArgs struct{ pipeline.StepTask }

func (loadArgs) Kind() string { return pipeline.StepLoad }

type computeArgs struct{ pipeline.StepTask }

func (computeArgs) Kind() string { return pipeline.StepCompute }

type publishArgs struct{ pipeline.StepTask }

func (publishArgs) Kind() string { return pipeline.StepPublish }

func stepKinds() []string {
	return []string{pipeline.StepLoad, pipeline.StepCompute, pipeline.StepPublish}
}

func stepArgs(t pipeline.StepTask) (river.JobArgs, error) {
	switch t.Step {
	case pipeline.StepLoad:
		return loadArgs{t}, nil
	case pipeline.StepCompute:
		return computeArgs{t}, nil
	case pipeline.StepPublish:
		return publishArgs{t}, nil
	}
	return nil, fmt.Errorf("there is no step %q", t.Step)
}

// leave allows a step to begin, once.
type leave struct {
	ctx   context.Context // that of the job: it ends when the step may not go on
	limit time.Duration   // how long the step may take
	last  bool            // no other try follows
	done  chan error      // how the step went
}

// steps are the steps that runs of this process wait to begin.
type steps struct {
	mu      sync.Mutex
	waiting map[pipeline.StepTask]chan *leave
	closing chan struct{} // closed when the process takes no further jobs
}

// expect says that a step waits for leave to begin.
func (s *steps) expect(t pipeline.StepTask) (leaves <-chan *leave, forget func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan *leave)
	s.waiting[t] = c
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, t)
	}
}

func (s *steps) of(t pipeline.StepTask) chan<- *leave {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting[t]
}

// open says that the process takes jobs until ctx ends.
func (s *steps) open(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan struct{})
	s.closing = c
	context.AfterFunc(ctx, func() { close(c) })
}

func (s *steps) closed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// Step has a step done in this process, as a job that others can see and cancel.
func (c crew) Step(ctx context.Context, task pipeline.StepTask, do func(ctx context.Context) error) error {
	args, err := stepArgs(task)
	if err != nil {
		return err
	}
	leaves, forget := c.steps.expect(task)
	defer forget()
	ask := time.NewTicker(askAgain)
	defer ask.Stop()
	var id int64
	for {
		if id == 0 {
			inserted, err := c.client.Insert(ctx, args, c.options(task.Step, priorityFirst))
			if err != nil {
				return away("put jobs into the queue", err)
			}
			id = inserted.Job.ID
		}
		select {
		case <-ctx.Done():
			c.giveUp(ctx, id)
			return context.Cause(ctx)
		case <-c.steps.closed():
			// Nothing is taken out of the queue any more. What is left of the grace time is for the run to end.
			c.giveUp(ctx, id)
			return do(ctx)
		case l := <-leaves:
			err := l.use(ctx, task, do)
			l.done <- err
			if err == nil || l.last || !again(err) {
				return err
			}
		case <-ask.C:
			row, err := c.client.JobGet(ctx, id)
			switch {
			case errors.Is(err, rivertype.ErrNotFound), err == nil && row.State == rivertype.JobStateDiscarded:
				id = 0 // others took this process for dead
			case err == nil && row.State == rivertype.JobStateCancelled:
				return cancelled(task)
			}
		}
	}
}

// askAgain is how often a step that waits to begin, or to be tried again, asks what became of its job.
const askAgain = time.Second

// use does the step. It ends early when the job is cancelled or takes too long.
func (l *leave) use(ctx context.Context, task pipeline.StepTask, do func(ctx context.Context) error) error {
	within, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer context.AfterFunc(l.ctx, func() {
		switch cause := context.Cause(l.ctx); {
		case errors.Is(cause, rivertype.ErrJobCancelledRemotely):
			stop(cancelled(task))
		case errors.Is(cause, context.DeadlineExceeded):
			stop(&fault.Error{Kind: fault.Limit, What: fmt.Sprintf("%s took longer than %s", task.Step, l.limit)})
		}
	})()
	err := do(within)
	if cause := context.Cause(within); err != nil && cause != nil && ctx.Err() == nil {
		return cause
	}
	return err
}

func cancelled(t pipeline.StepTask) error {
	return &fault.Error{Kind: fault.Failed, What: fmt.Sprintf("%s of run %s was cancelled", t.Step, t.Run)}
}

// again reports whether to try a step again: a database or a store that is away may come back.
func again(err error) bool {
	_, ok := fault.Retryable(err)
	return ok
}

// stepper has a step begin: the job of kind A.
type stepper[A river.JobArgs] struct {
	river.WorkerDefaults[A]
	work *working
	task func(A) pipeline.StepTask
}

// Timeout is part of the contract of River.
func (s *stepper[A]) Timeout(*river.Job[A]) time.Duration { return s.work.StepTime }

// NextRetry is part of the contract of River.
func (s *stepper[A]) NextRetry(f *river.Job[A]) time.Time { return s.work.retry(f.JobRow) }

// Work is part of the contract of River.
func (s *stepper[A]) Work(ctx context.Context, f *river.Job[A]) error {
	to := s.work.steps.of(s.task(f.Args))
	if to == nil {
		return river.JobCancel(errors.New("the run that it belongs to has ended"))
	}
	l := &leave{ctx: ctx, limit: s.work.StepTime, last: f.Attempt >= f.MaxAttempts, done: make(chan error, 1)}
	select {
	case to <- l:
	case <-ctx.Done():
		return river.JobSnooze(0)
	}
	var err error
	select {
	case err = <-l.done:
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) && !errors.Is(context.Cause(ctx), rivertype.ErrJobCancelledRemotely) {
			return river.JobSnooze(0) // the process has lost its session, which does not stop the run
		}
		err = <-l.done
	}
	switch {
	case err == nil:
		return nil
	case !again(err):
		return river.JobCancel(sent(err))
	}
	s.work.Log.Warn("a step failed", "step", f.Kind, "job", f.ID, "attempt", f.Attempt, "error", err)
	return sent(err)
}

// orphans removes the jobs of steps that nobody has begun: their process, which alone could, is gone. One that is there
// puts its job into the queue again.
func (w *working) orphans(ctx context.Context) error {
	list, err := w.client.JobList(ctx, river.NewJobListParams().Kinds(stepKinds()...).First(1000).
		States(rivertype.JobStateAvailable, rivertype.JobStateRetryable, rivertype.JobStateScheduled))
	if err != nil {
		return err
	}
	for _, row := range list.Jobs {
		if row.ScheduledAt.After(w.Now().Add(-orphaned)) {
			continue
		}
		if _, err := w.client.JobDelete(ctx, row.ID); err != nil {
			return err
		}
	}
	return nil
}

// orphaned is how long after its time a step that was not begun is nobody's.
const orphaned = 5 * time.Minute

// giveUp takes the job of a step that is not to begin out of the queue.
func (c crew) giveUp(ctx context.Context, id int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	_, _ = c.client.JobCancel(ctx, id) // what stays is removed after a while
}
