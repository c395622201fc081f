package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/check"
	"github.com/statloom/statloom/transforms/indicator"
)

// stages are what happens in the database between loading and publishing, in order.
func stages(cfg *config.Config, datasets []pipeline.Dataset) []pipeline.Stage {
	keys := map[string][]string{}
	for _, d := range datasets {
		keys[d.ID] = d.Key
	}
	checks := check.Standard(keys)
	keys = maps.Clone(keys)
	keys[indicator.Table] = indicatorKey(cfg)
	return []pipeline.Stage{
		computeStage{indicatorSet(cfg)},
		checkStage{checks: append(checks, cfg.Checks...), keys: keys},
	}
}

// indicatorKey is what identifies a row of the table of indicators.
func indicatorKey(cfg *config.Config) []string {
	var dims []string
	for _, i := range cfg.Indicators {
		dims = append(dims, i.Dimensions...)
	}
	slices.Sort(dims)
	return slices.Concat([]string{"indicator"}, slices.Compact(dims), []string{transforms.ColTimePeriod})
}

func indicatorSet(cfg *config.Config) indicator.Set {
	set := indicator.Set{Models: cfg.Models, Indicators: cfg.Indicators, Targets: cfg.Targets, Language: cfg.Language}
	for _, d := range cfg.Datasets {
		if d.Illustrative {
			set.Illustrative = append(set.Illustrative, d.ID)
		}
	}
	return set
}

// computeStage computes models, indicators and targets.
type computeStage struct{ set indicator.Set }

func (computeStage) Name() string { return "compute" }

func (c computeStage) Run(ctx context.Context, db *duck.DB) (pipeline.StageReport, error) {
	result, err := indicator.Build(ctx, db, c.set)
	if err != nil {
		return pipeline.StageReport{}, err
	}
	report := pipeline.StageReport{Tables: []pipeline.Published{
		{Name: indicator.Table, Order: []string{"indicator", "time_period"}},
		{Name: indicator.Catalogue, Order: []string{"indicator"}},
		{Name: indicator.Targets, Order: []string{"target"}},
	}}
	var missing []string
	for _, i := range result.Indicators {
		if i.Missing > 0 {
			missing = append(missing, fmt.Sprintf("%s %d of %d", i.Indicator, i.Missing, i.Rows))
		}
	}
	if len(missing) > 0 {
		report.Notes = append(report.Notes, "values are missing, obs_comment says why: "+strings.Join(missing, ", "))
	}
	return report, nil
}

// checkStage runs the checks: those of every dataset, then those of the configuration.
type checkStage struct {
	checks []transforms.Check
	keys   map[string][]string
}

func (checkStage) Name() string { return "check" }

func (c checkStage) Run(ctx context.Context, db *duck.DB) (pipeline.StageReport, error) {
	results, err := check.Run(ctx, db, c.checks, c.keys)
	if err != nil {
		return pipeline.StageReport{}, err
	}
	report := pipeline.StageReport{Tables: []pipeline.Published{{Name: check.Table, Order: []string{"check_id"}}}}
	for _, r := range results {
		if r.Passed {
			continue
		}
		text := fmt.Sprintf("check %s: %s", r.ID, r.Message)
		if r.Severity == transforms.SevError {
			report.Held = append(report.Held, text)
		} else {
			report.Notes = append(report.Notes, text)
		}
	}
	return report, nil
}
