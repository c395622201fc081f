package main

import (
	"context"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms/check"
	"github.com/statloom/statloom/transforms/indicator"
)

// indicatorTests runs the configuration's tests of indicators.
func indicatorTests(ctx context.Context, cfg *config.Config) ([]tested, error) {
	if len(cfg.Tests) == 0 {
		return nil, nil
	}
	var r pipeline.Runner
	schemas, err := declared(&r, cfg)
	if err != nil {
		return nil, err
	}
	results, err := indicator.RunTests(ctx, indicatorSet(cfg), schemas, r.Frame, cfg.Tests)
	var out []tested
	for _, t := range results {
		status := string(check.Passed)
		if t.Message != "" {
			status = string(check.Failed)
		}
		out = append(out, tested{suite: "indicator", id: t.ID, severity: "error", status: status, message: t.Message})
	}
	return out, err
}

// declared gives the runner the declarations of a configuration, and the forms of its datasets.
func declared(r *pipeline.Runner, cfg *config.Config) ([]indicator.Schema, error) {
	if err := wireData(r, cfg); err != nil {
		return nil, err
	}
	var schemas []indicator.Schema
	for _, d := range r.Datasets {
		schema, err := d.Schema()
		if err != nil {
			return nil, &fault.Error{Kind: fault.Config, File: cfg.Path(), Err: err}
		}
		schemas = append(schemas, indicator.Schema{Dataset: d.ID, Arrow: schema})
	}
	return schemas, nil
}
