package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/pipeline/schedule"
)

func (a *app) cmdStatus() *cobra.Command {
	var format string
	var limit int
	c := &cobra.Command{
		Use:   "status",
		Short: "Show how things stand: the last runs, what is due next, what is late",
		Long: `Show the last runs, newest first: when, how they ended, and the release that was current afterwards; then when the
schedules are due next, which books are waited for or late, and how old the newest book of each source is. In the forms csv,
json and jsonl there are the runs alone.`,
		Example: `  statloom status
  statloom status --format json --limit 1`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := knownForm(format, "table", "csv", "json", "jsonl"); err != nil {
				return err
			}
			cfg, err := a.load()
			if err != nil {
				return err
			}
			runs, err := a.runs(c.Context(), cfg, limit)
			if err != nil {
				return err
			}
			if err := a.showRuns(format, runs); err != nil || format != "table" {
				return err
			}
			return a.withHistory(c.Context(), cfg, func(h *runlog.Log) error { return a.showNext(c.Context(), cfg, h) })
		},
	}
	a.configFlag(c, "c")
	formatFlag(c, &format, "table", "csv", "json", "jsonl")
	c.Flags().IntVar(&limit, "limit", 10, "show at most this many runs")
	return c
}

// hasHistory reports whether anything has been recorded yet.
func (a *app) hasHistory(cfg *config.Config) bool { return cfg.Shared() || exists(cfg.StatePlace()) }

// showNext prints what is due, what is late, and the ages of the sources' books.
func (a *app) showNext(ctx context.Context, cfg *config.Config, h *runlog.Log) error {
	marks, err := h.Marks(ctx)
	if err != nil {
		return err
	}
	rules, now := cfg.Rules(), a.now()
	if len(rules) > 0 {
		fmt.Fprintln(a.out)
		w := newRows(a.out, "table", "schedule", "next", "last due", "state")
		w.hideEmpty = true
		for i, u := range schedule.Plan(rules, marks, now) {
			if err := w.row(u.Rule, clockTime(u.Start, rules[i].Zone), clockTime(u.Mark.Handled, rules[i].Zone), waiting(u, rules[i])); err != nil {
				return err
			}
		}
		if err := w.end(); err != nil {
			return err
		}
	}
	known, err := knownNewest(ctx, h)
	if err != nil || len(known) == 0 {
		return err
	}
	fmt.Fprintln(a.out)
	w := newRows(a.out, "table", "source", "newest book", "days ago")
	w.right(3)
	for _, s := range cfg.Sources {
		at, ok := known[s.ID]
		if !ok {
			continue
		}
		if err := w.row(s.ID, at.UTC().Format(time.DateTime), int(now.Sub(at).Hours()/24)); err != nil {
			return err
		}
	}
	return w.end()
}

func clockTime(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("2006-01-02 15:04 MST")
}

// waiting says what a rule waits for.
func waiting(u schedule.Upcoming, r schedule.Rule) string {
	switch {
	case u.Mark.Waiting.IsZero():
		return ""
	case u.Mark.Late:
		return "LATE: the book due at " + clockTime(u.Mark.Waiting, r.Zone) + " has not come"
	}
	return "waits for the book due at " + clockTime(u.Mark.Waiting, r.Zone) + ", until " + clockTime(r.Deadline(u.Mark.Waiting), r.Zone)
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
	w := newRows(a.out, format, "run", "started", "seconds", "trigger", "status", "exit_code", "release", "message")
	w.hideEmpty = true
	for _, r := range runs {
		var seconds, code any
		if !r.Finished.IsZero() {
			seconds = r.Finished.Sub(r.Started).Round(time.Millisecond).Seconds()
		}
		if r.ExitCode != nil {
			code = *r.ExitCode
		}
		if err := w.row(r.ID, r.Started.UTC().Format(time.DateTime), seconds, r.Trigger, string(r.Status), code, r.Release, a.hide(r.Message)); err != nil {
			return err
		}
	}
	return w.end()
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
