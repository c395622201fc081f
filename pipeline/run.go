package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/runlog"
)

// Run does one run. The caller holds the run's lock. The error is nil when a release was published or nothing had
// changed; Result.Problems may still hold faults that did not stop it.
func (r *Runner) Run(ctx context.Context, id string) (Result, error) {
	run := &running{Runner: r, result: Result{Run: id, Counters: map[string]int64{}}}
	if err := r.Log.Start(ctx, runlog.Run{ID: id, Started: r.Now(), ConfigHash: r.ConfigHash, Trigger: r.Trigger}); err != nil {
		return run.result, fmt.Errorf("start the run history: %w", err)
	}
	err := run.steps(ctx)
	run.result.Status, err = outcome(run.result.Status, err)
	if current, found, currentErr := r.Releases.Current(); currentErr == nil && found {
		run.result.Release = current.ID
	}
	o := runlog.Outcome{
		Finished: r.Now(), Status: run.result.Status, ExitCode: fault.ExitCode(errors.Join(append([]error{err}, run.result.Problems...)...)),
		Release: run.result.Release, Counters: run.result.Counters,
	}
	if err != nil {
		o.Message = err.Error()
	} else if len(run.result.Problems) > 0 {
		o.Message = errors.Join(run.result.Problems...).Error()
	}
	return run.result, errors.Join(err, r.Log.Finish(ctx, id, o))
}

// outcome gives the status a run ends with.
func outcome(reached runlog.Status, err error) (runlog.Status, error) {
	switch {
	case err == nil:
		return reached, nil
	case errors.Is(err, context.Canceled):
		return runlog.Interrupted, err
	case fault.KindOf(err) == fault.Check:
		return runlog.ChecksFailed, err
	}
	return runlog.Failed, err
}

// running is the state of one run.
type running struct {
	*Runner
	result Result
}

func (r *running) steps(ctx context.Context) error {
	if err := r.clean(); err != nil {
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
	if unchanged, err := r.unchanged(hash); err != nil || unchanged {
		r.result.Status = runlog.Unchanged
		return err
	}
	whole, err := r.read(ctx, inputs)
	if err != nil {
		return err
	}
	if err := r.build(ctx, books, whole, hash); err != nil {
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

// unchanged reports whether the current release was made of just these inputs by this program.
func (r *running) unchanged(hash string) (bool, error) {
	if r.Full {
		return false, nil
	}
	current, found, err := r.Releases.Current()
	if err != nil || !found {
		return false, err
	}
	return current.InputsHash == hash, nil
}

// event tells the watcher and the run history what happened.
func (r *running) event(ctx context.Context, level slog.Level, step, subject, format string, args ...any) {
	message := strings.TrimSpace(fmt.Sprintf(format, args...))
	r.Watch.Event(level, step, subject, message)
	// The history must not stop a run; Finish reports when it cannot be written at all.
	_ = r.Log.Event(ctx, runlog.Event{RunID: r.result.Run, At: r.Now(), Step: step, Subject: subject, Level: level, Message: message})
}

// problem notes a fault that does not stop the run.
func (r *running) problem(ctx context.Context, step, subject string, err error) {
	r.result.Problems = append(r.result.Problems, err)
	r.event(ctx, slog.LevelError, step, subject, "%s", err)
}

// work gives the path of a working file of this run.
func (r *running) work(name string) string { return filepath.Join(r.Work, name) }
