package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/check"
)

// tested is one thing that statloom test held against what is expected of it.
type tested struct {
	suite, id, severity, status, message string
}

// suite is a group of tests that need no books.
type suite func(ctx context.Context, cfg *config.Config) ([]tested, error)

// suites lists those that statloom test runs before the checks.
func (a *app) suites() []suite { return []suite{indicatorTests} }

func (a *app) cmdTests() *cobra.Command {
	var format string
	var all bool
	c := &cobra.Command{
		Use:   "test",
		Short: "Run the checks on what a run would publish, without publishing it",
		Long: `Build what a run would publish out of the books that were fetched already, run the checks on it, and say how they went.
Nothing is fetched, nothing is published, and the run history does not hear of it. The exit code is 3 when a check of
severity error fails.`,
		Example: `  statloom test
  statloom test --all              those that pass too
  statloom test --format jsonl --all`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := knownForm(format, "table", "csv", "json", "jsonl"); err != nil {
				return err
			}
			return a.test(c.Context(), format, all)
		},
	}
	a.configFlag(c, "c")
	c.Flags().BoolVar(&all, "all", false, "print the tests that pass too")
	formatFlag(c, &format, "table", "csv", "json", "jsonl")
	return c
}

func (a *app) test(ctx context.Context, format string, all bool) error {
	var results []tested
	var result pipeline.Result
	err := a.inTurn(ctx, func(ctx context.Context, t turn) error {
		for _, s := range a.suites() {
			found, err := s(ctx, t.cfg)
			if err != nil {
				return err
			}
			results = append(results, found...)
		}
		var err error
		result, err = t.Trial(ctx, func(db *duck.DB, _ []string) error {
			found, err := checked(ctx, db)
			results = append(results, found...)
			return err
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := a.printTested(results, format, all); err != nil {
		return err
	}
	for _, r := range results {
		if r.status != string(check.Passed) && r.severity == string(transforms.SevError) {
			return shown{fault.Check.ExitCode()}
		}
	}
	return problems(result)
}

// checked reads how the checks went.
func checked(ctx context.Context, db *duck.DB) ([]tested, error) {
	rows, err := db.Query(ctx, "SELECT check_id, severity, status, coalesce(message, '') FROM "+check.Table)
	if err != nil {
		return nil, fmt.Errorf("read the checks: %w", err)
	}
	defer rows.Close()
	var list []tested
	for rows.Next() {
		r := tested{suite: "check"}
		if err := rows.Scan(&r.id, &r.severity, &r.status, &r.message); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// printTested prints the tests that did not pass, or all, and how many did.
func (a *app) printTested(results []tested, format string, all bool) error {
	if len(results) == 0 {
		return &fault.Error{Kind: fault.Config, Err: errors.New("there is nothing to test"), Remedy: "declare checks in the configuration"}
	}
	w := newRows(a.out, format, "suite", "id", "severity", "status", "message")
	if format == "table" {
		w.fit(a.width)
	}
	passed, printed := 0, 0
	for _, r := range results {
		if r.status == string(check.Passed) {
			passed++
			if !all {
				continue
			}
		}
		printed++
		if err := w.row(r.suite, r.id, r.severity, r.status, r.message); err != nil {
			return err
		}
	}
	if format != "table" || printed > 0 {
		if err := w.end(); err != nil {
			return err
		}
	}
	if format == "table" {
		fmt.Fprintf(a.out, "%d of %d passed.\n", passed, len(results))
	}
	return nil
}
