package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/runlog"
)

func (a *app) cmdHistory() *cobra.Command {
	var format, since string
	var status, trigger []string
	var limit int
	c := &cobra.Command{
		Use:   "history",
		Short: "List runs: all that are kept, or those chosen",
		Long: `List runs, newest first, with what began each of them and how it ended. Due times that were skipped are among them, with
the reason. How many are kept says keep_runs of the configuration.`,
		Example: `  statloom history --status failed --status checks_failed
  statloom history --since 2026-03-01 --trigger schedule --format csv`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := knownForm(format, "table", "csv", "json", "jsonl"); err != nil {
				return err
			}
			var from time.Time
			if since != "" {
				var err error
				if from, err = time.Parse(time.DateOnly, since); err != nil {
					return usageError{fmt.Errorf("--since %s is not a date; write it as 2026-03-29", since)}
				}
			}
			cfg, err := a.load()
			if err != nil {
				return err
			}
			runs, err := a.runs(c.Context(), cfg, 0)
			if err != nil {
				return err
			}
			chosen := slices.DeleteFunc(runs, func(r runlog.Run) bool {
				return len(status) > 0 && !slices.Contains(status, string(r.Status)) || len(trigger) > 0 && !slices.Contains(trigger, r.Trigger) || r.Started.Before(from)
			})
			if limit > 0 && len(chosen) > limit {
				chosen = chosen[:limit]
			}
			return a.showRuns(format, chosen)
		},
	}
	a.configFlag(c, "c")
	formatFlag(c, &format, "table", "csv", "json", "jsonl")
	c.Flags().StringSliceVar(&status, "status", nil, "only runs that ended so: done, unchanged, failed, checks_failed, interrupted, skipped, running")
	c.Flags().StringSliceVar(&trigger, "trigger", nil, "only runs that were begun so: manual, schedule, catch_up, poll, request")
	c.Flags().StringVar(&since, "since", "", "only runs from this date on (UTC)")
	c.Flags().IntVar(&limit, "limit", 0, "show at most this many runs (default: all)")
	return c
}

// runs reads the run history; 0 for all runs. Where nothing has run yet there are none.
func (a *app) runs(ctx context.Context, cfg *config.Config, limit int) (runs []runlog.Run, err error) {
	err = a.withHistory(ctx, cfg, func(h *runlog.Log) error {
		runs, err = h.Runs(ctx, limit)
		return err
	})
	if runs == nil {
		runs = []runlog.Run{}
	}
	return runs, err
}

// withHistory lets do have the run history, if there is one.
func (a *app) withHistory(ctx context.Context, cfg *config.Config, do func(h *runlog.Log) error) (err error) {
	if !a.hasHistory(cfg) {
		return nil
	}
	history, err := a.history(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, history.Close()) }()
	return do(history)
}

func (a *app) cmdLogs() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "logs [RUN]",
		Short: "Show what happened in a run: the last one, or the one named",
		Example: `  statloom logs
  statloom logs 20260301T190000Z-9f3c --format jsonl`,
		Args: atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			if err := knownForm(format, "table", "csv", "json", "jsonl", "report"); err != nil {
				return err
			}
			cfg, err := a.load()
			if err != nil {
				return err
			}
			id := ""
			if len(args) > 0 {
				id = args[0]
			}
			return a.logs(c.Context(), cfg, id, format)
		},
	}
	a.configFlag(c, "c")
	formatFlag(c, &format, "table", "csv", "json", "jsonl", "report")
	return c
}

// logs prints the events of a run, or its report.
func (a *app) logs(ctx context.Context, cfg *config.Config, id, format string) error {
	if id == "" {
		runs, err := a.runs(ctx, cfg, 0)
		if err != nil {
			return err
		}
		for _, r := range runs {
			if r.Status != runlog.Skipped {
				id = r.ID
				break
			}
		}
		if id == "" {
			return &fault.Error{Kind: fault.Failed, What: "there is no run yet", Remedy: "make one: statloom run"}
		}
	}
	if format == "report" {
		text, err := reports(cfg).Read(id)
		if err != nil {
			return &fault.Error{Kind: fault.Failed, What: "read the report of run " + id, Err: err, Remedy: "see: statloom history"}
		}
		_, err = a.out.Write(text)
		return err
	}
	if !a.hasHistory(cfg) {
		return &fault.Error{Kind: fault.Failed, What: fmt.Sprintf("there is no run %q", id), Remedy: "see: statloom history"}
	}
	return a.withHistory(ctx, cfg, func(h *runlog.Log) error {
		run, err := h.Run(ctx, id)
		if err != nil {
			return err
		}
		events, err := h.Events(ctx, run.ID)
		if err != nil {
			return err
		}
		w := newRows(a.out, format, "at", "level", "step", "subject", "message")
		w.hideEmpty = true
		for _, e := range events {
			if err := w.row(e.At.UTC().Format(time.DateTime), e.Level.String(), e.Step, e.Subject, cfg.Hide(e.Message)); err != nil {
				return err
			}
		}
		return w.end()
	})
}
