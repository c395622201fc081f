package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func (a *app) cmdPlan() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "plan",
		Short: "Say what a run would do now, and why",
		Long: `Say what a run would do now: the books each source offers and which are new, the books each dataset would read, and
whether a new release would be published. The sources are listed, but nothing is fetched and nothing is changed.`,
		Example: "  statloom plan\n  statloom plan --format json",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := knownForm(format, "table", "csv", "json", "jsonl"); err != nil {
				return err
			}
			return a.plan(c.Context(), format)
		},
	}
	a.configFlag(c, "c")
	formatFlag(c, &format, "table", "csv", "json", "jsonl")
	return c
}

func (a *app) plan(ctx context.Context, format string) (err error) {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	runner, closeRunner, err := a.wire(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeRunner()) }()
	steps, err := runner.Plan(ctx)
	if err != nil {
		return err
	}
	w := newRows(a.out, format, "step", "subject", "what")
	for _, s := range steps {
		if err := w.row(s.Step, s.Subject, s.What); err != nil {
			return err
		}
	}
	for _, m := range cfg.Models {
		if err := w.row("compute", m.ID, "view"); err != nil {
			return err
		}
	}
	for _, i := range cfg.Indicators {
		if err := w.row("compute", i.ID, i.Name.EN); err != nil {
			return err
		}
	}
	if err := w.end(); err != nil {
		return err
	}
	if next, ok := cfg.Due().Next(a.now()); ok && format == "table" {
		fmt.Fprintf(a.out, "By its schedule the next run is due at %s.\n", next.Format(time.RFC1123))
	}
	return nil
}
