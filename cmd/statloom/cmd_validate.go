package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms/indicator"
)

func (a *app) cmdValidate() *cobra.Command {
	c := &cobra.Command{
		Use:   "validate",
		Short: "Check the configuration, its code lists and its SQL, without data",
		Long: `Check the configuration and everything it names, and report every problem at once, each as
file:line:col: what is wrong, and what would be right. The SQL of models, indicators and targets is checked against the
datasets' columns, without any data.`,
		Example: "  statloom validate\n  statloom validate --config examples/gso-monthly/config.yaml",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.validate(c.Context()) },
	}
	a.configFlag(c, "c")
	return c
}

func (a *app) validate(ctx context.Context) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	var r pipeline.Runner
	if err := wireData(&r, cfg); err != nil {
		return err
	}
	var schemas []indicator.Schema
	for _, d := range r.Datasets {
		schema, err := d.Schema()
		if err != nil {
			return &fault.Error{Kind: fault.Config, File: a.configFile, Err: err}
		}
		schemas = append(schemas, indicator.Schema{Dataset: d.ID, Arrow: schema})
	}
	problems, err := indicator.Validate(ctx, indicatorSet(cfg), schemas, r.Frame)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.problems(problems)
	}
	fmt.Fprintf(a.out, "%s is right: %d sources, %d datasets, %d indicators, %d targets, %d checks\n",
		a.configFile, len(cfg.Sources), len(cfg.Datasets), len(cfg.Indicators), len(cfg.Targets), len(cfg.Checks))
	return nil
}

// problems reports what is wrong with declarations, all at once.
func (a *app) problems(problems []indicator.Problem) error {
	var text []string
	for _, p := range problems {
		line := fmt.Sprintf("%s: %s %s, %s: %s", a.configFile, p.Kind, p.ID, p.Key, p.What)
		if p.Want != "" {
			line += "; " + p.Want
		}
		text = append(text, line)
	}
	return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("%d problems\n%s", len(problems), strings.Join(text, "\n"))}
}
