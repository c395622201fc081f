package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/runlog"
)

func (a *app) cmdStatus() *cobra.Command {
	var format string
	var limit int
	c := &cobra.Command{
		Use:   "status",
		Short: "Show the last runs",
		Long:  "Show the last runs, newest first: when, how they ended, and the release that was current afterwards.",
		Example: `  statloom status
  statloom status --format json --limit 1`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := knownForm(format, "table", "csv", "json", "jsonl"); err != nil {
				return err
			}
			cfg, err := a.load()
			if err != nil {
				return err
			}
			runs := []runlog.Run{}
			if cfg.Shared() || exists(cfg.StatePlace()) {
				history, err := a.history(c.Context(), cfg)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, history.Close()) }()
				if runs, err = history.Runs(c.Context(), limit); err != nil {
					return err
				}
			}
			return a.showRuns(format, runs)
		},
	}
	a.configFlag(c, "c")
	formatFlag(c, &format, "table", "csv", "json", "jsonl")
	c.Flags().IntVar(&limit, "limit", 10, "show at most this many runs")
	return c
}

func (a *app) showRuns(format string, runs []runlog.Run) error {
	if format == "json" {
		text, err := json.MarshalIndent(runs, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "%s\n", text)
		return err
	}
	w := newRows(a.out, format, "run", "started", "seconds", "status", "exit_code", "release", "message")
	w.hideEmpty = true
	for _, r := range runs {
		var seconds, code any
		if !r.Finished.IsZero() {
			seconds = r.Finished.Sub(r.Started).Round(time.Millisecond).Seconds()
		}
		if r.ExitCode != nil {
			code = *r.ExitCode
		}
		if err := w.row(r.ID, r.Started.UTC().Format(time.DateTime), seconds, string(r.Status), code, r.Release, r.Message); err != nil {
			return err
		}
	}
	return w.end()
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
