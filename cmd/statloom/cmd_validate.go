package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/kind"
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
	_, problems, err := examine(ctx, cfg)
	if err != nil {
		return err
	}
	more, err := quantities(ctx, cfg)
	if err != nil {
		return err
	}
	problems = append(problems, more...)
	if len(problems) > 0 {
		return misdeclared(cfg, problems)
	}
	fmt.Fprintf(a.out, "%s is right: %s, %s, %s, %s, %s\n", a.configFile, plural(len(cfg.Sources), "source"), plural(len(cfg.Datasets), "dataset"),
		plural(len(cfg.Indicators), "indicator"), plural(len(cfg.Targets), "target"), plural(len(cfg.Checks), "check"))
	return nil
}

// examine looks at the declarations over datasets that hold nothing.
func examine(ctx context.Context, cfg *config.Config) (indicator.Graph, []indicator.Problem, error) {
	var r pipeline.Runner
	schemas, err := declared(&r, cfg)
	if err != nil {
		return indicator.Graph{}, nil, err
	}
	return indicator.Examine(ctx, indicatorSet(cfg), schemas, r.Frame)
}

// misdeclared is the error of what is wrong with declarations, all at once.
func misdeclared(cfg *config.Config, found []indicator.Problem) error {
	problems := make([]kind.Problem, len(found))
	for i, p := range found {
		problems[i] = cfg.Place(p.Kind, p.ID, p.Key, p.What, p.Want)
	}
	return cfg.Problems(problems)
}
