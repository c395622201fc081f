package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/depot"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
)

// Run does one run. The caller holds the run's lock. The error is nil when a release was published or nothing had
// changed; Result.Problems may still hold faults that did not stop it.
func (r *Runner) Run(ctx context.Context, id string) (Result, error) {
	return r.record(ctx, id, (*running).steps)
}

// record does the steps of a run and keeps them in the run history.
func (r *Runner) record(ctx context.Context, id string, steps func(*running, context.Context) error) (Result, error) {
	run := &running{Runner: r, result: Result{Run: id, Counters: map[string]int64{}}}
	if err := r.Log.Start(ctx, runlog.Run{ID: id, Started: r.Now(), ConfigHash: r.ConfigHash, Trigger: r.Trigger}); err != nil {
		return run.result, fmt.Errorf("start the run history: %w", err)
	}
	err := steps(run, ctx)
	if workErr := os.RemoveAll(r.Work); workErr != nil {
		run.problem(ctx, "publish", "", fmt.Errorf("remove working files: %w", workErr))
	}
	if current, found, currentErr := r.Releases.Current(); currentErr != nil {
		run.problem(ctx, "publish", "", currentErr)
	} else if found {
		run.result.Release = current.ID
	}
	run.result.Status, err = outcome(ctx, run.result.Status, err)
	slices.SortStableFunc(run.result.Problems, func(a, b error) int { return cmp.Compare(mayPass(a), mayPass(b)) })
	o := runlog.Outcome{
		Finished: r.Now(), Status: run.result.Status, ExitCode: exitCode(run.result, err), Release: run.result.Release, Counters: run.result.Counters,
	}
	if err != nil {
		o.Message = err.Error()
	} else if len(run.result.Problems) > 0 {
		o.Message = errors.Join(run.result.Problems...).Error()
	}
	return run.result, errors.Join(err, r.Log.Finish(ctx, id, o))
}

// outcome gives the status a run ends with. Whatever breaks after the run was told to stop broke because of that, and its
// error says so.
func outcome(ctx context.Context, reached runlog.Status, err error) (runlog.Status, error) {
	switch {
	case err == nil:
		return reached, nil
	case fault.KindOf(err) == fault.Check:
		return runlog.ChecksFailed, err
	case ctx.Err() == nil:
		return runlog.Failed, err
	case !errors.Is(err, ctx.Err()):
		err = errors.Join(ctx.Err(), err)
	}
	return runlog.Interrupted, err
}

// exitCode gives the exit code of a run: what stopped it decides, else the problems in their order.
func exitCode(r Result, err error) int {
	switch {
	case r.Status == runlog.Interrupted:
		return fault.Failed.ExitCode()
	case err != nil:
		return fault.ExitCode(err)
	}
	return fault.ExitCode(errors.Join(r.Problems...))
}

// running is the state of one run.
type running struct {
	*Runner
	result Result
	silent bool            // the run history does not hear of it
	there  depot.Published // what machines last published

	packs map[*Dataset]*pack
	ends  map[string]packed // what stands behind the rows of fragments, by fragmentID
	seed  seed
	made  map[string]string // what the tables of each dataset were made of
}

func (r *running) steps(ctx context.Context) error {
	if err := r.clean(); err != nil {
		return err
	}
	if err := r.learn(ctx); err != nil {
		return err
	}
	seen, err := r.pull(ctx)
	if err != nil {
		return err
	}
	books, err := r.books(ctx, seen)
	if err != nil {
		return err
	}
	inputs := r.inputs(books)
	hash := r.inputsHash(books, inputs)
	current, same, err := r.madeOf(hash)
	if err != nil {
		r.event(ctx, slog.LevelWarn, "publish", "", "the current release is damaged, another one takes its place: %s", err)
	}
	if same && len(current.Unread) == 0 {
		r.result.Status = runlog.Unchanged
		return nil
	}
	whole, unread, err := r.read(ctx, inputs)
	if err != nil {
		return err
	}
	if same && !gained(current.Unread, unread) {
		r.result.Status = runlog.Unchanged
		return nil
	}
	if err := r.build(ctx, books, whole, unread, hash); err != nil {
		return err
	}
	r.result.Status = runlog.Done
	return nil
}

// clean removes what a killed run left behind.
func (r *running) clean() error {
	if err := os.RemoveAll(r.Work); err != nil {
		return fmt.Errorf("clean the working folder: %w", err)
	}
	if err := os.MkdirAll(r.Work, 0o755); err != nil {
		return fmt.Errorf("make the working folder: %w", err)
	}
	_, err := r.Releases.Clean()
	return err
}

// madeOf gives the current release and reports whether it was made of just these inputs by this program. The error says
// that there is one but it cannot be read.
func (r *running) madeOf(hash string) (current release.Info, same bool, err error) {
	if r.Full {
		return release.Info{}, false, nil
	}
	current, found, err := r.Releases.Current()
	if err != nil || !found {
		return release.Info{}, false, err
	}
	return current, current.InputsHash == hash, nil
}

// gained reports whether a book that a release had to go without can be read by now.
func gained(before, now []release.Unread) bool {
	return slices.ContainsFunc(before, func(u release.Unread) bool { return !slices.Contains(now, u) })
}

// event tells the watcher and the run history what happened.
func (r *running) event(ctx context.Context, level slog.Level, step, subject, format string, args ...any) {
	message := strings.TrimSpace(fmt.Sprintf(format, args...))
	r.Watch.Event(level, step, subject, message)
	if r.silent {
		return
	}
	// The history must not stop a run; Finish reports when it cannot be written at all.
	_ = r.Log.Event(ctx, runlog.Event{RunID: r.result.Run, At: r.Now(), Step: step, Subject: subject, Level: level, Message: message})
}

// mayPass is 1 for a problem that waiting may cure, else 0.
func mayPass(err error) int {
	if _, ok := fault.Retryable(err); ok {
		return 1
	}
	return 0
}

// problem notes a fault that does not stop the run. Each is given its kind, which joined errors are told by.
func (r *running) problem(ctx context.Context, step, subject string, err error) {
	if f := (*fault.Error)(nil); !errors.As(err, &f) {
		err = &fault.Error{Kind: fault.Failed, Err: err}
	}
	r.result.Problems = append(r.result.Problems, err)
	r.event(ctx, slog.LevelError, step, subject, "%s", err)
}

// work gives the path of a working file of this run.
func (r *running) work(name string) string { return filepath.Join(r.Work, name) }
