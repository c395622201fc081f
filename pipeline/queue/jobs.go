package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/fault"
)

// Kinds of jobs.
const (
	kindPull = "pull"
	kindRead = "read"
	kindRun  = "run"
)

// A lower number goes first.
const (
	priorityFirst = 1
	priorityUsual = 2
	priorityAgain = 3 // what is there already and is only made anew
)

const (
	runTries = 50 // of a run, which any number of processes may die under
	maxTries = 12 // of a job that fails for reasons outside of it; with their pauses these are about six minutes

	firstPause = time.Second
	lastPause  = time.Minute

	pullTime = 6 * time.Hour
	readTime = 30 * time.Minute
	stepTime = 6 * time.Hour
	slowBook = 2 // tries after which a book that takes longer is set aside
)

// RunTask asks for a run.
type RunTask struct {
	Key     string `json:"key" river:"unique"` // what the run is for: of runs with the same key only one waits or runs
	Trigger string `json:"trigger"`            // what asks for it: manual, schedule, ...
	Full    bool   `json:"full,omitempty"`
}

// Kind is part of the contract of River.
func (RunTask) Kind() string { return kindRun }

// RunReport says how a run ended.
type RunReport struct {
	Run      string            `json:"run"`
	Status   string            `json:"status"`
	Release  string            `json:"release,omitempty"`
	Counters map[string]int64  `json:"counters,omitempty"`
	Trouble  *pipeline.Trouble `json:"trouble,omitempty"`
}

// pullArgs and readArgs are the tasks of the pipeline as jobs. All of a task is its unique key.
type pullArgs struct{ pipeline.PullTask }

func (pullArgs) Kind() string { return kindPull }

type readArgs struct{ pipeline.ReadTask }

func (readArgs) Kind() string { return kindRead }

// Waiting jobs are one with a new one that asks for the same; a finished one is not: the book may be wanted again.
func unique() river.UniqueOpts {
	return river.UniqueOpts{ByArgs: true, ByQueue: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}}
}

func (q *Queue) options(kind string, priority int) *river.InsertOpts {
	tries := maxTries
	if kind == kindRun {
		tries = runTries
	}
	lane := q.lane(kind)
	if slices.Contains(stepKinds(), kind) {
		lane = q.lane(q.own)
	}
	return &river.InsertOpts{Queue: lane, Priority: priority, MaxAttempts: tries, UniqueOpts: unique()}
}

// job does the jobs of one kind.
type job[A river.JobArgs, R any] struct {
	river.WorkerDefaults[A]
	work    *working
	timeout time.Duration // negative: none
	do      func(ctx context.Context, args A) (R, error)
	// slow gives the report on a job that has taken longer than the timeout again and again; nil: it is tried again
	slow func(args A) R
}

// Timeout is part of the contract of River.
func (j *job[A, R]) Timeout(*river.Job[A]) time.Duration { return j.timeout }

// NextRetry is part of the contract of River: when a job that failed is tried again.
func (j *job[A, R]) NextRetry(f *river.Job[A]) time.Time { return j.work.retry(f.JobRow) }

// Work is part of the contract of River.
func (j *job[A, R]) Work(ctx context.Context, f *river.Job[A]) error {
	report, err := j.do(ctx, f.Args)
	switch {
	case err == nil:
		return river.RecordOutput(ctx, report)
	case errors.Is(context.Cause(ctx), rivertype.ErrJobCancelledRemotely):
		return river.JobCancel(err)
	case errors.Is(ctx.Err(), context.Canceled):
		return river.JobSnooze(0) // the process is told to stop, or has lost its session: another one does it, and the try does not count
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && j.slow != nil && f.Attempt >= slowBook:
		return river.RecordOutput(ctx, j.slow(f.Args))
	case errors.Is(err, ErrBusy):
		return river.JobSnooze(firstPause)
	}
	j.work.Log.Warn("a job failed", "kind", f.Kind, "job", f.ID, "attempt", f.Attempt, "error", err)
	if !passing(err) {
		return river.JobCancel(sent(err))
	}
	return sent(err)
}

// ErrBusy says that a run has to wait for another one.
var ErrBusy = errors.New("another run is under way")

// passing reports whether trying again may help: what the job is about is right or wrong for good, but databases, stores
// and disks come back.
func passing(err error) bool {
	switch fault.KindOf(err) {
	case fault.Config, fault.Check, fault.Input, fault.Limit:
		return false
	}
	return true
}

// sent gives an error the form in which it is stored with the job.
func sent(err error) error {
	text, jsonErr := json.Marshal(pipeline.TroubleOf(err))
	if jsonErr != nil {
		return err
	}
	return errors.New(string(text))
}

// received is the inverse of sent, for the last error of a job.
func received(row *rivertype.JobRow) *pipeline.Trouble {
	if len(row.Errors) == 0 {
		return nil
	}
	text := row.Errors[len(row.Errors)-1].Error
	if at := strings.IndexByte(text, '{'); at > 0 { // River says before it what kind of ending it was
		text = text[at:]
	}
	var t pipeline.Trouble
	if json.Unmarshal([]byte(text), &t) != nil || t.Text == "" {
		return &pipeline.Trouble{Text: text}
	}
	return &t
}

func lastAfter(row *rivertype.JobRow) time.Duration {
	if t := received(row); t != nil {
		return t.After
	}
	return 0
}

// pause is how long to wait after a try: doubled each time and varied, so that what failed together does not come back
// together.
func pause(attempt int, after time.Duration) time.Duration {
	p := min(firstPause<<min(max(attempt-1, 0), 10), lastPause)
	return max(after, time.Duration(float64(p)*(0.5+rand.Float64())))
}

// retry gives when a job that failed is tried again.
func (w *working) retry(row *rivertype.JobRow) time.Time {
	return w.Now().Add(pause(row.Attempt, lastAfter(row)))
}

// workers gives River what does the jobs.
func (w *working) workers() (*river.Workers, error) {
	all := river.NewWorkers()
	err := errors.Join(
		river.AddWorkerSafely(all, &job[pullArgs, pipeline.PullReport]{
			work: w, timeout: pullTime,
			do: func(ctx context.Context, a pullArgs) (pipeline.PullReport, error) {
				return w.hands.PullSource(ctx, a.PullTask)
			},
		}),
		river.AddWorkerSafely(all, &job[readArgs, pipeline.ReadReport]{
			work: w, timeout: readTime,
			do: func(ctx context.Context, a readArgs) (pipeline.ReadReport, error) {
				return w.hands.ReadBook(ctx, a.ReadTask)
			},
			slow: func(a readArgs) pipeline.ReadReport {
				return pipeline.ReadReport{Trouble: pipeline.TroubleOf(&fault.Error{
					Kind: fault.Limit, File: a.Name, What: fmt.Sprintf("reading took longer than %s, %d times", readTime, slowBook),
					Remedy: "lower limits.book_cells, or leave the book out",
				})}
			},
		}),
		river.AddWorkerSafely(all, &job[RunTask, RunReport]{
			work: w, timeout: -1,
			do: func(ctx context.Context, t RunTask) (RunReport, error) { return w.runs(ctx, t) },
		}),
		river.AddWorkerSafely(all, &stepper[loadArgs]{work: w, task: func(a loadArgs) pipeline.StepTask { return a.StepTask }}),
		river.AddWorkerSafely(all, &stepper[computeArgs]{work: w, task: func(a computeArgs) pipeline.StepTask { return a.StepTask }}),
		river.AddWorkerSafely(all, &stepper[publishArgs]{work: w, task: func(a publishArgs) pipeline.StepTask { return a.StepTask }}),
	)
	return all, err
}
