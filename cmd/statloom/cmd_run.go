package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/runlog"
)

func (a *app) cmdRun() *cobra.Command {
	var full, dry, queued bool
	var asOf, out string
	c := &cobra.Command{
		Use:   "run",
		Short: "Pull the books, read, compute, check and publish a release",
		Long: `Do one run: pull what is new at the sources, read it, load every vintage, compute the indicators, run the checks and
publish one release. When nothing has changed since the current release, nothing else is done. When a check of severity
error fails, the last good release stays current and the exit code is 3.

With --as-of everything is computed anew from what was known at that time: every dataset holds its values as they stood
then, and books and corrections that came later play no part. A book became known when its source published it, where
that is known, else when it was fetched. Nothing is fetched, and the current release stays as it is: the result goes to
asof/<time> in the data folder, or to the folder that --out names. A date means the end of that day; times are UTC
unless they say otherwise.`,
		Example: `  statloom run
  statloom run --config examples/gso-monthly/config.yaml
  statloom run --full-refresh         read every book anew
  statloom run --as-of 2024-09-30     compute everything from what was known at the end of that day
  statloom run --as-of 2024-09-30T08:00:00+07:00 --out study/before
  statloom run --dry-run              say what a run would do (the same as: statloom plan)`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case asOf != "":
				if full || dry {
					return usageError{errors.New("--as-of goes with neither --full-refresh nor --dry-run")}
				}
				return a.runAsOf(c.Context(), asOf, out)
			case out != "":
				return usageError{errors.New("--out goes with --as-of: a release is always published in the data folder")}
			case dry:
				return a.plan(c.Context(), "table")
			}
			if queued {
				return a.runQueued(c.Context(), full)
			}
			return a.run(c.Context(), full)
		},
	}
	a.configFlag(c, "c")
	c.Flags().BoolVar(&full, "full-refresh", false, "read every book anew and publish even if nothing has changed")
	c.Flags().BoolVar(&queued, "queued", false, "have a worker do the run, and wait until it has; to stop waiting (Ctrl-C) cancels it")
	c.Flags().StringVar(&asOf, "as-of", "", "compute from what was known at this date or time, beside the current release")
	c.Flags().StringVar(&out, "out", "", "with --as-of: put the result into this folder")
	_ = c.MarkFlagDirname("out")
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would be done")
	return c
}

// problems gives the exit code of a run that went on in spite of them.
func problems(r pipeline.Result) error {
	if len(r.Problems) > 0 {
		return shown{fault.ExitCode(errors.Join(r.Problems...))}
	}
	return nil
}

// turn is a runner that has the data folder to itself.
type turn struct {
	*pipeline.Runner
	cfg     *config.Config
	id      string
	watched func() // ends the display of the progress: from then on results may be printed
}

// inTurn lets do have a runner while no other process can change the data folder.
func (a *app) inTurn(ctx context.Context, do func(ctx context.Context, t turn) error) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	id, err := runlog.NewID(a.now(), a.random)
	if err != nil {
		return err
	}
	return a.inTurnOf(ctx, cfg, id, do)
}

// inTurnOf is inTurn for a configuration that has been loaded, under an id.
func (a *app) inTurnOf(ctx context.Context, cfg *config.Config, id string, do func(ctx context.Context, t turn) error) (err error) {
	lock, history, err := a.begin(ctx, cfg, id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, history.Close(), lock.Release()) }()
	ctx, release := a.whileHeld(ctx, lock)
	defer release()
	watch := a.watcher()
	watched := sync.OnceFunc(watch.close)
	defer watched()
	runner, closeRunner, err := a.wire(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeRunner()) }()
	runner.Log, runner.Watch = history, watch
	return a.withCrew(ctx, cfg, runner, func(ctx context.Context) error { return do(ctx, turn{runner, cfg, id, watched}) })
}

// begin takes the run's lock and opens the run history.
func (a *app) begin(ctx context.Context, cfg *config.Config, id string) (*runlog.Lock, *runlog.Log, error) {
	lock, err := a.lock(cfg, id)
	if err != nil {
		return nil, nil, err
	}
	history, err := a.history(ctx, cfg)
	if err != nil {
		return nil, nil, errors.Join(err, lock.Release())
	}
	if err := history.Share(ctx, lock); err != nil {
		return nil, nil, errors.Join(err, history.Close(), lock.Release())
	}
	interrupted, err := history.Interrupt(ctx, lock, a.now())
	if err != nil {
		return nil, nil, errors.Join(err, history.Close(), lock.Release())
	}
	for _, old := range interrupted {
		a.log().Warn("an earlier run was interrupted; this one goes on where it stopped", "run", old)
	}
	return lock, history, nil
}

// lock takes the lock that lets one process at a time change the data folder.
func (a *app) lock(cfg *config.Config, holder string) (*runlog.Lock, error) {
	if err := os.MkdirAll(cfg.DataDir(), 0o755); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "this host"
	}
	return runlog.Acquire(cfg.DataDir(), runlog.Holder{Run: holder, PID: os.Getpid(), Host: host, Started: a.now()})
}

// summary says how the run ended, shows the targets, and where the release lies.
func (a *app) summary(ctx context.Context, cfg *config.Config, r pipeline.Result, took time.Duration) error {
	w := words(cfg.Language)
	seconds := localise(strconv.FormatFloat(took.Seconds(), 'f', 1, 64), cfg.Language)
	switch r.Status {
	case runlog.Unchanged:
		fmt.Fprintf(a.out, w.unchanged+"\n", r.Release, seconds)
	default:
		fmt.Fprintf(a.out, w.published+"\n", r.Release, r.Counters[pipeline.CountReadBooks], r.Counters[pipeline.CountCachedBooks],
			r.Counters[pipeline.CountObservations], seconds)
		if n := r.Counters[pipeline.CountQuarantined]; n > 0 {
			fmt.Fprintf(a.out, w.quarantined+"\n", n, a.configOption())
		}
	}
	if r.Release == "" {
		return nil
	}
	return a.showRelease(ctx, cfg, r.Release)
}

// configOption repeats the option that names the configuration, for commands that messages recommend.
func (a *app) configOption() string {
	if a.configFile == "config.yaml" {
		return ""
	}
	return " --config " + a.configFile
}

// shortPath shows a path relative to the working folder where that is shorter.
func (a *app) shortPath(p string) string {
	if rel, err := filepath.Rel(a.dir, p); err == nil && len(rel) < len(p) && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return p
}
