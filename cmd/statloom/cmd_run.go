package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/runlog"
)

func (a *app) cmdRun() *cobra.Command {
	var full, dry bool
	c := &cobra.Command{
		Use:   "run",
		Short: "Pull the books, read, compute, check and publish a release",
		Long: `Do one run: pull what is new at the sources, read it, load every vintage, compute the indicators, run the checks and
publish one release. When nothing has changed since the current release, nothing else is done. When a check of severity
error fails, the last good release stays current and the exit code is 3.`,
		Example: `  statloom run
  statloom run --config examples/gso-monthly/config.yaml
  statloom run --full-refresh         read every book anew
  statloom run --dry-run              say what a run would do (the same as: statloom plan)`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if dry {
				return a.plan(c.Context(), "table")
			}
			return a.run(c.Context(), full)
		},
	}
	a.configFlag(c, "c")
	c.Flags().BoolVar(&full, "full-refresh", false, "read every book anew and publish even if nothing has changed")
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would be done")
	return c
}

func (a *app) run(ctx context.Context, full bool) (err error) {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	id, err := runlog.NewID(a.now(), a.random)
	if err != nil {
		return err
	}
	lock, history, err := a.begin(ctx, cfg, id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, history.Close(), lock.Release()) }()

	watch := a.watcher()
	runner, closeRunner, err := a.wire(ctx, cfg)
	if err != nil {
		watch.close()
		return err
	}
	defer func() { err = errors.Join(err, closeRunner()) }()
	runner.Log, runner.Watch, runner.Full, runner.Trigger = history, watch, full, "manual"

	started := a.now()
	result, err := runner.Run(ctx, id)
	watch.close()
	if err != nil {
		return err
	}
	if err := a.summary(ctx, cfg, result, a.now().Sub(started)); err != nil {
		return err
	}
	if len(result.Problems) > 0 {
		return shown{fault.ExitCode(errors.Join(result.Problems...))}
	}
	return nil
}

// begin takes the run's lock and opens the run history.
func (a *app) begin(ctx context.Context, cfg *config.Config, id string) (*runlog.Lock, *runlog.Log, error) {
	lock, err := a.lock(cfg, id)
	if err != nil {
		return nil, nil, err
	}
	history, err := runlog.Open(ctx, filepath.Join(cfg.DataDir(), stateFile))
	if err != nil {
		return nil, nil, errors.Join(err, lock.Release())
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

const stateFile = "state.db"

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
